"""Axes of time: days and moments on one clock, and where an axis is labelled."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta

from leeboard.pages.contexts import Tick

__all__ = ["Span", "moment_of", "named", "ticks", "time_ticks"]

Span = tuple[datetime, datetime]
"""From a moment on and before another, in UTC."""

_MONTHS = (
    *("Jan", "Feb", "Mar", "Apr", "May", "Jun"),
    *("Jul", "Aug", "Sep", "Oct", "Nov", "Dec"),
)
_MOST_TICKS = 5
_FEW_MONTHS = timedelta(days=75)


def moment_of(day: date) -> datetime:
    """Put days and moments on one clock: UTC, midnight for a day."""
    if not isinstance(day, datetime):
        return datetime(day.year, day.month, day.day, tzinfo=UTC)
    return day.astimezone(UTC) if day.tzinfo else day.replace(tzinfo=UTC)


def ticks(span: Span) -> Iterator[tuple[datetime, str]]:
    """Months, days or hours to label, whichever a span has room for."""
    whole = span[1] - span[0]
    if whole > _FEW_MONTHS:
        yield from _months(span)
    else:
        lengths = (timedelta(hours=h) for h in (1, 3, 6, 12, 24, 48, 168, 336))
        step = next(one for one in lengths if whole <= one * 6 or one.days >= 14)
        yield from _steps(span, step)


def time_ticks(span: Span) -> tuple[Tick, ...]:
    """Return the same with their place in the span, from 0 to 1."""
    whole = span[1] - span[0]
    return tuple(Tick((at - span[0]) / whole, label) for at, label in ticks(span))


def _months(span: Span) -> Iterator[tuple[datetime, str]]:
    firsts = [
        datetime(year, month, 1, tzinfo=UTC)
        for year in range(span[0].year, span[1].year + 1)
        for month in range(1, 13)
        if span[0] <= datetime(year, month, 1, tzinfo=UTC) < span[1]
    ]
    counts = (1, 2, 3, 6, 12, 24, 60, 120, 600)
    every = next((n for n in counts if len(firsts) <= n * _MOST_TICKS), 1200)
    for day in firsts:
        if (day.month - 1 + 12 * (day.year % max(1, every // 12))) % every == 0:
            yield day, f"{_MONTHS[day.month - 1]} {day.year}"


def _steps(span: Span, step: timedelta) -> Iterator[tuple[datetime, str]]:
    first = datetime(1970, 1, 5, tzinfo=UTC)  # a Monday
    at = first + -(-(span[0] - first) // step) * step
    while at < span[1]:
        day = f"{at.day} {_MONTHS[at.month - 1]}"
        yield at, day if step.days or not at.hour else f"{at:%H:%M}"
        at += step


def named(start: date, end: date) -> str:
    """Name a window as people do."""
    first, last = moment_of(start), moment_of(end)
    whole = last - first
    if whole == timedelta(days=7) and not isinstance(start, datetime):
        return f"week of {start}"
    if first.hour or first.minute or whole < timedelta(days=1):
        return f"{first:%Y-%m-%d %H:%M} to {last:%Y-%m-%d %H:%M} UTC"
    if whole == timedelta(days=1):
        return f"{first:%Y-%m-%d}"
    return f"{first:%Y-%m-%d} to {last:%Y-%m-%d}"
