"""What nannyml estimated on the data sets it ships, read from the frozen answers."""

from __future__ import annotations

import base64
import json
import zlib
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

__all__ = ["case", "column", "counted"]

Array = np.ndarray[Any, Any]
FILE = Path(__file__).resolve().parents[1] / "fixtures" / "oracles" / "nannyml.json"


@cache
def _cases() -> dict[str, dict[str, Any]]:
    document = json.loads(FILE.read_text(encoding="utf-8"))
    return {one["name"]: one for one in document["cases"]}


def case(name: str) -> dict[str, Any]:
    """Return a case by its name."""
    return _cases()[name]


def column(packed: dict[str, str]) -> Array:
    """Read a frozen column of whole numbers."""
    raw = zlib.decompress(base64.b64decode(packed["deflated"]))
    return np.frombuffer(raw, dtype=f"<{packed['dtype']}").astype(np.int64)


def counted(one: dict[str, Any]) -> tuple[Array, Array, Array]:
    """Scores, predictions and labels of a binary case, one row each."""
    score, said, label = (
        np.repeat(one[key], one["rows"])
        for key in ("hundredths", "predictions", "labels")
    )
    return score / 100.0, said, label
