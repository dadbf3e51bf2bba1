"""A Postgres server for the tests, and a schema of its own for each of them."""

from __future__ import annotations

import itertools
import os
import secrets
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from psycopg import sql

__all__ = ["postgres", "postgres_server"]

TOOL = Path(__file__).resolve().parents[1] / "tools" / "postgres.sh"
_NUMBERS = itertools.count()


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[str]:
    """Give the URL of a server: the one of LEEBOARD_POSTGRES, or one of our own."""
    given = os.environ.get("LEEBOARD_POSTGRES")
    if given:
        yield given
        return
    programs = list(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    if not programs and shutil.which("initdb") is None:
        pytest.skip("postgres is not installed")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    # the server's own user must be able to enter the folder, which pytest's forbid
    folder = Path(tempfile.mkdtemp(prefix="leeboard-postgres-"))
    folder.chmod(0o755)
    started = subprocess.run(
        [str(TOOL), "start", str(folder), str(port)],
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    try:
        yield started.stdout.strip()
    finally:
        subprocess.run([str(TOOL), "stop", str(folder)], check=True, timeout=60)
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def postgres(postgres_server: str) -> Iterator[str]:
    """Give a URL whose tables are in a schema of the test's own."""
    name = f"test_{os.getpid()}_{next(_NUMBERS)}_{secrets.token_hex(4)}"
    schema = sql.Identifier(name)
    with psycopg.connect(postgres_server, autocommit=True) as connection:
        connection.execute(sql.SQL("CREATE SCHEMA {}").format(schema))
        try:
            yield f"{postgres_server}?options=-csearch_path%3D{name}"
        finally:
            connection.execute(sql.SQL("DROP SCHEMA {} CASCADE").format(schema))
