"""Windows of one length that follow a zone's calendar."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from leeboard.errors import ConfigError, InputError
from leeboard.windows import (
    Calendar,
    Due,
    Every,
    Window,
    duration,
    duration_in_words,
    runs,
    zone_of,
)

ZONES = (
    "UTC",
    "Africa/Cairo",  # the clock moves at midnight
    "Africa/Casablanca",  # summer time is suspended in Ramadan
    "Africa/Johannesburg",
    "America/Asuncion",
    "America/Caracas",  # moved by half an hour in 2007 and 2016
    "America/Havana",  # midnight comes twice
    "America/Los_Angeles",
    "America/New_York",
    "America/Santiago",
    "America/Sao_Paulo",
    "America/St_Johns",  # the clock went back at a minute past midnight
    "Antarctica/Troll",  # by two hours
    "Asia/Beirut",
    "Asia/Gaza",
    "Asia/Kathmandu",  # 5:45
    "Asia/Kolkata",
    "Asia/Pyongyang",
    "Asia/Tehran",
    "Asia/Tokyo",
    "Atlantic/Azores",
    "Australia/Adelaide",
    "Australia/Lord_Howe",  # by half an hour
    "Europe/Berlin",
    "Europe/Dublin",  # winter time is the exception
    "Europe/Istanbul",
    "Europe/London",
    "Pacific/Apia",  # had no 30 December 2011
    "Pacific/Auckland",
    "Pacific/Chatham",  # 12:45
)
LENGTHS = ("15m", "1h", "6h", "1d", "1w", "1mo")
START = datetime(2007, 1, 1, tzinfo=UTC)
END = datetime(2017, 1, 1, tzinfo=UTC)


def _moved(zone: str) -> list[datetime]:
    """Days of 2011 and 2012 on which a zone's clock was moved, and those around."""
    days = Calendar(Every.parse("1d"), zone_of(zone)).between(
        datetime(2011, 1, 1, tzinfo=UTC), datetime(2013, 1, 1, tzinfo=UTC)
    )
    moved = [day.start for day in days if day.end - day.start != timedelta(days=1)]
    return [start + timedelta(days=n) for start in moved for n in (-1, 0, 1)]


MOVED = {zone: _moved(zone) for zone in ZONES}
anywhen = st.integers(0, 20 * 366 * 86_400_000_000)
within_a_day = st.integers(0, 26 * 3_600_000_000) | st.integers(0, 104).map(
    lambda quarter: quarter * 900_000_000
)
"""Microseconds; often a quarter of an hour sharp, where windows begin."""


def _moments(zone: str) -> st.SearchStrategy[datetime]:
    """Moments of twenty years, half of them near a move of the clock."""
    far = anywhen.map(lambda us: START + timedelta(microseconds=us))
    if not MOVED[zone]:
        return far
    near = st.builds(
        lambda start, us: start + timedelta(microseconds=us),
        st.sampled_from(MOVED[zone]),
        within_a_day,
    )
    return near | far


LONGER = (*LENGTHS, "20m", "3h", "12h", "2d", "2w", "3mo")
cases = st.sampled_from(ZONES).flatmap(
    lambda zone: st.tuples(st.just(zone), st.sampled_from(LONGER), _moments(zone))
)


def _calendar(every: str, zone: str) -> Calendar:
    return Calendar(Every.parse(every), zone_of(zone))


@pytest.mark.parametrize("zone", ZONES)
def test_windows_tile_ten_years(zone: str) -> None:
    """Hours, days, weeks and months follow each other without gap or overlap."""
    for every in ("6h", "1d", "1w", "1mo"):
        calendar = _calendar(every, zone)
        windows = list(calendar.between(START, END))
        assert all(a.end == b.start for a, b in pairwise(windows))
        assert windows[0].start <= START < windows[0].end
        assert windows[-1].start < END <= windows[-1].end


