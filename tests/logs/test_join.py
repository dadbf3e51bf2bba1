"""Predictions and labels joined from files, against a join in plain Python."""

from __future__ import annotations

import itertools
import math
import os
import random
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from leeboard.errors import LogError
from leeboard.logs._files import Files
from leeboard.logs._join import events, joined
from leeboard.logs._query import Limits, Query
from leeboard.logs._tables import FEEDBACK_PLAIN, PREDICTIONS_PLAIN
from leeboard.windows import Calendar, Every, Window, zone_of
from tests.logs import _reference as reference
from tests.logs._reference import at, feedback, log, plain_rows, prediction, table

Row = dict[str, Any]


def _known(rows: Sequence[Row]) -> list[Row]:
    """What is to be equal whatever the order of arrival: all but when it came."""
    return [
        {
            k: "nan" if isinstance(v, float) and math.isnan(v) else v
            for k, v in row.items()
            if "received" not in k
        }
        for row in rows
    ]


def _all(parts: Sequence[Sequence[Row]]) -> list[Row]:
    return list(itertools.chain.from_iterable(parts))


# ── one label beside one prediction ──────────────────────────────────────────────────


def test_a_label_stands_beside_its_prediction(tmp_path: Path) -> None:
    """Columns of all files are there; what has no label has none of its times."""
    said = [
        [prediction("a", 1, 2), prediction("b", 3, 4)],
        [prediction("c", 5, 6, **{"features.x#s": "red"})],
    ]
    told = [[feedback("a", 7, 8, d=2.5)], [feedback("c", 7, 9, s="yes")]]
    answer = plain_rows(joined(log(tmp_path, said, told)))
    assert answer == reference.joined(_all(said), _all(told))
    assert [row.get("label#d") for row in answer] == [2.5, None, None]
    assert [row.get("label#s") for row in answer] == [None, None, "yes"]
    assert "observed_at" not in answer[1]


def test_a_span_is_open_at_its_end(tmp_path: Path) -> None:
    """What was predicted at the start is in, at the end it is not."""
    said = [
        [
            prediction(key, minute, 9)
            for key, minute in zip("abc", (1, 2, 3), strict=True)
        ]
    ]
    rows = plain_rows(joined(log(tmp_path, said, []), Window(at(1), at(3))))
    assert [row["id"] for row in rows] == ["a", "b"]


def test_only_columns_that_are_asked_for_come(tmp_path: Path) -> None:
    """Columns come in the order asked for; those that no file has are left out."""
    files = log(tmp_path, [[prediction("a", 1, 2)]], [[feedback("a", 3, 4, i=1)]])
    asked = ["label#i", "label#d", "prediction#d", "observed_at", "features.no#d"]
    reader = joined(files, columns=asked)
    assert reader.schema.names == ["label#i", "prediction#d", "observed_at"]
    assert reader.read_all().to_pylist() == [
        {"label#i": 1, "prediction#d": 1.0, "observed_at": at(3)}
    ]
    assert joined(files, columns=["features.no#d"]).schema.names == ["id"]


def test_a_log_of_nothing_gives_no_rows() -> None:
    """There are the plain columns, with their types, and no rows."""
    answer = joined(Files()).read_all()
    assert answer.num_rows == 0
    assert answer.schema.field("made_at").type == pa.timestamp("us", "UTC")
    assert [*PREDICTIONS_PLAIN.names, "observed_at", "label_received_at"] == (
        answer.column_names
    )


def test_feedback_that_names_no_model_joins_by_id(tmp_path: Path) -> None:
    """The id decides; an id that nobody predicted joins nothing."""
    told = [[{**feedback("a", 2, 3, d=1.0), "model": ""}, feedback("zz", 2, 3, d=2.0)]]
    rows = plain_rows(joined(log(tmp_path, [[prediction("a", 1, 2)]], told)))
    assert [row["label#d"] for row in rows] == [1.0]


def test_a_label_may_come_before_its_prediction(tmp_path: Path) -> None:
    """A label that was seen and received before the prediction was made joins it."""
    told = [[feedback("a", -5, -4, d=1.0)]]
    rows = plain_rows(joined(log(tmp_path, [[prediction("a", 1, 2)]], told)))
    assert rows[0]["observed_at"] == at(-5)


