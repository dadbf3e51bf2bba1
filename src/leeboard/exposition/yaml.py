"""Plain values as YAML, for files that people read and Prometheus loads.

Place: mappings, lists and texts are all that such a file holds. What could be read as
anything but text is quoted.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence

__all__ = ["Value", "to_yaml"]

Value = str | Sequence["Value"] | Mapping[str, "Value"]

_PLAIN = re.compile(r"[A-Za-z][A-Za-z0-9_./-]*|[0-9]+[smhdwy]")
_WORDS = {"true", "false", "yes", "no", "on", "off", "null", "y", "n"}


def to_yaml(value: Mapping[str, Value], *, head: str = "") -> str:
    """Write a document; ``head`` is a line of comment above it."""
    comment = [f"# {head}"] if head else []
    return "\n".join([*comment, *_lines(value)]) + "\n"


def _lines(value: Value) -> Iterator[str]:
    if isinstance(value, Mapping):
        for key, one in value.items():
            yield from _entry(f"{_scalar(key)}:", one)
    else:
        for one in value:
            if isinstance(one, str):
                yield f"- {_scalar(one)}"
            else:
                first, *rest = _lines(one)
                yield f"- {first}"
                yield from (f"  {line}" for line in rest)


def _entry(key: str, value: Value) -> Iterator[str]:
    if isinstance(value, str):
        yield f"{key} {_scalar(value)}"
    else:
        yield key
        yield from (f"  {line}" for line in _lines(value))


def _scalar(value: str) -> str:
    if _PLAIN.fullmatch(value) and value.lower() not in _WORDS:
        return value
    if value.isprintable():
        return "'" + value.replace("'", "''") + "'"
    return '"' + "".join(map(_escaped, value)) + '"'


def _escaped(char: str) -> str:
    if char in '"\\':
        return f"\\{char}"
    if char.isprintable():
        return char
    code = ord(char)
    if 0xD800 <= code < 0xE000:  # half a character, which no file can hold
        return "\\uFFFD"
    return f"\\x{code:02x}" if code < 0x100 else f"\\U{code:08x}"
