"""Which texts of what is kept may quote data, and how those are taken out of them.

Place: below all that is kept. A field says by its type that it holds words, so that a
new one is decided where it is written down. What does not say so, as an id, a time, a
code or the name of a column or field, is never changed: it could not be read back.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import is_dataclass, replace
from functools import cache
from typing import Annotated, Any, TypeVar, get_args, get_origin, get_type_hints

__all__ = ["ERASED", "Blot", "Segment", "Words", "blotted", "blotter", "marked"]

ERASED = "(erased)"
"""Stands in the place of a text that was taken out."""

Blot = Callable[[str], str]
"""Takes texts out of words, as ``blotter`` makes it."""

_Said = Callable[[str, Blot], str]
_T = TypeVar("_T")


def _every(text: str, blot: Blot) -> str:
    return blot(text)


def _level(text: str, blot: Blot) -> str:
    column, sign, level = text.partition("=")
    return f"{column}{sign}{blot(level)}"


Words = Annotated[str, _every]
"""A text that may quote data at any place."""

Segment = Annotated[str, _level]
"""``column=level``, of which the level is data, or the name of a column, or empty."""


def blotter(texts: Iterable[str]) -> Blot:
    """Return what takes texts out of words.

    Where several stand over one another, all of what they cover goes: of
    ``customer-12`` no ``2`` is left when ``customer-1`` goes too.

    Parameters
    ----------
    texts : iterable of str
        None of them empty.
    """
    whole = frozenset(texts)
    lengths = sorted({len(one) for one in whole}, reverse=True)
    # of thousands an expression tries one after another: it says where one may begin,
    # letter by letter as far as the shortest goes, and the set says which
    alike = zip(*whole, strict=False)
    letters = (f"[{''.join(map(re.escape, {*each}))}]" for each in alike)
    begins = re.compile(f"(?={''.join(letters)})")

    def blot(text: str) -> str:
        pieces, kept, end = [], 0, 0
        # looked for at every place: what begins within another is found too
        for place in begins.finditer(text) if whole else ():
            start = place.start()
            at_it = (text[start : start + length] for length in lengths)
            found = next((one for one in at_it if one in whole), "")
            if found and start >= end:
                pieces += [text[kept:start], ERASED]
            if found:
                kept = end = max(end, start + len(found))
        return "".join([*pieces, text[kept:]])

    return blot


def blotted(value: _T, blot: Blot) -> _T:
    """Return a dataclass with its words, and those of what it holds, without texts."""
    kind: Any = type(value)
    fresh = {
        name: _anew(getattr(value, name), hint, blot)
        for name, hint in _hints(kind).items()
    }
    return replace(value, **fresh)  # type: ignore[type-var]  # it is a dataclass


def marked(kind: type) -> dict[str, _Said]:
    """Fields of a dataclass that are one text of words each, and how to take it out."""
    return {
        name: hint.__metadata__[0]
        for name, hint in _hints(kind).items()
        if get_origin(hint) is Annotated
    }


@cache
def _hints(kind: type) -> dict[str, Any]:
    return get_type_hints(kind, include_extras=True)


def _anew(value: Any, hint: Any, blot: Blot) -> Any:
    if get_origin(hint) is Annotated:
        said: _Said = hint.__metadata__[0]
        return said(value, blot)
    if is_dataclass(value):
        return blotted(value, blot)
    inner = get_args(hint)
    if isinstance(value, tuple):
        each = [inner[0]] * len(value) if inner[-1] is Ellipsis else inner
        return tuple(_anew(v, h, blot) for v, h in zip(value, each, strict=True))
    if isinstance(value, Mapping):
        key, one = inner
        return {_anew(k, key, blot): _anew(v, one, blot) for k, v in value.items()}
    return value
