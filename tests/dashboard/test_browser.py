"""The dashboard in a real browser: quiet, alone, readable for everybody."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from leeboard.dashboard.pages import Dashboard
from leeboard.pages.dashboard.drawing import static_files
from leeboard.pages.dashboard.fields import EvidenceField, Mark, draw_field
from leeboard.pages.dashboard.links import query_text
from leeboard.pages.timelines import Point, Series, Timeline, draw_timeline
from tests.dashboard._board import board, every_page
from tools.dashboard import HOME, serve

pytestmark = pytest.mark.browser

RULES = {"light": "", "dark": "{runOnly: ['color-contrast']}"}
"""The scheme changes colours alone."""

SERIOUS = {"serious", "critical", "moderate"}


@dataclass
class Tab:
    """A page, what it said, and what it asked for."""

    page: Any
    said: list[str] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    """Return one Chromium for all tests of this file."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as play:
        chromium = play.chromium.launch(executable_path=shutil.which("chromium"))
        yield chromium
        chromium.close()


def _tab(browser: Any, shown: Dashboard, **how: Any) -> Tab:
    tab = Tab(browser.new_page(**how))
    tab.page.on("console", lambda message: tab.said.append(message.text))
    tab.page.on("pageerror", lambda error: tab.said.append(str(error)))
    tab.page.on("dialog", lambda dialog: tab.said.append(dialog.message))
    tab.page.on("request", lambda request: tab.asked.append(request.url))
    serve(tab.page, shown)
    return tab


def _address(path: str, query: Any) -> str:
    return f"{HOME}{path}?{query_text(dict(query))}"


@pytest.mark.parametrize("width", [1280, 360])
def test_every_page_is_quiet_and_fits(browser: Any, width: int) -> None:
    """Under the strict policy no page complains, asks elsewhere, or is too wide."""
    shown = board()
    tab = _tab(browser, shown, viewport={"width": width, "height": 800})
    for name, (path, query) in every_page(shown).items():
        tab.page.goto(_address(path, query))
        assert tab.page.evaluate("document.documentElement.scrollWidth") <= width, name
    assert tab.said == []
    assert {url for url in tab.asked if not url.startswith(HOME)} == set()
    tab.page.close()


@pytest.mark.long
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing(browser: Any, scheme: str) -> None:
    """No page has a finding of axe-core that is more than minor."""
    import axe_playwright_python

    source = Path(axe_playwright_python.__file__).with_name("axe.min.js")
    axe = source.read_text("utf-8")
    shown = board()
    tab = _tab(browser, shown, color_scheme=scheme)
    poor = []
    for name, (path, query) in every_page(shown).items():
        tab.page.goto(_address(path, query))
        tab.page.evaluate(axe)
        found = tab.page.evaluate(f"axe.run({RULES[scheme]})")["violations"]
        poor += [
            f"{name}: {one['id']}: {node['html'][:160]}"
            for one in found
            if one["impact"] in SERIOUS
            for node in one["nodes"][:3]
        ]
    assert poor == []
    tab.page.close()


def test_links_lead_from_the_fleet_to_a_cell(browser: Any) -> None:
    """By clicks alone from the first page: a model, its drift, a cell, a verdict."""
    shown = board()
    tab = _tab(browser, shown)
    page = tab.page
    page.goto(HOME + "/")
    page.click("table.fleet th a")
    page.click("nav.tabs >> text=Drift")
    assert page.locator("nav.tabs a[aria-current]").inner_text() == "Drift"
    page.locator("table.heat tbody tr").nth(1).locator("td").nth(2).click()
    assert "#cell" in page.url
    assert "2026-03-03" in page.locator("#h-cell").inner_text()
    assert page.locator("table.heat td.chosen").count() == 1
    page.go_back()
    page.click("header nav >> text=Incidents")
    page.click("#incidents tbody th a")
    page.click("#crossed tbody th a")
    assert "Evidence" in page.locator("h2").first.inner_text()
    assert tab.said == []
    page.close()


