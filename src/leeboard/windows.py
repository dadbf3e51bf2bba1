"""Where an event falls in time: half-open windows by prediction time, UTC inside.

A window is ``[start, end)``. Calendar windows follow a time zone's days, so that a day
may have 23 or 25 hours. Knows no clock: now is an argument.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from difflib import get_close_matches
from zoneinfo import ZoneInfo, available_timezones

import numpy as np

from leeboard.errors import ConfigError, InputError

__all__ = [
    "Calendar",
    "Due",
    "Every",
    "Window",
    "duration",
    "duration_in_words",
    "runs",
    "zone_of",
]

_DAY = timedelta(days=1)
_MINUTE = timedelta(minutes=1)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MONDAY = date(1970, 1, 5).toordinal()
_THURSDAY = date(1970, 1, 1).toordinal()

_SPELLINGS = {
    "m": ("m", "min", "minute", "minutes"),
    "h": ("h", "hour", "hours"),
    "d": ("d", "day", "days"),
    "w": ("w", "week", "weeks"),
    "mo": ("mo", "month", "months"),
}
_UNITS = {text: unit for unit, texts in _SPELLINGS.items() for text in texts}
_MINUTES = {"m": 1, "h": 60, "d": 1440, "w": 10080}
_WHOLE = {"m": 1440, "h": 24, "d": 366, "w": 52, "mo": 12}
_EXAMPLES = "such as 15m, 1h, 6h, 1d, 1w or 1mo"
_FITTING = "minutes or hours that divide a day, months that divide a year, or days"


@dataclass(frozen=True, slots=True, order=True)
class Window:
    """A half-open span of time; both ends are aware and in UTC.

    Raises
    ------
    InputError
        If an end is not in UTC, or nothing lies between them.
    """

    start: datetime
    end: datetime

    def __post_init__(self) -> None:
        for end in (self.start, self.end):
            if end.utcoffset() != timedelta(0):
                raise _not_aware(end)
        if self.start >= self.end:
            raise InputError(
                code="empty_window",
                where="window",
                found=f"{self.start.isoformat()} to {self.end.isoformat()}",
                expected="a start before the end",
                fix="Give the earlier time first.",
            )


def runs(windows: Iterable[Window]) -> list[Window]:
    """Return the spans that windows cover, in order: those that touch are one."""
    spans: list[Window] = []
    for window in sorted(windows):
        if spans and window.start <= spans[-1].end:
            last = spans.pop()
            window = Window(last.start, max(last.end, window.end))  # noqa: PLW2901
        spans.append(window)
    return spans


@dataclass(frozen=True, slots=True)
class Every:
    """How long the windows of a calendar are.

    Parameters
    ----------
    count : int
        At least 1. Minutes and hours must divide a day, months a year; at most 366
        days or 52 weeks.
    unit : str
        ``m``, ``h``, ``d``, ``w`` or ``mo``.

    Raises
    ------
    ConfigError
        If windows of that length do not fit days or years.

    Examples
    --------
    >>> Every.parse("6 hours"), str(Every.parse("60m"))
    (Every(count=6, unit='h'), '1h')
    """

    count: int
    unit: str

    def __post_init__(self) -> None:
        whole = _WHOLE[self.unit]
        parts = self.unit in ("m", "h", "mo") and whole % self.count
        if not 1 <= self.count <= whole or parts:
            raise _bad_length(str(self), _FITTING)

    def __str__(self) -> str:
        return f"{self.count}{self.unit}"

    @property
    def minutes(self) -> int | None:
        """Minutes of a window within a day; None for days and longer."""
        return self.count * _MINUTES[self.unit] if self.unit in ("m", "h") else None

    @classmethod
    def parse(cls, text: str) -> Every:
        """Read a length as people write it.

        Raises
        ------
        ConfigError
            With code ``bad_length``.
        """
        count, unit = _amount(text)
        if unit == "m" and count % 60 == 0:
            count, unit = count // 60, "h"
        if unit == "h" and count == 24:
            count, unit = 1, "d"
        return cls(count, unit)


def duration(text: str) -> timedelta:
    """Read a length of time, such as ``48h`` or ``90d``; ``0`` is none.

    Raises
    ------
    ConfigError
        If it is none, or is in months, which differ in length.

    Examples
    --------
    >>> duration("36h")
    datetime.timedelta(days=1, seconds=43200)
    """
    if text.strip() == "0":
        return timedelta(0)
    count, unit = _amount(text)
    if unit == "mo":
        raise _bad_length(text, "minutes, hours, days or weeks, such as 30d")
    try:
        return timedelta(minutes=count * _MINUTES[unit])
    except OverflowError:
        raise _bad_length(text, "a length that a person may live to see") from None


def duration_in_words(span: timedelta) -> str:
    """Write a length of time in the largest unit that keeps it short.

    Examples
    --------
    >>> duration_in_words(timedelta(hours=36)), duration_in_words(timedelta(days=30))
    ('36 hours', '30 days')
    >>> duration_in_words(timedelta(seconds=0.26))
    '0.3 seconds'
    """
    seconds = round(span.total_seconds(), 1)
    for unit, size in (("days", 86400), ("hours", 3600), ("minutes", 60)):
        if seconds >= 2 * size or (seconds >= size and seconds % size == 0):
            return _counted(seconds / size, unit)
    return _counted(seconds, "seconds")


def _counted(number: float, unit: str) -> str:
    number = round(number, 1)
    return f"{number:g} {unit if number != 1 else unit[:-1]}"


def _amount(text: str) -> tuple[int, str]:
    match = re.fullmatch(r"\s*([+-]?[0-9]{1,9})\s*([^\W\d]*)\s*", text)
    if match is None:
        raise _bad_length(text, f"a number and a unit, {_EXAMPLES}")
    number, word = match.groups()
    if int(number) < 1:
        raise _bad_length(text, f"a length above 0, {_EXAMPLES}")
    if word not in _UNITS:
        close = get_close_matches(word, list(_UNITS), n=1, cutoff=0.6)
        hint = f"Did you mean {number} {close[0]}?" if close else ""
        raise _bad_length(text, f"a number and a unit, {_EXAMPLES}", hint)
    return int(number), _UNITS[word]


def _bad_length(text: str, expected: str, fix: str = "") -> ConfigError:
    return ConfigError(
        code="bad_length",
        where="length of time",
        found=repr(text),
        expected=expected,
        fix=fix or "Write m, h, d, w or mo for minutes, hours, days, weeks, months.",
    )


def _not_aware(moment: datetime) -> InputError:
    return InputError(
        code="naive_time",
        where="time",
        found=moment.isoformat() + ("" if moment.tzinfo else " without a zone"),
        expected="a time in UTC",
        fix="Give it a zone: when.replace(tzinfo=...).astimezone(timezone.utc).",
    )


def _too_far(moment: datetime) -> InputError:
    return InputError(
        code="far_time",
        where="time",
        found=moment.isoformat(),
        expected="a year from 1800 to 2499",
        fix="Look at the unit: seconds, milliseconds or microseconds since 1970.",
    )


def zone_of(name: str) -> tzinfo:
    """Return the time zone of a name such as ``Europe/Berlin``.

    Raises
    ------
    ConfigError
        If there is none (code ``bad_zone``).
    """
    if name == "UTC":  # needs no database of zones
        return UTC
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError):  # not there; a path; a folder of zones
        known = sorted(available_timezones())
    near = get_close_matches(name, known, n=3, cutoff=0.6)
    raise ConfigError(
        code="bad_zone",
        where="time zone",
        found=repr(name),
        expected="a name of the IANA database, such as Europe/Berlin, or UTC",
        fix=f"Did you mean {' or '.join(near)}?"
        if near
        else "Correct the name, or install the package tzdata.",
    )


@dataclass(frozen=True, slots=True)
class Calendar:
    """Windows of one length that follow one zone's calendar.

    Parameters
    ----------
    every : Every
    zone : tzinfo

    Notes
    -----
    Days begin at the first instant of a local date, weeks on Monday, months on the
    first; several days or weeks are counted from the first of January 1970 and its
    Monday. Within a day a window begins whenever the local clock shows a multiple of
    its length. Where the clock goes back and shows a mark again, a window begins there
    too if a whole one has passed; so a repeated hour is an hour by itself, while the
    quarter day around it has seven hours. Windows hold whole minutes of UTC.

    Examples
    --------
    >>> berlin = Calendar(Every.parse("1d"), zone_of("Europe/Berlin"))
    >>> day = berlin.window_of(datetime(2026, 3, 29, 12, tzinfo=UTC))
    >>> (day.end - day.start).total_seconds() / 3600
    23.0
    """

    every: Every
    zone: tzinfo

    def window_of(self, moment: datetime) -> Window:
        """Return the window an aware time falls in."""
        day, start, end = self._day(moment)
        minutes = self.every.minutes
        if minutes is None:
            first, after = self._period(day)
            return Window(self._midnight(first), self._midnight(after))
        step = timedelta(minutes=minutes)
        if end - start == _DAY:
            begin = start + (moment - start) // step * step
            return Window(begin, begin + step)
        cuts = self._cuts(day, start, end)
        at = bisect_right(cuts, moment)
        return Window(cuts[at - 1], cuts[at])

    def between(self, start: datetime, end: datetime) -> Iterator[Window]:
        """Yield the windows that hold a part of ``[start, end)``, in order."""
        if start >= end:
            return
        window = self.window_of(start)
        while window.start < end:
            yield window
            window = self.window_of(window.end)

    def of_minutes(self, minutes: Iterable[int]) -> set[Window]:
        """Return the windows that minutes since 1970 (UTC) fall in."""
        left = np.unique(np.fromiter(minutes, dtype=np.int64))
        found = set()
        while len(left):
            window = self.window_of(_EPOCH + int(left[0]) * _MINUTE)
            found.add(window)
            end = (window.end - _EPOCH) // _MINUTE
            left = left[np.searchsorted(left, end) :]
        return found

    def _day(self, moment: datetime) -> tuple[date, datetime, datetime]:
        """Local day of a moment, and the instants at which it begins and ends."""
        if moment.tzinfo is None:
            raise _not_aware(moment)
        if not 1800 <= moment.year < 2500:
            raise _too_far(moment)
        day = moment.astimezone(self.zone).date()
        # a date may be shown twice, or never: windows go by when dates first begin
        while (start := self._midnight(day)) > moment:
            day -= _DAY
        while (end := self._midnight(day + _DAY)) <= moment:
            day, start = day + _DAY, end
        return day, start, end

    def _cuts(self, day: date, start: datetime, end: datetime) -> list[datetime]:
        """Where windows begin within a day on which the clock is moved, and its end."""
        minutes = self.every.minutes or 1440
        step = timedelta(minutes=minutes)
        marks = {start, end}
        first = datetime.combine(day, time()) - _DAY
        for i in range(2 * 1440 // minutes):
            mark = (first + i * step).replace(tzinfo=self.zone)
            once = mark.astimezone(UTC)
            again = mark.replace(fold=1).astimezone(UTC)
            marks.add(once)
            if again - once >= step:
                marks.add(again)
        return sorted(mark for mark in marks if start <= mark <= end)

    def _midnight(self, day: date) -> datetime:
        return datetime.combine(day, time(), tzinfo=self.zone).astimezone(UTC)

    def _period(self, day: date) -> tuple[date, date]:
        """First local day of the period around a day, and of the one after it."""
        count = self.every.count
        if self.every.unit == "mo":
            months = (day.year * 12 + day.month - 1) // count * count
            ends = (months, months + count)
            first, after = (date(n // 12, n % 12 + 1, 1) for n in ends)
            return first, after
        unit, origin = (7, _MONDAY) if self.every.unit == "w" else (1, _THURSDAY)
        days = unit * count
        ordinal = origin + (day.toordinal() - origin) // days * days
        return date.fromordinal(ordinal), date.fromordinal(ordinal + days)


@dataclass(frozen=True, slots=True)
class Due:
    """When a window is counted, and how long what comes late may change it.

    Parameters
    ----------
    delay : timedelta
        From the end of a window until it is first counted.
    grace : timedelta
        From the end of a window for as long as predictions that come late revise it.
    """

    delay: timedelta
    grace: timedelta

    def __post_init__(self) -> None:
        for span in (self.delay, self.grace):
            if span < timedelta(0):
                raise _bad_length(str(span), "a length that is not negative")

    def ripe(self, window: Window, now: datetime) -> bool:
        """Tell whether a window may be counted."""
        return now >= window.end + self.delay

    def closing(self, window: Window, first_counted: datetime) -> datetime:
        """Return the time up to which predictions may be received.

        A window that was first counted after its grace has all that had come by then.
        """
        return max(window.end + self.grace, first_counted)
