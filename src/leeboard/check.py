"""Two sets of rows to one report: the only place that knows the order of a check.

Rows are counted into two profiles, metrics compare them, and verdicts judge the
measurements. The reference may be a saved profile; its rows are then not needed.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from os import PathLike
from typing import Any

from leeboard.config import is_profile, load_suite, read_schema
from leeboard.engines.chosen import choose, skipped
from leeboard.engines.exact import EXACT, ExactPass
from leeboard.engines.named import OutcomeColumns, outcome_columns
from leeboard.engines.performing import perform
from leeboard.engines.profiling import profile_current, profile_reference
from leeboard.engines.rows import RowsPair, open_rows
from leeboard.engines.subjects import CheckSubjects, pair_of
from leeboard.errors import FrameError, InputError, Note, Problem
from leeboard.metrics import metrics
from leeboard.metrics._metric import Measurement, Needs, Pair, Reason
from leeboard.profiles.profile import Profile
from leeboard.report import Report
from leeboard.schema import Column, Kind, Schema
from leeboard.sources import Source, open_source
from leeboard.verdicts.judge import LEVEL, Case, failed, judge
from leeboard.verdicts.performance import Performance
from leeboard.verdicts.report import ColumnResult, Findings
from leeboard.verdicts.suite import Condition, evaluate
from leeboard.verdicts.verdict import Lines, Verdict

__all__ = ["check", "measure_pair", "profile"]


def profile(
    frame: Any,
    *,
    schema: Schema | str | PathLike[str] | None = None,
    reference: Profile | str | PathLike[str] | None = None,
    segment: str | None = None,
) -> Profile:
    """Count rows into a profile.

    Parameters
    ----------
    frame : frame, table, relation, path, glob or list of paths
    schema : Schema or path of a schema file, optional
        None: kinds and roles are inferred from the rows.
    reference : Profile or path of one, optional
        Whose cells the rows are counted in. None: these rows are the reference and fix
        the cells.
    segment : str, optional
        Column whose levels are counted apart as well; with ``reference``, its own.

    Returns
    -------
    Profile

    Raises
    ------
    LeeboardError
        If the rows cannot be read, or there are none to fix the cells.
    """
    if reference is None:
        source = open_source(frame, name="reference")
        return _counted(source, schema, segment)
    known = reference if isinstance(reference, Profile) else _load(reference)
    return profile_current(_current(frame, known), known)


def check(
    reference: Any,
    current: Any,
    *,
    schema: Schema | str | PathLike[str] | None = None,
    columns: Sequence[str] | None = None,
    ignore: Sequence[str] | None = None,
    segment: str | None = None,
    suite: Sequence[Condition | str] | str | PathLike[str] | None = None,
    exact: bool = False,
    negligible: float = 0.02,
    large: float = 0.1,
    label: str | None = None,
    prediction: str | None = None,
    score: str | Mapping[str, str] | None = None,
    positive: str | None = None,
    classes: Mapping[str, str] | None = None,
) -> Report:
    """Compare current data with a reference.

    Parameters
    ----------
    reference : frame, table, relation, path, glob, Profile or path of a saved profile
    current : frame, table, relation, path or glob
    schema : Schema or path of a schema file, optional
        None: inferred from the reference.
    columns : sequence of str, optional
        Compare only these columns.
    ignore : sequence of str, optional
        Leave these columns out.
    segment : str, optional
        Judge each level of this column as well.
    suite : sequence of Condition or str, or path of a suite file, optional
        Conditions to evaluate as well.
    exact : bool
        Also measure KS and Wasserstein on the rows of numeric columns.
    negligible : float
        Size, a debiased PSI in nats, up to which a change does not matter.
    large : float
        Size from which a change must not be overlooked.
    label : str, optional
        Column of what came true: performance of both sides is told beside drift. A
        schema that is given and has roles for label and prediction or score names
        them too.
    prediction : str, optional
        Column of what was predicted: a number or a class.
    score : str or mapping of class to str, optional
        Column of the probability of the positive class; or of each class.
    positive : str, optional
        The positive of two classes; by default the last of them in order.
    classes : mapping of str to str, optional
        Which value of the prediction is which label, where they are called differently.

    Returns
    -------
    Report

    Raises
    ------
    LeeboardError
        If the data cannot be read, or names a column that is not there.
    """
    lines = _lines(negligible, large)
    asked = load_suite(suite)
    sorted_once = ExactPass() if exact else None
    before, rows_before = _reference(reference, schema, segment, sorted_once)
    source = _current(current, before)
    now = profile_current(source, before, sorted_once)
    chosen = choose(before, columns, ignore)
    rows = open_rows(rows_before, source, before.schema)
    columns_found = _columns(before, now, chosen, lines)
    if sorted_once is not None:
        columns_found = list(_with_rows(columns_found, rows, sorted_once))
    declared = schema is not None
    named = outcome_columns(before.schema, label, prediction, score, declared=declared)
    if named is not None:
        named = replace(named, positive=positive, same=classes or {})
    performance, told = _performance(
        rows_before, source, named, before.schema, asked=label is not None
    )
    subjects = CheckSubjects(before, now, columns_found, rows)
    findings = Findings(
        reference=before,
        current=now,
        columns=tuple(columns_found),
        conditions=tuple(evaluate(asked.conditions, subjects)),
        skipped=tuple(skipped(before, chosen)),
        table=(),
        notes=(*_notes(before, now), *told, *asked.notes),
        lines=lines,
        reference_name=_name(reference, rows_before),
        current_name=source.name,
        level=LEVEL,
        performance=performance,
    )
    return Report(findings)


def _performance(
    before: Source | None,
    now: Source,
    named: OutcomeColumns | None,
    schema: Schema,
    *,
    asked: bool,
) -> tuple[Performance | None, tuple[Note, ...]]:
    """Performance; a note why not, if roles alone asked for it."""
    if named is None:
        return None, ()
    try:
        return perform(before, now, named, schema)
    except FrameError as error:
        if asked:
            raise
        return None, (Note("no_performance", error.where, str(error)),)


def _current(frame: Any, reference: Profile) -> Source:
    """Open current rows by the reference's types, so that text is read in one pass."""
    types = {name: form.type for name, form in reference.types.items()}
    return open_source(frame, name="current", types=types)


