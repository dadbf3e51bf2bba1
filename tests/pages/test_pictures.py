"""Charts as pictures that stand alone, and their axis of time."""

from __future__ import annotations

import re
import sys
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leeboard.pages.pictures import draw_picture, png_of
from leeboard.pages.timelines import (
    Point,
    Series,
    Stretch,
    Timeline,
    draw_timeline,
    plot_of,
)
from leeboard.pages.times import time_ticks

START = datetime(2026, 2, 1, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def chart(values: list[float | None], step: timedelta = DAY, **more: Any) -> Timeline:
    """Return a chart of these figures, one a window."""
    points = tuple(
        Point(START + i * step, START + (i + 1) * step, value)
        for i, value in enumerate(values)
    )
    facts: dict[str, Any] = {"title": "the title", "unit": "the unit", **more}
    return Timeline(series=(Series("one", "current", points),), **facts)


def shape(svg: str, name: str) -> list[tuple[float, float]]:
    """Return the corners of a path of that class that has pairs alone."""
    found = re.search(rf'class="{name}" d="M([^"]*)"', svg)
    assert found is not None
    pairs = found.group(1).replace("h0", "").split("L")
    return [(float(x), float(y)) for x, y in (pair.split() for pair in pairs)]


def test_a_picture_stands_alone() -> None:
    """It parses, has a size in pixels, and refers to nothing outside."""
    svg = draw_picture(chart([1.0, 2.0, 3.0], level=("reference", 2.0)))
    root = ET.fromstring(svg)
    assert float(root.attrib["width"]) > float(root.attrib["height"]) > 0
    assert "href" not in svg
    assert "url(" not in svg
    assert "var(" not in svg
    texts = [one.text for one in root.iter("{http://www.w3.org/2000/svg}text")]
    assert {"the title", "the unit", "– – reference"} <= set(texts)


@pytest.mark.parametrize(
    "text",
    ["</text><script>x</script>", "a & b", "\x00\x1b[31m", "\ud800\u202e", "x" * 9999],
)
def test_no_text_breaks_a_picture(text: str) -> None:
    """Texts from data are shown as text, whatever is in them."""
    svg = draw_picture(chart([1.0, 2.0], title=text, unit=text, level=(text, 1.0)))
    root = ET.fromstring(svg)
    assert not list(root.iter("{http://www.w3.org/2000/svg}script"))
    assert png_of(svg) is not None


def test_the_shaded_stretch_begins_at_its_window() -> None:
    """Its left end is where the line's window begins, between two of its points."""
    begun, last = START + 6 * DAY, START + 10 * DAY
    bad = Stretch(begun, last, "page", "since 2026-02-07")
    svg = draw_picture(chart([1.0] * 6 + [5.0] * 4, stretches=(bad,)))
    left = float(re.search(r'class="since" d="M([\d.]+) ', svg).group(1))
    xs = [x for x, _ in shape(svg, "line current")]
    assert xs[5] < left < xs[6]
    assert left == pytest.approx((xs[5] + xs[6]) / 2, abs=0.1)
    assert "since 2026-02-07" in svg
    over = replace(bad, end=START + 8 * DAY)
    ends = draw_picture(chart([1.0] * 10, stretches=(over,)))
    right = float(re.search(r'class="since" d="M[\d.]+ 0H([\d.]+)V', ends).group(1))
    assert right == pytest.approx((xs[7] + xs[8]) / 2, abs=0.1)


def test_figures_below_zero_have_room() -> None:
    """The axis goes down to them, and the lowest stands lowest."""
    one = chart([-5.0, 0.0, 5.0], level=("reference", -7.0))
    plot = plot_of(one)
    assert plot.axis.low < -7.0 < 5.0 < plot.axis.high
    heights = [y for _, y in shape(str(draw_timeline(one)), "line current")]
    assert heights == sorted(heights, reverse=True)


def test_a_figure_between_gaps_is_a_dot() -> None:
    """A path of no length, which round ends make visible."""
    svg = draw_picture(chart([None, 2.0, None, 3.0, 4.0]))
    assert len(re.findall(r'class="line current" d="M[^"L]*h0"', svg)) == 1


def test_windows_of_an_hour_do_not_fall_on_one_another() -> None:
    """Each has a place of its own, evenly spaced."""
    xs = [x for x, _ in shape(draw_picture(chart([1.0] * 24, HOUR)), "line current")]
    gaps = {round(b - a) for a, b in pairwise(xs)}
    assert len(gaps - {0}) <= 2
    assert min(gaps) > 0


def test_without_the_library_there_is_no_picture(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """None, and no error: messages go without."""
    svg = draw_picture(chart([1.0, 2.0]))
    assert png_of(svg)[:4] == b"\x89PNG"
    monkeypatch.setitem(sys.modules, "vl_convert", None)
    assert png_of(svg) is None


@pytest.mark.parametrize(
    ("span", "labels"),
    [
        ((START, START + 6 * HOUR), ["1 Feb", *(f"0{h}:00" for h in range(1, 6))]),
        ((START, START + 2 * DAY), ["1 Feb", "12:00", "2 Feb", "12:00"]),
        ((START, START + 4 * DAY), ["1 Feb", "2 Feb", "3 Feb", "4 Feb"]),
        (
            (START, datetime(2026, 8, 1, tzinfo=UTC)),
            ["Mar 2026", "May 2026", "Jul 2026"],
        ),
        (
            (START, datetime(2036, 8, 1, tzinfo=UTC)),
            ["Jan 2030", "Jan 2035"],
        ),
    ],
)
def test_time_is_marked_at_round_moments(
    span: tuple[datetime, datetime], labels: list[str]
) -> None:
    """Hours within days, days within months, months within years."""
    assert [tick.label for tick in time_ticks(span)] == labels


@given(
    st.integers(0, 40_000 * 24),
    st.integers(1, 3000 * 24),
)
def test_marks_of_time_lie_in_order_and_are_few(begin: int, hours: int) -> None:
    """Places rise within the drawing, and labels have room."""
    start = datetime(1990, 1, 1, tzinfo=UTC) + begin * HOUR
    ticks = time_ticks((start, start + hours * HOUR))
    places = [tick.at for tick in ticks]
    assert places == sorted(set(places))
    assert all(0.0 <= place < 1.0 for place in places)
    assert len(ticks) <= 9
