"""The log in Postgres keeps the promises of every log."""

from __future__ import annotations

import itertools
import math
import random
import struct
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path

import psycopg
import pyarrow as pa
import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from psycopg import sql

from leeboard.databases import open_postgres
from leeboard.errors import LogError
from leeboard.logs import Wanted, _pg_tables
from leeboard.logs._decode import decode
from leeboard.logs._log import Batch
from leeboard.logs._open import open_log
from leeboard.logs._tables import FEEDBACK_PLAIN, QUARANTINED, TIME
from leeboard.logs.memory import MemoryLog
from leeboard.logs.postgres import PostgresLog
from leeboard.windows import Window
from tests.logs._records import NOW, feedback, held, prediction, rows
from tests.logs.contract import DAY, EVENTS, LogContract

ROOT = Path(__file__).resolve().parents[2]
_NUMBERS = itertools.count()


EMPTY = """
    DELETE FROM predictions; DELETE FROM feedback; DELETE FROM quarantined;
    DELETE FROM log_shapes; DELETE FROM log_models; DELETE FROM log_repeated;
    DELETE FROM log_marks; DELETE FROM log_accounts; UPDATE log_head SET number = 0;
"""


class TestPostgres(LogContract):
    @pytest.fixture
    def log(self, postgres: str) -> Iterator[PostgresLog]:
        log = PostgresLog(postgres)
        yield log
        log.close()

    @pytest.fixture
    def fresh(self, postgres_server: str) -> Iterator[Callable[[], PostgresLog]]:
        made: list[tuple[str, PostgresLog]] = []

        def make() -> PostgresLog:
            name = f"fresh_{next(_NUMBERS)}"
            with psycopg.connect(postgres_server, autocommit=True) as connection:
                one = sql.SQL("CREATE SCHEMA {}").format(sql.Identifier(name))
                connection.execute(one)
            address = f"{postgres_server}?options=-csearch_path%3D{name}"
            made.append((name, PostgresLog(address)))
            return made[-1][1]

        yield make
        with psycopg.connect(postgres_server, autocommit=True) as connection:
            for name, log in made:
                log.close()
                gone = sql.SQL("DROP SCHEMA {} CASCADE").format(sql.Identifier(name))
                connection.execute(gone)

    @settings(
        max_examples=10,
        suppress_health_check=[HealthCheck.function_scoped_fixture],
    )
    @given(
        batches=st.lists(st.lists(EVENTS, max_size=6), min_size=1, max_size=4),
        start=st.integers(0, 1),
        known=st.integers(1, 4),
    )
    def test_it_reads_as_the_log_in_memory_does(
        self,
        log: PostgresLog,
        postgres: str,
        batches: list[list[bytes]],
        start: int,
        known: int,
    ) -> None:
        """Rows of any span, as of any time, are those of the queries over files."""
        with psycopg.connect(postgres) as connection:
            connection.execute(EMPTY)
        there = MemoryLog()
        for hour, events in enumerate(batches):
            batch = decode(events, NOW + timedelta(hours=hour))
            log.write(batch)
            there.write(batch)
        span = Window(NOW + timedelta(minutes=start), NOW + timedelta(minutes=2))
        before = NOW + timedelta(hours=known)
        both = [
            [
                rows(one.joined("demand", span).read_all()),
                rows(one.joined("demand", span, received_before=before).read_all()),
                rows(one.events("feedback", "demand").read_all()),
                one.changes("demand", 0).minutes,
            ]
            for one in (log, there)
        ]
        assert both[0] == both[1]
        # what came again is no change here
        new = log.changes("demand", 1).minutes
        assert new <= there.changes("demand", 1).minutes


def test_a_batch_comes_twice_and_counts_once(postgres: str) -> None:
    """A repeated batch is stored once, with the arrival that was first."""
    log = PostgresLog(postgres)
    both = [prediction("1"), feedback("1", 2)]
    for hour in (1, 0, 2):
        log.write(decode(both, NOW + timedelta(hours=hour)))
    (row,) = log.joined("demand", DAY).read_all().to_pylist()
    assert row["received_at"] == row["label_received_at"] == NOW
    log.close()


