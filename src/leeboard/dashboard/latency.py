"""Quantiles of latency by window, from the counts that are kept."""

from __future__ import annotations

from collections.abc import Iterator

from leeboard.dashboard.asked import Asked
from leeboard.dashboard.lines import series_table
from leeboard.dashboard.ranges import shown_windows
from leeboard.metrics import metrics
from leeboard.metrics._metric import Pair
from leeboard.monitor.adopted import ENOUGH
from leeboard.monitor.frame import LATENCY
from leeboard.pages.dashboard.parts import Chart, Empty, Part
from leeboard.pages.timelines import Point, Series, Timeline
from leeboard.pages.words import number, plural
from leeboard.windows import Window

__all__ = ["latency_parts"]

_WINDOWS = 60
"""Windows whose counts are read: each is unpacked whole."""

_QUANTILES = ((0.95, "95 % quantile", "reference"), (0.5, "median", "current"))


def latency_parts(asked: Asked) -> Iterator[Part]:
    """Draw how long predictions took; or say why that is not known."""
    adopted = asked.reader.adopted(asked.plan).profiles.get(LATENCY)
    if adopted is None:
        yield _unknown(asked)
        return
    windows = [one.window for one in shown_windows(asked.windows, _WINDOWS)]
    cells, before = adopted.cells[LATENCY], adopted.parts[None].counts[LATENCY]
    counts = asked.reader.adopted_counts(asked.plan, windows, LATENCY)
    pairs = {window: Pair(cells, before, one) for window, one in counts.items()}
    series = tuple(
        Series(name, role, tuple(_point(one, pairs.get(one), q) for one in windows))
        for q, name, role in _QUANTILES
    )
    known = [p.value for p in series[0].points if p.value is not None]
    if not known:
        return
    chart = Timeline(
        f"95 % of predictions took less than {number(known[-1], 3)} ms",
        "ms",
        series,
        height=160,
    )
    note = "From counts: a quantile is put in the middle of its cell."
    yield Chart("latency", chart, note, series_table(chart))


def _unknown(asked: Asked) -> Empty:
    """Say what lacks: rows in a window, or perhaps latencies in the rows."""
    windows = asked.reader.windows(asked.plan.name)
    most = max((one.rows for one in windows), default=0)
    if most < ENOUGH:
        return Empty(
            "How long predictions take is not drawn yet",
            f"Quantiles are drawn from the first window with {ENOUGH} latencies on;"
            f" the largest so far has {plural(most, 'prediction')}. Where each"
            " prediction has its latency, longer windows, or more traffic, are enough.",
        )
    return Empty(
        "How long predictions take is not known",
        "Log it with each prediction, in seconds. Quantiles are drawn from the"
        f" first window with {ENOUGH} of them on.",
        "log.log_prediction(features, prediction=…, latency_s=0.012)",
    )


def _point(window: Window, pair: Pair | None, q: float) -> Point:
    quantile = metrics()["quantile"].on_counts
    if pair is None or quantile is None:
        return Point(window.start, window.end, None)
    found = quantile(pair, q=q).value
    return Point(window.start, window.end, None if found is None else 1000.0 * found)
