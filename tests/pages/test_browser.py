"""The report in a real browser: quiet, alone, at hand for keys and small screens."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest

from leeboard.metrics._metric import Reason
from leeboard.pages.report import render_html, report_page
from leeboard.verdicts.report import Findings
from tests.pages.findings import condition, hostile, typical, wide

pytestmark = pytest.mark.browser

REPORTS: dict[str, Callable[[], Findings]] = {
    "typical": typical,
    "hostile": hostile,
    "wide": lambda: wide(200),
}


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    """Return one Chromium for all tests of this file."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as play:
        chromium = play.chromium.launch(executable_path=shutil.which("chromium"))
        yield chromium
        chromium.close()


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with the reports."""
    out: Path = tmp_path_factory.mktemp("reports")
    for name, make in REPORTS.items():
        (out / f"{name}.html").write_text(render_html(report_page(make())), "utf-8")
    return out


@dataclass
class Watched:
    """A page and what it said, asked for, and popped up."""

    page: Any
    said: list[str] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)


def _open(browser: Any, path: Path, **how: Any) -> Watched:
    watched = Watched(browser.new_page(**how))
    page = watched.page
    page.on("console", lambda message: watched.said.append(message.text))
    page.on("pageerror", lambda error: watched.said.append(str(error)))
    page.on("dialog", lambda dialog: watched.said.append(dialog.message))
    page.on("request", lambda request: watched.asked.append(request.url))
    page.goto(path.as_uri())
    return watched


@pytest.mark.parametrize("name", REPORTS)
def test_page_is_quiet_and_alone(browser: Any, folder: Path, name: str) -> None:
    """No console message, no dialog, and no request but for the file itself."""
    path = folder / f"{name}.html"
    watched = _open(browser, path)
    watched.page.click("#all")
    watched.page.wait_for_timeout(50)
    assert watched.said == []
    assert watched.asked == [path.as_uri()]
    assert watched.page.evaluate("({}).polluted") is None
    watched.page.close()


def test_keys_open_and_close_a_card(browser: Any, folder: Path) -> None:
    """A card's name is a button: Enter opens it, Space closes it, and it says so."""
    page = _open(browser, folder / "typical.html").page
    button = page.locator("button.name").first
    detail = page.locator(f"#{button.get_attribute('aria-controls')}")
    assert button.get_attribute("aria-expanded") == "false"
    assert not detail.is_visible()
    button.focus()
    page.keyboard.press("Enter")
    assert button.get_attribute("aria-expanded") == "true"
    assert detail.is_visible()
    page.keyboard.press("Space")
    assert not detail.is_visible()
    page.close()


def test_tab_reaches_every_control(browser: Any, folder: Path) -> None:
    """Tab alone goes through link, tables, filters, search and cards, in page order."""
    page = _open(browser, folder / "typical.html").page
    reached = []
    for _ in range(14):
        page.keyboard.press("Tab")
        reached.append(
            page.evaluate(
                "document.activeElement.className || document.activeElement.id"
            )
        )
    assert reached[0] == "skip"
    # the table of performance, which may scroll, and what unfolds behind it
    assert reached[1:3] == ["wide", ""]
    assert [r for r in reached if r.startswith("tally")] == reached[3:7]
    assert reached[7:9] == ["find", "all"]
    assert set(reached[9:]) == {"name"}
    page.close()


def test_clicks_anywhere_in_a_row_open_it(browser: Any, folder: Path) -> None:
    """The whole row is a target, and opens once."""
    page = _open(browser, folder / "typical.html").page
    page.locator("tr.head .why").first.click()
    assert page.locator("tr.detail").first.is_visible()
    page.locator("button.name").first.click()
    assert not page.locator("tr.detail").first.is_visible()
    page.close()


def test_search_and_filters_narrow_the_table(browser: Any, folder: Path) -> None:
    """Search by name and filter by state, together, and the number shown is told."""
    page = _open(browser, folder / "typical.html").page
    shown = page.locator("tbody.card:visible")
    assert shown.count() == 12
    page.click("button.tally.held")
    assert shown.count() == 5
    page.keyboard.press("/")
    page.keyboard.type("WIND")
    assert shown.count() == 1
    assert page.locator("#shown").inner_text() == "Showing 1 of 12"
    page.keyboard.press("Escape")
    page.click("button.tally.held")
    assert shown.count() == 12
    assert page.locator("#shown").inner_text() == ""
    page.close()


def test_segments_are_chosen(browser: Any, folder: Path) -> None:
    """The list of segments shows the cards of one, or of all rows."""
    page = _open(browser, folder / "hostile.html").page
    every = page.locator("tbody.card").count()
    page.select_option("#segment", "-")
    assert page.locator("tbody.card:visible").count() == every / 2
    page.select_option("#segment", "3")
    assert page.locator("tbody.card:visible").count() == 1
    page.close()


