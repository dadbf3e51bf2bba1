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
from leeboard.metrics import metrics
from leeboard.monitor.baseline import load_baseline
from leeboard.monitor.frame import LATENCY
from leeboard.monitor.labels import LABELS
from leeboard.monitor.realised import PERFORMANCE
from leeboard.monitor.split import OTHER
from leeboard.performance import performance_metrics
from leeboard.profiles.cells import CategoryCells
from leeboard.profiles.profile import Profile
from leeboard.schema import Role, Task

__all__ = ["check_names", "checked", "columns_of_change", "notes_on_names"]

_OWN = (LABELS, LATENCY, PREDICTION, "predictions", RESIDUAL)
"""Subjects beside columns; ``predictions`` is how many there were."""

_SCORES = "scores."

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
            reference = load_baseline(model).reference
            check_names(model, reference, plan.path)
            found += notes_on_names(model, reference, plan.path)
    return tuple(found)


def check_names(plan: ModelPlan, reference: Profile, path: str = "") -> None:
    """Refuse a column or segment that nothing counts.

    Parameters
    ----------
    plan : ModelPlan
    reference : Profile
    path : str
        Configuration that says so; empty: rules were given otherwise.

    Raises
    ------
    ConfigError
        With the line where there is one, and names that are close
        (``unknown_column``, ``unknown_name``); and if no window would have the figure
        of a rule (``wrong_kind``, ``wrong_task``, ``not_measured``, ``not_compared``).
    """
    known = _columns(plan, reference)
    for i, rule in enumerate(plan.alarms.rules):
        at = ("model", plan.name, "rule", i)
        if rule.column:
            _known(rule.column, known, _where(path, plan, rule.name, *at, "column"))
            where = _where(path, plan, rule.name, *at, "metric")
            _check_kind(rule.metric, rule.column, reference, where)
        else:
            where = _where(path, plan, rule.name, *at, "metric")
            _check_task(rule.metric, plan, reference, where)
        if rule.segment:
            where = _where(path, plan, rule.name, *at, "segment")
            _check_segment(rule.segment, plan, where)
            if rule.column in reference.cells:
                _check_compared(rule.segment, reference, where)
    for name in plan.alarms.budget.importance:
        at_name = ("model", plan.name, "alarms", "importance", name)
        _known(name, {*known, PERFORMANCE}, _where(path, plan, "", *at_name))


def notes_on_names(
    plan: ModelPlan, reference: Profile, path: str = ""
) -> Iterator[Note]:
    """Say which segments look like a slip; each may still come.

    Parameters
    ----------
    plan, reference, path
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
    if name in known or name.startswith(_SCORES):
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


def _check_kind(metric: str, column: str, reference: Profile, where: str) -> None:
    """Refuse a metric that a column of its kind does not have."""
    if metric not in metrics() or column not in reference.cells:
        return
    own = reference.schema[column]
    if own.role is Role.LABEL and metric == "missing":
        raise ConfigError(
            code="wrong_kind",
            where=where,
            found=f"'missing' of {column!r}: a label that has not come is not missing",
            expected="the share of the labels that have come",
            fix='Ask for it: metric = "completeness", column = "labels".',
        )
    if own.kind not in metrics()[metric].kinds:
        raise ConfigError(
            code="wrong_kind",
            where=where,
            found=f"{metric!r} of {column!r}, which is {own.kind.value}",
            expected="a metric for columns of that kind, such as psi or missing",
            fix="Ask it of another column; `leeboard metrics` has the kinds of each.",
        )


def _check_task(metric: str, plan: ModelPlan, reference: Profile, where: str) -> None:
    """Refuse a metric of performance that is not measured for the model's task."""
    if metric not in performance_metrics():
        return
    own, task = performance_metrics()[metric], reference.schema.task
    # undeclared, it is found out by the labels that come
    if task is not Task.NONE and task not in own.tasks:
        raise ConfigError(
            code="wrong_task",
            where=where,
            found=f"{metric!r} for a {task.value} task",
            expected="a metric for that task; docs/performance.md has them",
            fix="Name one of those, or declare the task in the schema.",
        )
    if not own.routine and not plan.performance:
        raise ConfigError(
            code="not_measured",
            where=where,
            found=f"{metric!r}, which is only measured where it is named",
            expected="it among the model's metrics of performance",
            fix=f'Name it beside the others: performance = ["{metric}", …].',
        )


def _check_compared(segment: str, reference: Profile, where: str) -> None:
    """Refuse a column's figure in a segment that the reference was not counted by."""
    column = segment.partition("=")[0]
    if column == reference.segment:
        return
    counted = "no column" if reference.segment is None else repr(reference.segment)
    raise ConfigError(
        code="not_compared",
        where=where,
        found=f"a column's figure in segment {segment!r}; the reference is counted by"
        f" {counted}",
        expected="a segment that the reference is counted by too, to compare with",
        fix=f"Make the reference anew: `leeboard init … --segment {column}`.",
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