def test_clocks_that_differ_lose_no_label(tmp_path: Path) -> None:
    """Senders an hour ahead or behind, and a step back, leave each label joined."""
    said = [[prediction(f"{skew}", 600 + skew, 600) for skew in range(-60, 61, 10)]]
    told = [[feedback(row["id"], 600, 590, d=1.0) for row in said[0]]]
    files = log(tmp_path, said, told)
    rows = plain_rows(joined(files))
    assert len(rows) == 13
    assert all(row["label#d"] == 1.0 for row in rows)
    hours = Calendar(Every.parse("1h"), zone_of("UTC")).between(at(540), at(661))
    assert sum(joined(files, hour).read_all().num_rows for hour in hours) == 13


def test_a_label_that_was_taken_back_is_none(tmp_path: Path) -> None:
    """Feedback without a label takes it back, until a later one gives one again."""
    said = [[prediction("a", 0, 0), prediction("b", 0, 0), prediction("c", 0, 0)]]
    told = [
        [feedback(key, 1, 1, d=1.0) for key in "abc"],
        [feedback(key, 2, 2) for key in "abc"],
        [feedback("b", 3, 3, d=3.0), feedback("c", 2, 4, d=4.0)],
    ]
    rows = plain_rows(joined(log(tmp_path, said, told)))
    assert [row.get("label#d") for row in rows] == [None, 3.0, None]
    assert ["observed_at" in row for row in rows] == [False, True, False]


# ── order of arrival ─────────────────────────────────────────────────────────────────

_CASES: list[list[Row]] = [
    # a correction, a retraction in between, and the prediction last
    [
        prediction("", 1, 0),
        feedback("", 2, 0, d=1.0),
        feedback("", 3, 0),
        feedback("", 4, 0, d=2.0),
        feedback("", 4, 0, d=2.0),
    ],
    # contradictions at one time, of one type and of several
    [
        prediction("", 1, 0),
        feedback("", 2, 0, s="no"),
        feedback("", 2, 0, s="yes"),
        feedback("", 2, 0, i=7),
        feedback("", 2, 0, b=True),
    ],
    [
        prediction("", 1, 0),
        feedback("", 2, 0, i=10),
        feedback("", 2, 0, d=9.5),
        feedback("", 2, 0, b=False),
        feedback("", 1, 0),
    ],
    [
        prediction("", 1, 0),
        feedback("", 2, 0),
        feedback("", 2, 0, d=1.0),
        feedback("", 2, 0),
        feedback("", 1, 0, d=2.0),
    ],
    # one id several times: at other times, with other contents, sent again
    [
        prediction("", 1, 0, **{"prediction#d": 3.0}),
        prediction("", 1, 0, **{"prediction#d": 2.0, "features.x#d": 1.0}),
        prediction("", 1, 0, **{"prediction#d": 2.0}),
        prediction("", 0.5, 0, **{"prediction#d": 9.0, "version": "2"}),
        feedback("", 2, 0, d=1.0),
    ],
    [
        prediction("", 1, 0, **{"prediction#d": 3.0, "features.x#s": "b"}),
        prediction("", 1, 0, **{"prediction#d": 3.0, "features.x#s": "a"}),
        prediction("", 1, 0, **{"prediction#d": math.nan}),
        prediction("", 1, 0, **{"prediction#d": 3.0, "features.x#s": "a"}),
        prediction("", 2, 0, **{"prediction#d": 0.0}),
    ],
]


def test_no_order_of_arrival_changes_the_answer(tmp_path: Path) -> None:
    """Each of the 120 orders of each case gives what the other orders give."""
    said: list[list[Row]] = [[], [], []]
    told: list[list[Row]] = [[], [], []]
    cases: dict[str, int] = {}
    for case, rows in enumerate(_CASES):
        for number, order in enumerate(itertools.permutations(rows)):
            key = f"{case}-{number}"
            cases[key] = case
            for place, row in enumerate(order):
                side = said if "made_at" in row else told
                arrived = {"id": key, "received_at": at(10 + place)}
                side[place % 3].append(row | arrived)
    answer = plain_rows(joined(log(tmp_path, said, told)))
    want = reference.joined(_all(said), _all(told))
    assert _known(answer) == _known(want)
    assert len(answer) == 120 * len(_CASES)
    kinds: dict[int, set[str]] = {}
    for row in _known(answer):
        case = cases[row.pop("id")]
        kinds.setdefault(case, set()).add(repr(sorted(row.items())))
    assert [len(found) for found in kinds.values()] == [1] * len(_CASES)


