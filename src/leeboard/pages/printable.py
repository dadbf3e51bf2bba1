"""Texts from the data, made fit to be shown: what cannot be seen is written out.

A control character can redraw a terminal and a bidirectional one can turn a name
around; both come with data. Every page passes texts through here before it escapes.
"""

from __future__ import annotations

import re
import unicodedata

__all__ = ["printable", "shorten"]

_UNSEEN = re.compile(
    "[\x00-\x1f\x7f-\x9f\xad\u061c\u115f\u1160\u180b-\u180f\u200b-\u200f\u2028-\u202e"
    "\u2060-\u206f\u3164\ufdd0-\ufdef\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufffc\ufffe\uffff"
    "\ud800-\udfff\U000e0000-\U000e0fff]"
)
_MAX_MARKS = 3


def printable(text: str) -> str:
    """Return the text with every character that cannot be seen written out.

    Control and bidirectional characters become their code points, such as ⟨U+202E⟩. Of
    marks stacked on one character, three are kept.
    """
    if text.isascii() and text.isprintable():
        return text
    return _unstack(_UNSEEN.sub(_written_out, text))


def _written_out(found: re.Match[str]) -> str:
    return f"⟨U+{ord(found.group()):04X}⟩"


def _unstack(text: str) -> str:
    kept: list[str] = []
    marks = 0
    for character in text:
        marks = marks + 1 if unicodedata.category(character) in {"Mn", "Me"} else 0
        if marks <= _MAX_MARKS:
            kept.append(character)
    return "".join(kept)


def shorten(text: str, length: int) -> str:
    """Return the printable text, cut in the middle to at most ``length`` characters."""
    shown = printable(text)
    if len(shown) <= length:
        return shown
    head = (length - 1) * 2 // 3
    return f"{shown[:head]}…{shown[len(shown) - (length - 1 - head) :]}"