@settings(max_examples=150, deadline=None)
@given(cases)
def test_a_moment_falls_in_one_window(case: tuple[str, str, datetime]) -> None:
    """A moment lies in its window, every moment of which has the same window."""
    zone, every, moment = case
    calendar = _calendar(every, zone)
    window = calendar.window_of(moment)
    assert window.start <= moment < window.end
    assert calendar.window_of(window.start) == window
    assert calendar.window_of(window.end - timedelta(microseconds=1)) == window
    assert calendar.window_of(window.end).start == window.end


@settings(max_examples=80, deadline=None)
@given(cases, st.sampled_from(["15m", "1h", "6h"]))
def test_parts_of_a_day_make_the_day(
    case: tuple[str, str, datetime], every: str
) -> None:
    """Hours and other parts of a local day cover it and nothing else."""
    zone, _, moment = case
    day = _calendar("1d", zone).window_of(moment)
    parts = list(_calendar(every, zone).between(day.start, day.end))
    assert (parts[0].start, parts[-1].end) == (day.start, day.end)
    assert all(a.end == b.start for a, b in pairwise(parts))


@settings(max_examples=50, deadline=None)
@given(cases, st.lists(st.integers(19_000_000, 29_000_000), max_size=30))
def test_windows_of_minutes_are_those_of_their_moments(
    case: tuple[str, str, datetime], minutes: list[int]
) -> None:
    """Many minutes give the windows that each of them alone gives."""
    calendar = _calendar(case[1], case[0])
    minutes = [*minutes, int(case[2].timestamp()) // 60]
    moments = [datetime.fromtimestamp(60 * minute, UTC) for minute in minutes]
    assert calendar.of_minutes(minutes) == {calendar.window_of(m) for m in moments}


def test_days_in_berlin_have_23_and_25_hours() -> None:
    """A day on which the clock is moved is an hour shorter or longer."""
    calendar = _calendar("1d", "Europe/Berlin")
    spring = calendar.window_of(datetime(2026, 3, 29, 12, tzinfo=UTC))
    autumn = calendar.window_of(datetime(2026, 10, 25, 12, tzinfo=UTC))
    assert spring.start == datetime(2026, 3, 28, 23, tzinfo=UTC)
    assert spring.end - spring.start == timedelta(hours=23)
    assert autumn.end - autumn.start == timedelta(hours=25)


def test_a_repeated_hour_is_an_hour_by_itself() -> None:
    """Where the clock shows two o'clock twice there are two windows of one hour."""
    hours = _calendar("1h", "Europe/Berlin")
    day = _calendar("1d", "Europe/Berlin").window_of(datetime(2026, 10, 25, tzinfo=UTC))
    parts = list(hours.between(day.start, day.end))
    assert len(parts) == 25
    assert {part.end - part.start for part in parts} == {timedelta(hours=1)}


def test_quarters_of_a_day_begin_where_the_local_clock_says() -> None:
    """The quarter in which the clock is moved has five or seven hours, no other."""
    quarters = _calendar("6h", "Europe/Berlin")
    for when, hours in (("2026-03-29", 5), ("2026-10-25", 7)):
        noon = datetime.fromisoformat(f"{when}T12:00+00:00")
        day = _calendar("1d", "Europe/Berlin").window_of(noon)
        parts = list(quarters.between(day.start, day.end))
        lengths = [(part.end - part.start) / timedelta(hours=1) for part in parts]
        assert lengths == [hours, 6, 6, 6]
        local = [part.start.astimezone(quarters.zone).hour for part in parts]
        assert local == [0, 6, 12, 18]


def test_a_mark_that_is_shown_twice_cuts_once_within_a_window() -> None:
    """In Havana midnight comes twice: the first quarter then has seven hours."""
    quarters = _calendar("6h", "America/Havana")
    autumn = quarters.window_of(datetime(2026, 11, 1, 4, 30, tzinfo=UTC))
    assert autumn.start == datetime(2026, 11, 1, 4, tzinfo=UTC)
    assert autumn.end - autumn.start == timedelta(hours=7)


def test_hours_in_kathmandu_begin_on_the_local_hour() -> None:
    """Where the offset is 5:45, hours begin a quarter past in UTC."""
    window = _calendar("1h", "Asia/Kathmandu").window_of(START)
    assert window.start == datetime(2006, 12, 31, 23, 15, tzinfo=UTC)


def test_a_day_that_was_left_out_has_no_window() -> None:
    """Samoa went from 29 to 31 December 2011."""
    calendar = _calendar("1d", "Pacific/Apia")
    before = calendar.window_of(datetime(2011, 12, 30, 9, tzinfo=UTC))
    after = calendar.window_of(before.end)
    local = after.start.astimezone(calendar.zone)
    assert (local.month, local.day) == (12, 31)


def test_weeks_begin_on_monday_and_months_on_the_first() -> None:
    """A Thursday lies in the week and the month around it."""
    thursday = datetime(2026, 11, 26, tzinfo=UTC)
    week = _calendar("1w", "UTC").window_of(thursday)
    month = _calendar("1mo", "UTC").window_of(thursday)
    quarter = _calendar("3mo", "UTC").window_of(thursday)
    assert week.start == datetime(2026, 11, 23, tzinfo=UTC)
    assert month.end == datetime(2026, 12, 1, tzinfo=UTC)
    assert quarter.start == datetime(2026, 10, 1, tzinfo=UTC)


def test_a_zone_other_than_the_calendars_is_understood() -> None:
    """A moment is the same moment in each zone."""
    moment = datetime(2026, 5, 1, 1, tzinfo=timezone(timedelta(hours=9)))
    assert _calendar("1d", "UTC").window_of(moment).start.day == 30


def test_the_end_belongs_to_the_next_window() -> None:
    """Windows are closed on the left and open on the right."""
    calendar = _calendar("1h", "UTC")
    assert calendar.window_of(START).start == START
    assert list(calendar.between(START, START + timedelta(hours=2)))[-1].end == (
        START + timedelta(hours=2)
    )
    assert list(calendar.between(START, START)) == []


@pytest.mark.parametrize(
    ("text", "every"),
    [
        ("15m", Every(15, "m")),
        (" 6 hours ", Every(6, "h")),
        ("60 minutes", Every(1, "h")),
        ("24h", Every(1, "d")),
        ("1 week", Every(1, "w")),
        ("1mo", Every(1, "mo")),
    ],
)
def test_lengths_are_read(text: str, every: Every) -> None:
    """A length may be written short or in words, and comes back short."""
    assert Every.parse(text) == every
    assert Every.parse(str(every)) == every


@pytest.mark.parametrize(
    "text",
    ["0h", "0", "-1d", "7h", "25h", "7m", "5mo", "400d", "1M", "h", "5", "", "1e3d"],
)
def test_a_length_that_fits_no_calendar_is_refused(text: str) -> None:
    """Nothing, less than nothing, and what does not divide a day are errors."""
    with pytest.raises(ConfigError) as caught:
        Every.parse(text)
    assert caught.value.code == "bad_length"


def test_a_misspelt_unit_is_guessed_in_words_only() -> None:
    """`1 mont` is refused, and the way out is named."""
    with pytest.raises(ConfigError, match="Did you mean 1 month"):
        Every.parse("1 mont")


@pytest.mark.parametrize(
    "name", ["Europe/Berln", "Europe", "../etc/passwd", "/etc/passwd", "", "\0", "é"]
)
def test_a_zone_that_is_none_is_refused(name: str) -> None:
    """Misspelt names, folders, paths and nothing are one error with a way out."""
    with pytest.raises(ConfigError) as caught:
        zone_of(name)
    assert caught.value.code == "bad_zone"
    assert name != "Europe/Berln" or "Europe/Berlin" in caught.value.fix


def test_durations_are_lengths_without_a_calendar() -> None:
    """Hours need not divide a day, none is 0, and months have no one length."""
    assert duration("36h") == timedelta(hours=36)
    assert duration("90d") == timedelta(days=90)
    assert duration("0") == timedelta(0)
    for text in ("1mo", "-1h", "soon", "999999999w"):
        with pytest.raises(ConfigError):
            duration(text)


def test_times_without_a_zone_or_far_away_are_refused() -> None:
    """A naive time is not taken for UTC, nor milliseconds for seconds."""
    calendar = _calendar("1d", "UTC")
    for moment, code in (
        (START.replace(tzinfo=None), "naive_time"),
        (datetime(9999, 1, 1, tzinfo=UTC), "far_time"),
    ):
        with pytest.raises(InputError) as caught:
            calendar.window_of(moment)
        assert caught.value.code == code
    for start, end in (
        (START.replace(tzinfo=None), END),
        (START, START),
        (END, START),
        (START, datetime(2026, 1, 1, tzinfo=timezone(timedelta(hours=1)))),
    ):
        with pytest.raises(InputError):
            Window(start, end)


def test_a_window_is_ripe_after_the_delay() -> None:
    """Delay is counted from the end, at which the window is over."""
    window = Window(START, START + timedelta(hours=1))
    due = Due(delay=timedelta(minutes=10), grace=timedelta(hours=48))
    ripe = window.end + due.delay
    assert not due.ripe(window, ripe - timedelta(microseconds=1))
    assert due.ripe(window, ripe)


def test_a_window_closes_after_the_grace_or_its_first_count() -> None:
    """What had come when a window was first counted is in it, however late."""
    window = Window(START, START + timedelta(hours=1))
    due = Due(delay=timedelta(minutes=10), grace=timedelta(hours=48))
    closing = window.end + timedelta(hours=48)
    for counted, want in ((window.end, closing), (END, END)):
        assert due.closing(window, counted) == want


def test_a_negative_delay_or_grace_is_refused() -> None:
    """A window cannot be counted before it is over."""
    for lengths in ((-1, 0), (0, -1)):
        with pytest.raises(ConfigError):
            Due(*(timedelta(hours=hours) for hours in lengths))


def test_a_leap_second_is_in_no_other_window() -> None:
    """The second after 23:59:59 of 31 December 2016 begins the next day."""
    calendar = _calendar("1d", "UTC")
    last = datetime(2016, 12, 31, 23, 59, 59, 999_999, tzinfo=UTC)
    end = calendar.window_of(last).end
    assert end == datetime(2017, 1, 1, tzinfo=UTC)
    assert calendar.window_of(end).start == end


def test_a_clock_that_steps_back_loses_no_window() -> None:
    """What was ripe may be asked again at an earlier time and stays whole."""
    window = Window(START, START + timedelta(hours=1))
    due = Due(delay=timedelta(minutes=10), grace=timedelta(hours=48))
    now = window.end + timedelta(minutes=12)
    answers = [due.ripe(window, now + timedelta(minutes=m)) for m in (0, -10, 0)]
    assert answers == [True, False, True]


def test_windows_that_touch_are_one_run() -> None:
    """In whatever order they come, and whether or not one holds another."""
    a, b, c, d, e, f = (datetime(2026, 3, 1, k, tzinfo=UTC) for k in range(6))
    assert runs([]) == []
    assert runs([Window(e, f), Window(b, c), Window(a, b)]) == [
        Window(a, c),
        Window(e, f),
    ]
    assert runs([Window(a, d), Window(b, c)]) == [Window(a, d)]
    assert runs([Window(a, d), Window(b, c), Window(c, e)]) == [Window(a, e)]


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0.0, "0 seconds"),
        (0.04, "0 seconds"),
        (1.0, "1 second"),
        (59.96, "1 minute"),
        (119.123456, "119.1 seconds"),
        (5400.0, "90 minutes"),
        (9000.4, "2.5 hours"),
        (86_400.0, "1 day"),
    ],
)
def test_lengths_in_words_stay_short(seconds: float, text: str) -> None:
    """One figure after the point at most, whatever a clock gave."""
    assert duration_in_words(timedelta(seconds=seconds)) == text
