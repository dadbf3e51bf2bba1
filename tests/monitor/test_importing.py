"""Existing tables as events of the log: exact, once, and nothing about them guessed."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from leeboard.cli import main
from leeboard.errors import ConfigError
from leeboard.logs._exact import read_exactly
from leeboard.logs._row_ids import row_ids
from leeboard.logs.columns import Mapped, Moments, events_of
from leeboard.logs.memory import MemoryLog
from leeboard.monitor import importing
from leeboard.monitor.importing import import_rows
from tests.monitor._world import DAY, START, World, hours, world

NOW = datetime(2026, 4, 1, tzinfo=UTC)
FIELDS = {"id": "key", "made_at": "at", "prediction": "yhat", "label": "y"}


def _rows(n: int = 6, **more: Any) -> pa.Table:
    rows: dict[str, Any] = {
        "key": [f"p{i}" for i in range(n)],
        "at": pa.array([START + i * timedelta(hours=1) for i in range(n)]),
        "yhat": [float(i) for i in range(n)],
        "y": pa.array([float(i) + 1 if i % 2 else None for i in range(n)]),
        "temp": np.arange(n) / 2,
        "city": ["Graz", "Lyon"] * (n // 2) + ["Graz"] * (n % 2),
    }
    return pa.table({**rows, **more})


def _moments(zone: str | None = None, unit: str | None = None) -> Moments:
    return Moments(zone, unit, NOW)


def _held(log: MemoryLog, kind: str = "predictions") -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = log.events(kind, "m").read_all().to_pylist()
    return sorted(rows, key=lambda row: str(row.get("id")))


@pytest.fixture
def log() -> MemoryLog:
    """An empty log."""
    return MemoryLog()


def test_rows_become_predictions_and_labels(log: MemoryLog) -> None:
    """Each row is one prediction, each label that is there one piece of feedback."""
    done = import_rows(log, _rows(), "m", _moments(), FIELDS, segments=["city"])
    assert (done.rows, done.predictions, done.labels) == (6, 6, 3)
    first, second, *_ = _held(log)
    assert first["made_at"] == first["received_at"] == START
    assert second["features.temp#d"] == 0.5
    assert second["segments.city#s"] == "Lyon"
    assert second["prediction#d"] == 1.0
    assert [row["label#d"] for row in _held(log, "feedback")] == [2.0, 4.0, 6.0]


@pytest.mark.parametrize("key", [True, False])
def test_twice_changes_nothing(log: MemoryLog, key: bool) -> None:  # noqa: FBT001 - with and without ids
    """A second run stores nothing, and says that it knew the rows."""
    fields = dict(FIELDS) if key else {k: v for k, v in FIELDS.items() if k != "id"}
    import_rows(log, _rows(), "m", _moments(), fields)
    before = (_held(log), _held(log, "feedback"), log.changes("m", 0))
    done = import_rows(log, _rows(), "m", _moments(), fields)
    assert (done.known, done.predictions) == (6, 0)
    assert (_held(log), _held(log, "feedback"), log.changes("m", 0)) == before


def test_rows_in_another_order_are_the_same_events(log: MemoryLog) -> None:
    """A row's id is its own contents': order, other rows and labels do not matter."""
    fields = {k: v for k, v in FIELDS.items() if k != "id"}
    import_rows(log, _rows(), "m", _moments(), fields)
    before = _held(log)
    turned = _rows(y=[9.0] * 6).take([5, 3, 1, 0, 2, 4])
    import_rows(log, turned, "m", _moments(), fields)
    assert _held(log) == before
    assert {row["label#d"] for row in _held(log, "feedback")} >= {9.0}


def test_small_blocks_give_the_same_events(
    log: MemoryLog, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is read in portions is what is read at once."""
    import_rows(log, _rows(50), "m", _moments(), FIELDS)
    other = MemoryLog()
    monkeypatch.setattr(importing, "_CELLS", 6 * 7)
    done = import_rows(other, _rows(50), "m", _moments(), FIELDS)
    assert done.rows == done.predictions == 50
    assert _held(other) == _held(log)
    assert import_rows(other, _rows(50), "m", _moments(), FIELDS).known == 50


