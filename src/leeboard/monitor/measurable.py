"""Whether any window would have the figure that a rule asks for.

Place: beside ``naming``, which says it with the line. A rule without figures would
never judge anything, and nobody would notice.
"""

from __future__ import annotations

from dataclasses import dataclass

from leeboard.alarms.look import RESIDUAL
from leeboard.alarms.rules import Rule
from leeboard.config import ModelPlan
from leeboard.events import PREDICTION
from leeboard.metrics import metrics
from leeboard.monitor.baseline import Baseline
from leeboard.monitor.frame import LATENCY
from leeboard.monitor.labels import LABELS
from leeboard.performance import PerformanceMetric, performance_metrics, routine
from leeboard.profiles.profile import Profile
from leeboard.schema import Kind, Role, Task

__all__ = ["PREDICTIONS", "SCORES", "Lack", "lack_of"]

PREDICTIONS = "predictions"
"""Subject of how many predictions a window has."""

_COUNTED = {LABELS: ("completeness", "delay_shift"), PREDICTIONS: ("count",)}
SCORES = "scores."
"""Begins the subject of a score by its name."""

_NUMBERS = (LATENCY, RESIDUAL, SCORES)


@dataclass(frozen=True, slots=True)
class Lack:
    """Why no window has a figure.

    Parameters
    ----------
    key : str
        Of the rule, ``metric``, ``column`` or ``segment``.
    code, found, expected, fix : str
    """

    key: str
    code: str
    found: str
    expected: str
    fix: str


def lack_of(rule: Rule, plan: ModelPlan, baseline: Baseline) -> Lack | None:
    """Return why no window would have the figure of a rule; None: some may."""
    reference, column = baseline.reference, rule.column
    if not column:
        return _of_performance(rule.metric, plan, baseline)
    if column in reference.cells:
        return _of_column(rule, reference) or _of_segment(rule, reference)
    if column in reference.schema.names:
        return Lack(
            "column",
            "not_compared",
            f"{column!r}, which is not counted by its kind or role",
            "a column that is counted",
            "Ask another, or change its kind or role in the schema.",
        )
    if column in _COUNTED:
        return _of_rows(rule, _COUNTED[column])
    other = _named_otherwise(column, reference)
    if other is not None:
        return other
    if rule.segment:
        return Lack(
            "segment",
            "not_compared",
            f"{column!r} in segment {rule.segment!r}",
            "all rows: of a segment only columns of the reference are measured",
            "Leave the segment out.",
        )
    if column == RESIDUAL and rule.metric == "missing":
        return _still_to_come(column)
    if column.startswith(_NUMBERS):
        return _of_kind(rule, Kind.NUMERIC)
    return None


def _named_otherwise(column: str, reference: Profile) -> Lack | None:
    """What has a name in the reference goes by that alone."""
    role = Role.SCORE if column.startswith(SCORES) else Role.PREDICTION
    own = reference.schema.first(role)
    if own is None or (role is Role.PREDICTION and column != PREDICTION):
        return None
    return Lack(
        "column",
        "not_measured",
        f"{column!r}, which the reference has as {own.name!r}",
        "its name in the reference",
        f'Write column = "{own.name}".',
    )


def _of_column(rule: Rule, reference: Profile) -> Lack | None:
    own = reference.schema[rule.column]
    if own.role is Role.LABEL and rule.metric == "missing":
        return _still_to_come(rule.column)
    return _of_kind(rule, own.kind)


def _of_kind(rule: Rule, kind: Kind) -> Lack | None:
    if rule.metric in metrics() and kind in metrics()[rule.metric].kinds:
        return None
    return Lack(
        "metric",
        "wrong_kind",
        f"{rule.metric!r} of {rule.column!r}, which is {kind.value}",
        "a metric for columns of that kind, such as psi or missing",
        "Ask it of another column; `leeboard metrics` has the kinds of each.",
    )


def _still_to_come(column: str) -> Lack:
    return Lack(
        "metric",
        "wrong_kind",
        f"'missing' of {column!r}: a label that has not come is not missing",
        "the share of the labels that have come",
        'Ask for it: metric = "completeness", column = "labels".',
    )


def _of_segment(rule: Rule, reference: Profile) -> Lack | None:
    """A column is compared with the reference's own rows of the segment."""
    if not rule.segment:
        return None
    by, counted = rule.segment.partition("=")[0], reference.segment
    if by == rule.column:
        return Lack(
            "segment",
            "not_compared",
            f"{by!r} in segment {rule.segment!r}, where it has one value",
            "another column, or all rows",
            "Leave the segment out.",
        )
    if by == counted:
        return None
    held = "no column" if counted is None else repr(counted)
    return Lack(
        "segment",
        "not_compared",
        f"a column's figure in segment {rule.segment!r}; the reference is counted by"
        f" {held}",
        "the segment by which the reference is counted, to compare with; it is one",
        f"Count it by this one: `leeboard init TRAINING … --segment {by} --force`.",
    )


def _of_rows(rule: Rule, counted: tuple[str, ...]) -> Lack | None:
    if rule.metric not in counted:
        return Lack(
            "metric",
            "not_measured",
            f"{rule.metric!r} of {rule.column!r}",
            f"{' or '.join(counted)}: that is all there is of it",
            "Name that, or a column.",
        )
    if rule.segment and rule.column == LABELS:
        return Lack(
            "segment",
            "not_measured",
            f"{rule.metric!r} in segment {rule.segment!r}",
            "all rows: how late labels come is told of all",
            "Leave the segment out.",
        )
    return None


def _of_performance(metric: str, plan: ModelPlan, baseline: Baseline) -> Lack | None:
    known = performance_metrics()
    if metric not in known:
        return None
    outcomes, task = baseline.adopted.outcomes, baseline.reference.schema.task
    task = task if outcomes is None else outcomes.task
    # of neither, it is found out by the labels that come
    if task is not Task.NONE and task not in known[metric].tasks:
        usual = ", ".join(routine(task))
        return Lack(
            "metric",
            "wrong_task",
            f"{metric!r} for a {task.value} task",
            f"one for that task: {usual}",
            "Name one of those, or correct the task in the schema.",
        )
    return _unasked(known[metric], plan, task)


def _unasked(own: PerformanceMetric, plan: ModelPlan, task: Task) -> Lack | None:
    if "costs" in own.options:
        return Lack(
            "metric",
            "no_costs",
            f"{own.name!r}, and windows are given no costs",
            "a metric that needs none",
            "Write one of your own that knows them; docs/performance.md says how.",
        )
    if own.routine or plan.performance:
        return None
    every = ", ".join(f'"{name}"' for name in (*routine(task), own.name))
    return Lack(
        "metric",
        "not_measured",
        f"{own.name!r}, which is only measured where it is named",
        "it among the model's metrics of performance",
        f"Name it beside the others: performance = [{every}].",
    )
