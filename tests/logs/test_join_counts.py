"""How much files hold, and which minutes new events touched."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from leeboard.logs._counts import Counts, changes, counts
from leeboard.logs._files import Files
from leeboard.logs._tables import FEEDBACK_PLAIN, PREDICTIONS_PLAIN
from tests.logs import _reference as reference
from tests.logs._reference import EPOCH, at, feedback, log, prediction, table

FIRST = int(EPOCH.timestamp()) // 60


def _minutes(files: Files, after: int) -> list[int]:
    return sorted(minute - FIRST for minute in changes(files, after).minutes)


def test_new_predictions_touch_their_own_minutes(tmp_path: Path) -> None:
    """What came after the place counts, by when it was made, to the minute below."""
    said = [[prediction("a", 1, 1)], [prediction("b", 2.99, 5), prediction("c", 3, 5)]]
    files = log(tmp_path, said, [])
    assert _minutes(files, 0) == [1, 2, 3]
    assert _minutes(files, 1) == [2, 3]
    assert _minutes(files, 2) == []
    assert [changes(files, place).upto for place in (0, 1, 2, 7)] == [2, 2, 2, 7]


def test_feedback_touches_the_minutes_of_its_predictions(tmp_path: Path) -> None:
    """A label for an old prediction touches that; an unknown id touches nothing."""
    said = [[prediction("a", 1, 1), prediction("b", 2, 2)], [], []]
    told = [[], [feedback("b", 900, 900, d=1.0)], [feedback("zz", 9, 9, d=1.0)]]
    files = log(tmp_path, said, told)
    assert _minutes(files, 1) == [2]
    assert _minutes(files, 2) == []


def test_a_prediction_whose_label_came_first_touches_its_minute(tmp_path: Path) -> None:
    """A label waits; its minute is touched when the prediction comes."""
    files = log(tmp_path, [[], [prediction("a", 4, 4)]], [[feedback("a", 1, 1, d=1.0)]])
    assert _minutes(files, 1) == [4]


def test_a_repeated_prediction_touches_the_minute_it_takes_from(tmp_path: Path) -> None:
    """Where an earlier one comes later, the minute that loses the id is touched too."""
    files = log(tmp_path, [[prediction("a", 50, 1)], [prediction("a", 10, 2)]], [])
    assert _minutes(files, 1) == [10, 50]


def test_loose_events_touch_nothing_yet(tmp_path: Path) -> None:
    """What is in no file has no place in the log; it is told of once it has."""
    files = log(tmp_path, [[prediction("a", 1, 1)]], [])
    files = replace(
        files, new_predictions=table([prediction("b", 2, 2)], PREDICTIONS_PLAIN)
    )
    assert _minutes(files, 1) == []


def test_a_log_of_nothing_holds_nothing() -> None:
    """No counts, no times, no changes."""
    assert counts(Files()) == Counts(0, 0, 0, None, None, None)
    assert changes(Files(), 3).upto == 3


def test_labels_without_a_model_count_where_their_prediction_is(tmp_path: Path) -> None:
    """Feedback on another model's predictions is not counted here."""
    told = [
        {**feedback("a", 1, 2, d=1.0), "model": ""},
        {**feedback("of another model", 1, 9, d=1.0), "model": ""},
        feedback("unknown", 1, 3, d=1.0),
    ]
    files = log(tmp_path, [[prediction("a", 1, 1)]], [told])
    assert counts(files) == Counts(1, 2, 1, at(1), at(1), at(3))


_keys = st.sampled_from("abcdef")
_said = st.builds(prediction, _keys, st.integers(0, 5), st.integers(0, 9))
_told = st.builds(
    lambda key, seen, received, label: feedback(key, seen, received, **label),
    st.sampled_from("abcdefgh"),
    st.integers(-1, 4),
    st.integers(0, 9),
    st.sampled_from([{}, {"d": 1.0}, {"d": 2.0}, {"s": "a"}]),
)
_Rows = list[dict[str, Any]]


@settings(max_examples=20, deadline=None)
@given(st.lists(_said, max_size=12), st.lists(_told, max_size=12))
def test_counts_are_those_of_plain_python(said: _Rows, told: _Rows) -> None:
    """Each id once, labels that were taken back not at all."""
    with TemporaryDirectory() as folder:
        files = log(Path(folder), [said[::2]], [told[::2]])
        files = replace(
            files,
            new_predictions=table(said[1::2], PREDICTIONS_PLAIN),
            new_feedback=table(told[1::2], FEEDBACK_PLAIN),
        )
        found = counts(files)
    once, labels = reference.once(said), reference.labels(told)
    made = [row["made_at"] for row in once.values()]
    assert found == Counts(
        predictions=len(once),
        labels=len(labels),
        joined=len(once.keys() & labels.keys()),
        first=min(made, default=None),
        last=max(made, default=None),
        last_received=max((r["received_at"] for r in said + told), default=None),
        conflicts=reference.conflicts(said),
    )