def test_bad_rows_are_set_aside_with_number_and_reason(log: MemoryLog) -> None:
    """A row without a usable id, time or text is quarantined; the others go on."""
    keys = ["a", None, "x" * 129, "d\u202ee", "e", "f", "g", "h", "i", "j"]
    times = [START] * 10
    times[4] = datetime(1970, 1, 20, tzinfo=UTC)
    times[5] = NOW + timedelta(minutes=6)
    texts = ["", "", "", "", "", "", "a\x00b", "", "", ""]
    table = _rows(10, key=keys, at=pa.array(times), city=texts)
    # more than half of the first rows may not be refused
    table = pa.concat_tables([_rows(20), table])
    done = import_rows(log, table, "m", _moments(), FIELDS)
    assert done.quarantined == {"bad_id": 3, "bad_time": 2, "bad_text": 1}
    aside = log.events("quarantined", "m").read_all().to_pylist()
    assert sorted((row["detail"], row["reason"]) for row in aside) == [
        ("row 21", "bad_id"),
        ("row 22", "bad_id"),
        ("row 23", "bad_id"),
        ("row 24", "bad_time"),
        ("row 25", "bad_time"),
        ("row 26", "bad_text"),
    ]
    assert {row["id"] for row in _held(log)} == {
        *(f"p{i}" for i in range(20)),
        *"aghij",
    } - {"g"}


@pytest.mark.parametrize(
    ("times", "zone", "unit"),
    [
        (pa.array([datetime(2026, 3, 1)] * 6), "UTC", None),  # noqa: DTZ001 - no zone is the case
        (pa.array([datetime(2026, 3, 1, 1)] * 6), "Europe/Vienna", None),  # noqa: DTZ001 - as above
        (pa.array(["2026-03-01T00:00:00Z"] * 6), None, None),
        (pa.array(["2026-03-01 01:00+01:00"] * 6), None, None),
        (pa.array(["2026-03-01T01:00:00"] * 6), "Europe/Vienna", None),
        (pa.array([1772323200] * 6), None, "s"),
        (pa.array([1772323200.0] * 6), None, "s"),
        (pa.array([1772323200000] * 6), None, "ms"),
        (pa.array([1772323200000000000] * 6), None, "ns"),
        (pa.array([datetime(2026, 3, 1).date()] * 6), "UTC", None),  # noqa: DTZ001 - as above
    ],
)
def test_times_are_read_as_declared(
    log: MemoryLog, times: pa.Array, zone: str | None, unit: str | None
) -> None:
    """One moment, in every form that people write it in."""
    import_rows(log, _rows(at=times), "m", _moments(zone, unit), FIELDS)
    assert {row["made_at"] for row in _held(log)} == {START}


@pytest.mark.parametrize(
    ("times", "code"),
    [
        (pa.array([datetime(2026, 3, 1)] * 6), "naive_time"),  # noqa: DTZ001 - no zone is the case
        (pa.array(["2026-03-01T01:00:00"] * 6), "naive_time"),
        (pa.array([1772323200] * 6), "unknown_unit"),
        (pa.array(["2026-13-01T00:00:00Z"] * 6), "bad_mapping"),
        (pa.array(["2026-03-01T23:59:60Z"] * 6), "bad_mapping"),
        (pa.array([True] * 6), "bad_mapping"),
        (pa.nulls(6), "bad_mapping"),
    ],
)
def test_nothing_about_times_is_guessed(
    log: MemoryLog, times: pa.Array, code: str
) -> None:
    """No zone, no unit, no such time: refused as a whole, and nothing is stored."""
    with pytest.raises(ConfigError) as caught:
        import_rows(log, _rows(at=times), "m", _moments(), FIELDS)
    assert caught.value.code == code
    assert _held(log) == []


@pytest.mark.parametrize("unit", ["ms", "us"])
def test_a_mistaken_unit_is_refused(log: MemoryLog, unit: str) -> None:
    """Seconds declared as a smaller unit lie in 1970, where no prediction is."""
    table = _rows(at=[1772323200] * 6)
    with pytest.raises(ConfigError, match="bad_time"):
        import_rows(log, table, "m", _moments(unit=unit), FIELDS)


@pytest.mark.parametrize(
    ("fields", "groups", "named"),
    [
        ({"id": "key"}, {}, "made_at"),
        ({"made_at": "when"}, {}, "'when'"),
        ({"made_at": "at", "nonsense": "yhat"}, {}, "'nonsense'"),
        ({"made_at": "at"}, {"features": ["tmp"]}, "'temp'"),
        ({"made_at": "at", "score": "city"}, {}, "'city'"),
    ],
)
def test_a_mapping_that_does_not_fit_is_refused(
    log: MemoryLog, fields: dict[str, str], groups: dict[str, Any], named: str
) -> None:
    """The message names what is wrong with it."""
    with pytest.raises(ConfigError, match=named):
        import_rows(log, _rows(), "m", _moments(), fields, **groups)


