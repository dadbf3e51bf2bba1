"""Column names: which are refused, which are rewritten, which are worth a warning.

Place: shared by all sources, before any value is read. Knows names alone.
"""

from __future__ import annotations

import math
import unicodedata
from collections.abc import Sequence

from leeboard.errors import InputError, Note

__all__ = ["check_names", "first_few"]

_SHOWN = 5


def check_names(
    raw: Sequence[object], *, where: str, error: type[InputError]
) -> tuple[tuple[str, ...], list[Note]]:
    """Return the names columns go by, as text, and the warnings about them.

    Parameters
    ----------
    raw : sequence
        Names as the data has them, in order.
    where : str
        The data, for messages.
    error : type
        Of the error raised.

    Raises
    ------
    InputError
        No columns; names that are tuples of levels, empty, hold control characters, or
        occur twice.
    """
    if not raw:
        raise error(
            code="no_columns",
            where=where,
            found="no columns",
            expected="at least one",
            fix="Check that this is the data you meant.",
        )
    notes: list[Note] = []
    names: list[str] = []
    renamed: list[str] = []
    for position, name in enumerate(raw):
        text = _text(name)
        if not isinstance(name, str):
            renamed.append(f"{name!r} ({type(name).__name__}) as {text!r}")
        _refuse_odd(text, position, where=where, error=error)
        names.append(text)
    if renamed:
        listed = first_few(renamed)
        notes.append(Note("name_not_text", where, f"column names are read: {listed}"))
    _refuse_twins(names, where=where, error=error)
    notes.extend(_near_twins(names, where))
    return tuple(names), notes


def _text(name: object) -> str:
    if isinstance(name, str):
        return str(name)
    if name is None:
        return "None"
    if isinstance(name, float) and math.isnan(name):
        return "NaN"
    if isinstance(name, tuple):
        return ", ".join(_text(part) for part in name)
    return str(name)


def _refuse_odd(
    name: str, position: int, *, where: str, error: type[InputError]
) -> None:
    problem = ""
    if not name.strip():
        problem = "an empty name"
    elif any(unicodedata.category(c) == "Cc" and c not in "\n\t\r" for c in name):
        problem = f"a control character in the name {name!r}"
    elif any(unicodedata.category(c) == "Cs" for c in name):
        problem = f"half a character (a lone surrogate) in the name {name!r}"
    if problem:
        raise error(
            code="bad_column_name",
            where=f"column {position + 1} of {where}",
            found=problem,
            expected="a name of printable characters",
            fix="Name the column, or leave it out.",
        )


def _refuse_twins(names: Sequence[str], *, where: str, error: type[InputError]) -> None:
    places: dict[str, list[int]] = {}
    for position, name in enumerate(names):
        places.setdefault(name, []).append(position + 1)
    twins = {name: at for name, at in places.items() if len(at) > 1}
    if not twins:
        return
    listed = first_few(
        [
            f"{name!r} (columns {', '.join(map(str, at[:_SHOWN]))})"
            for name, at in twins.items()
        ]
    )
    raise error(
        code="duplicate_columns",
        where=where,
        found=f"more than one column named {listed}",
        expected="each name once",
        fix="Rename or remove all but one of each.",
    )


def first_few(items: Sequence[str]) -> str:
    """Name the first few, and how many more there are."""
    more = f" and {len(items) - _SHOWN} more" if len(items) > _SHOWN else ""
    return ", ".join(items[:_SHOWN]) + more


def _near_twins(names: Sequence[str], where: str) -> list[Note]:
    alike: dict[str, list[str]] = {}
    for name in names:
        plain = unicodedata.normalize("NFC", name).casefold().strip()
        alike.setdefault(plain, []).append(name)
    return [
        Note(
            "similar_names",
            where,
            "columns "
            + ", ".join(repr(name) for name in group)
            + " differ only in case, spaces or Unicode form; each is kept apart",
        )
        for group in alike.values()
        if len(group) > 1
    ]
