"""Text files as whole rows of bytes: unpacked, checked, and cut where rows end.

Place: under CSV and JSON lines. Must not know columns or types.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa

from leeboard.errors import FileError
from leeboard.sources._guard import Stamp, arrow_file, open_regular
from leeboard.sources._limits import Limits, setting

__all__ = ["Piece", "pieces", "wrong_encoding"]

_READ = 1 << 20
_PIECE = 1 << 23
_UTF16 = (b"\xff\xfe", b"\xfe\xff")
_BOM = b"\xef\xbb\xbf"


@dataclass(frozen=True, slots=True)
class Piece:
    """Whole rows of a text file.

    Parameters
    ----------
    data : bytes
    line : int
        Of the file, at which it begins; the first is 1.
    offset : int
        In bytes of the unpacked file.
    """

    data: bytes
    line: int
    offset: int


def pieces(
    stamp: Stamp, *, name: str, codec: str | None, limits: Limits, quoted: bool
) -> Iterator[Piece]:
    """Yield a text file in pieces of whole rows, about 8 MiB each.

    Parameters
    ----------
    stamp : Stamp
    name : str
        The file, for messages.
    codec : str or None
        Of the compression.
    limits : Limits
    quoted : bool
        Whether a row may go on past the end of a line inside double quotes.

    Raises
    ------
    FileError
        UTF-16, a NUL byte, a line past the limit, a quote that is never closed, more
        unpacked than the limit, or a file that changed meanwhile.
    """
    cutter = _Cutter(name, limits=limits, quoted=quoted)
    offset = 0
    for read in _unpacked(stamp, name, codec=codec, limits=limits):
        chunk = read
        zero = chunk.find(b"\0")
        if offset == 0 and chunk[:2] in _UTF16:
            raise wrong_encoding(name, 0, "UTF-16")
        if zero >= 0:
            raise _nul(name, offset + zero, utf16=offset == 0 and zero < 4)
        if offset == 0 and chunk.startswith(_BOM):
            chunk = chunk[len(_BOM) :]
            offset = cutter.offset = len(_BOM)
        offset += len(chunk)
        yield from cutter.feed(chunk)
    yield from cutter.close()
    stamp.check(name)


def _unpacked(
    stamp: Stamp, name: str, *, codec: str | None, limits: Limits
) -> Iterator[bytes]:
    with ExitStack() as stack:
        stream: Any
        if codec is None:
            stream = stack.enter_context(open_regular(stamp, name))
        else:
            file = stack.enter_context(arrow_file(stamp, name))
            stream = pa.CompressedInputStream(file, codec)
        total = 0
        while True:
            try:
                chunk = stream.read(_READ)
            except (pa.ArrowException, OSError) as error:
                raise FileError(
                    code="damaged_file",
                    where=f"{name}, after {total} unpacked bytes",
                    found=f"{codec or 'data'} that cannot be unpacked ({error})",
                    expected="a whole file",
                    fix="Write or copy it again.",
                ) from error
            if not chunk:
                return
            total += len(chunk)
            if (
                codec is not None
                and total > limits.max_unpacked_bytes
                and total > limits.max_ratio * stamp.size
            ):
                raise _bomb(name, stamp.size, limits)
            yield chunk


class _Cutter:
    """Gathers bytes, and lets go of them up to the last end of a row."""

    def __init__(self, name: str, *, limits: Limits, quoted: bool) -> None:
        self.offset = 0
        self._name = name
        self._limits = limits
        self._quoted = quoted
        self._line = 1
        self._held: list[bytes] = []
        self._size = 0
        self._since_newline = 0
        self._newline = b""

    def feed(self, chunk: bytes) -> Iterator[Piece]:
        """Take bytes; yield a piece once enough rows have come together."""
        if not self._newline:
            self._newline = b"\r" if b"\r" in chunk and b"\n" not in chunk else b"\n"
        self._held.append(chunk)
        self._size += len(chunk)
        last = chunk.rfind(self._newline)
        if last < 0:
            self._since_newline += len(chunk)
        else:
            self._since_newline = len(chunk) - last - 1
        if self._since_newline > self._limits.max_line_bytes:
            raise self._too_long(b"".join(self._held))
        if self._size >= _PIECE:
            yield from self._cut()

    def close(self) -> Iterator[Piece]:
        """Yield what is left."""
        data = b"".join(self._held)
        if self._quoted and _count(data, b'"') % 2:
            _, opened = _walk(data, self._newline)
            if opened >= 0:
                raise self._unclosed(data, opened)
        if data.strip():
            yield Piece(data, self._line, self.offset)

    def _cut(self) -> Iterator[Piece]:
        data = b"".join(self._held)
        end = data.rfind(self._newline) + 1
        if self._quoted and _count(data[:end], b'"') % 2:
            end, opened = _walk(data, self._newline)
            if opened >= 0 and len(data) - opened > self._limits.max_line_bytes:
                raise self._unclosed(data, opened)
        if not end:
            self._held = [data]
            return
        whole = data[:end]
        piece = Piece(whole, self._line, self.offset)
        self._held = [data[end:]]
        self._size = len(data) - end
        self._line += _count(whole, self._newline)
        self.offset += end
        yield piece

    def _too_long(self, data: bytes) -> FileError:
        line = self._line + data.count(self._newline)
        return FileError(
            code="line_too_long",
            where=f"{self._name}, line {line}",
            found=f"a line of more than {self._limits.max_line_bytes} bytes",
            expected="rows that end",
            fix=f"Check the file, or set {setting('max_line_bytes')}.",
        )

    def _unclosed(self, data: bytes, opened: int) -> FileError:
        line = self._line + data.count(self._newline, 0, opened)
        return FileError(
            code="unclosed_quote",
            where=f"{self._name}, line {line}",
            found="a double quote that is never closed",
            expected="quotes in pairs",
            fix='Close it, or write a quote inside quotes twice ("").',
        )


def _count(data: bytes, byte: bytes) -> int:
    return int(np.count_nonzero(np.frombuffer(data, np.uint8) == byte[0]))


def _walk(data: bytes, newline: bytes) -> tuple[int, int]:
    """Return where the last whole row ends, and where a quote stays open (or -1).

    A quote opens only at the start of a field; one inside a bare field is text.
    """
    end = 0
    at = 0
    while True:
        start = data.find(b'"', at)
        if start < 0:
            return max(end, data.rfind(newline, at) + 1), -1
        end = max(end, data.rfind(newline, at, start) + 1)
        before = data[start - 1 : start]
        if before not in (b"", b",", b";", b"\t", b"|", b"\n", b"\r"):
            at = start + 1
            continue
        close = data.find(b'"', start + 1)
        while close >= 0 and data[close + 1 : close + 2] == b'"':
            close = data.find(b'"', close + 2)
        if close < 0:
            return end, start
        at = close + 1


def wrong_encoding(name: str, offset: int, hint: str) -> FileError:
    """Return the error for text that is not UTF-8."""
    return FileError(
        code="wrong_encoding",
        where=f"{name}, byte {offset}",
        found=f"text that is not UTF-8 (perhaps {hint})",
        expected="UTF-8",
        fix=f"Convert it, for example: iconv -f {hint} -t UTF-8.",
    )


def _nul(name: str, offset: int, *, utf16: bool) -> FileError:
    if utf16:
        return wrong_encoding(name, offset, "UTF-16")
    return FileError(
        code="nul_byte",
        where=f"{name}, byte {offset}",
        found="a NUL byte",
        expected="text",
        fix="Check that this is a text file; remove the byte.",
    )


def _bomb(name: str, size: int, limits: Limits) -> FileError:
    return FileError(
        code="unpacks_too_large",
        where=name,
        found=f"{size} bytes that unpack to more than {limits.max_unpacked_bytes}",
        expected=f"at most {limits.max_ratio} times the size on disk",
        fix=f"Unpack it yourself, or set {setting('max_unpacked_bytes')}.",
    )
