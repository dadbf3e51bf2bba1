"""Features of any kind as one table of numbers, the same way every time."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

__all__ = ["MISSING", "Encoder", "learn_encoder"]

_Array = np.ndarray[Any, Any]
_LEVELS = 255
_MOST = 1e30  # sums of a column still fit into 32 bits
MISSING = -_MOST
"""Where missing values lie: below all others, so that a tree can set them apart."""


@dataclass(frozen=True, slots=True)
class Encoder:
    """What the columns of the table are.

    Parameters
    ----------
    names : tuple of str
        Features, in order; the prediction stands before them.
    levels : tuple of (tuple of str or None)
        The reference's levels of each, coded 0, 1, …; None for numbers.
    """

    names: tuple[str, ...]
    levels: tuple[tuple[str, ...] | None, ...]

    def table(self, predictions: _Array, features: Mapping[str, _Array]) -> _Array:
        """Table of shape (n, 1 + features), float32, finite.

        Missing values, levels the reference did not have and features that are not
        there are ``MISSING``; numbers beyond 1e30 are cut off there.
        """
        columns = [_plain(predictions)]
        for name, levels in zip(self.names, self.levels, strict=True):
            values = features.get(name)
            if values is None:
                columns.append(np.full(len(predictions), MISSING))
            elif levels is None:
                columns.append(_plain(_numbers(values)))
            else:
                code = {level: float(i) for i, level in enumerate(levels)}
                coded = [
                    MISSING if value is None else code.get(str(value), MISSING)
                    for value in values.tolist()
                ]
                columns.append(np.array(coded))
        return np.column_stack(columns).astype(np.float32)


def learn_encoder(features: Mapping[str, _Array]) -> Encoder:
    """Take the columns and levels of a reference.

    Of a feature with more than 255 levels, the 255 that most rows have.
    """
    known: list[tuple[str, ...] | None] = []
    for values in features.values():
        if values.dtype.kind in "fiub":
            known.append(None)
            continue
        counts = Counter(str(v) for v in values.tolist() if v is not None)
        often = sorted(counts, key=lambda level: (-counts[level], level))[:_LEVELS]
        known.append(tuple(sorted(often)))
    return Encoder(tuple(features), tuple(known))


def _numbers(values: _Array) -> _Array:
    """Numbers of a column that held numbers; text in it counts as missing."""
    if values.dtype.kind in "fiub":
        return values.astype(np.float64)
    numeric = (int, float, np.number)
    plain = [float(v) if isinstance(v, numeric) else np.nan for v in values.tolist()]
    return np.array(plain, dtype=np.float64)


def _plain(values: _Array) -> _Array:
    return np.where(np.isnan(values), MISSING, np.clip(values, -_MOST, _MOST))
