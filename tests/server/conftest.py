"""A server for each test."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.server._served import Served


@pytest.fixture
def served(tmp_path: Path) -> Iterator[Served]:
    """Give a server with an empty spool."""
    server = Served(tmp_path)
    yield server
    server.close()
