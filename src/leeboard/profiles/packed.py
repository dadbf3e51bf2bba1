"""Counts of one part as a few bytes, to be kept for every window.

Place: beside ``document``, which writes whole profiles as text. Cells are not in it:
whoever unpacks gives those of the reference, and the counts must fit them. Knows
nothing of where the bytes are kept.
"""

from __future__ import annotations

import hashlib
import json
import zlib
from collections.abc import Mapping
from typing import Any

import numpy as np

from leeboard.errors import ProfileError
from leeboard.profiles._sound import refuse_unsound_counts
from leeboard.profiles.blocks import BlockSums
from leeboard.profiles.cells import Cells
from leeboard.profiles.counts import CategoryCounts, Counts, NumericCounts
from leeboard.profiles.part import Part

__all__ = ["PACKED", "pack", "unpack"]

PACKED = 1
"""Version of the format: two bytes of mark, one of version, eight of digest, and then,
deflated, a line of JSON and two tables of numbers."""

_MARK = b"lp"
_HEAD = len(_MARK) + 1 + 8
_WHERE = "packed counts"

_Array = np.ndarray[Any, Any]


def pack(part: Part) -> bytes:
    """Write the counts of one part so that ``unpack`` gives the very same.

    Parameters
    ----------
    part : Part

    Returns
    -------
    bytes
        About 400 a numeric column of a thousand rows in 64 cells, nearly all of it the
        sums; 40 a categorical one.

    Notes
    -----
    The bytes of all numbers are written by their place within the number, as HDF5's
    shuffle filter does: the high bytes of small counts, and the low ones of sums of
    whole numbers, are runs of zeros that deflate to nothing. Cells without rows have no
    sum to write.
    """
    head = {
        "rows": part.rows,
        "columns": [_column(name, one) for name, one in part.counts.items()],
        "blocks": [
            [name, sums.count, sums.squares, len(sums.totals)]
            for name, sums in part.blocks.items()
        ],
    }
    whole = [one.cells for one in part.counts.values()]
    for sums in part.blocks.values():
        whole += [sums.cross, sums.own, sums.totals]
    numbers = [
        one.sums[one.cells[: len(one.sums)] > 0]
        for one in part.counts.values()
        if isinstance(one, NumericCounts)
    ]
    text = json.dumps(head, ensure_ascii=True, separators=(",", ":")).encode()
    planes = _planes(whole, "<i8") + _planes(numbers, "<f8")
    body = zlib.compress(text + b"\n" + planes, 6, wbits=-15)
    return _MARK + bytes([PACKED]) + _digest(PACKED, body) + body


def unpack(data: bytes, cells: Mapping[str, Cells]) -> Part:
    """Read what ``pack`` wrote.

    Parameters
    ----------
    data : bytes
    cells : mapping of column name to Cells
        Those by which the rows were counted.

    Returns
    -------
    Part
        Equal to the one packed, to the last bit.

    Raises
    ------
    ProfileError
        If the bytes are damaged (``damaged_profile``), of a newer Leeboard
        (``newer_format``), or do not fit the cells (``other_cells``, ``bad_cells``).
    """
    if data[: len(_MARK)] != _MARK or len(data) < _HEAD:
        raise _damaged("bytes that do not begin as packed counts do")
    version = data[len(_MARK)]
    if version > PACKED:
        raise ProfileError(
            code="newer_format",
            where=_WHERE,
            found=f"format {version}",
            expected=f"format {PACKED} or older",
            fix="Read them with a newer Leeboard.",
        )
    body = data[_HEAD:]
    if _digest(version, body) != data[len(_MARK) + 1 : _HEAD]:
        raise _damaged("contents that do not match their digest")
    try:
        part = _read(zlib.decompress(body, wbits=-15))
    except (LookupError, TypeError, ValueError, zlib.error) as error:
        raise _damaged(f"a part that cannot be read ({error})") from error
    strange = [name for name in part.counts if name not in cells]
    if strange:
        raise ProfileError(
            code="other_cells",
            where=_WHERE,
            found=f"counts of column {strange[0]!r}",
            expected="columns that the reference has",
            fix="Give the reference by which the rows were counted.",
        )
    refuse_unsound_counts(cells, part, fixed=False, where=_WHERE)
    return part


def _damaged(found: str) -> ProfileError:
    return ProfileError(
        code="damaged_profile",
        where=_WHERE,
        found=found,
        expected="what Leeboard packed",
        fix="Count the window again from the log.",
    )


def _digest(version: int, body: bytes) -> bytes:
    return hashlib.blake2b(bytes([version]) + body, digest_size=8).digest()


def _column(name: str, one: Counts) -> list[Any]:
    if isinstance(one, CategoryCounts):
        return [name, len(one.cells), one.unseen]
    return [name, len(one.cells), one.norm, one.minimum, one.maximum]


def _planes(arrays: list[_Array], kind: str) -> bytes:
    if not arrays:
        return b""
    joined = np.concatenate(arrays).astype(kind)
    return joined.view(np.uint8).reshape(-1, 8).T.tobytes()


def _from_planes(data: bytes, kind: str) -> _Array:
    planes = np.frombuffer(data, np.uint8).reshape(8, -1)
    return np.ascontiguousarray(planes.T).view(kind).ravel()


def _read(data: bytes) -> Part:
    text, _, planes = data.partition(b"\n")
    head = json.loads(text)
    columns, blocks = head["columns"], head["blocks"]
    size = 8 * sum(column[1] for column in columns)
    size += 8 * sum(3 * groups for *_, groups in blocks)
    whole = _Taken(_from_planes(planes[:size], "<i8").astype(np.int64))
    numbers = _Taken(_from_planes(planes[size:], "<f8").astype(np.float64))
    counts = {column[0]: _read_counts(column[1:], whole, numbers) for column in columns}
    sums = {
        name: BlockSums(count, squares, *(whole.take(groups) for _ in range(3)))
        for name, count, squares, groups in blocks
    }
    if whole.left or numbers.left:
        raise _damaged(f"{whole.left + numbers.left} numbers too many")
    return Part(head["rows"], counts, sums)


class _Taken:
    """An array that is taken from its beginning on."""

    def __init__(self, array: _Array) -> None:
        self._array = array
        self._at = 0

    @property
    def left(self) -> int:
        return len(self._array) - self._at

    def take(self, size: int) -> _Array:
        if not 0 <= size <= self.left:
            raise _damaged(f"{self.left} numbers, where {size} are due")
        self._at += size
        return self._array[self._at - size : self._at].copy()


def _read_counts(column: list[Any], whole: _Taken, numbers: _Taken) -> Counts:
    table = whole.take(column[0])
    if len(column) == 2:
        return CategoryCounts(table, column[1])
    _, norm, minimum, maximum = column
    # below, inner …, above have sums; -inf, +inf and missing have none
    held = table[:-3] > 0
    sums = np.zeros(len(held))
    sums[held] = numbers.take(int(held.sum()))
    return NumericCounts(table, sums, norm, minimum, maximum)
