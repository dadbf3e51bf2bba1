"""Whether the columns of current rows are what they were in the reference.

Place: beside profiling, before any row is counted. Must not know how rows are compared.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from difflib import get_close_matches

import numpy as np
import pyarrow as pa

from leeboard.engines.blocks import Blocks
from leeboard.engines.values import FORMS, levels_and_codes
from leeboard.errors import FrameError, Note, Problem
from leeboard.profiles.part import Form
from leeboard.profiles.profile import Profile
from leeboard.schema import Column, Kind, Role
from leeboard.sources import Source

__all__ = ["agree", "check_time", "unlike", "warnings_of"]

_LISTED = 10
"""Columns told one by one; more than that are told in one note."""

_READABLE = {
    Kind.NUMERIC: {Kind.NUMERIC, Kind.BOOLEAN},
    Kind.DATETIME: {Kind.DATETIME},
    Kind.BOOLEAN: {Kind.BOOLEAN, Kind.NUMERIC, Kind.CATEGORICAL},
    Kind.CATEGORICAL: {Kind.CATEGORICAL, Kind.NUMERIC, Kind.BOOLEAN, Kind.DATETIME},
}
"""As which kinds a schema may have each kind of values read."""

_MENDING = {
    Kind.NUMERIC: "Convert it to numbers before the check",
    Kind.DATETIME: (
        "Convert it to dates before the check, with their format stated (day or month "
        "first is never guessed)"
    ),
}


def unlike(column: Column, natural: Kind, form: Form) -> Problem | None:
    """Why a column cannot be read as the schema declares it; None if it can."""
    if natural in _READABLE.get(column.kind, {natural}):
        return None
    mending = _MENDING.get(column.kind, "Convert it before the check")
    return Problem(
        code="not_of_kind",
        where=f"column {column.name!r}",
        found=_what(form),
        expected=f"{FORMS.get(column.kind, column.kind.value)}, as the schema declares",
        fix=f'{mending}, or set kind = "{natural.value}" in the schema.',
    )


def agree(
    source: Source, reference: Profile, types: Mapping[str, Form]
) -> dict[str, Problem]:
    """Compared columns that current rows lack or hold as another type, and why."""
    problems: dict[str, Problem] = {}
    for name in reference.cells:
        if name in source.problems:
            problems[name] = source.problems[name]
        elif name not in types:
            problems[name] = _missing_column(name, source, reference, types)
        else:
            before, now = reference.types.get(name), types[name]
            changed = _type_changed(name, before, now, source)
            if changed is not None:
                problems[name] = changed
    return problems


def _missing_column(
    name: str, source: Source, reference: Profile, types: Mapping[str, Form]
) -> Problem:
    expected, fix = "it, as in the reference", "leave it out with ignore=."
    new = _renamed(name, reference, types)
    if new is not None:
        found = f"no such column in {source.name}, but {new!r}, which is new there"
        fix = f"If that is it, rename it back; else {fix}"
    else:
        have = ", ".join(map(repr, source.schema.names[:12]))
        more = len(source.schema.names) - 12
        found = f"no such column in {source.name}; it has {have}"
        found += f" and {more} more" if more > 0 else ""
        fix = f"Restore or rename it, or {fix}"
    return Problem("missing_column", f"column {name!r}", found, expected, fix)


def _renamed(name: str, reference: Profile, types: Mapping[str, Form]) -> str | None:
    """Name of a new column like the missing one, in name and in kind of values."""
    before = reference.types.get(name)
    new = {
        _bare(other): other
        for other, form in types.items()
        if other not in reference.schema and before and form.kind == before.kind
    }
    close = get_close_matches(_bare(name), list(new), n=1)
    return new[close[0]] if close else None


def _bare(name: str) -> str:
    return "".join(filter(str.isalnum, name.casefold()))


def _type_changed(
    name: str, before: Form | None, now: Form, source: Source
) -> Problem | None:
    if before is None or before.kind == now.kind or now.kind is None:
        return None
    share = ""
    if before.kind is Kind.NUMERIC and now.kind is Kind.CATEGORICAL:
        share = f"; {_castable(source.column(name))} of the texts are numbers"
    return Problem(
        code="type_changed",
        where=f"column {name!r}",
        found=f"{_what(now)}{share}",
        expected=f"{_what(before)}, as in the reference",
        fix="Convert it before the check; nothing is cast silently.",
    )


def _what(form: Form) -> str:
    """Values of a type in words, and the type: ``text (categories)``."""
    kind = "categories" if form.type.startswith("dictionary<") else form.type
    return f"{FORMS.get(form.kind, kind) if form.kind else kind} ({kind})"


def _castable(data: pa.ChunkedArray) -> str:
    """How many texts are numbers: a share, but never 100% unless all of them are."""
    tally: dict[str, int] = {}
    for chunk in data.chunks:
        levels, codes, _ = levels_and_codes(chunk)
        counts = np.bincount(codes, minlength=len(levels))
        for level, count in zip(levels, counts.tolist(), strict=True):
            tally[level] = tally.get(level, 0) + count
    total = sum(tally.values())
    good = sum(count for level, count in tally.items() if _is_number(level))
    if total - good < 0.01 * total and good < total:
        return f"all but {total - good:,}"
    return f"{good / total if total else 0.0:.0%}"


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True


def check_time(source: Source, reference: Profile, types: Mapping[str, Form]) -> None:
    """Refuse a time column with a zone where the reference has none, or without one.

    Raises
    ------
    FrameError
    """
    column = reference.schema.first(Role.TIME)
    if column is None or not _zones_differ(column.name, reference.types, types):
        return
    values = source.column(column.name)
    if len(values) == values.null_count:
        # where no row has a time, none has the wrong one
        return
    before, now = reference.types[column.name].type, types[column.name].type
    raise FrameError(
        code="timezone_mismatch",
        where=f"column {column.name!r} of {source.name}",
        found=_zone(now),
        expected=f"{_zone(before)}, as in the reference",
        fix="Give both a time zone, or neither: only you know which zone was meant.",
    )


def warnings_of(
    source: Source, reference: Profile, types: Mapping[str, Form]
) -> Iterator[Note]:
    """What does not stop a check, and should be known beside its answer."""
    yield from _unexpected(source, reference)
    for name in reference.cells:
        if _zones_differ(name, reference.types, types):
            before, now = reference.types[name].type, types[name].type
            text = (
                f"{_zone(now)}, where the reference has {_zone(before)}: "
                "compared as if both were UTC"
            )
            yield Note("timezone_mismatch", f"column {name!r} of {source.name}", text)
    block = Blocks.column(reference.schema)
    if block is not None and block in reference.types and block not in types:
        text = "not in the current data: its rows are taken as independent"
        yield Note("missing_column", f"column {block!r} of {source.name}", text)


def _unexpected(source: Source, reference: Profile) -> Iterator[Note]:
    extra = [n for n in source.schema.names if n not in reference.schema]
    code, why = "unexpected_column", "not in the reference; ignored"
    for name in extra if len(extra) <= _LISTED else []:
        yield Note(code, f"column {name!r}", why)
    if len(extra) > _LISTED:
        listed = ", ".join(map(repr, extra[:_LISTED]))
        text = f"{len(extra)} columns are {why}: {listed} and more"
        yield Note(code, source.name, text)


def _zones_differ(
    name: str, before: Mapping[str, Form], now: Mapping[str, Form]
) -> bool:
    types = [side[name].type for side in (before, now) if name in side]
    stamps = [type_ for type_ in types if type_.startswith("timestamp")]
    return len(stamps) == 2 and ("tz=" in stamps[0]) != ("tz=" in stamps[1])


def _zone(type_: str) -> str:
    zone = type_.partition("tz=")[2].rstrip("]")
    return f"times in zone {zone}" if zone else "times without a time zone"