def _lines(negligible: float, large: float) -> Lines:
    if 0.0 <= negligible < large < float("inf"):
        return Lines(negligible, large)
    raise InputError(
        code="lines",
        where="negligible and large",
        found=f"negligible={negligible}, large={large}",
        expected="0 <= negligible < large",
        fix="Set both lines, such as negligible=0.02, large=0.1.",
    )


def _counted(
    source: Source,
    schema: Schema | str | PathLike[str] | None,
    segment: str | None,
    exact: ExactPass | None = None,
) -> Profile:
    """Profile of the reference by a schema, which may stand in a file."""
    if schema is None or isinstance(schema, Schema):
        return profile_reference(source, schema, segment, exact)
    known, notes = read_schema(schema)
    counted = profile_reference(source, known, segment, exact)
    return replace(counted, notes=(*counted.notes, *notes))


def _load(path: str | PathLike[str]) -> Profile:
    return Profile.load(str(path))


def _reference(
    reference: Any,
    schema: Schema | str | PathLike[str] | None,
    segment: str | None,
    exact: ExactPass | None,
) -> tuple[Profile, Source | None]:
    """Profile of the reference, and its rows where they are at hand."""
    known = reference if isinstance(reference, Profile) else None
    if isinstance(reference, str | PathLike) and is_profile(reference):
        known = _load(reference)
    if known is not None:
        _refuse_schema(schema)
        return _saved(known, segment), None
    source = open_source(reference, name="reference")
    return _counted(source, schema, segment, exact), source


def _refuse_schema(schema: Schema | str | PathLike[str] | None) -> None:
    if schema is not None:
        raise InputError(
            code="schema_with_profile",
            where="schema=",
            found="a schema beside a saved profile, which has its own",
            expected="one of the two",
            fix="Leave schema= out, or profile the reference by it.",
        )


