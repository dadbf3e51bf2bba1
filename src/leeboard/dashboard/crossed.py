"""What crossed, drawn: figures over time, and the distribution where there is one."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from leeboard.alarms.judged import Judged
from leeboard.dashboard.distributions import distribution_of
from leeboard.dashboard.lines import figure_chart
from leeboard.dashboard.reading import Reader, Row
from leeboard.dashboard.standing import main_metric, metric_name, when
from leeboard.errors import LeeboardError
from leeboard.incidents.titles import blamed
from leeboard.monitor.handling import Case
from leeboard.pages.dashboard.links import Links
from leeboard.pages.dashboard.parts import Part
from leeboard.pages.timelines import Stretch
from leeboard.pages.words import number
from leeboard.state import Done
from leeboard.windows import Window

__all__ = ["crossed_parts", "verdict_parts"]

_AROUND = 45
_METRICS = {
    "distribution": "psi",
    "missing": "missing",
    "unseen": "unseen",
    "range": "mean",
    "constant": "mean",
}
"""Figure that shows what an aspect is about, in this order of telling."""


def crossed_parts(reader: Reader, links: Links, case: Case) -> Iterator[Part]:
    """Draw an incident's cause, or the strongest of it: over time, and in a window."""
    del links
    loud = [one for one in case.verdicts if one.severity is not None]
    if loud:
        causes = blamed(case.incident)[:1]
        first = max(
            loud,
            key=lambda one: (
                one.subject.name in causes,
                one.severity.rank if one.severity else 0,
                _margin(one),
            ),
        )
        span = Window(case.incident.first_window.start, case.incident.last_window.end)
        yield from _drawn(reader, first, span, "this incident")


def verdict_parts(reader: Reader, links: Links, one: Judged) -> Iterator[Part]:
    """Draw what a verdict is about."""
    del links
    yield from _drawn(reader, one, one.window, "this window")


def _margin(one: Judged) -> float:
    return (one.evidence or 0.0) - (one.threshold or 0.0)


def _drawn(reader: Reader, one: Judged, span: Window, what: str) -> Iterator[Part]:
    windows = _around(reader.windows(one.model), span)
    name, segment = one.subject.name, one.subject.segment
    metric, level = _METRICS.get(one.subject.aspect, one.subject.aspect), None
    if name == "performance":
        metric, level = main_metric(reader, one.model)
    if windows:
        whole = Window(windows[0].window.start, windows[-1].window.end)
        rows = reader.figures(
            one.model, whole, subject=name, segment=segment, metric=metric
        )
        mark = Stretch(span.start, span.end, "page", what)
        chart = figure_chart(
            rows,
            windows,
            name="over-time",
            title=_title(one, metric, rows),
            metric=metric,
            level=level,
            stretches=(mark,),
        )
        if chart is not None:
            yield chart
    plan = reader.model(one.model)
    if plan is not None and name != "performance":
        try:
            yield from distribution_of(reader, plan, name, one.window, segment)
        except LeeboardError:  # the reference may be gone; figures are shown still
            return


def _title(one: Judged, metric: str, rows: Sequence[Row]) -> str:
    """State the drawn figure of the window that was judged."""
    where = f" where {one.subject.segment}" if one.subject.segment else ""
    name = "" if one.subject.name == "performance" else f" of {one.subject.name}"
    what = f"{metric_name(metric)}{name}{where}"
    row = next(
        (
            r
            for r in rows
            if r["window_start"] == one.window.start and r["value"] is not None
        ),
        None,
    )
    if row is None:
        return f"{what} around {when(one.window.start)}"
    beside = row["reference"]
    said = f", {number(beside, 3)} in the reference" if beside is not None else ""
    now = f"{number(row['value'], 3)} in the window of {when(one.window.start)}"
    return f"{what}: {now}{said}"


def _around(windows: Sequence[Done], span: Window) -> list[Done]:
    """Return the windows of a span, with some before and after."""
    inside = [
        i for i, one in enumerate(windows) if span.start <= one.window.start < span.end
    ]
    if not inside:
        return []
    return list(windows[max(0, inside[0] - _AROUND) : inside[-1] + 1 + _AROUND // 3])
