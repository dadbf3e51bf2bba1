"""What is logged, as columns: how predictions and feedback are named at rest.

A stored column says its group, its name and its type, as in ``features.temp#d``; so a
feature that was a number yesterday and a text today keeps both, and files of all days
can be read as one. Types: ``d`` double, ``i`` int64, ``s`` string, ``b`` bool, ``j``
JSON text of what is none of these. A single score is stored under the name ``score``, a
sequence of them under ``0``, ``1`` …. Knows no files and no Arrow.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

__all__ = [
    "FEEDBACK",
    "GROUPS",
    "LABEL",
    "LABEL_TYPES",
    "PREDICTION",
    "PREDICTIONS",
    "TYPES",
    "Stored",
    "columns_of",
]

TYPES = ("d", "i", "s", "b", "j")

PREDICTIONS = ("id", "model", "version", "made_at", "received_at", "latency_s", "rate")
"""Plain columns of a stored prediction; times are in microseconds, UTC. ``rate`` is the
share of events that sampling keeps, 1 without sampling."""

FEEDBACK = ("id", "model", "observed_at", "received_at")
"""Plain columns of stored feedback. ``model`` is empty where the sender did not know
it; the id decides then."""

PREDICTION = "prediction"
LABEL = "label"
LABEL_TYPES = ("d", "i", "s", "b")
"""Predictions and labels are stored as ``prediction#d`` and so on. Feedback with no
label in any of its columns takes the label back."""

GROUPS = ("scores", "features", "segments", "metadata")


@dataclass(frozen=True, slots=True)
class Stored:
    """One typed column at rest; ``group`` is empty for prediction and label."""

    group: str
    name: str
    type: str

    def __str__(self) -> str:
        prefix = f"{self.group}." if self.group else ""
        return f"{prefix}{self.name}#{self.type}"

    @classmethod
    def parse(cls, column: str) -> Stored | None:
        """Read a column's name; None for a plain column."""
        path, mark, kind = column.rpartition("#")
        if not mark or kind not in TYPES:
            return None
        group, dot, name = path.partition(".")
        if dot and group in GROUPS:
            return cls(group, name, kind)
        return cls("", path, kind)


def columns_of(names: Iterable[str], group: str, name: str) -> dict[str, str]:
    """Stored columns of one name, by type."""
    found = {}
    for column in names:
        stored = Stored.parse(column)
        if stored is not None and (stored.group, stored.name) == (group, name):
            found[stored.type] = column
    return found
