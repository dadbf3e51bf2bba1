"""On which line of a TOML text each table and key stands.

The standard parser keeps no lines and stops at a repeated key with the second place
alone. This reader looks at statements only: it finds headers and keys, skips values,
and leaves judging the syntax to the parser; where it cannot follow, it stops.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

__all__ = ["Path", "Place", "places"]

_KEY = r"""(?:[A-Za-z0-9_-]+|"(?:[^"\\\n]|\\.)*"|'[^'\n]*')"""
_DOTTED = re.compile(rf"[ \t]*({_KEY}(?:[ \t]*\.[ \t]*{_KEY})*)[ \t]*")
_PART = re.compile(_KEY)
_BLANK = re.compile(r"(?:[ \t\r\n]|#[^\n]*)*")
_STRING = re.compile(
    r'"""(?:[^"\\]|\\.|"(?!""))*"{3,5}'
    r"|'''(?:[^']|'(?!''))*'{3,5}"
    r'|"(?:[^"\\\n]|\\.)*"'
    r"|'[^'\n]*'",
    re.DOTALL,
)
_PLAIN = re.compile(r"[^\[\]{}\"'#\n]+")

Path = tuple[str | int, ...]


@dataclass(frozen=True, slots=True)
class Place:
    """One table header or key, and its line (1 is the first).

    An element of an array of tables has its index in the path.
    """

    path: Path
    line: int
    header: bool


def places(text: str) -> Iterator[Place]:
    """Yield headers and keys in order, repeated ones too."""
    table: Path = ()
    counts: dict[Path, int] = {}
    at, line, seen = 0, 1, 0
    while True:
        blank = _BLANK.match(text, at)
        at = blank.end() if blank else at
        line += text.count("\n", seen, at)
        seen = at
        if at >= len(text):
            return
        array = text.startswith("[[", at)
        header = array or text[at] == "["
        key = _DOTTED.match(text, at + header + array)
        if key is None:
            return
        path = tuple(_name(part) for part in _PART.findall(key[1]))
        at = key.end()
        if header:
            closing = "]]" if array else "]"
            if not text.startswith(closing, at):
                return
            at += len(closing)
            table = _within(path, counts, array=array)
            yield Place(table, line, header=not array)
        elif at < len(text) and text[at] == "=":
            yield Place((*table, *path), line, header=False)
            at = _after_value(text, at + 1)
        else:
            return


def _within(path: tuple[str, ...], counts: dict[Path, int], *, array: bool) -> Path:
    """Path with the index of the last element of each array of tables on the way."""
    full: Path = ()
    for i, part in enumerate(path):
        full = (*full, part)
        if array and i == len(path) - 1:
            counts[full] = counts.get(full, 0) + 1
        if full in counts:
            full = (*full, counts[full] - 1)
    return full


def _name(part: str) -> str:
    """Key as it is meant: quotes taken off, escapes resolved."""
    if part[0] == "'":
        return part[1:-1]
    if part[0] != '"':
        return part
    import tomllib

    try:
        return next(iter(tomllib.loads(f"{part}=0")))
    except tomllib.TOMLDecodeError:
        return part


def _after_value(text: str, at: int) -> int:
    """Where the line of a value ends: strings, arrays and inline tables skipped."""
    depth = 0
    while at < len(text):
        char = text[at]
        if char in "\"'":
            string = _STRING.match(text, at)
            if string is None:
                return len(text)
            at = string.end()
        elif char == "#":
            end = text.find("\n", at)
            at = len(text) if end < 0 else end
        elif char == "\n" and depth <= 0:
            return at
        else:
            depth += (char in "[{") - (char in "]}")
            plain = _PLAIN.match(text, at)
            at = plain.end() if plain else at + 1
    return at
