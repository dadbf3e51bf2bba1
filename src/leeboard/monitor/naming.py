"""Names in settings held against what is counted: a slip would never judge anything.

Place: before a pass, a rehearsal, and an announced change. A column that nothing counts
is refused; a level that the reference never had is a note, since new ones come.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from difflib import get_close_matches

from leeboard.alarms.look import RESIDUAL
from leeboard.config import ModelPlan, Plan, locate
from leeboard.errors import ConfigError, Note
from leeboard.events import PREDICTION
from leeboard.monitor.baseline import Baseline, load_baseline
from leeboard.monitor.frame import LATENCY
from leeboard.monitor.labels import LABELS
from leeboard.monitor.measurable import PREDICTIONS, SCORES, lack_of
from leeboard.monitor.realised import PERFORMANCE
from leeboard.monitor.split import OTHER
from leeboard.profiles.cells import CategoryCells
from leeboard.profiles.profile import Profile

__all__ = ["check_names", "checked", "columns_of_change", "notes_on_names"]

_OWN = (LABELS, LATENCY, PREDICTION, PREDICTIONS, RESIDUAL)
"""Subjects beside columns."""

_Place = tuple[str | int, ...]


def checked(plan: Plan) -> tuple[Note, ...]:
    """Check the names of every model, before any of them is passed.

    Raises
    ------
    ConfigError
        As ``check_names``.
    ProfileError
        If a reference that names are held against cannot be read.
    """
    found: list[Note] = []
    for model in plan.models:
        if _says(model):
            baseline = load_baseline(model)
            check_names(model, baseline, plan.path)
            found += notes_on_names(model, baseline.reference, plan.path)
    return tuple(found)


def check_names(plan: ModelPlan, baseline: Baseline, path: str = "") -> None:
    """Refuse a column or segment that nothing counts.

    Parameters
    ----------
    plan : ModelPlan
    baseline : Baseline
    path : str
        Configuration that says so; empty: rules were given otherwise.

    Raises
    ------
    ConfigError
        With the line where there is one, and names that are close
        (``unknown_column``, ``unknown_name``); and if no window would have the figure
        of a rule, as ``lack_of`` says.
    """
    known = _columns(plan, baseline.reference)
    for i, rule in enumerate(plan.alarms.rules):
        at = ("model", plan.name, "rule", i)
        if rule.column:
            _known(rule.column, known, _where(path, plan, rule.name, *at, "column"))
        if rule.segment:
            where = _where(path, plan, rule.name, *at, "segment")
            _check_segment(rule.segment, plan, where)
        lack = lack_of(rule, plan, baseline)
        if lack is not None:
            raise ConfigError(
                code=lack.code,
                where=_where(path, plan, rule.name, *at, lack.key),
                found=lack.found,
                expected=lack.expected,
                fix=lack.fix,
            )
    for name in plan.alarms.budget.importance:
        at_name = ("model", plan.name, "alarms", "importance", name)
        _known(name, {*known, PERFORMANCE}, _where(path, plan, "", *at_name))


def notes_on_names(
    plan: ModelPlan, reference: Profile, path: str = ""
) -> Iterator[Note]:
    """Say which segments look like a slip; each may still come.

    Parameters
    ----------
    plan : ModelPlan
    reference : Profile
    path : str
        As ``check_names``.
    """
    for i, name in enumerate(plan.segments):
        at: _Place = ("model", plan.name, "segments", i)
        close = _close(name, reference.cells)
        if name not in reference.cells and close:
            text = f"the reference has no column {name!r} to count by. {close}"
            yield Note("unknown_name", _where(path, plan, "", *at), text)
    named: list[tuple[str, str, _Place]] = [
        (rule.segment, rule.name, ("model", plan.name, "rule", i, "segment"))
        for i, rule in enumerate(plan.alarms.rules)
    ]
    named += [
        (name, "", ("model", plan.name, "alarms", "segments", i))
        for i, name in enumerate(plan.alarms.segments)
    ]
    for segment, rule_name, place in named:
        column, mark, level = segment.partition("=")
        cells = reference.cells.get(column)
        if not mark or level == OTHER or not isinstance(cells, CategoryCells):
            continue
        if cells.unknown([level])[0]:
            close = _close(level, cells.levels)
            text = f"the reference has no row where {segment}. {close}".rstrip()
            yield Note("unknown_name", _where(path, plan, rule_name, *place), text)


def columns_of_change(names: Iterable[str], plan: ModelPlan) -> tuple[str, ...]:
    """Columns that may move by an announced change; ``performance`` is one.

    Raises
    ------
    ConfigError
        If nothing counts one of them (``unknown_column``).
    """
    asked = tuple(names)
    if not asked:
        return ()
    known = {*_columns(plan, load_baseline(plan).reference), PERFORMANCE}
    for name in asked:
        _known(name, known, f"model {plan.name}, expected change")
    return asked


def _says(plan: ModelPlan) -> bool:
    """Tell whether a model names anything that a slip could be in."""
    alarms = plan.alarms
    return bool(alarms.rules or alarms.budget.importance or plan.segments)


def _columns(plan: ModelPlan, reference: Profile) -> set[str]:
    """Everything that is counted of a window by a name of its own."""
    metadata = (f"metadata.{name}" for name in plan.metadata)
    names = (one.name for one in reference.schema.columns)
    return {*_OWN, *names, *reference.cells, *metadata}


def _known(name: str, known: Collection[str], where: str) -> None:
    # scores are known once they were logged
    if name in known or name.startswith(SCORES):
        return
    listed = "Name a column as `leeboard init` has counted it."
    raise ConfigError(
        code="unknown_column",
        where=where,
        found=f"unknown column {name!r}",
        expected="a column of the reference, metadata.NAME of the model's metadata, or"
        f" one of {', '.join(sorted({*_OWN, PERFORMANCE} & {*known}))}",
        fix=_close(name, known) or listed,
    )


def _check_segment(segment: str, plan: ModelPlan, where: str) -> None:
    column, mark, _ = segment.partition("=")
    if mark and column in plan.segments:
        return
    counted = [f"{name}=…" for name in plan.segments]
    fix = _close(column, plan.segments)
    raise ConfigError(
        code="unknown_name",
        where=where,
        found=f"segment {segment!r}",
        expected="column=level, of one of the model's segments"
        + (f": {', '.join(counted)}" if counted else ", which has none"),
        fix=fix or f"Count by it first: segments = [{column!r}] of the model.",
    )


def _close(name: str, known: Collection[str]) -> str:
    """Ask for what was meant: the name under a group, else one that is spelt alike."""
    under = [one for one in sorted(known) if one.endswith(f".{name}")]
    close = under or get_close_matches(name, sorted(known), n=3)
    return f"Did you mean {' or '.join(map(repr, close))}?" if close else ""


def _where(path: str, plan: ModelPlan, rule: str, *at: str | int) -> str:
    if path:
        return locate(path, *at)
    return f"model {plan.name}, rule {rule!r}"