def test_keys_reach_the_content_and_the_forms(browser: Any) -> None:
    """The first key leads past the head; forms open and are filled by keys alone."""
    shown = board()
    tab = _tab(browser, shown)
    page = tab.page
    page.goto(_address("/incident", {"id": shown.reader.incidents("demand")[0].id}))
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    page.locator("details.act summary", has_text="Close").focus()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    page.keyboard.type("mended")
    sent: list[str] = []
    page.on("request", lambda request: sent.append(request.post_data or ""))
    page.keyboard.press("Enter")
    page.wait_for_timeout(100)
    assert any("csrf=token" in one and "why=mended" in one for one in sent)
    page.close()


def _later(page: Any, seconds: int = 61) -> None:
    """Let a minute pass for the page, and wait for what it then asks to be done."""
    with page.expect_response(lambda answer: "/static/" not in answer.url):
        page.clock.run_for(seconds * 1000)


def test_a_page_left_open_is_read_again(browser: Any) -> None:
    """After a minute what changed is put in place; all else is the same elements."""
    from playwright.sync_api import expect

    shown = board()
    tab = _tab(browser, shown, viewport={"width": 500, "height": 800})
    page = tab.page
    page.clock.install()
    page.goto(_address("/model/performance", {"model": "demand"}))
    page.locator("#performance summary").click()
    page.locator("#figures .wide").evaluate("one => one.scrollTo(40, 0)")
    page.locator("#figures tbody a").first.focus()
    page.evaluate("document.querySelector('#labels').mark = 'untouched'")
    page.evaluate("document.querySelector('#performance h2').textContent = 'old'")
    page.evaluate("document.querySelector('#figures h2').textContent = 'old'")
    beside = page.locator("main .state:has(> .sign)").first
    now = beside.text_content()
    beside.evaluate("one => { one.lastChild.data = 'old'; }")
    _later(page)
    # asked from outside: the page's policy lets nothing be evaluated in it for long
    expect(page.locator("#performance h2")).not_to_have_text("old")
    expect(page.locator("#figures h2")).not_to_have_text("old")
    expect(page.locator("main .state:has(> .sign)").first).to_have_text(now)
    assert page.locator("#performance details[open]").count() == 1
    assert page.locator("#figures .wide").evaluate("one => one.scrollLeft") == 40
    focused = "document.activeElement.closest('#figures') !== null"
    assert page.evaluate(focused)
    assert page.evaluate("document.querySelector('#labels').mark") == "untouched"
    assert tab.said == []
    page.close()


def test_a_page_that_nothing_happened_to_is_left_alone(browser: Any) -> None:
    """Not one element of any page is touched when it is read again as it was."""
    shown = board()
    tab = _tab(browser, shown)
    page = tab.page
    page.clock.install()
    for path, query in every_page(shown).values():
        page.goto(_address(path, query))
        page.evaluate(
            """new MutationObserver(all => { window.touched = all.length; }).observe(
            document.querySelector("main"),
            {subtree: true, childList: true, attributes: true, characterData: true})"""
        )
        _later(page)
        page.evaluate("new Promise(done => done())")
        assert page.evaluate("window.touched ?? 0") == 0, path
    page.close()


def test_a_page_says_that_it_is_not_up_to_date(browser: Any) -> None:
    """Where the server is gone or in trouble; not any more once it answers."""
    from playwright.sync_api import expect

    tab = _tab(browser, board())
    page = tab.page
    page.clock.install()
    page.goto(HOME + "/")
    gone = page.locator("[data-when=gone]")
    expect(gone).to_be_hidden()
    page.route(f"{HOME}/", lambda route: route.abort())
    page.clock.run_for(61_000)
    expect(gone).to_be_visible()
    page.unroute(f"{HOME}/")
    _later(page)
    expect(gone).to_be_hidden()
    page.evaluate("document.querySelector('main').dataset.kept = 'yes'")
    page.route(f"{HOME}/", lambda route: route.fulfill(status=503, body="no"))
    _later(page)
    expect(gone).to_be_visible()
    assert page.evaluate("document.querySelector('main').dataset.kept") == "yes"
    page.close()


