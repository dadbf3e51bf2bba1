"""The axis of time: first days of months, days, or hours, as long as there is room.

Place: beside the axis of values; below what draws figures over time.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta

from leeboard.pages.contexts import Tick

__all__ = ["time_ticks"]

_MONTHS = (
    *("Jan", "Feb", "Mar", "Apr", "May", "Jun"),
    *("Jul", "Aug", "Sep", "Oct", "Nov", "Dec"),
)
_MOST = 5
_LONG = timedelta(days=100)
_SHORT = timedelta(days=3)


def time_ticks(span: tuple[date, date]) -> tuple[Tick, ...]:
    """Round moments between two, at most five or six.

    Parameters
    ----------
    span : (date, date)
        Days, or aware moments of one time zone.
    """
    start, end = span
    whole = end - start
    if not whole:
        return ()
    if whole > _LONG:
        found = _months(start, end)
    elif whole > _SHORT:
        found = _days(start, end)
    else:
        found = _hours(start, end)
    return tuple(Tick((moment - start) / whole, label) for moment, label in found)


def _like(day: date, start: date) -> date:
    """Return a day as what the span is of: a day, or the moment it begins."""
    if isinstance(start, datetime):
        return datetime.combine(day, time.min, start.tzinfo)
    return day


def _months(start: date, end: date) -> Iterator[tuple[date, str]]:
    firsts = [
        first
        for year in range(start.year, end.year + 1)
        for month in range(1, 13)
        if start <= (first := _like(date(year, month, 1), start)) < end
    ]
    fits = (n for n in (1, 2, 3, 6, 12) if len(firsts) <= n * _MOST)
    every = next(fits, 12)
    for day in firsts:
        if (day.month - 1) % every == 0:
            yield day, f"{_MONTHS[day.month - 1]} {day.year}"


def _days(start: date, end: date) -> Iterator[tuple[date, str]]:
    days = (end - start).days
    every = next((n for n in (1, 2, 7, 14) if days <= n * _MOST), 28)
    # counted from a day that all spans share, so that a chart of tomorrow has the same
    first = date(start.year, start.month, start.day).toordinal()
    for number in range(first, first + days + 2):
        day = _like(date.fromordinal(number), start)
        if number % every == 0 and start <= day < end:
            yield day, f"{day.day} {_MONTHS[day.month - 1]}"


def _hours(start: date, end: date) -> Iterator[tuple[date, str]]:
    if not isinstance(start, datetime):
        yield from _days(start, end)
        return
    hours: float = (end - start) / timedelta(hours=1)
    every = next((n for n in (1, 3, 6, 12) if hours <= n * _MOST), 24)
    moment = start.replace(minute=0, second=0, microsecond=0)
    while moment < end:
        if moment.hour % every == 0 and moment >= start:
            day = f"{moment.day} {_MONTHS[moment.month - 1]}"
            yield moment, day if moment.hour == 0 else f"{moment:%H:%M}"
        moment += timedelta(hours=1)
