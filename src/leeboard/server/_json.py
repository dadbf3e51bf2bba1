"""JSON read strictly: one meaning, bounded depth, numbers that exist.

What the standard parser lets pass (NaN, a name twice, integers without end, half a
character) is marked while it reads, and then found with its path.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterable
from typing import Any, NoReturn

from leeboard.server.refusal import Refusal, path_of

__all__ = ["DEEPEST", "as_text", "read_json"]

DEEPEST = 8
"""Levels of objects and lists that an event may have, its own counted."""

_LOWEST, _HIGHEST = -(1 << 63), (1 << 63) - 1
_DIGITS = 20
_BOM = b"\xef\xbb\xbf"


class _Flaw:
    """Stands in the place of a value that is not taken."""

    __slots__ = ("code", "expected", "fix", "found")

    def __init__(self, code: str, found: str, expected: str, fix: str) -> None:
        self.code, self.found, self.expected, self.fix = code, found, expected, fix


_NO_NUMBER = _Flaw(
    code="not_json_number",
    found="NaN or an infinity, which JSON does not have",
    expected="a finite number or null",
    fix='Send null, and beside it "special": {"features.NAME": "nan"}; or inf, -inf.',
)
_TOO_LARGE = _Flaw(
    code="number_out_of_range",
    found="a number beyond the range that is kept",
    expected="a finite double, or an integer of 64 bits",
    fix="Send it as text, or divide it.",
)
_TWICE = _Flaw(
    code="duplicate_key",
    found="an object with one name twice",
    expected="each name once",
    fix="Leave one of the two out.",
)
_TEXT = _Flaw(
    code="bad_text",
    found="a NUL, or half of a surrogate pair",
    expected="text of whole characters without NUL",
    fix="Replace the character before sending.",
)
_DEEP = _Flaw(
    code="too_deep",
    found="values nested too deep",
    expected=f"at most {DEEPEST} levels within an event",
    fix="Flatten the value, or send it as text.",
)


def as_text(body: bytes) -> str:
    """Decode a body.

    Raises
    ------
    Refusal
        400: it is empty, begins with a byte order mark, or is not UTF-8.
    """
    if body.startswith(_BOM):
        raise Refusal(
            400,
            code="bad_encoding",
            where="byte 0",
            found="a byte order mark",
            expected="UTF-8 without one",
            fix="Leave the first three bytes out.",
        )
    try:
        return body.decode("utf-8")
    except UnicodeDecodeError as error:
        raise Refusal(
            400,
            code="bad_encoding",
            where=f"byte {error.start}",
            found="bytes that are not UTF-8",
            expected="JSON in UTF-8",
            fix="Encode the body as UTF-8; compressed bodies need Content-Encoding.",
        ) from None


def read_json(text: str, *, start: str = "$", around: int = 0) -> Any:
    """Return the one value that a text is.

    Parameters
    ----------
    text : str
    start : str
        What stands before the path in a refusal.
    around : int
        Levels around the events, which do not count for their depth.

    Raises
    ------
    Refusal
        400: it is no JSON; 422: JSON, but not of the kind that is taken.
    """
    try:
        value = _decoded(text)
    except RecursionError:
        _refuse(_DEEP, start)
    except json.JSONDecodeError as error:
        empty = not text.strip()
        raise Refusal(
            400,
            code="bad_json",
            where=f"{start.rpartition('$')[0]}character {error.pos}",
            found="an empty text" if empty else "a text that is no JSON from here on",
            expected="one JSON value",
            fix="Let a JSON library write the body.",
        ) from None
    _Search("\\u" in text, DEEPEST + around, start).look(value, 1, [])
    return value


def _decoded(text: str) -> Any:
    try:
        return _DECODER.decode(text)
    except json.JSONDecodeError:
        raise
    except ValueError:
        return _LONG.decode(text)


def _unique(pairs: list[tuple[str, Any]]) -> Any:
    found = dict(pairs)
    return found if len(found) == len(pairs) else _TWICE


_DECODER = json.JSONDecoder(
    object_pairs_hook=_unique, parse_constant=lambda _: _NO_NUMBER
)
# Python refuses to read integers of thousands of digits, and says nothing of the place.
_LONG = json.JSONDecoder(
    object_pairs_hook=_unique,
    parse_int=lambda text: int(text) if len(text) <= _DIGITS else _TOO_LARGE,
    parse_constant=lambda _: _NO_NUMBER,
)


class _Search:
    """Looks for what was marked, for depth, and for text that cannot be kept."""

    def __init__(self, escaped: bool, deepest: int, start: str) -> None:  # noqa: FBT001
        # unescaped the parser and UTF-8 let neither NUL nor half a character through
        self._escaped = escaped
        self._deepest = deepest
        self._start = start

    def look(self, value: Any, depth: int, steps: list[str | int]) -> None:
        """Raise for the first flaw in or below a value."""
        if isinstance(value, _Flaw):
            _refuse(value, path_of(steps, self._start))
        if isinstance(value, str):
            if self._escaped and _is_bad(value):
                _refuse(_TEXT, path_of(steps, self._start))
            return
        if not isinstance(value, dict | list):
            if not _all_sound([value]):
                _refuse(_TOO_LARGE, path_of(steps, self._start))
            return
        if depth > self._deepest:
            _refuse(_DEEP, path_of(steps, self._start))
        inner = value.values() if isinstance(value, dict) else value
        if not self._escaped and _all_sound(inner):
            return
        if isinstance(value, dict) and self._escaped:
            for place, name in enumerate(value):
                if _is_bad(name):
                    _refuse(_TEXT, path_of(steps, self._start) + f" name {place}")
        for step, one in value.items() if isinstance(value, dict) else enumerate(value):
            if self._escaped or type(one) not in _PLAIN:
                self.look(one, depth + 1, [*steps, step])


_PLAIN = frozenset({str, bool, type(None)})


def _all_sound(values: Iterable[Any]) -> bool:
    """Tell whether all are scalars within range; one loop, since most are just that."""
    for one in values:
        kind = type(one)
        if kind is float:
            if math.isinf(one):
                return False
        elif kind is int:
            if not _LOWEST <= one <= _HIGHEST:
                return False
        elif kind not in _PLAIN:
            return False
    return True


def _is_bad(text: str) -> bool:
    if "\0" in text:
        return True
    return not text.isascii() and any("\ud800" <= c <= "\udfff" for c in text)


def _refuse(flaw: _Flaw, where: str) -> NoReturn:
    raise Refusal(
        422,
        code=flaw.code,
        where=where,
        found=flaw.found,
        expected=flaw.expected,
        fix=flaw.fix,
    )
