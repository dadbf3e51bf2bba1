"""One figure over time is found without reading past all others."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event

from leeboard.state import open_state
from leeboard.state._sql import SqlState
from leeboard.windows import Window
from tests.state._results import done, hour, leased, measured

OLD = "0005"
"""The step before the index."""


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A file with figures of several columns and windows."""
    path = tmp_path / "results.db"
    state = open_state(path)
    figures = [
        measured(metric, segment, subject=name)
        for name in ("performance", "temp", "hum")
        for metric in ("psi", "mean")
        for segment in ("", "city=Graz")
    ]
    batch: list[Any] = [(done(hour(n)), [], figures) for n in range(30)]
    state.put(leased(state), batch, model="demand", place=1)
    state.close()
    return path


@pytest.fixture
def asked(path: Path) -> Iterator[tuple[SqlState, list[tuple[str, Any]]]]:
    """The store, and the statements that are sent to it from then on."""
    state = open_state(path)
    assert isinstance(state, SqlState)
    sent: list[tuple[str, Any]] = []

    def hear(_c: object, _u: object, text: str, values: object, *_: object) -> None:
        sent.append((text, values))

    event.listen(state.database.engine, "before_cursor_execute", hear)
    yield state, sent
    state.close()


SERIES = {"model": "demand", "subject": "temp", "metric": "psi"}


@pytest.mark.parametrize(
    ("where", "span", "index"),
    [
        (SERIES, None, "series"),
        ({**SERIES, "segment": ""}, hour(0, 20), "series"),
        ({**SERIES, "segment": "", "basis": "counted"}, hour(0, 20), "series"),
        ({**SERIES, "subject": ["temp", "hum"]}, [hour(3), hour(9)], "series"),
        ({**SERIES, "metric": ["psi", "mean"], "segment": ""}, hour(0, 20), "series"),
        ({"model": "demand", "metric": "psi", "segment": ""}, hour(3), "window"),
        ({"model": "demand"}, hour(0, 20), "window"),
        ({"model": "demand"}, None, "window"),
    ],
)
def test_the_index_that_fits_is_used(
    asked: tuple[SqlState, list[tuple[str, Any]]],
    path: Path,
    where: dict[str, str | list[str]],
    span: Window | list[Window] | None,
    index: str,
) -> None:
    """SQLite's own plan of what is asked: a column by series, a window by window."""
    state, sent = asked
    state.measurements(where, span)
    text, values = next(one for one in sent if one[0].startswith("SELECT"))
    with closing(sqlite3.connect(path)) as connection:
        (first, *_) = connection.execute(f"EXPLAIN QUERY PLAN {text}", values)
    assert f"USING INDEX measurements_by_{index}" in first[3]
    assert ("<expr>=? AND metric=?" in first[3]) == (index == "series")


def test_a_file_of_before_gets_the_index(path: Path) -> None:
    """Opened again, it holds the same figures, and answers by the index."""
    before = open_state(path)
    held = before.measurements(SERIES)
    before.close()
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("DROP INDEX measurements_by_series")
        connection.execute("UPDATE leeboard_state_version SET version_num = ?", (OLD,))
        connection.commit()
    after = open_state(path)
    assert after.measurements(SERIES) == held
    after.close()
    with closing(sqlite3.connect(path)) as connection:
        indexes = connection.execute("SELECT name FROM sqlite_master").fetchall()
    assert ("measurements_by_series",) in indexes