_LABELS: list[Row] = [
    {},
    {"d": 1.0},
    {"d": 2.5},
    {"i": 2},
    {"i": 1},
    {"s": "a"},
    {"s": "é"},
    {"b": True},
    {"b": False},
]
_CONTENTS: list[Row] = [
    {},
    {"prediction#d": 2.0},
    {"features.x#d": -1.0},
    {"features.X#d": 5.0},
    {"features.x#s": "red", "segments.city#s": "Graz"},
]
_said = st.builds(
    lambda key, made, received, more: prediction(key, made, received, **more),
    st.sampled_from("abcdefgh"),
    st.integers(0, 5),
    st.integers(0, 9),
    st.sampled_from(_CONTENTS),
)
_told = st.builds(
    lambda key, seen, received, label: feedback(key, seen, received, **label),
    st.sampled_from("abcdefghi"),
    st.integers(-1, 4),
    st.integers(0, 9),
    st.sampled_from(_LABELS),
)


@settings(max_examples=25, deadline=None)
@given(
    st.lists(st.lists(_said, max_size=12), min_size=1, max_size=4),
    st.lists(st.lists(_told, max_size=12), min_size=1, max_size=4),
    st.sampled_from([None, Window(at(1), at(4))]),
    st.sampled_from([None, at(6)]),
    st.booleans(),
)
def test_any_log_gives_what_plain_python_gives(
    said: list[list[Row]],
    told: list[list[Row]],
    span: Window | None,
    before: Any,
    loose: bool,  # noqa: FBT001
) -> None:
    """Whatever lies in files and beside them, the join is that of twenty lines."""
    with TemporaryDirectory() as folder:
        files = log(Path(folder), said[loose:], told[loose:])
        if loose:
            files = replace(
                files,
                new_predictions=table(said[0], PREDICTIONS_PLAIN),
                new_feedback=table(told[0], FEEDBACK_PLAIN),
            )
        answer = plain_rows(joined(files, span, received_before=before))
    everything = _all(said), _all(told)
    assert answer == reference.joined(*everything, span, before)


@pytest.mark.parametrize(
    "columns",
    [
        ["id", "received_at"],
        ["id", "made_at"],
        ["id", "features.x#d"],
        ["id", "prediction#d", "received_at"],
        ["id", "label#d", "features.X#d"],
    ],
)
def test_fewer_columns_are_those_of_the_same_events(
    tmp_path: Path, columns: list[str]
) -> None:
    """Which of several events counts does not depend on the columns asked for."""
    pick = random.Random(3)
    said = [
        prediction(
            pick.choice("abcdefghijkl"),
            pick.randrange(3),
            pick.randrange(99),
            **pick.choice(_CONTENTS),
        )
        for _ in range(120)
    ]
    told = [feedback("a", 2, 2, d=1.0)]
    files = log(tmp_path, [said[:60], said[60:]], [told])
    whole = plain_rows(joined(files))
    want = [{name: row[name] for name in columns if name in row} for row in whole]
    assert plain_rows(joined(files, columns=columns)) == want
    assert whole == reference.joined(said, told)


