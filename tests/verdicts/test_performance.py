"""Two samples of one model differ by chance; few figures may be called worse."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable

import numpy as np
import pytest

from leeboard.metrics._metric import Reason
from leeboard.performance import Figure, Outcomes, figures
from leeboard.schema import Task
from leeboard.verdicts.performance import Change, Performance, compare_figures

Drawn = Callable[[np.random.Generator, int], Outcomes]


def _two(rng: np.random.Generator, n: int) -> Outcomes:
    scores = rng.beta(2, 3, n)
    labels = (rng.random(n) < scores).astype(np.int64)
    said = (scores > 0.5).astype(np.int64)
    return Outcomes(Task.BINARY, labels, said, scores, ("no", "yes"))


def _numbers(rng: np.random.Generator, n: int) -> Outcomes:
    labels = rng.normal(20, 3, n)
    return Outcomes(Task.REGRESSION, labels, labels + rng.normal(0.5, 1, n))


def _called(of: Drawn, pairs: int) -> None:
    """Count figures called worse or better though nothing changed."""
    rng = np.random.default_rng(11)
    called: Counter[str] = Counter()
    names: set[str] = set()
    for _ in range(pairs):
        compared = compare_figures(figures(of(rng, 500)), figures(of(rng, 300)))
        names |= {figure.metric for figure in compared}
        called.update(f.metric for f in compared if f.change is not Change.UNSURE)
    band = 4 * np.sqrt(0.05 * 0.95 / pairs)
    assert max(called[name] for name in names) / pairs <= 0.05 + band


@pytest.mark.parametrize("of", [_two, _numbers])
def test_chance_is_called_a_change_as_often_as_said(of: Drawn) -> None:
    """Of 80 pairs of samples, about 5 % at most for each figure."""
    _called(of, 80)


@pytest.mark.long
@pytest.mark.parametrize("of", [_two, _numbers])
def test_chance_is_called_a_change_as_often_as_said_closely(of: Drawn) -> None:
    """Of 600 pairs, nearer to 5 %."""
    _called(of, 600)


def _figure(name: str, value: float | None, low: float = 0, high: float = 0) -> Figure:
    reason = Reason("no_labels", "none") if value is None else None
    ends = None if value is None else (low, high)
    return Figure(name, value, 9, ends, reason=reason)


@pytest.mark.parametrize(
    ("metric", "before", "now", "change"),
    [
        ("accuracy", (0.9, 0.88, 0.92), (0.8, 0.78, 0.82), Change.WORSE),
        ("accuracy", (0.8, 0.78, 0.82), (0.9, 0.88, 0.92), Change.BETTER),
        ("rmse", (1.0, 0.9, 1.1), (2.0, 1.9, 2.1), Change.WORSE),
        ("rmse", (1.0, 0.9, 1.1), (1.05, 0.95, 1.15), Change.UNSURE),
        ("mean_residual", (-2.0, -2.1, -1.9), (0.1, -0.1, 0.3), Change.BETTER),
        ("mean_residual", (2.0, 1.9, 2.1), (-2.0, -2.1, -1.9), Change.UNSURE),
        ("rmse", (None,), (1.0, 0.9, 1.1), Change.UNSURE),
    ],
)
def test_the_direction_is_the_metrics_own(
    metric: str, before: tuple[float, ...], now: tuple[float, ...], change: Change
) -> None:
    """Higher, lower or nearer to 0 is better, as each declares; nothing is unsure."""
    (found,) = compare_figures([_figure(metric, *before)], [_figure(metric, *now)])
    assert found.change is change
    assert (found.interval is None) == (before[0] is None)


def test_figures_are_found_by_name() -> None:
    """A metric that is not there is a KeyError."""
    figure = _figure("rmse", 1.0, 0.9, 1.1)
    compared = compare_figures([figure], [figure, _figure("mae", 1.0, 0.9, 1.1)])
    found = Performance(Task.REGRESSION, "y", "yhat", "", "", compared)
    assert found["rmse"].difference == 0.0
    assert found.names(Change.UNSURE) == ("rmse",)
    with pytest.raises(KeyError):
        found["mae"]
