"""Sources into profiles: the reference fixes the cells that current rows fall into."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

import numpy as np
import pyarrow as pa

from leeboard.engines.blocks import Blocks
from leeboard.engines.counting import count_parts
from leeboard.engines.exact import ExactPass
from leeboard.engines.study import Studied, study
from leeboard.engines.values import FORMS, kind_of, levels_and_codes
from leeboard.errors import FrameError, Note, Problem
from leeboard.profiles.cells import CategoryCells, Cells, NumericCells
from leeboard.profiles.counts import Counts, NumericCounts
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
    columns = _columns(schema, found, problems)
    cells = {n: f.cells for n, f in found.items() if f.cells is not None}
    counts = {n: f.counts for n, f in found.items() if f.counts is not None}
    notes = (*source.notes, *(note for f in found.values() for note in f.notes))
    model = schema or Schema(())
    profile = Profile(
        schema=replace(model, columns=columns),
        cells=cells,
        parts={None: Part(rows, counts)},
        types={name: f.form for name, f in found.items()},
        segment=segment,
        fixed=True,
        problems=problems,
        notes=tuple(notes),
    )
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
    problems: dict[str, Problem] = {}
    for name in reference.cells:
        if name in source.problems:
            problems[name] = source.problems[name]
        elif name not in types:
            problems[name] = _missing_column(name, source)
        else:
            changed = _type_changed(
                name, reference.types.get(name), types[name], source
            )
            if changed is not None:
                problems[name] = changed
    _check_time(source, reference, types)
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
    extra = [n for n in source.schema.names if n not in reference.schema]
    notes = [
        Note("unexpected_column", f"column {n!r}", "not in the reference; ignored")
        for n in extra
    ]
    notes += _infinite_notes(parts[None], reference.cells)
    return Profile(
        schema=reference.schema,
        cells=reference.cells,
        parts=parts,
        types=types,
        segment=reference.segment,
        problems=problems,
        notes=(*source.notes, *notes),
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


def _refuse_empty(source: Source, rows: int) -> None:
    if not source.schema.names:
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
        why = f"{problem.code}: {problem.found}"
        columns.append(Column(name, Kind.UNSUPPORTED, Role.IGNORE, why=why))
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


def _missing_column(name: str, source: Source) -> Problem:
    have = ", ".join(map(repr, source.schema.names[:12]))
    return Problem(
        code="missing_column",
        where=f"column {name!r}",
        found=f"no such column in {source.name}; it has {have}",
        expected=f"column {name!r}, as in the reference",
        fix="Restore or rename it, or leave it out with ignore=.",
    )


def _type_changed(
    name: str, before: Form | None, now: Form, source: Source
) -> Problem | None:
    if before is None or before.kind == now.kind or now.kind is None:
        return None
    share = ""
    if before.kind is Kind.NUMERIC and now.kind is Kind.CATEGORICAL:
        share = f"; {_castable(source.column(name)):.0%} of the texts are numbers"
    was = FORMS.get(before.kind, before.type) if before.kind else before.type
    return Problem(
        code="type_changed",
        where=f"column {name!r}",
        found=f"{FORMS.get(now.kind, now.type)} ({now.type}){share}",
        expected=f"{was} ({before.type}), as in the reference",
        fix="Convert it before the check; nothing is cast silently.",
    )


def _castable(data: pa.ChunkedArray) -> float:
    tally: dict[str, int] = {}
    for chunk in data.chunks:
        levels, codes, _ = levels_and_codes(chunk)
        counts = np.bincount(codes, minlength=len(levels))
        for level, count in zip(levels, counts.tolist(), strict=True):
            tally[level] = tally.get(level, 0) + count
    total = sum(tally.values())
    good = sum(count for level, count in tally.items() if _is_number(level))
    return good / total if total else 0.0


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True


def _check_time(source: Source, reference: Profile, types: Mapping[str, Form]) -> None:
    column = Blocks.column(reference.schema)
    if column is None or column not in types or column not in reference.types:
        return
    before, now = reference.types[column].type, types[column].type
    stamps = before.startswith("timestamp") and now.startswith("timestamp")
    if stamps and ("tz=" in before) != ("tz=" in now):
        raise FrameError(
            code="timezone_mismatch",
            where=f"column {column!r} of {source.name}",
            found=now,
            expected=f"{before}, as in the reference",
            fix="Give both a time zone, or neither.",
        )


def _infinite_notes(part: Part, cells: Mapping[str, Cells]) -> Iterator[Note]:
    for name, counts in part.counts.items():
        own = cells[name]
        if isinstance(counts, NumericCounts) and not isinstance(own, CategoryCells):
            many = int(counts.cells[own.minus_inf] + counts.cells[own.plus_inf])
            if many:
                text = f"{many} infinite values are counted in cells of their own"
                yield Note("infinite", f"column {name!r}", text)
