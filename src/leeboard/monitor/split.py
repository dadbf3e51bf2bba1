"""Rows by segment: which rows have which level, the frequent ones apart."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

__all__ = ["LEVELS", "OTHER", "segments_of"]

LEVELS = 50
"""Levels of a segment that are counted apart in one window, by the number of rows."""

OTHER = "(other)"
"""What stands in the place of a level for all others together."""


def segments_of(name: str, texts: pa.ChunkedArray) -> Iterator[tuple[str, pa.Array]]:
    """Yield ``name=level`` and the indices of its rows, the largest first.

    Levels past the first 50 are together in ``name=(other)``; rows without a level are
    in none.
    """
    encoded = texts.combine_chunks().dictionary_encode()
    if isinstance(encoded, pa.ChunkedArray):
        encoded = encoded.combine_chunks()
    codes = pc.fill_null(encoded.indices, -1).to_numpy(zero_copy_only=False)
    levels = encoded.dictionary.to_pylist()
    sizes = np.bincount(codes[codes >= 0], minlength=len(levels))
    # by size, then by name: the choice depends on nothing else
    order = sorted(range(len(levels)), key=lambda i: (-int(sizes[i]), levels[i]))
    for code in order[:LEVELS]:
        if sizes[code]:
            yield f"{name}={levels[code]}", pa.array(np.flatnonzero(codes == code))
    rest = order[LEVELS:]
    if rest:
        yield f"{name}={OTHER}", pa.array(np.flatnonzero(np.isin(codes, rest)))