def test_of_several_one_counts(postgres: str) -> None:
    """Earliest prediction, one of a tie, latest label: as the log in memory says."""
    log, there = PostgresLog(postgres), MemoryLog()
    hour = timedelta(hours=1)
    events = [
        [prediction("1", NOW + hour, prediction=1), feedback("1", 5, NOW + hour)],
        [prediction("1", prediction=2), feedback("1", 4, NOW)],
        [prediction("2", prediction=3), prediction("2", prediction="text")],
        [prediction("3"), feedback("3", 1, NOW), feedback("3", None, NOW + hour)],
    ]
    for some in events:
        log.write(decode(some, NOW))
        there.write(decode(some, NOW))
    table = log.joined("demand", DAY).read_all()
    assert rows(table) == rows(there.joined("demand", DAY).read_all())
    found = {r["id"]: (r["prediction#i"], r["label#i"]) for r in table.to_pylist()}
    assert found["1"] == (2, 5)
    assert len(found) == table.num_rows == 3
    log.close()


def test_months_have_partitions_and_odd_times_none(postgres: str) -> None:
    """Months near their arrival get a partition; a wrong clock makes no thousands."""
    log = PostgresLog(postgres)
    days = [40, 10, 0, -200, -365 * 30, 365 * 30]
    made = [
        prediction(f"p{i}", NOW + timedelta(days=day)) for i, day in enumerate(days)
    ]
    log.write(decode(made, NOW))
    log.write(decode(made, NOW))
    with psycopg.connect(postgres) as connection:
        found = connection.execute(
            "SELECT tableoid::regclass::text, count(*) FROM predictions GROUP BY 1"
        )
        assert dict(found.fetchall()) == {
            "predictions_2026_04": 1,
            "predictions_2026_03": 2,
            "predictions_2025_08": 1,
            "predictions_other": 2,
        }
    assert log.summary()[0].predictions == 6
    log.close()


def test_a_month_whose_rows_are_among_all_others_stays_there(postgres: str) -> None:
    """A month that came from a wrong clock first is read when its own time comes."""
    log = PostgresLog(postgres)
    later = NOW + timedelta(days=365 * 2)
    log.write(decode([prediction("early", later)], NOW))
    log.write(decode([prediction("due", later + timedelta(hours=1))], later))
    span = Window(later, later + timedelta(days=1))
    table = log.joined("demand", span).read_all()
    assert sorted(table.column("id").to_pylist()) == ["due", "early"]
    log.close()


def test_a_month_of_several_models_stays(postgres: str) -> None:
    """A past month is dropped once nothing of any model stays in it, and not before."""
    log = PostgresLog(postgres)
    old = NOW - timedelta(days=30)
    for model in ("demand", "other"):
        log.write(decode([prediction("1", old, model=model)], old))
    for model, left in (("demand", {"1": 1}), ("other", {})):
        wanted = Wanted(before=NOW, model=model)
        assert log.take_out(wanted).predictions == 1
        assert held(log, "other") == left
    with psycopg.connect(postgres) as connection:
        found = connection.execute("SELECT to_regclass('predictions_2026_01')")
        assert found.fetchone() == (None,)
    log.write(decode([prediction("2", old)], NOW))
    assert held(log) == {"2": 1}
    log.close()


def test_a_copy_says_when_its_rows_came(postgres: str, tmp_path: Path) -> None:
    """What had not been read when a copy was made is news to whoever goes on."""
    log = PostgresLog(postgres)
    log.write(decode([prediction("1")], NOW))
    place = log.changes("demand", 0).upto
    log.write(decode([prediction("2", NOW + timedelta(minutes=9))], NOW))
    for name, data in log.copies():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_bytes(data)
    log.fill(str(tmp_path))
    news = log.changes("demand", place)
    assert int(NOW.timestamp()) // 60 + 9 in news.minutes
    assert log.changes("demand", news.upto).minutes == frozenset()
    log.close()


def test_every_double_comes_back(postgres: str) -> None:
    """Negative zero, the smallest and largest double, infinities and NaN keep bits."""
    values = [-0.0, 5e-324, 1.7976931348623157e308, 0.1, math.inf, -math.inf, math.nan]
    table = pa.table(
        {
            "id": [f"p{i}" for i in range(len(values))],
            "model": ["demand"] * len(values),
            "version": [""] * len(values),
            "made_at": pa.array([NOW] * len(values), TIME),
            "received_at": pa.array([NOW] * len(values), TIME),
            "features.x#d": values,
            "features.y#i": [2**63 - 1, -(2**63), 0, None, 2**53 + 1, 1, 2],
        }
    )
    log = PostgresLog(postgres)
    nothing = FEEDBACK_PLAIN.empty_table()
    log.write(Batch(table, nothing, QUARANTINED.empty_table()))
    got = log.events("predictions", "demand").read_all().sort_by("id")
    bits = [
        struct.pack("<d", value) for value in got.column("features.x#d").to_pylist()
    ]
    assert bits == [struct.pack("<d", value) for value in values]
    assert got.column("features.y#i").equals(table.column("features.y#i"))
    log.close()


