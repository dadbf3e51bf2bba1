"""Sources into profiles: the reference fixes the cells that current rows fall into."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from difflib import get_close_matches

from leeboard.engines.agreement import agree, check_time, warnings_of
from leeboard.engines.blocks import Blocks
from leeboard.engines.counting import count_parts
from leeboard.engines.exact import ExactPass
from leeboard.engines.notices import notices
from leeboard.engines.study import Studied, study
from leeboard.engines.values import kind_of
from leeboard.engines.weights import check_weights
from leeboard.errors import FrameError, Note, Problem
from leeboard.profiles.cells import NumericCells
from leeboard.profiles.counts import Counts
from leeboard.profiles.part import Form, Part
from leeboard.profiles.profile import Profile
from leeboard.schema import Column, Kind, Role, Schema
from leeboard.sources import Source

__all__ = ["profile_current", "profile_reference"]


def profile_reference(
    source: Source,
    schema: Schema | None = None,
    segment: str | None = None,
    exact: ExactPass | None = None,
) -> Profile:
    """Fix the cells by the rows of a source, and count them.

    Parameters
    ----------
    source : Source
    schema : Schema or None
        None: kinds and roles are inferred.
    segment : str or None
        Column whose levels are counted apart as well.
    exact : ExactPass, optional
        Keeps sorted columns for the current rows to be measured against.

    Raises
    ------
    FrameError
        If the source has no rows, no columns, or no such segment column.
    """
    rows, found = 0, {}
    problems = dict(source.problems)
    for name in source.schema.names:
        if name in problems:
            continue
        declared = _declared(schema, name, segment)
        data = source.column(name)
        rows = len(data)
        found[name] = study(name, data, declared, exact)
        del data
        if name in source.problems:
            # a cell was met that ends the column, see Source.problems
            problems[name] = source.problems[name]
            del found[name]
    _refuse_empty(source, rows)
    problems.update({n: f.problem for n, f in found.items() if f.problem})
    if schema is not None:
        check_weights(source, schema)
        _set_aside(schema, found, problems)
    columns = _columns(schema, found, problems)
    cells = {n: f.cells for n, f in found.items() if f.cells is not None}
    counts = {n: f.counts for n, f in found.items() if f.counts is not None}
    notes = [*source.notes, *(note for f in found.values() for note in f.notes)]
    model = schema or Schema(())
    profile = Profile(
        schema=replace(model, columns=columns),
        cells=cells,
        parts={None: Part(rows, counts)},
        types={name: f.form for name, f in found.items()},
        segment=segment,
        fixed=True,
        problems=problems,
    )
    notes += notices(profile.parts[None], cells, profile.schema, source.name)
    notes += _set_aside_notes(profile, source)
    profile = replace(profile, notes=tuple(notes))
    _check_segment(source, profile, segment)
    if segment is None and Blocks.column(profile.schema) is None:
        return profile
    again = count_parts(source, profile, list(cells))
    parts = {**again, None: replace(again[None], counts=counts)}
    return replace(profile, parts=parts)


def profile_current(
    source: Source, reference: Profile, exact: ExactPass | None = None
) -> Profile:
    """Count the rows of a source in the cells of a reference.

    With ``exact``, columns it keeps are measured on the way, unless they must be
    counted by segment or block.
    """
    types = {
        field.name: Form(kind_of(field.type), str(field.type))
        for field in source.schema
        if field.name not in source.problems
    }
    check_time(source, reference, types)
    check_weights(source, reference.schema)
    problems = agree(source, reference, types)
    usable = [n for n in reference.cells if n not in problems]
    if exact is None or reference.segment or Blocks.of(reference.schema, source):
        parts = count_parts(source, reference, usable)
    else:
        parts = _count_exactly(source, reference, usable, exact)
    late = {n: source.problems[n] for n in usable if n in source.problems}
    if late:
        # told only once the rows had been read, see Source.problems
        problems.update(late)
        parts = {key: _without(part, late) for key, part in parts.items()}
    notes = [*source.notes, *warnings_of(source, reference, types)]
    notes += notices(parts[None], reference.cells, reference.schema, source.name)
    return Profile(
        schema=reference.schema,
        cells=reference.cells,
        parts=parts,
        types=types,
        segment=reference.segment,
        problems=problems,
        notes=tuple(notes),
    )


def _without(part: Part, names: Mapping[str, Problem]) -> Part:
    counts = {n: count for n, count in part.counts.items() if n not in names}
    blocks = {n: sums for n, sums in part.blocks.items() if n not in names}
    return Part(part.rows, counts, blocks)


def _count_exactly(
    source: Source, reference: Profile, names: list[str], exact: ExactPass
) -> dict[str | None, Part]:
    counts: dict[str, Counts] = {}
    for name in names:
        cells = reference.cells[name]
        if name in exact and isinstance(cells, NumericCells):
            counts[name] = exact.count(name, source.column(name), cells)
    rest = count_parts(source, reference, [n for n in names if n not in counts])[None]
    counts.update(rest.counts)
    return {None: Part(rest.rows, {name: counts[name] for name in names})}


def _declared(schema: Schema | None, name: str, segment: str | None) -> Column | None:
    if name == segment:
        known = schema[name] if schema is not None and name in schema else None
        kind = Kind.CATEGORICAL
        return replace(known, kind=kind) if known else Column(name, kind, Role.SEGMENT)
    if schema is None:
        return None
    if name not in schema:
        why = "not in the schema"
        return Column(name, Kind.UNSUPPORTED, Role.IGNORE, why=why)
    return schema[name]


def _set_aside(
    schema: Schema, found: dict[str, Studied], problems: dict[str, Problem]
) -> None:
    """Take columns that a schema leaves out from the problems, and add absent ones."""
    for column in schema.columns:
        name = column.name
        if not column.compared and problems.pop(name, None) is not None:
            found[name] = Studied(column, Form(None, ""))
        elif column.compared and name not in found and name not in problems:
            # a name that the schema does not have may be the one that was meant
            close = get_close_matches(name, [n for n in found if n not in schema], n=3)
            meant = f"Did you mean {' or '.join(map(repr, close))}? " if close else ""
            problems[name] = Problem(
                code="missing_column",
                where=f"column {name!r}",
                found="no such column in the reference",
                expected=f"column {name!r}, as the schema declares",
                fix=f"{meant}Restore or rename it, or take it out of the schema.",
            )


def _set_aside_notes(profile: Profile, source: Source) -> Iterator[Note]:
    """Why columns that might have been compared are not."""
    for name, problem in profile.problems.items():
        if not profile.schema[name].compared:
            place = problem.where
            if place == f"column {name!r}":
                place = f"{place} of {source.name}"
            text = f"not compared: {problem.found}. {problem.fix}"
            yield Note(problem.code, place, text)


def _refuse_empty(source: Source, rows: int) -> None:
    if not source.schema.names and not source.problems:
        raise FrameError(
            code="no_columns",
            where=source.name,
            found="no columns",
            expected="at least one column",
            fix="Check what was exported.",
        )
    if rows == 0 and len(source.problems) < len(source.schema.names):
        raise FrameError(
            code="reference_empty",
            where=source.name,
            found="0 rows in the reference",
            expected="rows to compare with",
            fix="Give the training data, or a saved profile of it.",
        )


def _columns(
    schema: Schema | None, found: Mapping[str, Studied], problems: Mapping[str, Problem]
) -> tuple[Column, ...]:
    columns = []
    seen_time = False
    for studied in found.values():
        column = studied.column
        if schema is None and column.role is Role.TIME:
            if seen_time:
                column = replace(column, role=Role.IGNORE)
            seen_time = True
        columns.append(column)
    for name, problem in problems.items():
        if name in found:
            continue
        if schema is not None and name in schema:
            columns.append(schema[name])
            continue
        columns.append(Column(name, Kind.UNSUPPORTED, Role.IGNORE, why=problem.found))
    return tuple(columns)


def _check_segment(source: Source, profile: Profile, segment: str | None) -> None:
    if segment is None or segment in profile.cells:
        return
    raise FrameError(
        code="segment_missing",
        where=source.name,
        found=f"no comparable column {segment!r}",
        expected="one of " + ", ".join(map(repr, profile.cells)),
        fix="Name a column of few levels with --segment.",
    )
