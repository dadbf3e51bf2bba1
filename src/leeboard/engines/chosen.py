"""Which columns are compared, and why the others are not.

Place: between the reference's profile and the verdicts. Must not know how columns are
counted.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from leeboard.errors import InputError
from leeboard.metrics._metric import Reason
from leeboard.profiles.profile import Profile
from leeboard.schema import COMPARED_KINDS, Column, Kind
from leeboard.verdicts.report import Skipped

__all__ = ["choose", "skipped"]


def choose(
    profile: Profile, columns: Sequence[str] | None, ignore: Sequence[str] | None
) -> dict[str, str]:
    """Tell of each column why it is not compared; empty text: it is.

    Parameters
    ----------
    profile : Profile
        Of the reference.
    columns, ignore : sequence of str or None
        Only these; not these.

    Raises
    ------
    InputError
        A name that is no column, or nothing left to compare.
    """
    # one name alone is a sequence of letters, and never meant as such
    columns = [columns] if isinstance(columns, str) else columns
    ignore = [ignore] if isinstance(ignore, str) else ignore
    for given in (columns, ignore):
        _known(profile, given or ())
    chosen = {}
    for column in profile.schema.columns:
        why = column.why or _why(column)
        if column.compared:
            why = ""
        if columns is not None and column.name not in columns:
            why = "not among columns="
        if ignore is not None and column.name in ignore:
            why = "ignored"
        chosen[column.name] = why
    _refuse_nothing(chosen)
    return chosen


def _why(column: Column) -> str:
    if column.kind in COMPARED_KINDS:
        return f"its role is {column.role.value}"
    return f"its kind is {column.kind.value}"


def _refuse_nothing(chosen: Mapping[str, str]) -> None:
    """A check that looks at no column must not pass for one that found nothing."""
    if any(not why for why in chosen.values()):
        return
    told = [f"{name!r} ({why})" for name, why in list(chosen.items())[:5]]
    more = f" and {len(chosen) - 5} more" if len(chosen) > 5 else ""
    raise InputError(
        code="nothing_compared",
        where="the columns of the reference",
        found="none to compare: " + ", ".join(told) + more,
        expected="at least one column of numbers, categories, or true and false",
        fix="Check columns= and ignore=, or the roles and kinds in the schema.",
    )


def _known(profile: Profile, names: Iterable[str]) -> None:
    for name in names:
        if name not in profile.schema:
            from difflib import get_close_matches

            close = get_close_matches(name, profile.schema.names, n=3)
            hint = f"Did you mean {', '.join(map(repr, close))}?" if close else ""
            raise InputError(
                code="unknown_column",
                where=f"column {name!r}",
                found="no such column in the reference",
                expected="one of " + ", ".join(map(repr, profile.schema.names[:20])),
                fix=hint or "Name a column of the reference.",
            )


def skipped(profile: Profile, chosen: Mapping[str, str]) -> Iterator[Skipped]:
    """Columns that are not compared, each with its reason."""
    for column in profile.schema.columns:
        why = chosen[column.name]
        if why:
            reason = Reason(_code(profile, column, why), why)
            yield Skipped(column.name, column.role.value, column.kind.value, reason)


def _code(profile: Profile, column: Column, why: str) -> str:
    if column.name in profile.problems and why == column.why:
        return profile.problems[column.name].code
    return "vector" if column.kind is Kind.VECTOR else "not_compared"
