"""The bytes of a request: bounded while they arrive and while they unfold.

Place: before the parser. Knows headers and encodings; nothing of events.
"""

from __future__ import annotations

import asyncio
import zlib
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass

import pyarrow as pa

from leeboard.server.refusal import Refusal

__all__ = ["Bounds", "Form", "form_of", "receive", "unfold"]

_CHUNK = 64 << 10
_GZIP, _ZSTD = b"\x1f\x8b", b"\x28\xb5\x2f\xfd"
_KINDS = {
    "application/json": False,
    "application/x-ndjson": True,
    "application/ndjson": True,
    "application/jsonl": True,
}


@dataclass(frozen=True, slots=True)
class Bounds:
    """What a body may take.

    Parameters
    ----------
    sent, unfolded : int
        Bytes as they arrive, and without their compression.
    seconds : float
        Until the last byte has arrived.
    """

    sent: int = 10 << 20
    unfolded: int = 50 << 20
    seconds: float = 30.0


@dataclass(frozen=True, slots=True)
class Form:
    """How a body is written: ``encoding`` is empty, ``gzip`` or ``zstd``."""

    lines: bool
    encoding: str


def form_of(headers: Mapping[str, str]) -> Form:
    """Read what the headers say of a body.

    Raises
    ------
    Refusal
        415: another type, character set or encoding.
    """
    kind, _, more = headers.get("content-type", "").partition(";")
    name, _, charset = more.strip().partition("=")
    lines = _KINDS.get(kind.strip().lower())
    plain = not more.strip() or (
        name.strip().lower() == "charset"
        and charset.strip().strip('"').lower() in {"utf-8", "utf8"}
    )
    if lines is None or not plain:
        raise _unsupported(
            "Content-Type", "application/json or application/x-ndjson, in UTF-8"
        )
    encoding = headers.get("content-encoding", "").strip().lower()
    if encoding not in {"", "identity", "gzip", "zstd"}:
        raise _unsupported("Content-Encoding", "gzip, zstd or none, once")
    return Form(lines, "" if encoding == "identity" else encoding)


def _unsupported(header: str, expected: str) -> Refusal:
    return Refusal(
        415,
        code="unsupported_media",
        where=header,
        found="a value that is not taken, or none",
        expected=expected,
        fix=f"Send the header {header} so.",
    )


async def receive(
    chunks: AsyncIterator[bytes], length: str | None, bounds: Bounds
) -> bytes:
    """Read a body as it was sent.

    Parameters
    ----------
    chunks : async iterator of bytes
    length : str or None
        The header Content-Length.
    bounds : Bounds

    Raises
    ------
    Refusal
        413: it is too long; 408: it takes too long.
    """
    sound = length is not None and length.isascii() and length.isdigit()
    if sound and int(str(length)[:20]) > bounds.sent:
        raise _too_long(f"{int(str(length)[:20]):,} bytes", bounds.sent)
    parts: list[bytes] = []
    size = 0
    try:
        async with asyncio.timeout(bounds.seconds):
            async for chunk in chunks:
                size += len(chunk)
                if size > bounds.sent:
                    raise _too_long(f"at least {size:,} bytes", bounds.sent)
                parts.append(chunk)
    except TimeoutError:
        raise Refusal(
            408,
            code="too_slow",
            where="body",
            found=f"{size:,} bytes in {bounds.seconds:g} s, and not the last",
            expected="the whole body by then",
            fix="Send fewer events at a time.",
            headers={"Connection": "close"},
        ) from None
    return b"".join(parts)


def unfold(body: bytes, encoding: str, bounds: Bounds) -> bytes:
    """Return a body without its compression; never more than is allowed of it.

    Raises
    ------
    Refusal
        400: it is not compressed so; 413: it is too long.
    """
    if not encoding:
        if body.startswith((_GZIP, _ZSTD)):
            raise _not_so("a compressed body", "none, as the headers say")
        return body
    try:
        if encoding == "gzip":
            return _gunzip(body, bounds.unfolded)
        return _unzstd(body, bounds.unfolded)
    except (zlib.error, OSError, EOFError):
        raise _not_so("other bytes, or a part of them", encoding) from None


def _gunzip(body: bytes, most: int) -> bytes:
    parts: list[bytes] = []
    left = most
    rest = body
    while rest:
        unpacker = zlib.decompressobj(31)  # a gzip head and tail
        while rest and not unpacker.eof:
            # one byte beyond what is allowed tells that there is more
            part = unpacker.decompress(rest, min(left + 1, _CHUNK))
            rest = unpacker.unconsumed_tail
            left -= len(part)
            if left < 0:
                raise _too_long(f"more than {most:,} bytes unfolded", most)
            parts.append(part)
            if not part and not rest:
                break
        if not unpacker.eof:
            raise EOFError
        rest = unpacker.unused_data
    if not parts:
        raise EOFError
    return b"".join(parts)


def _unzstd(body: bytes, most: int) -> bytes:
    parts: list[bytes] = []
    left = most
    with pa.CompressedInputStream(pa.BufferReader(body), "zstd") as stream:
        while part := stream.read(min(_CHUNK, left + 1)):
            left -= len(part)
            if left < 0:
                raise _too_long(f"more than {most:,} bytes unfolded", most)
            parts.append(part)
    if not parts:
        raise EOFError
    return b"".join(parts)


def _not_so(found: str, expected: str) -> Refusal:
    return Refusal(
        400,
        code="bad_compression",
        where="body",
        found=found,
        expected=expected if "none" in expected else f"a whole body in {expected}",
        fix="Let Content-Encoding say how the body is compressed.",
    )


def _too_long(found: str, most: int) -> Refusal:
    return Refusal(
        413,
        code="too_large",
        where="body",
        found=found,
        expected=f"at most {most:,} bytes",
        fix="Send the events in several requests.",
    )
