"""A figure's way into a named chart, whose centre and spread may be learnt first."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any, cast

from leeboard.detectors._detector import Memory, Rows, Signal
from leeboard.detectors._parameter import check_whole
from leeboard.detectors.charts import NamedChart, Setting, charts, make_chart
from leeboard.errors import AlarmError

__all__ = ["LEARN", "Charted", "chart_step", "check_charted"]

LEARN = 20
"""Windows from which centre and spread are learnt, if they are not given."""

_LEARNT = ("centre", "spread")


@dataclass(frozen=True, slots=True)
class Charted:
    """What a chart said of one window, or how many windows it has learnt from."""

    memory: Memory
    signal: Signal | None
    learnt: int


def check_charted(name: str, settings: Mapping[str, Setting]) -> NamedChart:
    """Refuse a chart that could not be built once it has learnt."""
    check_whole(f"{name}.learn", settings.get("learn", LEARN), at_least=2)
    return make_chart(name, _given(settings) | _filled(name, settings, (0.0, 1.0)))


def chart_step(
    name: str, settings: Mapping[str, Setting], memory: Memory, value: float, n: int
) -> Charted:
    """Take in one finite figure of ``n`` rows."""
    count, mean, squares, *rest = memory or (0.0, 0.0, 0.0)
    learn = settings.get("learn", LEARN) if _missing(name, settings) else 0
    if count < cast("float", learn):
        count += 1
        gap = value - mean
        mean += gap / count
        squares += gap * (value - mean)
        return Charted((count, mean, squares), None, int(count))
    learnt = (mean, _spread(count, mean, squares))
    chart = make_chart(name, _given(settings) | _filled(name, settings, learnt))
    before = tuple(rest) or chart.start()
    signal = chart.step(before, _rows(name, value, n) if chart.seen is Rows else value)
    return Charted((count, mean, squares, *signal.memory), signal, int(count))


def _given(settings: Mapping[str, Setting]) -> dict[str, Setting]:
    return {key: value for key, value in settings.items() if key != "learn"}


def _missing(name: str, settings: Mapping[str, Setting]) -> list[str]:
    known = {field.name for field in fields(cast("Any", charts()[name]))}
    return [key for key in _LEARNT if key in known and key not in settings]


def _filled(
    name: str, settings: Mapping[str, Setting], learnt: tuple[float, float]
) -> dict[str, Setting]:
    values = dict(zip(_LEARNT, learnt, strict=True))
    return {key: values[key] for key in _missing(name, settings)}


def _spread(count: float, mean: float, squares: float) -> float:
    """Return the standard deviation; where nothing varied, any change counts."""
    spread = math.sqrt(squares / (count - 1)) if count > 1 else 0.0
    return max(spread, 1e-9 * abs(mean), 1e-12)


def _rows(name: str, value: float, n: int) -> Rows:
    if not 0 <= value <= 1:
        raise AlarmError(
            code="not_a_share",
            where=f"chart {name!r}",
            found=f"{value:g}",
            expected="a share of rows, between 0 and 1",
            fix="Watch this metric with another chart.",
        )
    return Rows(n, value * n)
