"""The page of a live model: readable, alone, and drawn from its context."""

from __future__ import annotations

import shutil
from datetime import date, timedelta
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from leeboard.pages.history import (
    HistoryLine,
    HistoryPage,
    HistorySection,
    render_history,
)
from leeboard.pages.timelines import Point, Series, Timeline, draw_timeline

START = date(2026, 1, 5)
HOSTILE = "</script><img src=x onerror=alert(1)>\u202e"


def _points(values: list[float | None]) -> tuple[Point, ...]:
    week = timedelta(days=7)
    return tuple(
        Point(
            START + i * week,
            START + (i + 1) * week,
            value,
            None if value is None else value - 1.0,
            None if value is None else value + 1.0,
        )
        for i, value in enumerate(values)
    )


def _chart(values: list[float | None], name: str = "realised") -> Timeline:
    series = (Series(name, "current", _points(values)),)
    return Timeline(f"How {name} went", "units", series, level=("before", 2.0))


def _page(name: str = "realised") -> HistoryPage:
    section = HistorySection("error", _chart([1.0, 2.0, 3.0], name), f"Note of {name}")
    line = HistoryLine("2026-01-05", "168", "121", name, "none")
    return HistoryPage(name, f"{name} grew", "In short.", (section,), (line,))


def test_a_chart_is_well_formed_and_named() -> None:
    """It parses as XML, and its text alternative is the title."""
    root = ET.fromstring(str(draw_timeline(_chart([1.0, 5.0, 2.0]))))
    assert root.attrib["aria-label"] == "How realised went"
    assert root.attrib["role"] == "img"


def test_a_window_without_a_figure_is_a_gap() -> None:
    """The line is interrupted, and the window's tooltip stays."""
    svg = str(draw_timeline(_chart([1.0, 2.0, None, 2.0, 1.0])))
    assert svg.count('class="line current"') == 2
    assert svg.count("<title>") == 5


def test_higher_values_stand_higher() -> None:
    """The largest value is near the top of the drawing and zero at its foot."""
    svg = str(draw_timeline(_chart([0.0, 10.0])))
    path = svg.partition('class="line current" d="M')[2].partition('"')[0]
    low, high = (float(part.split()[1]) for part in path.split("L"))
    assert low == pytest.approx(100.0)
    assert high < 15.0


def test_hostile_names_are_text() -> None:
    """Names close no element and carry no unseen characters into the page."""
    html = render_history(_page(HOSTILE))
    assert "<img" not in html
    assert "<script" not in html
    assert "onerror=alert(1)&gt;" in html


def test_the_same_page_gives_the_same_bytes() -> None:
    """No clock and no chance."""
    assert render_history(_page()) == render_history(_page())


@pytest.mark.browser
@pytest.mark.parametrize(("scheme", "width"), [("light", 1200), ("dark", 390)])
def test_it_opens_quietly_and_fits(tmp_path: Path, scheme: str, width: int) -> None:
    """No message, no request beyond the file, no sideways scrolling on a phone."""
    from playwright.sync_api import sync_playwright

    path = tmp_path / "live.html"
    path.write_text(render_history(_page()), encoding="utf-8")
    said, asked = [], []
    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=shutil.which("chromium"))
        page = browser.new_page(
            viewport={"width": width, "height": 900},
            color_scheme=scheme,  # type: ignore[arg-type]  # a literal in a list
        )
        page.on("console", lambda message: said.append(message.text))
        page.on("request", lambda request: asked.append(request.url))
        page.goto(path.as_uri())
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        browser.close()
    assert said == []
    assert asked == [path.as_uri()]