def _saved(profile: Profile, segment: str | None) -> Profile:
    if segment in (None, profile.segment):
        return profile
    raise InputError(
        code="segment_not_counted",
        where="the saved profile",
        found=f"segments of {profile.segment!r}" if profile.segment else "no segments",
        expected=f"segments of {segment!r}",
        fix=f"Count them when it is saved: leeboard init REFERENCE --segment {segment}"
        f" --force, or in Python leeboard.profile(…, segment={segment!r}).",
    )


def _name(reference: Any, source: Source | None) -> str:
    if source is not None:
        return source.name
    if isinstance(reference, Profile):
        return "saved profile"
    return str(reference)


def _notes(before: Profile, now: Profile) -> tuple[Note, ...]:
    return tuple(dict.fromkeys((*before.notes, *now.notes)))


@dataclass(frozen=True, slots=True, eq=False)
class _Slot:
    """Where one verdict will stand."""

    column: Column
    segment: str | None
    task: Case | Problem


def _columns(
    before: Profile, now: Profile, chosen: dict[str, str], lines: Lines
) -> list[ColumnResult]:
    slots = list(_slots(before, now, chosen, lines))
    verdicts = iter(judge([slot.task for slot in slots if isinstance(slot.task, Case)]))
    results = []
    for slot in slots:
        if isinstance(slot.task, Case):
            verdict = next(verdicts)
            measured = measure_pair(slot.task.pair, slot.column)
        else:
            rows = _rows(slot.segment, before, now)
            verdict, measured = _failed(slot, slot.task, lines, rows), {}
        measured = {
            name: replace(m, subject=slot.column.name, segment=slot.segment)
            for name, m in measured.items()
        }
        results.append(ColumnResult(slot.column.name, slot.segment, verdict, measured))
    return results


def _slots(
    before: Profile, now: Profile, chosen: dict[str, str], lines: Lines
) -> Iterator[_Slot]:
    segments = [key for key in before.parts if key is not None]
    for column in before.schema.columns:
        if chosen[column.name]:
            continue
        name = column.name
        problem = before.problems.get(name) or now.problems.get(name)
        if problem is not None:
            yield _Slot(column, None, problem)
            continue
        own = Lines(
            lines.negligible if column.negligible is None else column.negligible,
            lines.large if column.large is None else column.large,
        )
        for key in (None, *segments):
            if key is not None and column.name == before.segment:
                continue
            pair = pair_of(before, now, column.name, key)
            yield _Slot(column, key, Case(column, key, pair, own))


def _rows(segment: str | None, before: Profile, now: Profile) -> dict[str, int]:
    return {
        "reference": before.parts[segment].rows,
        "current": now.parts[segment].rows if segment in now.parts else 0,
    }


def _failed(
    slot: _Slot, problem: Problem, lines: Lines, rows: Mapping[str, int]
) -> Verdict:
    text = str(problem).removeprefix(f"column {slot.column.name!r}: ")
    reason = Reason(problem.code, text)
    return failed(slot.column, slot.segment, lines, reason, rows)


def measure_pair(pair: Pair, column: Column) -> dict[str, Measurement]:
    """Every metric of counts and moments that applies to a column."""
    return {
        name: metric.on_counts(pair)
        for name, metric in metrics().items()
        if metric.on_counts is not None
        and metric.routine
        and metric.needs in (Needs.COUNTS, Needs.MOMENTS)
        and column.kind in metric.kinds
    }


def _with_rows(
    results: list[ColumnResult], rows: RowsPair, exact: ExactPass
) -> Iterator[ColumnResult]:
    """Add the exact measurements: those made while counting, and else from the rows."""
    for one in results:
        result = one
        numeric = result.verdict.kind == Kind.NUMERIC
        if result.segment is None and numeric and result.measurements:
            found = exact.measured.get(result.name) or {
                name: rows.measure(name, result.name) for name in EXACT
            }
            added = {n: replace(m, subject=result.name) for n, m in found.items()}
            result = replace(result, measurements={**result.measurements, **added})
        yield result
