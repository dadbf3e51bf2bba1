"""Whole frames become one event a row."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pandas as pd
import polars as pl
import pyarrow as pa
import pytest

from leeboard_logger import Logger, NotDurable
from tests.logger.test_logger import MODES, payloads

ROWS: dict[str, list[Any]] = {
    "key": ["a", "b", "c"],
    "temp": [1.5, 2.5, 3.5],
    "city": ["DC", "DC", "LA"],
    "hat": [10.0, 20.0, 30.0],
    "p": [0.25, 0.5, 0.75],
    "when": [1_700_000_000, 1_700_000_001, 1_700_000_002],
}
FRAMES = {"pandas": pd.DataFrame, "polars": pl.DataFrame, "arrow": pa.table}


@pytest.mark.parametrize("kind", [*FRAMES, "dict"])
def test_a_row_is_what_a_call_would_have_been(tmp_path: Path, kind: str) -> None:
    """Rows of any frame lie in the spool as if logged one by one."""
    frame = FRAMES.get(kind, dict)(ROWS)
    roles = {"prediction": "hat", "scores": "p", "id": "key", "at": "when"}
    with Logger(tmp_path / "all", model="m", mode="spooled") as log:
        ids = log.log_predictions(frame, segments=["city"], **roles)
        labels = log.log_feedbacks({"id": ids, "label": [1, 0, 1]}, observed_at=None)
    with Logger(tmp_path / "one", model="m", mode="spooled") as log:
        for key, temp, city, hat, p, when in zip(*ROWS.values(), strict=True):
            log.log_prediction(
                {"temp": temp},
                hat,
                scores={"p": p},
                id=key,
                at=when,
                segments={"city": city},
            )
    assert ids == labels == ["a", "b", "c"]
    assert all(one.stored for one in [*ids, *labels])
    assert payloads(tmp_path / "all") == payloads(tmp_path / "one")
    assert [one["label"] for one in payloads(tmp_path / "all", "f")] == [1, 0, 1]


@pytest.mark.parametrize("mode", MODES)
def test_a_batch_larger_than_the_queue_is_stored_whole(
    tmp_path: Path, mode: str
) -> None:
    """With a spool a batch loses nothing in any mode, however long it is."""
    frame = {"x": list(range(2500)), "prediction": [0.5] * 2500}
    with Logger(tmp_path, model="m", mode=mode, queue_records=1000, timeout=30) as log:
        ids = log.log_predictions(frame)
        assert all(one.stored for one in ids)
        assert log.stats().acknowledged == 2500
    assert [one["id"] for one in payloads(tmp_path)] == ids
    assert len(set(ids)) == 2500


def test_rows_without_a_label_are_passed_over(tmp_path: Path) -> None:
    """A label that is not known yet is not a label taken back."""
    frame = pd.DataFrame({"id": ["a", "b", "c"], "label": [1.0, None, float("nan")]})
    with Logger(tmp_path, model="m") as log:
        ids = log.log_feedbacks(frame)
    assert [one.stored for one in ids] == [True, False, False]
    assert log.stats().logged == 1
    assert [one["id"] for one in payloads(tmp_path, "f")] == ["a"]


def test_bad_rows_are_counted_and_good_ones_stored(tmp_path: Path) -> None:
    """One row that cannot be taken does not cost the others."""
    frame = {"id": ["a", "b\n", "c"], "x": [1, 2, 3], "prediction": [1, 2, 3]}
    with Logger(tmp_path, model="m") as log:
        ids = log.log_predictions(frame, id="id")
    assert [one.stored for one in ids] == [True, False, True]
    assert log.stats().dropped == {"invalid": 1}
    with (
        Logger(tmp_path / "durable", model="m", mode="durable") as log,
        pytest.raises(NotDurable) as caught,
    ):
        log.log_predictions(frame, id="id")
    assert caught.value.reason == "invalid"
    assert [one.stored for one in caught.value.ids] == [True, False, True]


def test_a_frame_that_cannot_be_read_is_counted_by_its_rows(tmp_path: Path) -> None:
    """A column that is not there raises nothing, and no row is lost silently."""
    frame = {"x": [1, 2, 3]}
    with Logger(tmp_path, model="m") as log:
        ids = log.log_predictions(frame, prediction="y")
        ids += log.log_predictions(None) + log.log_predictions(7)
    assert [one.stored for one in ids] == [False] * 5
    assert log.stats().dropped == {"invalid": 5}
