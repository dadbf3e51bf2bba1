"""A log and results in Postgres are looked at, and never made or changed by that."""

from __future__ import annotations

import json
import secrets
from collections.abc import Iterator
from datetime import timedelta

import psycopg
import pytest
from psycopg import sql

from leeboard.logs import log_version
from leeboard.logs._pg_tables import VERSION_TABLE
from leeboard_logger.durable import DurableSpool
from tests.doctor._looked import FAIL, OK, WARN, looked, moment, only
from tests.monitor._world import CONFIG, World
from tests.server._process import free_port


def _logs_into(model: World, address: str, *, state: bool = False) -> None:
    """Put the log, and perhaps the results, into a database."""
    more = f'state = "{address}"\n' if state else ""
    model.configure(
        CONFIG.replace('log = "monitor"', f'log = "{address}"\nspool = "s"\n{more}')
    )


def _tables(address: str) -> list[str]:
    with psycopg.connect(address) as connection:
        rows = connection.execute(
            "SELECT c.relname FROM pg_class c JOIN pg_namespace n"
            " ON n.oid = c.relnamespace WHERE n.nspname = current_schema() ORDER BY 1"
        ).fetchall()
    return [name for (name,) in rows]


@pytest.mark.parametrize("state", [False, True])
def test_an_empty_database_stays_empty(
    model: World, postgres: str, *, state: bool
) -> None:
    """It says that there are no tables yet, and makes none."""
    _logs_into(model, postgres, state=state)
    assert log_version(postgres) == (None, "0002")
    found = looked(model)
    assert found.sound
    (log,) = found.of("log")
    assert (log.outcome, "no tables of the log yet" in log.found) == (OK, True)
    assert _tables(postgres) == []
    (spool,) = found.of("spool")
    assert "not there yet" in spool.found


def test_what_waits_for_an_empty_database_is_counted(
    model: World, postgres: str
) -> None:
    """The log that is not made yet has taken nothing from the spool."""
    _logs_into(model, postgres)
    spool = DurableSpool(model.folder / "s")
    spool.append([b"pframe"])
    later = moment() + timedelta(days=2)
    (one,) = looked(model, now=later).of("spool")
    assert (one.outcome, "1 file with" in one.found) == (FAIL, True)
    spool.close()
    assert _tables(postgres) == []


def test_a_port_that_refuses(model: World) -> None:
    """The log's refusal is told, whatever the results are in; no password is."""
    nowhere = f"postgresql://ann:hush@127.0.0.1:{free_port()}/x"
    for state in (False, True):
        _logs_into(model, nowhere, state=state)
        found = looked(model)
        (one,) = found.of("log")
        assert (one.outcome, "[database_unreachable]" in one.found) == (FAIL, True)
        assert "hush" not in json.dumps(found.to_dict())


def test_a_login_that_is_refused(model: World, postgres: str) -> None:
    """A role that the server does not know; the driver gives no code for it."""
    who = f"nobody_{secrets.token_hex(4)}"
    _logs_into(model, f"postgresql://{who}:hush@{postgres.partition('@')[2]}")
    found = looked(model)
    (one,) = found.of("log")
    assert (one.outcome, who in one.found) == (FAIL, True)
    assert "password and rights" in one.fix
    assert "hush" not in json.dumps(found.to_dict())


@pytest.fixture
def stranger(postgres: str) -> Iterator[str]:
    """Give the address of the same schema for a role that has no right to it."""
    name = f"stranger_{secrets.token_hex(4)}"
    role = sql.Identifier(name)
    with psycopg.connect(postgres, autocommit=True) as connection:
        connection.execute(sql.SQL("CREATE ROLE {} LOGIN").format(role))
        try:
            yield f"postgresql://{name}@{postgres.partition('@')[2]}"
        finally:
            connection.execute(sql.SQL("DROP ROLE {}").format(role))


def test_a_role_without_rights(model: World, postgres: str, stranger: str) -> None:
    """It could make no table: not "not made yet", before or after they are there."""
    _logs_into(model, stranger, state=True)
    found = looked(model)
    for check in ("log", "state"):
        (one,) = found.of(check)
        assert (one.outcome, "[database_denied]" in one.found) == (FAIL, True)
    _logs_into(model, postgres)
    model.labelled_day(0)
    _logs_into(model, stranger)
    (one,) = looked(model).of("log")
    assert (one.outcome, "[database_denied]" in one.found) == (FAIL, True)


def test_a_log_of_another_form(model: World, postgres: str) -> None:
    """An older one is not touched, a newer one refused, the present one read."""
    _logs_into(model, postgres)
    model.labelled_day(0)
    model.monitor.run()
    assert log_version(postgres) == ("0002", "0002")
    assert "predictions" in next(looked(model).of("log")).found
    before = _tables(postgres)
    for form, outcome, told in (("0001", WARN, "0001"), ("0999", FAIL, "newer_")):
        with psycopg.connect(postgres) as connection:
            connection.execute(f"UPDATE {VERSION_TABLE} SET version_num = '{form}'")
        assert told in only(looked(model), outcome, "log").found
        assert log_version(postgres) == (form, "0002")
        assert _tables(postgres) == before


def test_a_log_in_files_has_no_form(tmp_path: object) -> None:
    """Folders and buckets are read by every release that knows their manifest."""
    assert log_version(str(tmp_path)) is None
    assert log_version("s3://bucket/prefix") is None