@pytest.mark.parametrize("width", [1280, 390])
@pytest.mark.parametrize("value", [-800_000.0, 100_000.0, -0.0002, -3e-12, -3e17])
def test_labels_of_the_values_are_whole(browser: Any, width: int, value: float) -> None:
    """Nothing cuts the labels at the left, however large or small the values are."""
    day = date(2026, 1, 1)
    point = Point(day, day + timedelta(days=1), value)
    chart = Timeline("rent", "USD", (Series("current", "current", (point,)),))
    page = browser.new_page(viewport={"width": width, "height": 500})
    style = static_files()["dashboard.css"][1]
    page.set_content(
        f"<style>{style}</style><body class=board><section>"
        f'<div class="plot">{draw_timeline(chart)}</div></section>'
    )
    edge = page.locator(".plot").bounding_box()["x"]
    labels = page.locator(".timeline text.value")
    assert labels.count() > 2
    for i in range(labels.count()):
        label = labels.nth(i)
        assert label.bounding_box()["x"] >= edge, label.text_content()
    page.close()


def test_a_phone_shows_the_section_and_all_of_an_incident(browser: Any) -> None:
    """The strip is at the open section; no table of incidents hides its right half."""
    shown = board()
    tab = _tab(browser, shown, viewport={"width": 390, "height": 844})
    page = tab.page
    for section in ("business", "reference", "performance"):
        page.goto(_address(f"/model/{section}", {"model": "demand"}))
        box = page.locator(".tabs a[aria-current]").bounding_box()
        assert box["x"] >= 0, section
        assert box["x"] + box["width"] <= 391, section
    id_ = shown.reader.incidents("demand")[0].id
    for path, query, name in (
        ("/incidents", {"show": "all"}, "#incidents"),
        ("/incident", {"id": id_}, "#crossed"),
    ):
        page.goto(_address(path, query))
        cells = page.locator(f"{name} tbody tr").first.locator("td")
        assert cells.count() >= 5
        for i in range(cells.count()):
            box = cells.nth(i).bounding_box()
            assert box["x"] + box["width"] <= 390
    assert tab.said == []
    page.close()


def test_words_do_not_break_in_the_middle(browser: Any) -> None:
    """Words of a table with many columns and long names stay whole on a phone."""
    words = ["numeric", "feature", "kilometres", "provisional", "categorical"]
    cells = "".join(f"<td>{word}</td>" for word in words * 3)
    page = browser.new_page(viewport={"width": 390, "height": 844})
    page.set_content(
        f"<style>{static_files()['dashboard.css'][1]}</style><body class=board>"
        '<section><div class="wide"><table class="grid"><tbody><tr>'
        f'<th scope="row">{"sensor of the left " * 9}</th>{cells}</tr></table></div>'
    )
    lines = """() => [...document.querySelectorAll("td")].map(cell => {
      const range = document.createRange();
      range.selectNodeContents(cell);
      return range.getClientRects().length;
    })"""
    assert set(page.evaluate(lines)) == {1}
    page.close()


@pytest.mark.parametrize("width", [1280, 820, 390])
def test_names_in_the_field_lie_on_no_other(browser: Any, width: int) -> None:
    """Dots close together are all named where there is room, and none twice over."""
    marks = [("temperature", 0.2, 3.0), ("humidity", 0.25, 3.1), ("wind", 0.3, 3.0)]
    marks += [(f"column number {i}", 0.05 * i, 3.0) for i in range(12)]
    field_ = EvidenceField("moved", "", tuple(Mark(*one, "moved") for one in marks))
    page = browser.new_page(viewport={"width": width, "height": 500})
    page.set_content(
        f"<style>{static_files()['dashboard.css'][1]}</style><body class=board>"
        f'<section><div class="plot">{draw_field(field_)}</div></section>'
    )
    edge = page.locator(".plot").bounding_box()
    names = page.locator(".evidence .called:visible")
    boxes = [names.nth(i).bounding_box() for i in range(names.count())]
    assert len(boxes) >= (2 if width < 640 else 4)
    for i, one in enumerate(boxes):
        assert one["x"] >= edge["x"]
        assert one["x"] + one["width"] <= edge["x"] + edge["width"]
        for other in boxes[:i]:
            apart = abs(one["y"] - other["y"]) >= 10
            left = one["x"] + one["width"] <= other["x"]
            assert apart or left or other["x"] + other["width"] <= one["x"]
    page.close()
