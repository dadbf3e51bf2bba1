"""The live model as a page: what its weeks looked like, with and without labels.

Every figure comes from the replay. Must not measure anything itself.
"""

from __future__ import annotations

from datetime import timedelta

from leeboard.lab._live import Live, Week
from leeboard.pages.history import (
    HistoryLine,
    HistoryPage,
    HistorySection,
    render_history,
)
from leeboard.pages.timelines import Point, Series, Timeline

__all__ = ["live_page"]

_WEEK = timedelta(days=7)
_UNIT = "rentals an hour"

_Span = tuple[float, float, float]


def live_page(live: Live) -> str:
    """Return one self-contained HTML page."""
    worst = max((w for w in live.weeks if w.realised), key=_realised)
    return render_history(
        HistoryPage(
            title="Bike rentals, live",
            headline=(
                f"The error grew from {live.reference:.0f} to {_realised(worst):.0f}"
                " rentals an hour, and only labels showed it."
            ),
            summary=(
                f"{live.predictions:,} hourly predictions of a model trained on January"
                " and February 2011, logged as they were made; labels came two days"
                f" later. {live.record.sentence()}"
            ),
            sections=(_error(live), _labels(live), _traffic(live)),
            lines=tuple(_line(week) for week in live.weeks),
        )
    )


def _realised(week: Week) -> float:
    return week.realised[0] if week.realised else 0.0


def _error(live: Live) -> HistorySection:
    realised = tuple(_point(week, week.realised) for week in live.weeks)
    estimated = tuple(_point(week, week.estimated) for week in live.weeks)
    return HistorySection(
        "error",
        Timeline(
            "What labels said, and what was expected without them",
            _UNIT,
            (
                Series("estimated without labels", "reference", estimated),
                Series("realised", "current", realised),
            ),
            height=260,
            level=("on the training days", live.reference),
        ),
        "Mean absolute error by week, with 95 % intervals. The estimate follows the"
        " season, which is in the data; it cannot see that demand itself has grown.",
    )


def _labels(live: Live) -> HistorySection:
    shares = tuple(
        Point(week.start, week.start + _WEEK, 100.0 * week.labels / week.predictions)
        for week in live.weeks
    )
    paused = live.paused
    return HistorySection(
        "labels",
        Timeline(
            "Every prediction has its label by now",
            "% of predictions",
            (Series("labels", "share", shares),),
            height=80,
            top=100.0,
        ),
        f"On the Monday after the week of {paused.start}, {paused.labels} of"
        f" {paused.predictions} labels had come: its error of"
        f" {_told(paused.realised)} was called provisional until the others did. It"
        f" became {_told(live.settled.realised)}.",
    )


def _traffic(live: Live) -> HistorySection:
    counts = tuple(
        Point(week.start, week.start + _WEEK, float(week.predictions))
        for week in live.weeks
    )
    return HistorySection(
        "traffic",
        Timeline(
            "One prediction an hour, with few gaps",
            "predictions a week",
            (Series("predictions", "share", counts),),
            height=80,
            top=168.0,
        ),
        "Hours without a rental have no row in the data; the first and the last week"
        " are not whole.",
    )


def _point(week: Week, span: _Span | None) -> Point:
    if span is None:
        return Point(week.start, week.start + _WEEK, None)
    return Point(week.start, week.start + _WEEK, *span)


def _line(week: Week) -> HistoryLine:
    return HistoryLine(
        str(week.start),
        f"{week.predictions:,}",
        f"{week.labels:,}",
        _told(week.realised),
        _told(week.estimated),
    )


def _told(span: _Span | None) -> str:
    return "none" if span is None else f"{span[0]:.0f} ({span[1]:.0f} to {span[2]:.0f})"
