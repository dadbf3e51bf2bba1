"""What a performance metric is: a declaration. Private to performance."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from leeboard.metrics._metric import Reason
from leeboard.performance._outcomes import Figure
from leeboard.schema import Task

__all__ = [
    "CLASSES",
    "NUMBERS",
    "PerformanceMetric",
    "lacking",
]

CLASSES = frozenset({Task.BINARY, Task.MULTICLASS})
NUMBERS = frozenset({Task.REGRESSION})


@dataclass(frozen=True, slots=True)
class PerformanceMetric:
    """The declaration of a performance metric; docs, help and checks read it.

    Parameters
    ----------
    name : str
    answers : str
        The question it answers, in one line.
    tasks : frozenset of Task
    needs : str
        ``prediction`` or ``score``: what must stand beside the label.
    unit : str
    better : str
        ``higher``, ``lower``, ``zero`` (nearer to 0 is better), or empty.
    source : str
        Paper or book, with section or equation.
    on_tally : callable (Tally, **options) -> Figure, or None
        From counts that add.
    on_rows : callable (Outcomes, **options) -> Figure, or None
        From rows; None where counts give the same.
    options : mapping of option name to default
    routine : bool
        Computed unasked.
    """

    name: str
    answers: str
    tasks: frozenset[Task]
    needs: str
    unit: str
    better: str
    source: str
    on_tally: Callable[..., Figure] | None = None
    on_rows: Callable[..., Figure] | None = None
    options: Mapping[str, Any] = field(default_factory=dict)
    routine: bool = True


def lacking(metric: str, n: int, *, code: str, text: str) -> Figure:
    """Say that a metric has no value here, and why."""
    return Figure(metric, None, n, reason=Reason(code, text))
