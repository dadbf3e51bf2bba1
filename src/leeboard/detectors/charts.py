"""Charts by name, each imported when first asked for."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import MISSING, fields
from difflib import get_close_matches
from functools import cache
from importlib import import_module
from typing import Any, ClassVar, Protocol, cast

from leeboard.detectors._detector import Chart
from leeboard.detectors._parameter import check_number
from leeboard.errors import AlarmError

__all__ = ["Charts", "NamedChart", "Setting", "charts", "make_chart"]

Setting = float | str
"""Value of a chart's parameter, as a configuration gives it."""

_CLASSES = {
    "adwin": "Adwin",
    "cusum": "Cusum",
    "ddm": "Ddm",
    "ewma": "Ewma",
    "page_hinkley": "PageHinkley",
    "shewhart": "Shewhart",
}


class NamedChart(Chart[Any], Protocol):
    """A chart that says what it sees and what it does not promise.

    Parameters are the fields of its dataclass; one called ``centre`` or ``spread`` may
    be learnt from the first windows.
    """

    seen: ClassVar[type]
    """``float``, or ``Rows``."""
    restarts: ClassVar[bool]
    """It begins anew after it fired, so it does not fire on while a change lasts."""
    promise: ClassVar[str]
    """One sentence: what is not promised."""


class Charts(Mapping[str, type[NamedChart]]):
    """Charts by name, in alphabetical order.

    Examples
    --------
    >>> from leeboard.detectors.charts import charts
    >>> charts()["ewma"](centre=0.0, spread=1.0).width
    2.962
    """

    def __getitem__(self, name: str) -> type[NamedChart]:
        """Return the chart of that name.

        Raises
        ------
        AlarmError
            If there is none; the message says which names are close.
        """
        if name not in _CLASSES:
            raise _unknown("chart", name, list(self))
        return _load(name)

    def __contains__(self, name: object) -> bool:
        return name in _CLASSES

    def __iter__(self) -> Iterator[str]:
        return iter(_CLASSES)

    def __len__(self) -> int:
        return len(_CLASSES)


def charts() -> Charts:
    """Every chart there is, by name."""
    return Charts()


def make_chart(name: str, settings: Mapping[str, Setting]) -> NamedChart:
    """Build a chart from its name and parameters.

    Raises
    ------
    AlarmError
        If there is no such chart or parameter, a parameter without a default is
        missing, or a value makes no sense.

    Examples
    --------
    >>> make_chart("shewhart", {"centre": 0.8, "spread": 0.01}).promise
    'No rate of false alarms is promised: its limits assume independent normal \
windows and a centre and spread that are known exactly.'
    """
    kind = charts()[name]
    known = {field.name: field for field in fields(cast("Any", kind))}
    for key, value in settings.items():
        if key not in known:
            raise _unknown(f"parameters of chart {name!r}", key, list(known))
        if known[key].type not in {str, "str"}:
            check_number(f"{name}.{key}", value)
    for key, field in known.items():
        if field.default is MISSING and key not in settings:
            raise AlarmError(
                code="missing_parameter",
                where=f"chart {name!r}",
                found="no " + repr(key),
                expected="a number",
                fix=f"Give {key!r}.",
            )
    return kind(**settings)


@cache
def _load(name: str) -> type[NamedChart]:
    module = import_module(f"leeboard.detectors.{name}")
    found: type[NamedChart] = getattr(module, _CLASSES[name])
    return found


def _unknown(where: str, name: str, known: list[str]) -> AlarmError:
    close = get_close_matches(str(name), known, n=3, cutoff=0.5)
    hint = f"Did you mean {' or '.join(map(repr, close))}?" if close else ""
    return AlarmError(
        code="unknown_chart" if where == "chart" else "unknown_parameter",
        where=where,
        found=repr(name),
        expected="one of " + ", ".join(known),
        fix=hint or "Use one of these.",
    )
