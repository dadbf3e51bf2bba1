"""Predictions and labels joined from files, against a join in plain Python."""

from __future__ import annotations

import itertools
from pathlib import Path
from typing import Any

from leeboard.logs._join import joined
from tests.logs import _reference as reference
from tests.logs._reference import at, log, plain_rows


def _prediction(key: str, made: float, received: float, **more: Any) -> dict[str, Any]:
    times = {"made_at": at(made), "received_at": at(received)}
    typed = {"prediction#d": 1.0, **more}
    return {"id": key, "model": "m", "version": "1", "rate": 1.0, **times, **typed}


def _feedback(key: str, seen: float, received: float, **label: Any) -> dict[str, Any]:
    times = {"observed_at": at(seen), "received_at": at(received)}
    return {
        "id": key,
        "model": "m",
        **times,
        **{f"label#{k}": v for k, v in label.items()},
    }


def test_a_label_stands_beside_its_prediction(tmp_path: Path) -> None:
    """Columns of all files are there; what has no label has none of its times."""
    predictions = [
        [_prediction("a", 1, 2), _prediction("b", 3, 4)],
        [_prediction("c", 5, 6, **{"features.x#s": "red"})],
    ]
    feedback = [[_feedback("a", 7, 8, d=2.5)], [_feedback("c", 7, 9, s="yes")]]
    files = log(tmp_path, predictions, feedback)
    assert plain_rows(joined(files)) == reference.joined(
        itertools.chain(*predictions), itertools.chain(*feedback)
    )