def test_error_of_each_window_is_that_of_the_sorted_batch(tmp_path: Path) -> None:
    """Labels late, early, twice, contradictory and unknown leave errors exact."""
    draw = random.Random(7)
    said, told, truth = [], [], {}
    for i in range(2000):
        key, made = f"id-{i}", draw.uniform(0, 60 * 24 * 9)
        value = draw.gauss(0, 1)
        said.append(prediction(key, made, made, **{"prediction#d": value}))
        if draw.random() < 0.1:
            said.append(said[-1] | {"received_at": at(made + draw.uniform(0, 5000))})
        if draw.random() < 0.8:
            final = made + draw.choice([0, 1, 60, 1440, 129_600, -30])
            truth[key] = draw.gauss(0, 1)
            told.append(feedback(key, final, final + 1, d=truth[key]))
            for _ in range(draw.randrange(3)):
                wrong = draw.uniform(0, 5000)
                told.append(feedback(key, final - wrong, final, d=draw.gauss(0, 9)))
        elif draw.random() < 0.3:
            told += [feedback(key, 1, 9, d=1.0), feedback(key, 2, 8)]
    told += [feedback(f"nobody-{i}", i, i, d=1.0) for i in range(200)]
    draw.shuffle(said)
    draw.shuffle(told)
    files = log(
        tmp_path, [said[i::5] for i in range(5)], [told[i::7] for i in range(7)]
    )
    calendar = Calendar(Every.parse("1d"), zone_of("Europe/Berlin"))
    once = {row["id"]: row for row in said}
    joined_up = 0
    for window in calendar.between(at(0), at(60 * 24 * 9)):
        found = joined(files, window, columns=["prediction#d", "label#d"]).read_all()
        errors = sorted(
            row["prediction#d"] - row["label#d"]
            for row in found.to_pylist()
            if row["label#d"] is not None
        )
        want = sorted(
            row["prediction#d"] - truth[key]
            for key, row in once.items()
            if key in truth and window.start <= row["made_at"] < window.end
        )
        joined_up += len(want)
        assert len(errors) == len(want)
        assert math.fsum(e * e for e in errors) == pytest.approx(
            math.fsum(e * e for e in want), rel=1e-12
        )
    assert joined_up == len(truth)


def test_what_was_known_at_a_time_can_be_asked_again(tmp_path: Path) -> None:
    """Events received later are not seen: a provisional figure can be read again."""
    said = [[prediction("a", 1, 1), prediction("b", 1, 20)]]
    told = [[feedback("a", 2, 2, d=1.0)], [feedback("a", 3, 30, d=9.0)]]
    files = log(tmp_path, said, told)
    then = plain_rows(joined(files, received_before=at(10)))
    assert [(row["id"], row["label#d"]) for row in then] == [("a", 1.0)]
    at_once = plain_rows(joined(files, received_before=at(2)))
    assert [row.get("label#d") for row in at_once] == [None]
    assert plain_rows(joined(files))[0]["label#d"] == 9.0


def test_a_repeated_prediction_counts_once_in_the_earlier_window(
    tmp_path: Path,
) -> None:
    """An id made in two windows belongs to the first, whichever is asked for."""
    said = [[prediction("a", 100, 1)], [prediction("a", 10, 2)]]
    files = log(tmp_path, said, [])
    assert len(plain_rows(joined(files, Window(at(0), at(60))))) == 1
    assert plain_rows(joined(files, Window(at(60), at(120)))) == []


# ── names, places, room ──────────────────────────────────────────────────────────────

_HOSTILE = [
    'features.a"b#d',
    "features.a'; DROP TABLE own; --#d",
    "features.A#d",
    "features.a#d",
    "features.é#d",
    "features.É#d",
    "features.e\u0301#d",
    "features.\u202eevil\n\t#d",
    "features." + "x" * 300 + "#d",
    "features.c0#d",
    "features.id#d",
    "features.*#d",
    "features.#d",
    "features.{}%s?$1#d",
    "features.place#d",
]


def test_hostile_names_of_columns_come_back_as_they_were(tmp_path: Path) -> None:
    """Quotes, twins by case, 300 characters and SQL are names like any other."""
    values = {name: float(i) for i, name in enumerate(_HOSTILE)}
    said = [
        [prediction("a", 1, 1, **values)],
        [prediction("b", 1, 1, **dict(reversed(values.items())))],
        [prediction("c", 1, 1), prediction("b", 1, 1, **{_HOSTILE[2]: 7.0})],
    ]
    rows = plain_rows(joined(log(tmp_path, said, [])))
    want = reference.joined(_all(said), [])
    assert rows == want
    assert {name: rows[0][name] for name in _HOSTILE} == values


