"""No event by a horizon as a negative label."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from leeboard.logs import with_horizon
from leeboard.logs._join import joined
from tests.logs._reference import at, feedback, log, prediction

NOW = at(100)
HOUR = timedelta(hours=1)


def _rows(folder: Path, told: list[dict[str, Any]], negative: str = "0") -> Any:
    said = [
        prediction(key, made, made)
        for key, made in zip("abc", (10, 40, 41), strict=True)
    ]
    table = with_horizon(
        joined(log(folder, [said], [told])).read_all(), NOW, HOUR, negative
    )
    return sorted(table.to_pylist(), key=lambda row: str(row["id"]))


def test_silence_up_to_the_horizon_is_a_negative(tmp_path: Path) -> None:
    """A prediction as old as the horizon gets the label, a younger one does not."""
    rows = _rows(tmp_path, [feedback("a", 20, 21, i=1)])
    assert [row["label#i"] for row in rows] == [1, 0, None]
    assert rows[1]["observed_at"] == rows[1]["label_received_at"] == at(100)
    assert rows[2]["observed_at"] is None
    assert rows[0]["observed_at"] == at(20)


def test_an_event_after_the_horizon_counts_as_what_it_is(tmp_path: Path) -> None:
    """A late positive takes the place of the silence."""
    assert _rows(tmp_path, [feedback("a", 95, 99, i=1)])[0]["label#i"] == 1


def test_a_label_taken_back_is_silence(tmp_path: Path) -> None:
    """Who takes a positive back leaves no event."""
    told = [
        feedback("a", 20, 20, i=1),
        feedback("a", 21, 21),
        feedback("b", 50, 50, i=1),
    ]
    assert [row["label#i"] for row in _rows(tmp_path, told)] == [0, 1, None]


@pytest.mark.parametrize(
    ("label", "negative", "column", "value"),
    [
        ({"d": 1.0}, "0", "label#d", 0.0),
        ({"b": True}, "0", "label#b", False),
        ({"b": True}, "False", "label#b", False),
        ({"s": "1"}, "0", "label#s", "0"),
        ({"i": 1}, "0", "label#i", 0),
        ({"i": 1}, "none", "label#s", "none"),
        ({}, "0", "label#i", 0),
        ({}, "0.5", "label#d", 0.5),
        ({}, "false", "label#b", False),
        ({}, "stays", "label#s", "stays"),
    ],
)
def test_the_label_is_stored_as_the_others_are(
    tmp_path: Path, label: dict[str, Any], negative: str, column: str, value: Any
) -> None:
    """The text of a setting becomes a number among numbers, a text among texts."""
    rows = _rows(tmp_path, [feedback("b", 50, 50, **label)], negative)
    assert rows[0][column] == value
    assert type(rows[0][column]) is type(value)
