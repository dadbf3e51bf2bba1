"""A window's counts against the reference's: the few metrics that are kept of a column.

Place: after counting. Verdicts are not given here; the figures are what they judge.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace

from leeboard.alarms.look import RESIDUAL
from leeboard.engines.subjects import pair_of
from leeboard.errors import Problem
from leeboard.metrics import metrics
from leeboard.metrics._metric import Measurement, Metric
from leeboard.monitor.adopted import Adopted
from leeboard.monitor.sizes import SIZE
from leeboard.profiles.part import Part
from leeboard.profiles.profile import Profile
from leeboard.schema import Role
from leeboard.state import Measured

__all__ = ["COUNTED", "drift_of"]

COUNTED = "counted"
"""Basis of figures that need no label."""


def drift_of(
    reference: Profile,
    adopted: Adopted,
    parts: Mapping[str, Part],
    names: Callable[[str], Sequence[str]],
    problems: Mapping[str, Problem],
) -> Iterator[Measured]:
    """Measure every counted column of every segment by those metrics that apply.

    ``names`` gives the metrics that are wanted of a column.

    A segment is compared with the same segment of the reference; where the reference
    was not counted by it, only its rows are known.
    """
    for segment, part in parts.items():
        yield _rows(segment, part)
        own = _own(reference, segment)
        if own is not None:
            now = replace(reference, parts={own[0]: part}, fixed=False)
            for column in reference.cells:
                if column in part.counts and not segment.startswith(f"{column}="):
                    wanted = _known(names(column))
                    yield from _column(reference, now, column, segment, own[0], wanted)
        if segment == "":
            for name, problem in problems.items():
                yield _failed(name, problem, reference.rows, part.rows)
            for column, profile in adopted.profiles.items():
                if column in part.counts:
                    yield from _adopted(profile, part, column, _known(names(column)))


def _known(names: Sequence[str]) -> list[Metric]:
    # a rule may also ask for what is counted of all rows, which is no metric
    return [metrics()[name] for name in names if name in metrics()]


def _rows(segment: str, part: Part) -> Measured:
    n = float(part.rows)
    return Measured(
        segment, "predictions", "count", COUNTED, n, None, None, None, 0, part.rows
    )


def _own(reference: Profile, segment: str) -> tuple[str | None] | None:
    """Key of the reference's part that a segment is compared with, if it has one."""
    if segment == "":
        return (None,)
    column, _, level = segment.partition("=")
    if column == reference.segment and level in reference.parts:
        return (level,)
    return None


def _column(
    before: Profile,
    now: Profile,
    column: str,
    segment: str,
    key: str | None,
    known: Sequence[Metric],
) -> Iterator[Measured]:
    pair = pair_of(before, now, column, key)
    kind = before.schema[column].kind
    # a label or residual that has not come is not missing
    waits = before.schema[column].role is Role.LABEL or column == RESIDUAL
    for metric in known:
        if waits and metric.name == "missing":
            continue
        if metric.on_counts is not None and kind in metric.kinds:
            yield _measured(metric.on_counts(pair), segment, column)


def _adopted(
    profile: Profile, part: Part, column: str, known: Sequence[Metric]
) -> Iterator[Measured]:
    only = Part(part.rows, {column: part.counts[column]})
    now = replace(profile, parts={None: only}, fixed=False)
    yield from _column(profile, now, column, "", None, known)


def _measured(one: Measurement, segment: str, column: str) -> Measured:
    low, high = one.interval or (None, None)
    # a distance from the reference has its own noise there
    beside = one.noise_floor if one.metric == SIZE else one.reference
    reason = one.reason.code if one.reason is not None and one.value is None else ""
    return Measured(
        segment,
        column,
        one.metric,
        COUNTED,
        one.value,
        low,
        high,
        beside,
        one.n_reference,
        one.n_current,
        reason,
    )


def _failed(name: str, problem: Problem, before: int, now: int) -> Measured:
    """Say that a column could not be counted, under the name of the problem."""
    return Measured(
        "", name, "counted", COUNTED, None, None, None, None, before, now, problem.code
    )
