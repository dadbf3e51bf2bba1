"""Memories as text, to be kept between passes."""

from __future__ import annotations

import base64
import json
import zlib

import numpy as np

from leeboard.alarms.judged import Subject
from leeboard.errors import AlarmError

__all__ = ["memories_from_text", "memories_to_text"]

_FORMAT = 2
"""1 wrote the numbers in base 85, which takes Python long to read."""


def memories_to_text(memories: dict[Subject, tuple[float, ...]]) -> str:
    """Write memories so that ``memories_from_text`` gives the very same numbers."""
    heads = [
        [one.segment, one.name, one.aspect, len(memory)]
        for one, memory in memories.items()
    ]
    numbers = np.array([x for memory in memories.values() for x in memory], "<f8")
    # by byte of the number: those of like numbers are alike, and deflate to little
    planes = numbers.view(np.uint8).reshape(-1, 8).T.tobytes()
    packed = base64.b64encode(zlib.compress(planes, 1)).decode("ascii")
    return json.dumps({"format": _FORMAT, "of": heads, "numbers": packed})


def memories_from_text(text: str | None) -> dict[Subject, tuple[float, ...]]:
    """Read what was written; nothing where nothing was.

    Raises
    ------
    AlarmError
        If it is damaged, or of a newer Leeboard.
    """
    if not text:
        return {}
    try:
        found = json.loads(text)
        version, heads = found["format"], found["of"]
        decoded = base64.b85decode if version == 1 else base64.b64decode
        planes = zlib.decompress(decoded(found["numbers"]))
        table = np.frombuffer(planes, np.uint8).reshape(8, -1)
        numbers = np.ascontiguousarray(table.T).view("<f8").ravel().tolist()
    except (ValueError, KeyError, TypeError, zlib.error) as error:
        raise _unreadable(f"text that is none ({error})") from error
    if version not in {1, _FORMAT} or sum(head[3] for head in heads) != len(numbers):
        raise _unreadable(f"format {version!r:.20} with {len(numbers)} numbers")
    memories, at = {}, 0
    for segment, name, aspect, size in heads:
        memories[Subject(segment, name, aspect)] = tuple(numbers[at : at + size])
        at += size
    return memories


def _unreadable(found: str) -> AlarmError:
    return AlarmError(
        code="damaged_memory",
        where="memories of detectors",
        found=found,
        expected=f"memories of format {_FORMAT}",
        fix="Restore the results from a backup, or let a newer Leeboard read them.",
    )