def test_labels_alone_join_later(log: MemoryLog) -> None:
    """A table of labels needs no predictions in it."""
    fields = {"id": "key", "label": "yhat", "observed_at": "at"}
    done = import_rows(log, _rows(), "m", _moments(), fields)
    assert (done.predictions, done.labels) == (0, 6)


def test_types_are_those_of_the_logger(log: MemoryLog) -> None:
    """A column is stored under the type that the same values get when logged."""
    table = _rows(
        whole=pa.array([1, None, 3, 4, 5, 6]),
        truth=[True, False] * 3,
        small=pa.array([1.5] * 6, pa.float32()),
        coded=pa.array(["a", "b", "a", "b", "a", None]).dictionary_encode(),
        empty=pa.nulls(6),
    )
    import_rows(log, table, "m", _moments(), FIELDS)
    names = set(log.events("predictions", "m").read_all().column_names)
    wanted = {"whole#i", "truth#b", "small#d", "coded#s", "city#s", "temp#d"}
    assert {n.removeprefix("features.") for n in names if "features." in n} == wanted


_COLUMNS = st.integers(1, 20).flatmap(
    lambda n: st.fixed_dictionaries(
        {
            "a": st.lists(
                st.none() | st.floats(allow_nan=False), min_size=n, max_size=n
            ),
            "b": st.lists(
                st.none() | st.text(max_size=3).filter(_utf8), min_size=n, max_size=n
            ),
            "c": st.lists(
                st.none() | st.integers(-(2**63), 2**63 - 1), min_size=n, max_size=n
            ),
        }
    )
)


def _utf8(text: str) -> bool:
    return not any("\ud800" <= one <= "\udfff" for one in text)


@settings(max_examples=30, deadline=None)
@given(_COLUMNS)
def test_rows_have_one_id_exactly_if_they_are_equal(
    columns: dict[str, list[Any]],
) -> None:
    """Two rows share an id if and only if every value is the same."""
    arrays = {
        "a": pa.array(columns["a"], pa.float64()),
        "b": pa.array(columns["b"], pa.string()),
        "c": pa.array(columns["c"], pa.int64()),
    }
    ids = row_ids(arrays).to_pylist()
    rows = list(zip(*columns.values(), strict=True))
    for i, one in enumerate(rows):
        for j, other in enumerate(rows):
            assert (ids[i] == ids[j]) == (one == other)


@settings(max_examples=60, deadline=None)
@given(st.text(max_size=140).filter(_utf8))
def test_ids_are_judged_as_those_of_frames(name: str) -> None:
    """An id is refused here exactly where a frame with it is."""
    record = {"id": name, "model": "m", "made_at": 1_772_323_200_000_000}
    try:
        read_exactly(b"p" + json.dumps(record).encode())
        wanted = True
    except Exception:  # noqa: BLE001 - any refusal
        wanted = False
    columns = {"key": pa.array([name]), "at": pa.array([START])}
    mapped = Mapped({"id": "key", "made_at": "at"})
    batch = events_of(columns, mapped, _moments(), "m", first=0)
    assert (batch.predictions.num_rows == 1) == wanted


def test_imported_months_are_counted_at_once(tmp_path: Path) -> None:
    """Nothing of an import is late: every window of it is counted with all its rows."""
    model: World = world(tmp_path)
    days = [one for day in range(5) for one in hours(day, 40)]
    draw = np.random.default_rng(3).normal(15, 5, len(days))
    table = pa.table(
        {
            "ts": pa.array([one.replace(tzinfo=None) for one in days]),
            "temp": draw,
            "yhat": 20 + 6 * draw,
            "y": 25 + 6 * draw,
        }
    )
    pq.write_table(table, tmp_path / "old.parquet")
    command = ["import", str(tmp_path / "old.parquet"), "--config"]
    command += [str(tmp_path / "leeboard.toml"), "--map", "made_at=ts", "--map"]
    command += ["prediction=yhat", "--map", "label=y", "--time-zone", "UTC"]
    assert main(command) == 0
    (one,) = model.monitor.run(now=START + 6 * DAY).passes
    assert (one.counted, one.late) == (5, 0)
    found = model.monitor.measurements(metric="mae", basis="realised", segment="")
    assert list(found["value"].round(6)) == [5.0] * 5
    assert main(command) == 0
    (one,) = model.monitor.run(now=START + 6 * DAY).passes
    assert (one.counted, one.revised, one.unchanged) == (0, 0, 0)