@pytest.mark.parametrize("name", ["[x]*?", "year=2026", "it's", "a b%20é", "{1..2}"])
def test_a_log_may_lie_anywhere(tmp_path: Path, name: str) -> None:
    """No folder's name is read as a pattern, a partition or a part of SQL."""
    folder = tmp_path / name
    folder.mkdir()
    decoy = tmp_path / "x"
    decoy.mkdir()
    log(decoy, [[prediction("decoy", 1, 1)]], [])
    rows = plain_rows(joined(log(folder, [[prediction("a", 1, 1)]], [])))
    assert [row["id"] for row in rows] == ["a"]
    assert "year" not in rows[0]


def test_ids_are_compared_to_the_letter(tmp_path: Path) -> None:
    """Case, spaces and composed letters make other ids."""
    ids = ["a", "A", "a ", " a", "é", "e\u0301", "1", "01", "1.0", "NULL", "a\nb", "💧"]
    said = [[prediction(key, 1, 1) for key in ids]]
    told = [[feedback(key, 2, 2, s=key) for key in ids]]
    rows = plain_rows(joined(log(tmp_path, said, told)))
    assert [row["label#s"] for row in rows] == sorted(ids)


def _many(n: int) -> tuple[pa.Table, pa.Table]:
    ids = [f"{i * 2654435761 % 2**32:08x}-{i:024x}" for i in range(n)]
    times = pa.array([at(i / 1000) for i in range(n)], pa.timestamp("us", "UTC"))
    numbers = pa.array(range(n), pa.float64())
    text = pa.array(["m"] * n)
    said = {"id": ids, "model": text, "version": text, "made_at": times}
    told = {"id": ids[::-1], "model": text, "observed_at": times}
    late = {"received_at": times}
    return (
        pa.table(said | late | {"latency_s": numbers, "rate": numbers}),
        pa.table(told | late | {"label#d": numbers.take(list(range(n))[::-1])}),
    )


def test_a_join_beyond_memory_goes_on_on_disk(tmp_path: Path) -> None:
    """With less memory than the ids take, the answer is the same."""
    said, told = _many(300_000)
    files = Files(
        new_predictions=pa.concat_tables([said, said]),
        new_feedback=pa.concat_tables([told, told]),
    )
    old = int(duckdb.__version__.partition(".")[0]) < 2  # takes more for the same
    limits = Limits(memory_mb=220 if old else 140, scratch=str(tmp_path))
    used, n = 0, 0
    for batch in joined(files, columns=["latency_s", "label#d"], limits=limits):
        n += batch.num_rows
        assert batch["latency_s"].equals(batch["label#d"])
        spilled = [file.stat().st_size for file in tmp_path.glob("*/*.tmp")]
        used = max(used, sum(spilled))
    assert n == 300_000
    # older releases drop what they put on the disk before a batch can be looked at
    assert used > 0 or old
    assert list(tmp_path.iterdir()) == []


def test_a_reader_that_is_left_leaves_nothing_behind(tmp_path: Path) -> None:
    """Who stops reading half-way leaves no scratch folder."""
    said, told = _many(200_000)
    files = Files(new_predictions=said, new_feedback=told)
    reader = joined(files, limits=Limits(scratch=str(tmp_path)))
    assert next(reader).num_rows < 200_000
    assert list(tmp_path.iterdir()) != []
    del reader
    assert list(tmp_path.iterdir()) == []


def test_a_file_that_went_is_told_from_one_that_is_damaged(tmp_path: Path) -> None:
    """A log that was compacted meanwhile can be read again; a damaged one cannot."""
    files = log(tmp_path, [[prediction("a", 1, 1)], [prediction("b", 2, 2)]], [])
    joined(files).read_all()
    Path(files.predictions[0].path).write_bytes(b"PAR1 no longer PAR1")
    with pytest.raises(LogError) as damaged:
        joined(files).read_all()
    assert damaged.value.code == "log_unreadable"
    Path(files.predictions[1].path).unlink()
    with pytest.raises(LogError) as gone:
        joined(files).read_all()
    assert (gone.value.code, gone.value.where) == (
        "log_changed",
        files.predictions[1].path,
    )


