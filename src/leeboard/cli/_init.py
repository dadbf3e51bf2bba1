"""``leeboard init``: write the schema to review, and save the reference's profile."""

from __future__ import annotations

import os
import shlex
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from leeboard.check import profile
from leeboard.cli._files import check_new, check_places, write_whole
from leeboard.cli._progress import watched
from leeboard.cli._terminal import clean, say
from leeboard.errors import SchemaError
from leeboard.profiles.cells import NumericCells
from leeboard.profiles.document import to_text
from leeboard.profiles.profile import Profile
from leeboard.schema import Column, Kind, Role, Schema

__all__ = ["Request", "refuse_problems", "run"]

_PROFILE = ".profile.json"
_MOST = 10
_FEW_VALUES = 12


@dataclass(frozen=True, slots=True)
class Request:
    """What was asked for on the command line; see ``leeboard init --help``."""

    reference: str
    schema: str
    profile: str | None
    segment: str | None
    reviewed: bool
    force: bool


def run(request: Request) -> None:
    """Write both files, and say what to review."""
    saved = request.profile or _profile_of(request)
    check_places([request.schema, saved])
    if not request.reviewed:
        check_new(request.schema, force=request.force)
        check_new(saved, force=request.force)
    with watched(request.reference) as (data,):
        known = request.schema if request.reviewed else None
        counted = profile(data, schema=known, segment=request.segment)
    if request.reviewed:
        refuse_problems(counted, request.schema)
    if not request.reviewed:
        from leeboard.config import schema_to_toml

        write_whole(request.schema, schema_to_toml(counted.schema, counted))
    write_whole(saved, to_text(counted))
    say("\n".join(map(clean, _told(request, counted, saved))) + "\n")


def refuse_problems(counted: Profile, schema: str) -> None:
    """Refuse a reviewed schema that the reference does not bear out.

    Raises
    ------
    SchemaError
        With the first column, as every later check would say it, and the names of all.
    """
    if not counted.problems:
        return
    first = next(iter(counted.problems.values()))
    names = ", ".join(map(repr, counted.problems))
    raise SchemaError(
        code=first.code,
        where=f"{schema}, {first.where}",
        found=first.found,
        expected=f"{first.expected}; so in each of: {names}",
        fix=f'{first.fix} Or set its kind as it was, or role = "ignore".',
    )


def _profile_of(request: Request) -> str:
    """Path of the profile: beside the schema, named after the reference."""
    name = os.path.basename(os.path.normpath(request.reference))
    stem = name.partition(".")[0]
    if not stem or set(stem) & set("*?["):  # a pattern, or this very folder
        stem = "reference"
    return os.path.join(os.path.dirname(request.schema), stem + _PROFILE)


def _told(request: Request, counted: Profile, saved: str) -> list[str]:
    schema = counted.schema
    lines = [
        f"{counted.rows:,} rows, {len(schema.columns)} columns: {_kinds(schema)}.",
        f"{len(schema.compared)} are compared{_others(schema)}",
    ]
    codes = list(_like_codes(counted))
    if codes:
        lines.append(f"Codes rather than quantities? {_listed(codes)}.")
    lines += [f"note: {n.where}: {n.text} [{n.code}]" for n in counted.notes[:_MOST]]
    if len(counted.notes) > _MOST:
        lines.append(f"… and {len(counted.notes) - _MOST} more notes")
    if not request.reviewed:
        lines += ["", f"Wrote {request.schema}", f"Wrote {saved}", ""]
        lines += _to_review(request)
    else:
        lines += ["", f"Wrote {saved} by {request.schema}", ""]
    lines += [
        "Then compare new data with it:",
        f"  leeboard check {_quoted(saved)} NEW",
    ]
    return lines


def _kinds(schema: Schema) -> str:
    counts = Counter(column.kind.value for column in schema.columns)
    return ", ".join(f"{n} {kind}" for kind, n in counts.most_common())


def _others(schema: Schema) -> str:
    left = [column for column in schema.columns if not column.compared]
    if not left:
        return "."
    told = [f"{c.name} ({_why(c)})" for c in left]
    return f"; not compared: {_listed(told)}."


def _why(column: Column) -> str:
    """Why a column is not compared; a reason of an id is stale once it is none."""
    if column.kind is Kind.TEXT and column.role is Role.FEATURE:
        return "free text; its words are not compared"
    return column.why or f"its role is {column.role.value}"


def _listed(items: list[str]) -> str:
    more = f", and {len(items) - _MOST} more" if len(items) > _MOST else ""
    return ", ".join(items[:_MOST]) + more


def _like_codes(counted: Profile) -> Iterator[str]:
    """Yield numeric columns with a few whole numbers, as codes of categories have."""
    for name, cells in counted.cells.items():
        if (
            counted.schema[name].kind is Kind.NUMERIC
            and isinstance(cells, NumericCells)
            and cells.edges.dtype.kind == "i"
            and 2 < cells.inner <= _FEW_VALUES
            and int(cells.edges[-1]) - int(cells.edges[0]) <= _FEW_VALUES
        ):
            yield name


def _to_review(request: Request) -> list[str]:
    again = f"leeboard init {_quoted(request.reference)} --schema "
    again += f"{_quoted(request.schema)} --reviewed"
    return [
        f"Review {request.schema}:",
        "  kind   Are codes and levels categorical, quantities numeric?",
        "  role   Which column is the label, the prediction, the time, an entity?",
        "  why    Is anything not compared that should be?",
        "If you edit it, save the profile by it:",
        f"  {again}",
    ]


def _quoted(path: str) -> str:
    return shlex.quote(path)
