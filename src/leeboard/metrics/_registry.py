"""All metrics by name, each imported when first asked for. Private to the metrics."""

from __future__ import annotations

import pkgutil
from collections.abc import Iterator, Mapping
from functools import cache
from importlib import import_module
from typing import Any

from leeboard.errors import MetricError
from leeboard.metrics._metric import Metric

__all__ = ["ENTRY_POINTS", "Metrics", "metrics"]

ENTRY_POINTS = "leeboard.metrics"
"""Entry-point group in which other packages name their metrics."""


class Metrics(Mapping[str, Metric]):
    """Metrics by name, in alphabetical order.

    Examples
    --------
    >>> from leeboard.metrics import metrics
    >>> metrics()["psi"].unit
    'nats'
    """

    def __getitem__(self, name: str) -> Metric:
        """Metric of that name.

        Raises
        ------
        MetricError
            If there is none; the message says which names are close.
        """
        if name in _own():
            module = import_module(f"leeboard.metrics.{name}")
            metric: Metric = module.METRIC
            return metric
        if name in _added():
            return _load(name)
        raise _unknown(name, list(self))

    def __contains__(self, name: object) -> bool:
        return name in _own() or name in _added()

    def __iter__(self) -> Iterator[str]:
        return iter(sorted({*_own(), *_added()}))

    def __len__(self) -> int:
        return len({*_own(), *_added()})

    def __repr__(self) -> str:
        return f"<{len(self)} metrics: {', '.join(self)}>"


def metrics() -> Metrics:
    """Every metric there is, by name."""
    return Metrics()


@cache
def _own() -> frozenset[str]:
    package = import_module("leeboard.metrics")
    found = (module.name for module in pkgutil.iter_modules(package.__path__))
    return frozenset(name for name in found if not name.startswith("_"))


@cache
def _added() -> Mapping[str, Any]:
    # importlib.metadata reads every installed package's files: only when needed
    from importlib.metadata import entry_points

    return {entry.name: entry for entry in entry_points(group=ENTRY_POINTS)}


@cache
def _load(name: str) -> Metric:
    metric = _added()[name].load()
    if not isinstance(metric, Metric) or metric.name != name:
        raise MetricError(
            code="bad_plugin",
            where=f"entry point {name!r} of group {ENTRY_POINTS!r}",
            found=f"{metric!r:.80}",
            expected=f"a Metric named {name!r}",
            fix="Mend or remove the package that adds it.",
        )
    return metric


def _unknown(name: str, known: list[str]) -> MetricError:
    from difflib import get_close_matches

    close = get_close_matches(str(name), known, n=3, cutoff=0.5)
    fix = f"Did you mean {' or '.join(map(repr, close))}?" if close else ""
    return MetricError(
        code="unknown_metric",
        where="metric",
        found=repr(name),
        expected="one of " + ", ".join(known),
        fix=fix or "`leeboard metrics` says what each one answers.",
    )
