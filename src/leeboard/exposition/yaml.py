"""Plain values as YAML, for files that people read and Prometheus loads.

Place: mappings, lists, texts and numbers is all that such a file holds. What could be
read as anything but text is quoted.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence

__all__ = ["Value", "to_yaml"]

Value = str | int | float | Sequence["Value"] | Mapping[str, "Value"]

_PLAIN = re.compile(r"[A-Za-z][A-Za-z0-9_./-]*|[0-9]+[smhdwy]")
_WORDS = {"true", "false", "yes", "no", "on", "off", "null", "y", "n"}


def to_yaml(value: Mapping[str, Value], *, head: str = "") -> str:
    """Write a document; ``head`` is a comment above it."""
    comment = [f"# {line}" for line in head.splitlines()]
    return "\n".join([*comment, *_lines(value)]) + "\n"


def _lines(value: Value) -> Iterator[str]:
    if isinstance(value, Mapping):
        for key, one in value.items():
            yield from _entry(f"{_scalar(key)}:", one)
    elif isinstance(value, Sequence) and not isinstance(value, str):
        for one in value:
            if _is_leaf(one):
                yield f"- {_scalar(one)}"
            else:
                first, *rest = _lines(one)
                yield f"- {first}"
                yield from (f"  {line}" for line in rest)


def _entry(key: str, value: Value) -> Iterator[str]:
    if _is_leaf(value):
        yield f"{key} {_scalar(value)}"
    else:
        yield key
        yield from (f"  {line}" for line in _lines(value))


def _is_leaf(value: Value) -> bool:
    return isinstance(value, str | int | float)


def _scalar(value: Value) -> str:
    if not isinstance(value, str):
        return repr(value)
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
