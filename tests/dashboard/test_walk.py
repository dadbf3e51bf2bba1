"""What people do at the dashboard, in a real browser, against a real server."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from leeboard.incidents.incident import Stage
from tests.dashboard._board import DAYS, lived
from tests.dashboard._people import House, served
from tests.dashboard.test_browser import RULES, SERIOUS
from tests.monitor._world import DAY, START, World, hours

pytestmark = pytest.mark.browser

RULE = (
    "\n[[model.demand.rule]]\nmetric = 'count'\ncolumn = 'predictions'\n"
    "above = 300\nseverity = 'page'\n"
)
FIRST = "/incident?id="


@pytest.fixture(scope="module")
def lives(tmp_path_factory: pytest.TempPathFactory) -> World:
    """A model whose error has risen."""
    return lived(tmp_path_factory.mktemp("walk"), RULE)


@pytest.fixture
def house(lives: World, tmp_path: Path) -> Iterator[House]:
    """Its dashboard, on a copy that a test may change."""
    shutil.copytree(lives.folder, tmp_path / "own")
    with served(World(tmp_path / "own")) as found:
        yield found


@pytest.fixture
def page(house: House, request: pytest.FixtureRequest) -> Iterator[Any]:
    """A page of Chromium that may say nothing, and ask nobody but the server."""
    from playwright.sync_api import sync_playwright

    said: list[str] = []
    asked: list[str] = []
    with sync_playwright() as play:
        chromium = play.chromium.launch(executable_path=shutil.which("chromium"))
        one = chromium.new_page(color_scheme=getattr(request, "param", "light"))
        one.set_default_timeout(20_000)
        one.on("console", lambda found: said.append(f"{found.type}: {found.text}"))
        one.on("pageerror", lambda error: said.append(str(error)))
        one.on("request", lambda found: asked.append(found.url))
        yield one
        chromium.close()
    assert [one for one in said if one.startswith(("error", "warning"))] == []
    assert {url for url in asked if not url.startswith(house.url)} == set()


def _do(page: Any, action: str, **fields: str) -> None:
    """Open one of the forms of an incident, fill it, and send it."""
    form = page.locator("details.act", has=page.locator(f"form[action$='/{action}']"))
    form.locator("summary").click()
    for name, value in fields.items():
        one = form.locator(f"[name={name}]")
        if one.evaluate("one => one.tagName") == "SELECT":
            one.select_option(value)
        else:
            one.fill(value)
    with page.expect_navigation():
        form.locator("button").click()


def _fact(page: Any, label: str) -> str:
    row = page.locator("aside dl.pairs div", has=page.get_by_text(label, exact=True))
    return str(row.locator("dd").inner_text())


def _story(page: Any) -> list[str]:
    return [str(one) for one in page.locator("#story li b").all_inner_texts()]


def walk(page: Any, house: House, look: Callable[[str], None]) -> None:
    """Go from signing in, past everything that is red, to signing out."""
    # sign in by the link that works once
    entry = house.entry()
    page.goto(entry)
    assert page.url == f"{house.url}/"

    # see what is red, and open it
    assert page.locator("table.fleet .state").inner_text() == "needs a person"
    page.locator("#incidents tbody tr", has_text="rror").locator("th a").click()
    assert "open" in page.locator(".badges").inner_text()
    look("open")

    # read the runbook: five steps, the first with a figure of this incident
    assert page.locator("#runbook .steps > li").count() == 5
    assert re.search(r"\d", page.locator("#runbook .steps > li").first.inner_text())

    # acknowledge, silence for a while, note
    _do(page, "ack", why="looking")
    assert "acknowledged" in page.locator(".badges").inner_text()
    assert page.locator("form[action$='/ack']").count() == 0
    look("acknowledged")
    _do(page, "silence", **{"for": "7d"})
    left = datetime.fromisoformat(_fact(page, "Silent until") + "Z") - datetime.now(UTC)
    assert timedelta(days=6, hours=23) < left < timedelta(days=7, minutes=1)
    assert "silent" in page.locator(".badges").inner_text()
    look("silenced")
    _do(page, "note", why="asked <b>upstream</b>")
    assert "asked <b>upstream</b>" in page.locator("#story").inner_text()

    # expect a change
    _do(page, "expect", text="spring sale")
    assert _story(page)[:3] == ["noted", "silenced", "acknowledged"]

    # explain a measurement, by its numbers, and come back
    page.locator("#crossed tbody th a").first.click()
    assert page.locator("h2", has_text="Evidence").count() == 1
    look("explained")
    page.locator(".further a", has_text="Incident").click()

    # compare the distributions of two windows, each beside the reference
    page.locator(".crumbs a", has_text="demand").click()
    page.locator("nav.tabs a", has_text="Drift").click()
    row = page.locator("table.heat tbody tr", has_text="temp").first
    drawn = []
    for at in (1, 5):
        row.locator("td").nth(at).click()
        assert page.locator("table.heat td.chosen").count() == 1
        drawn.append(
            (
                page.locator("#h-cell").inner_text(),
                page.locator("#cell figure svg").inner_html(),
                page.locator("#cell tbody tr", has_text="mean").inner_text(),
            )
        )
    for one, other in zip(*drawn, strict=True):
        assert one != other
    look("compared")

    # accept a new baseline; reference and announcement have it in their history
    page.locator("header nav a", has_text="Incidents").click()
    page.locator("#incidents tbody tr", has_text="rror").locator("th a").click()
    _do(page, "accept", why="the new tariff is how it is now")
    assert "accepted" in page.locator(".badges").inner_text()
    assert page.locator("#act").count() == 0
    look("accepted")
    page.locator(".crumbs a", has_text="demand").click()
    page.locator("nav.tabs a", has_text="Reference").click()
    assert "rror" in page.locator("#accepted tbody").inner_text()
    assert "spring sale" in page.locator("#expected tbody").inner_text()

    # something new is red: close it, and nothing is any more
    times = hours(DAYS, 400)
    house.model.predict(times, first=DAYS * 1000, seed=DAYS)
    house.model.monitor.run(now=START + (DAYS + 1) * DAY + timedelta(hours=3))
    page.locator("header nav a", has_text="Models").click()
    assert page.locator("table.fleet .state").inner_text() == "needs a person"
    page.locator("#incidents tbody th a").first.click()
    _do(page, "close", why="the rule was too tight")
    assert "closed" in page.locator(".badges").inner_text()
    look("closed")
    page.locator("header nav a", has_text="Models").click()
    assert page.locator("table.fleet .state").inner_text() == "all right"

    # sign out; neither the page nor the link opens anything now
    page.locator("header button", has_text="Sign out").click()
    page.wait_for_url(re.compile("/login"))
    page.goto(f"{house.url}/incidents")
    assert "/login" in page.url


def test_ten_things_that_people_do(page: Any, house: House) -> None:
    """From a red model to one that is all right, by clicks; quietly, and alone."""
    walk(page, house, lambda _state: None)


def test_a_page_left_open_says_that_its_session_is_over(
    page: Any, house: House
) -> None:
    """What was read stays, with a way to sign in again; no error is logged."""
    from playwright.sync_api import expect

    page.clock.install()
    page.goto(house.entry())
    (cookie,) = page.context.cookies()
    house.sessions.end(cookie["value"])
    page.clock.run_for(61_000)
    expect(page.locator("[data-when=out]")).to_be_visible()
    assert page.locator("table.fleet").count() == 1
    page.locator("[data-when=out] a").click()
    page.wait_for_url(re.compile("/login"))


@pytest.mark.long
@pytest.mark.parametrize("page", ["light", "dark"], indirect=True)
def test_axe_finds_nothing_on_the_way(
    page: Any, house: House, request: pytest.FixtureRequest
) -> None:
    """Every state of an incident reads well, for everybody, in light and dark."""
    import axe_playwright_python

    source = Path(axe_playwright_python.__file__).with_name("axe.min.js")
    axe = source.read_text("utf-8")
    rules = RULES[request.node.callspec.params["page"]]
    poor: list[str] = []
    seen: list[str] = []

    def look(state: str) -> None:
        seen.append(state)
        page.evaluate(axe)
        poor.extend(
            f"{state}: {one['id']}: {one['nodes'][0]['html'][:160]}"
            for one in page.evaluate(f"axe.run({rules})")["violations"]
            if one["impact"] in SERIOUS
        )

    walk(page, house, look)
    page.goto(house.entry())
    page.goto(house.url + FIRST + _resolved(house))
    assert "resolved" in page.locator(".badges").inner_text()
    look("resolved")
    page.goto(f"{house.url}/login")
    look("login")
    assert poor == []
    assert len(seen) == 9


def _resolved(house: House) -> str:
    """Let an incident have ended by itself; return its id."""
    state = house.state
    one = state.alarms.incidents()[0]
    now = datetime.now(UTC)
    after = replace(one, stage=Stage.RESOLVED, ended_at=now)
    assert state.alarms.edit(one, after, [])
    return one.id
