"""What moved, what held, and what is unknown: the ground on which shifts are told.

Place: on the path, below the causes.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from leeboard.alarms.judged import Group
from leeboard.incidents.causes._view import View
from leeboard.incidents.scene import ErrorSeen, Scene
from leeboard.profiles.cells import CategoryCells
from leeboard.profiles.merge import merge
from leeboard.schema import Role
from leeboard.stats.size import Size, shares

__all__ = ["Change", "Facts", "facts_of"]

_NEGLIGIBLE, _LARGE = 0.02, 0.1
"""The lines of verdicts, in nats of debiased PSI."""
_CHANCE = 1e-3


@dataclass(frozen=True, slots=True)
class Change:
    """How far one column's distribution is from the usual one.

    Parameters
    ----------
    column : str
    size : float or None
        Debiased PSI, nats; None: too few rows to say.
    moved : bool
        Surely more than negligible, or it crossed a threshold.
    held : bool
        Surely less than large, and not moved.
    """

    column: str
    size: float | None
    moved: bool
    held: bool


@dataclass(frozen=True, slots=True)
class Facts:
    """A window, column by column.

    Parameters
    ----------
    features, outputs, labels : tuple of Change
        Features; scores and predictions; labels. The largest change first.
    classes : bool
        The label is one of some classes.
    error : ErrorSeen or None
    error_moved : bool
        The reference lies outside an interval of twice the reach, or performance
        crossed.
    error_held : bool
        The reference lies inside the interval, which is not too wide to say so.
    has_labels : bool
    """

    features: tuple[Change, ...]
    outputs: tuple[Change, ...]
    labels: tuple[Change, ...]
    classes: bool
    error: ErrorSeen | None
    error_moved: bool
    error_held: bool
    has_labels: bool


def facts_of(scene: Scene, views: Iterable[View]) -> Facts:
    """Measure every column of a scene."""
    crossed = scene.crossed(Group.FEATURES, Group.PREDICTIONS)
    by_role: dict[Role, list[Change]] = {}
    classes = False
    for view in views:
        role = view.column.role
        change = _change(view, crossed=view.name in crossed)
        by_role.setdefault(role, []).append(change)
        classes |= role is Role.LABEL and isinstance(view.cells, CategoryCells)
    error = scene.error
    performance = bool(scene.crossed(Group.PERFORMANCE))
    outputs = [*by_role.get(Role.SCORE, ()), *by_role.get(Role.PREDICTION, ())]
    features = [*by_role.get(Role.FEATURE, ()), *by_role.get(Role.SEGMENT, ())]
    return Facts(
        features=_largest_first(features),
        outputs=_largest_first(outputs),
        labels=_largest_first(by_role.get(Role.LABEL, [])),
        classes=classes,
        error=error,
        error_moved=performance or (error is not None and error.moved),
        error_held=not performance and error is not None and error.held,
        has_labels=scene.has_labels,
    )


def _largest_first(changes: list[Change]) -> tuple[Change, ...]:
    return tuple(sorted(changes, key=lambda one: (not one.moved, -(one.size or 0.0))))


def _change(view: View, *, crossed: bool) -> Change:
    usual, current = view.usual.cells, view.current.cells
    if not usual.sum() or not current.sum():
        return Change(view.name, None, crossed, held=False)
    merged = merge(
        view.cells,
        usual,
        current,
        design_reference=float(usual.sum()) / view.n,
        design_current=float(current.sum()) / view.m,
    )
    if merged.size < 2:
        return Change(view.name, None, crossed, held=False)
    p, q = shares(merged.reference), shares(merged.current)
    size = Size.of(p, q, view.n, view.m)
    moved = crossed or size.beyond(_NEGLIGIBLE) <= _CHANCE
    held = not moved and size.upper(0.95) < _LARGE
    return Change(view.name, size.debiased, moved, held)
