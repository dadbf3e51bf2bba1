"""Performance on both sides, in words and marks: read by every page that tells it."""

from __future__ import annotations

from leeboard.pages.performance_details import details
from leeboard.pages.performance_lines import (
    DifferenceMark,
    PerformanceLine,
    PerformanceTable,
)
from leeboard.pages.words import DASH, in_words, number, plural
from leeboard.performance import Figure
from leeboard.schema import Task
from leeboard.verdicts.performance import Change, ComparedFigure, Performance

__all__ = ["caution", "performance_table", "sentence"]

_ORDER = (Change.WORSE, Change.BETTER, Change.UNSURE)
_TASKS = {
    Task.REGRESSION: "regression",
    Task.BINARY: "two classes",
    Task.MULTICLASS: "several classes",
}


def sentence(performance: Performance) -> str:
    """Say which figures are surely worse or better."""
    told = []
    for change in (Change.WORSE, Change.BETTER):
        names = list(performance.names(change))
        if names:
            told.append(f"{change}: {in_words(names)}")
    measured = [f for f in performance.figures if f.interval is not None]
    if not measured:
        return "Performance could not be compared."
    unsure = sum(figure.change is Change.UNSURE for figure in measured)
    if not told:
        return (
            f"Of {len(measured)} figures of performance none is surely worse or better."
        )
    rest = f"; {unsure} may be as before" if unsure else ""
    return f"Performance is surely {'; '.join(told)}{rest}."


def caution(performance: Performance) -> str:
    """Say what the intervals assume."""
    total = len(performance.figures)
    return (
        "Surely: the 95 % interval of the difference leaves out 0, for independent"
        f" rows and each figure alone; of {plural(total, 'figure')}, one in twenty"
        " would differ so by chance. No exit code depends on it."
    )


def performance_table(performance: Performance) -> PerformanceTable:
    """Tell all figures: worse ones first, then better ones, then the rest."""
    ranked = sorted(performance.figures, key=lambda f: _ORDER.index(f.change))
    return PerformanceTable(
        sentence(performance),
        caution(performance),
        _columns(performance),
        tuple(map(_line, ranked)),
        details(performance),
    )


def _columns(performance: Performance) -> str:
    beside = [name for name in (performance.prediction, performance.score) if name]
    said = f"{performance.label} against {' and '.join(beside)}"
    said += f"; {_TASKS.get(performance.task, performance.task.value)}"
    return said + (
        f", positive is {performance.positive}" if performance.positive else ""
    )


def _line(figure: ComparedFigure) -> PerformanceLine:
    reasons = [
        f"{side}: {one.reason.text}"
        for side, one in (("reference", figure.reference), ("current", figure.current))
        if one.reason is not None
    ]
    change = DASH if figure.interval is None else str(figure.change)
    difference = number(figure.difference, 3)
    if figure.difference is not None and figure.difference > 0:
        difference = f"+{difference}"
    return PerformanceLine(
        metric=figure.metric,
        unit=figure.unit.partition(";")[0],
        reference=_with_interval(figure.reference),
        current=_with_interval(figure.current),
        difference=difference + _ends(figure.interval),
        change=change,
        mark=_mark(figure),
        reason="; ".join(dict.fromkeys(reasons)),
    )


def _with_interval(figure: Figure) -> str:
    return number(figure.value) + _ends(figure.interval)


def _ends(interval: tuple[float, float] | None) -> str:
    if interval is None:
        return ""
    return f" ({number(interval[0], 3)} to {number(interval[1], 3)})"


def _mark(figure: ComparedFigure) -> DifferenceMark | None:
    """Place the difference on a scale of its own, with 0 in the middle."""
    if figure.interval is None or figure.difference is None:
        return None
    low, high = figure.interval
    reach = max(abs(low), abs(high))
    if not reach:
        return None
    at, low, high = (
        round(0.5 + value / reach / 2.0, 4) for value in (figure.difference, low, high)
    )
    return DifferenceMark(at, low, high)
