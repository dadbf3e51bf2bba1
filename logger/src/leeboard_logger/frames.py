"""Frames: how one record lies in a spool file, so that damage is seen and skipped.

A frame is 4 bytes of marker, the payload's length and its CRC-32 (both little-endian
unsigned 32-bit; the checksum covers length and payload), and the payload. The payload
is one byte of kind and a JSON text in UTF-8:

``p``
    A prediction: ``id, model, version, made_at, prediction, features`` and where given
    ``scores, segments, metadata, latency_s, rate`` (of sampling). Times are whole
    microseconds since 1970 in UTC. A score without a name is called ``score``.
``f``
    Feedback: ``id, model, label, observed_at``; a label of null takes the label back.
``a``
    Accounting of one logger so far: ``logger`` (its token), ``model``, ``logged,
    acknowledged, queued, dropped`` (a mapping of reason to count), and beside the
    identity ``sampled, degraded, values_cut, values_dropped``. The last one counts.
``q``
    Set aside by a collector: a JSON object of ``reason``, ``detail`` and ``model``, a
    line end, and the payload that it is about.
``e``
    End: the writer is done with this file.

A number that JSON cannot say is null in its place, and ``special`` maps the place to
``nan``, ``inf`` or ``-inf``::

    {"id": …, "prediction": null, "features": {"temp": null, "wind": 3.0},
     "special": {"features.temp": "nan", "prediction": "inf"}}

A place is ``prediction``, ``label``, or a group (``features``, ``scores``,
``segments``, ``metadata``), a dot and the name, which may hold dots itself. Inside a
nested value such a number is null and no more.

A reader that meets anything else looks for the next marker and says how many bytes it
passed over.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass

__all__ = [
    "END",
    "LARGEST",
    "MARK",
    "Frame",
    "Gap",
    "frame",
    "read_frames",
    "whole_frames",
]

MARK = b"\xd5LB1"
LARGEST = 1 << 20
"""Bytes a payload may have."""

END = b"e{}"
_HEAD = struct.Struct("<4sII")
_LENGTH = struct.Struct("<I")


@dataclass(frozen=True, slots=True)
class Frame:
    """One whole payload, and where in the file the frame ends."""

    payload: bytes
    stop: int


@dataclass(frozen=True, slots=True)
class Gap:
    """Bytes from ``start`` to ``stop`` that are no whole frame."""

    start: int
    stop: int


def frame(payload: bytes) -> bytes:
    """Wrap one payload."""
    length = len(payload)
    check = zlib.crc32(payload, zlib.crc32(_LENGTH.pack(length)))
    return _HEAD.pack(MARK, length, check) + payload


def read_frames(data: bytes, start: int = 0) -> Iterator[Frame | Gap]:
    """Yield whole frames from an offset on, and the gaps between them.

    Bytes at the end that may yet become a frame are not yielded at all: a later call
    starts there, at the last ``stop``.
    """
    at = start
    while at < len(data):
        stop = _whole(data, at)
        if stop > 0:
            yield Frame(data[at + _HEAD.size : stop], stop)
            at = stop
            continue
        found = _next(data, at + 1)
        if stop == 0 and found == len(data):
            return
        yield Gap(at, found)
        at = found


def whole_frames(data: bytes) -> tuple[list[bytes], int]:
    """Return the payloads that stand whole at the beginning, and where they end.

    Takes half the time of ``read_frames``, which goes on from there: what follows is
    damaged, or not all there yet.
    """
    payloads: list[bytes] = []
    at = 0
    unpack, crc, size, end = _HEAD.unpack_from, zlib.crc32, _HEAD.size, len(data)
    while at + size <= end:
        mark, length, check = unpack(data, at)
        stop = at + size + length
        if mark != MARK or length > LARGEST or stop > end:
            break
        payload = data[at + size : stop]
        if crc(payload, crc(data[at + 4 : at + 8])) != check:
            break
        payloads.append(payload)
        at = stop
    return payloads, at


def _whole(data: bytes, at: int) -> int:
    """Where the frame that begins here ends; 0: not yet known; -1: none begins here."""
    if not MARK.startswith(data[at : at + 4]):
        return -1
    if at + _HEAD.size > len(data):
        return 0
    _, length, check = _HEAD.unpack_from(data, at)
    if length > LARGEST:
        return -1
    stop = at + _HEAD.size + length
    if stop > len(data):
        return 0
    payload = data[at + _HEAD.size : stop]
    sound = zlib.crc32(payload, zlib.crc32(_LENGTH.pack(length))) == check
    return int(stop) if sound else -1


def _next(data: bytes, at: int) -> int:
    """Place of the next whole frame from an offset on, or the end of the data."""
    while True:
        at = data.find(MARK, at)
        if at < 0:
            return len(data)
        if _whole(data, at) > 0:
            return at
        at += 1