# ── events ───────────────────────────────────────────────────────────────────────────


def test_all_predictions_come_once(tmp_path: Path) -> None:
    """A prediction that was sent twice is there once, without any label."""
    said = [[prediction("a", 1, 2), prediction("b", 1, 1)], [prediction("a", 1, 1)]]
    files = log(tmp_path, said, [[feedback("a", 1, 1, d=1.0)]])
    rows = plain_rows(events(files, "predictions"))
    assert rows == [said[1][0], said[0][1]]


def test_all_feedback_comes_once_with_its_history(tmp_path: Path) -> None:
    """Corrections and retractions are all there; what was sent again is not."""
    first = [feedback("a", 1, 5, d=1.0), feedback("a", 2, 5), feedback("b", 1, 1, i=1)]
    again = [feedback("a", 1, 3, d=1.0), feedback("c", 1, 1, s="x")]
    rows = plain_rows(events(log(tmp_path, [], [first, again]), "feedback"))
    assert sorted(rows, key=repr) == sorted([again[0], again[1], *first[1:]], key=repr)


def test_models_may_use_the_same_ids(tmp_path: Path) -> None:
    """Events of all models are each model's, whatever ids the other has."""
    other = {**prediction("a", 1, 1), "model": "other"}
    rows = plain_rows(
        events(log(tmp_path, [[prediction("a", 1, 1)], [other]], []), "predictions")
    )
    assert sorted(row["model"] for row in rows) == ["m", "other"]


def test_loose_events_are_events(tmp_path: Path) -> None:
    """What is in no file yet is read with the rest."""
    files = log(tmp_path, [[prediction("a", 1, 1)]], [])
    loose = [prediction("b", 2, 2), prediction("a", 0, 3)]
    told = [feedback("b", 3, 3, b=True)]
    files = replace(
        files,
        new_predictions=table(loose, PREDICTIONS_PLAIN),
        new_feedback=table(told, FEEDBACK_PLAIN),
    )
    rows = plain_rows(joined(files))
    assert [(row["id"], row["made_at"]) for row in rows] == [("a", at(0)), ("b", at(2))]
    assert rows[1]["label#b"] is True


def test_nothing_but_the_files_of_a_read_can_be_opened(tmp_path: Path) -> None:
    """The file system is closed to SQL, and the lock cannot be undone."""
    secret = tmp_path / "secret.csv"
    secret.write_text("a\n1\n")
    for sql in (
        f"FROM read_csv('{secret}')",
        f"COPY (SELECT 1) TO '{tmp_path / 'out.csv'}'",
        "SET enable_external_access = true",
        "INSTALL httpfs",
    ):
        with pytest.raises(LogError):
            Query([], Limits()).run(sql)
    assert not (tmp_path / "out.csv").exists()


def test_a_file_that_cannot_hold_an_id_is_not_opened(tmp_path: Path) -> None:
    """Bounds of ids leave out files of other days, even damaged ones."""
    said = [[prediction("a1", 1, 1)], [prediction("b1", 2000, 2000)]]
    told = [[feedback("a1", 3, 3, d=1.0)], [feedback("b1", 3, 3, d=2.0)]]
    files = log(tmp_path, said, told)
    os.truncate(files.predictions[1].path, 10)
    os.truncate(files.feedback[1].path, 10)
    today = table([prediction("c1", 9000, 9000)], PREDICTIONS_PLAIN)
    files = replace(files, new_predictions=today)
    rows = plain_rows(joined(files, Window(at(0), at(0) + timedelta(days=1))))
    assert [row["label#d"] for row in rows] == [1.0]


def test_segments_keep_their_page_checksums_readable(tmp_path: Path) -> None:
    """Files with checksums of pages, as a log writes them, are read like any other."""
    (file,) = log(tmp_path, [[prediction("a", 1, 1)]], []).predictions
    pq.write_table(
        pq.read_table(file.path),
        file.path,
        write_page_checksum=True,
        compression="zstd",
    )
    assert len(plain_rows(joined(Files(predictions=(file,))))) == 1