@pytest.mark.parametrize(
    ("name", "width"),
    [
        ("typical", 320),
        ("typical", 390),
        ("typical", 768),
        ("hostile", 390),
        ("wide", 390),
    ],
)
def test_small_screens_scroll_down_only(
    browser: Any, folder: Path, name: str, width: int
) -> None:
    """The page is never wider than the screen, cards open or closed."""
    size = {"width": width, "height": 800}
    page = _open(browser, folder / f"{name}.html", viewport=size).page
    for _ in range(2):
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        page.click("#all")
    page.close()


def test_conditions_are_read_without_scrolling(browser: Any, tmp_path: Path) -> None:
    """Words stay whole beside long reasons, and a phone has the reason in sight."""
    long = "found no such column in the current data; it has others. " * 3
    one = replace(
        condition("psi > 0.2", "temperature", passed=None, severity="warning"),
        reason=Reason("missing_column", long),
    )
    path = tmp_path / "asked.html"
    found = replace(typical(), conditions=(one,))
    path.write_text(render_html(report_page(found)), "utf-8")
    for width in (1280, 390):
        size = {"width": width, "height": 800}
        page = _open(browser, path, viewport=size).page
        cells = page.locator("#conditions tbody td")
        place = cells.nth(4).bounding_box()
        assert place["x"] + place["width"] <= width
        for word in ("subject", "warning"):
            box = page.locator(f"#conditions td.{word}").bounding_box()
            lines = page.evaluate(
                """(word) => {
                  const range = document.createRange();
                  range.selectNodeContents(
                    document.querySelector(`#conditions td.${word}`));
                  return range.getClientRects().length;
                }""",
                word,
            )
            assert box is not None, word
            assert lines == 1, word
        page.close()


def test_without_script_all_is_told(browser: Any, folder: Path) -> None:
    """Where script is off, as in mail, every card stands open."""
    how = {"java_script_enabled": False}
    page = _open(browser, folder / "typical.html", **how).page
    assert page.locator("tr.detail:visible").count() == 12
    assert page.locator("#find:visible").count() == 0
    page.close()


def test_print_shows_all(browser: Any, folder: Path) -> None:
    """On paper all cards are open and no control is left."""
    page = _open(browser, folder / "typical.html").page
    page.emulate_media(media="print")
    assert page.locator("tr.detail:visible").count() == 12
    assert page.locator(".tools:visible").count() == 0
    page.close()


CONTRAST = """() => {
  const channel = (c) => (c /= 255) <= .03928 ? c / 12.92 : ((c + .055) / 1.055) ** 2.4;
  const parse = (text) => (text.match(/[\\d.]+/g) || []).map(Number);
  const light = ([r, g, b]) =>
    .2126 * channel(r) + .7152 * channel(g) + .0722 * channel(b);
  const ground = (e) => {
    for (; e; e = e.parentElement) {
      const c = parse(getComputedStyle(e).backgroundColor);
      if (c.length === 3 || c[3] > .99) return c;
    }
    return [255, 255, 255];
  };
  const poor = [];
  for (const e of document.querySelectorAll("main *, header *")) {
    const own = [...e.childNodes].some((n) => n.nodeType === 3 && n.data.trim());
    if (!own || e.closest("svg") || e.disabled) continue;
    const [a, b] = [light(parse(getComputedStyle(e).color)), light(ground(e))];
    const ratio = (Math.max(a, b) + .05) / (Math.min(a, b) + .05);
    if (ratio < 4.5) poor.push(`${e.tagName}.${e.className} ${ratio.toFixed(2)}`);
  }
  return [...new Set(poor)];
}"""


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_texts_stand_out(browser: Any, folder: Path, scheme: str) -> None:
    """Every text has a contrast of 4.5 to its ground, in light and dark."""
    page = _open(browser, folder / "typical.html", color_scheme=scheme).page
    page.click("#all")
    page.mouse.move(0, 0)
    assert page.evaluate(CONTRAST) == []
    page.close()


def test_dark_is_dark(browser: Any, folder: Path) -> None:
    """The page follows the reader's scheme."""
    grounds = []
    for scheme in ("light", "dark"):
        page = _open(browser, folder / "typical.html", color_scheme=scheme).page
        style = "getComputedStyle(document.documentElement).backgroundColor"
        grounds.append(page.evaluate(style))
        page.close()
    assert grounds == ["rgb(247, 247, 245)", "rgb(20, 21, 23)"]


def test_two_hundred_columns_are_drawn_fast(browser: Any, folder: Path) -> None:
    """A report of 200 columns is parsed and laid out within two seconds."""
    page = _open(browser, folder / "wide.html").page
    took = page.evaluate("performance.getEntriesByType('navigation')[0].duration")
    assert took < 2000
    page.close()
