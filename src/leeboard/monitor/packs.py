"""What is kept of a segment's counts: those of its columns, and of its outcomes.

One packed row holds both: four bytes with the length of the first, the packed columns,
and the packed outcomes if there are any.
"""

from __future__ import annotations

import struct

from leeboard.errors import ProfileError

__all__ = ["join_packed", "split_packed"]

_LENGTH = struct.Struct("<I")


def join_packed(columns: bytes, outcomes: bytes) -> bytes:
    """Put both together."""
    return _LENGTH.pack(len(columns)) + columns + outcomes


def split_packed(data: bytes) -> tuple[bytes, bytes]:
    """Take them apart.

    Raises
    ------
    ProfileError
        If the data is shorter than it says.
    """
    length = _LENGTH.unpack_from(data)[0] if len(data) >= _LENGTH.size else len(data)
    stop = _LENGTH.size + length
    if stop > len(data):
        raise ProfileError(
            code="damaged_profile",
            where="packed counts",
            found=f"{len(data)} bytes",
            expected=f"{stop}",
            fix="Count the window again: leeboard run after removing its row.",
        )
    return data[_LENGTH.size : stop], data[stop:]