def test_writers_at_once_store_each_event_once(postgres: str) -> None:
    """Four committers that write the same batches leave each event once."""
    batches = [
        decode([prediction(f"p{i}-{j}") for j in range(20)], NOW) for i in range(6)
    ]

    def work(_: int) -> None:
        log = PostgresLog(postgres)
        for batch in batches:
            log.write(batch)
        log.close()

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(work, range(4)))
    log = PostgresLog(postgres)
    assert held(log).total() == len(held(log)) == 120
    log.close()


def test_a_read_sees_one_moment_of_the_log(postgres: str) -> None:
    """What is committed while a read goes on is not half in it."""
    log = PostgresLog(postgres)
    log.write(decode([prediction("1")], NOW))
    reader = log.joined("demand", Window(NOW, NOW + timedelta(hours=1)))
    first = reader.read_next_batch()
    log.write(decode([prediction("1", prediction=7.5), prediction("2")], NOW))
    rest = list(reader)
    assert [first.column("id").to_pylist(), rest] == [["1"], []]
    log.close()


KILLED = """
import os, sys
from leeboard.logs._decode import decode
from leeboard.logs.postgres import PostgresLog
from dataclasses import replace
from tests.logs._records import NOW, feedback, prediction
log = PostgresLog(sys.argv[1])
number = max(log.marks().values(), default=0)
while True:
    number += 1
    both = [f(f"{number}-{i}", *a) for i in range(5) for f, a in
            ((prediction, ()), (feedback, (i,)))]
    log.write(replace(decode(both, NOW), marks={"spool/a": number}))
    print(number, flush=True)
"""


def _killed(address: str, kills: int) -> None:
    rng = random.Random(5)
    log = PostgresLog(address)
    stored = 0
    for _ in range(kills):
        writer = subprocess.Popen(
            [sys.executable, "-c", KILLED, address],
            cwd=ROOT,
            stdout=subprocess.PIPE,
            text=True,
        )
        with writer:
            assert writer.stdout is not None
            said = [writer.stdout.readline()]
            time.sleep(rng.uniform(0, 0.1))
            writer.kill()
            said += writer.stdout.readlines()
        stored = int(said[-1])
        number = log.marks()["spool/a"]
        assert stored <= number <= stored + 1
        assert held(log) == {f"{n + 1}-{i}": 1 for n in range(number) for i in range(5)}
        (summary,) = log.summary()
        assert summary.joined == 5 * number
    log.close()


def test_a_committer_killed_leaves_whole_batches(postgres: str) -> None:
    """After kill −9 events and marks agree, and nothing acknowledged is lost."""
    _killed(postgres, 3)


@pytest.mark.long
def test_a_committer_killed_often_leaves_whole_batches(postgres: str) -> None:
    """After each of 15 kills −9 events and marks agree."""
    _killed(postgres, 15)


def test_a_target_in_postgres_is_opened(postgres: str) -> None:
    """``open_log`` takes an address, and refuses one without a server or a secret."""
    log = open_log(postgres)
    assert isinstance(log, PostgresLog)
    log.close()
    with pytest.raises(LogError) as caught:
        open_log("postgres://u:hunter22@127.0.0.1:1/db")
    assert caught.value.code == "database_unreachable"
    assert "hunter22" not in str(caught.value)


def test_tables_are_those_of_the_steps(postgres: str) -> None:
    """After all steps the log has just the tables, columns and indexes declared."""
    PostgresLog(postgres).close()
    engine = open_postgres(postgres, LogError)
    with engine.connect() as connection:
        context = MigrationContext.configure(
            connection,
            opts={
                "version_table": _pg_tables.VERSION_TABLE,
                "include_name": lambda name, kind, _: (
                    kind != "table" or name != "predictions_other"
                ),
            },
        )
        assert compare_metadata(context, _pg_tables.TABLES) == []
    engine.dispose()


def test_a_user_without_rights_is_told(postgres: str) -> None:
    """A user who may not write gets the engine's word, and no secret."""
    log = PostgresLog(postgres)
    with psycopg.connect(postgres, autocommit=True) as other:
        other.execute("ALTER TABLE log_head RENAME TO gone")
    with pytest.raises(LogError) as caught:
        log.write(decode([prediction("1")], NOW))
    assert caught.value.code == "database_gone"
    log.close()
