"""Every metric is found by its name, and declares itself whole."""

from __future__ import annotations

import subprocess
import sys
from importlib.metadata import EntryPoint
from typing import Any

import pytest

from leeboard.errors import MetricError
from leeboard.metrics import _registry, metrics
from leeboard.metrics._call import check_kind, check_options
from leeboard.metrics._metric import Measurement, Metric, Needs
from leeboard.schema import Kind

NAMES = [
    "ks",
    "cvm",
    "anderson_darling",
    "mann_whitney",
    "wasserstein",
    "energy",
    "kl",
    "js",
    "hellinger",
    "total_variation",
    "l_infinity",
    "psi",
    "chi2",
    "g_test",
    "fisher",
    "missing",
    "unseen",
    "out_of_range",
    "min",
    "max",
    "mean",
    "quantile",
    "constant",
    "type_change",
    "cardinality",
    "duplicates",
    "correlation",
]

ADDED = Metric(
    name="extra",
    answers="Is there more?",
    needs=Needs.ROWS,
    kinds=frozenset({Kind.NUMERIC}),
    unit="none",
    direction="none",
    source="none",
)


def test_all_promised_metrics_are_there() -> None:
    """The registry holds the promised names, each under its own."""
    assert sorted(metrics()) == sorted(NAMES)
    assert len(metrics()) == len(NAMES)
    assert all(metrics()[name].name == name for name in NAMES)


@pytest.mark.parametrize("name", NAMES)
def test_a_metric_declares_itself(name: str) -> None:
    """Question, unit, direction and source are told, and something computes it."""
    metric = metrics()[name]
    assert metric.answers.endswith("?")
    assert all((metric.unit, metric.direction, metric.source, metric.kinds))
    ways = (metric.on_counts, metric.on_rows, metric.on_table, metric.on_types)
    assert any(way is not None for way in ways)
    if metric.needs is Needs.ROWS:
        assert metric.on_counts is None


def test_an_unknown_name_is_answered_with_close_ones() -> None:
    """A misspelt metric is an error that names what it may have been."""
    with pytest.raises(MetricError) as caught:
        metrics()["wassertein"]
    assert "'wasserstein'" in caught.value.fix
    assert "wassertein" not in metrics()
    assert "ks" in metrics()


def test_names_cost_no_import_of_the_metrics() -> None:
    """Asking which metrics there are imports none of them, and never scipy.stats."""
    code = (
        "import sys; from leeboard.metrics import metrics; list(metrics());"
        "loaded = [m for m in sys.modules if m.startswith('leeboard.metrics.')];"
        "assert all(m.split('.')[-1].startswith('_') for m in loaded), loaded;"
        "[metrics()[name] for name in metrics()];"
        "assert 'scipy.stats' not in sys.modules"
    )
    run = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=False
    )
    assert run.returncode == 0, run.stderr


class _Entry:
    """An installed package's entry that gives some object."""

    def __init__(self, given: object) -> None:
        self._given = given

    def load(self) -> object:
        """Give the object."""
        return self._given


def test_other_packages_add_metrics(monkeypatch: pytest.MonkeyPatch) -> None:
    """An entry point adds a metric; what is no metric of that name is refused."""
    entries: dict[str, Any] = {"extra": _Entry(ADDED), "broken": _Entry(EntryPoint)}
    monkeypatch.setattr(_registry, "_added", lambda _: entries)
    _registry._loaded.cache_clear()
    assert metrics()["extra"] is ADDED
    assert "extra" in list(metrics())
    with pytest.raises(MetricError) as caught:
        metrics()["broken"]
    assert caught.value.code == "bad_plugin"
    _registry._loaded.cache_clear()


def test_options_are_checked_by_name_and_type() -> None:
    """An option that is not there, or is of another type, is an error."""
    js = metrics()["js"]
    for options, code in (
        ({"bas": 2}, "unknown_option"),
        ({"base": "2"}, "bad_option"),
        ({"merge": 1}, "bad_option"),
        ({"base": True}, "bad_option"),
    ):
        with pytest.raises(MetricError) as caught:
            check_options(js, options)
        assert caught.value.code == code
    check_options(js, {"base": 2, "merge": False})


def test_kinds_are_checked() -> None:
    """A metric of numbers refuses categories, and says what it is for."""
    with pytest.raises(MetricError) as caught:
        check_kind(metrics()["ks"], Kind.CATEGORICAL, "column 'a'")
    assert "numeric" in caught.value.expected


def test_type_change_tells_both_types() -> None:
    """The metric of types is 1 with both named where they differ, else 0."""
    on_types = metrics()["type_change"].on_types
    assert on_types is not None
    changed = on_types("numeric", "categorical")
    assert isinstance(changed, Measurement)
    assert changed.value == 1.0
    assert changed.reason is not None
    assert "categorical" in changed.reason.text
    assert on_types("numeric", "numeric").value == 0.0
