"""Metrics by name, each imported when first asked for.

A registry is a folder of files, each one metric, and a group of entry points in which
other packages name theirs.
"""

from __future__ import annotations

import pkgutil
from collections.abc import Iterator, Mapping
from functools import cache
from importlib import import_module
from typing import Any, Protocol, TypeVar

from leeboard.errors import MetricError
from leeboard.metrics._metric import Metric

__all__ = ["ENTRY_POINTS", "Metrics", "Named", "Registry", "metrics"]

ENTRY_POINTS = "leeboard.metrics"
"""Entry-point group in which other packages name their metrics."""


class Named(Protocol):
    """A declaration that knows its name."""

    @property
    def name(self) -> str:
        """The name by which it is asked for."""
        ...


_Declared = TypeVar("_Declared", bound=Named)


class Registry(Mapping[str, _Declared]):
    """Declarations by name, in alphabetical order.

    Parameters
    ----------
    group : str
        The package whose files each hold one, as ``METRIC``; also the group of entry
        points in which other packages name theirs.
    kind : type
        What a declaration is.
    words : str
        What one is called, such as ``metric``.
    """

    def __init__(self, group: str, kind: type[_Declared], words: str) -> None:
        self._group, self._kind, self._words = group, kind, words

    def __getitem__(self, name: str) -> _Declared:
        """Metric of that name.

        Raises
        ------
        MetricError
            If there is none; the message says which names are close.
        """
        if name in _own(self._group):
            module = import_module(f"{self._group}.{name}")
            metric: _Declared = module.METRIC
            return metric
        if name in _added(self._group):
            return self._load(name)
        raise _unknown(self._words, name, list(self))

    def __contains__(self, name: object) -> bool:
        return name in _own(self._group) or name in _added(self._group)

    def __iter__(self) -> Iterator[str]:
        return iter(sorted({*_own(self._group), *_added(self._group)}))

    def __len__(self) -> int:
        return len({*_own(self._group), *_added(self._group)})

    def __repr__(self) -> str:
        return f"<{len(self)} {self._words}s: {', '.join(self)}>"

    def _load(self, name: str) -> _Declared:
        metric = _loaded(self._group, name)
        if not isinstance(metric, self._kind) or metric.name != name:
            raise MetricError(
                code="bad_plugin",
                where=f"entry point {name!r} of group {self._group!r}",
                found=f"{metric!r:.80}",
                expected=f"a {self._kind.__name__} named {name!r}",
                fix="Mend or remove the package that adds it.",
            )
        return metric


class Metrics(Registry[Metric]):
    """Metrics by name, in alphabetical order.

    Examples
    --------
    >>> from leeboard.metrics import metrics
    >>> metrics()["psi"].unit
    'nats'
    """

    def __init__(self) -> None:
        super().__init__(ENTRY_POINTS, Metric, "metric")


def metrics() -> Metrics:
    """Every metric there is, by name."""
    return Metrics()


@cache
def _own(group: str) -> frozenset[str]:
    package = import_module(group)
    found = (module.name for module in pkgutil.iter_modules(package.__path__))
    return frozenset(name for name in found if not name.startswith("_"))


@cache
def _added(group: str) -> Mapping[str, Any]:
    # importlib.metadata reads every installed package's files: only when needed
    from importlib.metadata import entry_points

    return {entry.name: entry for entry in entry_points(group=group)}


@cache
def _loaded(group: str, name: str) -> object:
    return _added(group)[name].load()


def _unknown(words: str, name: str, known: list[str]) -> MetricError:
    from difflib import get_close_matches

    close = get_close_matches(str(name), known, n=3, cutoff=0.5)
    fix = f"Did you mean {' or '.join(map(repr, close))}?" if close else ""
    return MetricError(
        code="unknown_metric",
        where=words,
        found=repr(name),
        expected="one of " + ", ".join(known),
        fix=fix or "`leeboard metrics` says what each one answers.",
    )
