"""Ids for rows that have none: the same row gets the same one, wherever it stands."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

__all__ = ["row_ids"]

_Array = np.ndarray[Any, Any]
_SIZE = 16
"""Bytes of a hash: of 10^12 rows two have the same one with a chance of 10^-15."""


def row_ids(columns: Mapping[str, pa.Array]) -> pa.Array:
    """Return an id of each row, a hash of its values with the columns' names.

    Parameters
    ----------
    columns : mapping of name to Array
        In any order. A whole number and the same one with a point are one value, as
        files of text and of Parquet may differ in that.
    """
    names = sorted(columns)
    rows = len(columns[names[0]]) if names else 0
    if not rows:
        return pa.array([], pa.string())
    words = np.hstack([_words(columns[name]) for name in names])
    key = hashlib.blake2b("\0".join(names).encode(), digest_size=32).digest()
    data = np.ascontiguousarray(words).tobytes()
    width = len(data) // rows
    hashes = [
        hashlib.blake2b(data[at : at + width], digest_size=_SIZE, key=key).hexdigest()
        for at in range(0, len(data), width)
    ]
    return pa.array(hashes, pa.string())


def _words(values: pa.Array) -> _Array:
    """Values as 64-bit words, shape (n, 3): two of contents, one that tells missing."""
    n = len(values)
    words = np.zeros((n, 3), np.uint64)
    kind = values.type
    types = pa.types
    if types.is_null(kind):
        words[:, 2] = 1
        return words
    words[:, 2] = pc.is_null(values).to_numpy(zero_copy_only=False)
    if types.is_integer(kind) or types.is_floating(kind) or types.is_boolean(kind):
        number = values.cast(pa.float64(), safe=False)
        filled = pc.fill_null(number, 0.0).to_numpy() + 0.0  # no negative zero
        words[:, 0] = filled.view(np.uint64)
        if types.is_integer(kind):  # what a double cannot hold
            wide = pc.fill_null(values, 0).to_numpy(zero_copy_only=False)
            beyond = np.abs(filled) >= 2.0**53
            words[beyond, 1] = wide[beyond].astype(np.uint64)
        return words
    coded = values.cast(pa.string()).dictionary_encode()
    table = np.array(
        [
            np.frombuffer(
                hashlib.blake2b((one or "").encode(), digest_size=_SIZE).digest(),
                np.uint64,
            )
            for one in coded.dictionary.to_pylist()
        ],
        np.uint64,
    ).reshape(-1, 2)
    codes = pc.fill_null(coded.indices, len(table)).to_numpy(zero_copy_only=False)
    words[:, :2] = np.vstack([table, np.zeros((1, 2), np.uint64)])[codes]
    return words
