"""Performance metrics are found by name; other packages add theirs."""

from __future__ import annotations

import subprocess
import sys
from typing import Any

import numpy as np
import pytest

import leeboard as lb
from leeboard.errors import MetricError
from leeboard.metrics import _registry
from leeboard.performance import Figure, Outcomes, PerformanceMetric, figures, tally_of
from leeboard.schema import Task
from tests.performance._rows import binary, regression


def _within(outcomes: Outcomes) -> Figure:
    near = np.abs(outcomes.predictions - outcomes.labels) <= 1
    return Figure("within", float(near.mean()), outcomes.rows)


ADDED = PerformanceMetric(
    name="within",
    answers="How many are near?",
    tasks=frozenset({Task.REGRESSION}),
    needs="prediction",
    unit="share",
    better="higher",
    source="none",
    on_rows=_within,
)


class _Entry:
    """An installed package's entry."""

    def load(self) -> object:
        """Give the metric."""
        return ADDED


def test_a_metric_of_another_package_is_measured_in_checks(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A function of rows stands among the figures; from counts it has no value."""
    entries: dict[str, Any] = {"within": _Entry()}
    own = _registry._added
    monkeypatch.setattr(
        _registry, "_added", lambda g: entries if g.endswith("performance") else own(g)
    )
    _registry._loaded.cache_clear()
    frame = {"y": [1.0, 2.0, 3.0, 9.0], "yhat": [1.0, 2.5, 9.0, 9.0]}
    report = lb.check(frame, frame, label="y", prediction="yhat")
    assert report.performance["within"].current.value == 0.75
    assert "within" in report.to_html()
    rows = regression([1.0, 2.0], [1.0, 5.0])
    (counted,) = figures(tally_of(rows), ["within"])
    assert counted.reason.code == "needs_rows"
    _registry._loaded.cache_clear()


def test_unknown_names_and_options_are_refused() -> None:
    """A misspelt metric or option is an error that names what it may have been."""
    rows = binary([0, 1], [0, 1])
    with pytest.raises(MetricError) as caught:
        figures(rows, ["acuracy"])
    assert "'accuracy'" in caught.value.fix
    for options in (
        {"averag": "macro"},
        {"average": 3},
        {"average": "mean"},
    ):
        with pytest.raises(MetricError) as caught:
            figures(rows, ["f1"], {"f1": options})
        assert caught.value.code in ("unknown_option", "bad_option")
    three = Outcomes(
        Task.MULTICLASS, np.array([0, 1, 2]), np.array([0, 1, 2]), None, ("a", "b", "c")
    )
    with pytest.raises(MetricError) as caught:
        figures(three, ["f1"], {"f1": {"average": "binary"}})
    assert caught.value.code == "bad_option"
    for costs in (7, {"a": 1}, {("1", "0"): "x"}, {("1", "0"): True}):
        with pytest.raises(MetricError) as caught:
            figures(rows, ["cost"], {"cost": {"costs": costs}})
        assert caught.value.code == "bad_option"


def test_names_cost_no_import_of_the_metrics() -> None:
    """Asking which metrics there are imports none of them, nor scikit-learn at all."""
    code = (
        "import sys; import leeboard as lb; list(lb.performance_metrics());"
        "loaded = [m for m in sys.modules if m.startswith('leeboard.performance.')];"
        "assert all(m.split('.')[-1].startswith('_') for m in loaded), loaded;"
        "[lb.performance_metrics()[name] for name in lb.performance_metrics()];"
        "assert not {'scipy.stats', 'sklearn'} & set(sys.modules)"
    )
    run = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=False
    )
    assert run.returncode == 0, run.stderr
