"""A name for what was counted of a window: the same rows in any order have the same.

Place: under a pass, which takes a window with the same name for unchanged. Whole
numbers go in as they are, sums by nine places: their last digits depend on the order in
which rows were added.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Any

import numpy as np

from leeboard.performance import Tally
from leeboard.profiles.counts import Counts, NumericCounts
from leeboard.profiles.part import Part

__all__ = ["digest_of"]

_Array = np.ndarray[Any, Any]


def digest_of(
    parts: Mapping[str, Part], tallies: Mapping[str, Tally], labels: int
) -> str:
    """Name the counts of a window's segments, outcomes and labels."""
    digest = hashlib.sha256(f"labels {labels}".encode())
    for segment, part in sorted(parts.items()):
        digest.update(f"\0{segment}\0{part.rows}".encode())
        for name, one in sorted(part.counts.items()):
            digest.update(f"\0{name}\0{_rest(one)}".encode() + one.cells.tobytes())
    for segment, tally in sorted(tallies.items()):
        digest.update(f"\0{segment}\0{tally.classes}".encode())
        digest.update(tally.labels.tobytes())
        if tally.confusion is not None:
            digest.update(tally.confusion.tobytes())
        if tally.errors is not None:
            digest.update(tally.errors.cells.tobytes())
            digest.update(_rounded(tally.errors.moments.means.ravel()).encode())
    return digest.hexdigest()


def _rest(one: Counts) -> str:
    if isinstance(one, NumericCounts):
        return f"{one.minimum} {one.maximum} {_rounded(one.sums)}"
    return str(one.unseen)


def _rounded(values: _Array) -> str:
    """Nine places of each, in units of the largest: sums may cancel to mere noise."""
    largest = float(np.abs(values).max(initial=0.0)) or 1.0
    return " ".join(f"{value / largest:z.9f}" for value in values.tolist())
