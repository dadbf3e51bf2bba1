"""Pictures of the dashboard's pages, to be looked at: three sizes, light and dark.

python tools/dashboard.py LEEBOARD.toml OUT_FOLDER [PATH?QUERY ...]
"""

from __future__ import annotations

import shutil
import sys
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import parse_qsl, urlsplit

from playwright.sync_api import Page, Route, sync_playwright

from leeboard.config import load_plan
from leeboard.dashboard.pages import Dashboard
from leeboard.dashboard.reading import Reader
from leeboard.logs import open_log
from leeboard.pages.dashboard.contexts import Shell
from leeboard.pages.dashboard.drawing import POLICY, login_page, static_files
from leeboard.state import open_state

HOME = "http://dashboard.test"
SHELL = Shell(csrf="token", who="ada@example.org", sign_out="/logout")


@dataclass(frozen=True, slots=True)
class Look:
    """One way to look at a page."""

    name: str
    width: int
    height: int
    dark: bool


SIZES = {"desktop": (1320, 900), "tablet": (820, 1180), "phone": (390, 844)}
LOOKS = tuple(
    Look(f"{name}-dark" if dark else name, width, height, dark)
    for name, (width, height) in SIZES.items()
    for dark in (False, True)
)


def serve(page: Page, board: Dashboard) -> None:
    """Answer a page's requests from the dashboard, under its strict policy."""

    def answer(route: Route) -> None:
        url = urlsplit(route.request.url)
        name = url.path.removeprefix("/static/")
        if url.path.startswith("/static/") and name in static_files():
            media, text = static_files()[name]
            route.fulfill(status=200, content_type=media, body=text)
            return
        if url.path == "/login":
            route.fulfill(content_type="text/html", body=login_page("/", board.links))
            return
        found = board.page(url.path, dict(parse_qsl(url.query)), shell=SHELL)
        route.fulfill(
            status=found.status,
            content_type="text/html; charset=utf-8",
            headers={"Content-Security-Policy": POLICY},
            body=found.html,
        )

    page.route(f"{HOME}/**", answer)


def addresses(board: Dashboard) -> list[str]:
    """Return every kind of page, of the first model."""
    reader, links = board.reader, board.links
    model = reader.models[0]
    names = ("performance", "quality", "drift", "system", "predictions", "business")
    found = [links.fleet(), links.model(model), links.reference(model)]
    found += [links.model(model, name) for name in names]
    found += [links.incidents(show="all"), links.settings()]
    for one in reader.incidents(model)[:1]:
        found.append(links.incident(one.id))
        found += [links.verdict(each) for each in one.verdicts[:1]]
    return [*found, "/login", "/nothing"]


def main(config: str, out: str, *asked: str) -> None:
    """Take pictures of the pages that are asked for, or of every kind."""
    folder = Path(out)
    folder.mkdir(parents=True, exist_ok=True)
    plan = load_plan(config)
    state = open_state(plan.state)
    log = open_log(plan.log, spool=plan.spool or None)
    board = Dashboard(Reader(plan, state, log))
    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=shutil.which("chromium"))
        for look in LOOKS:
            page = browser.new_page(
                viewport={"width": look.width, "height": look.height},
                color_scheme="dark" if look.dark else "light",
            )
            page.on("console", lambda message: print("console:", message.text))
            page.on("pageerror", lambda error: print("error:", error))
            serve(page, board)
            for address in asked or addresses(board):
                page.goto(HOME + address)
                url = urlsplit(address)
                name = url.path.strip("/").replace("/", "-") or "fleet"
                path = folder / f"{name}-{look.name}.png"
                page.screenshot(path=path, full_page=True)
                print(path)
            page.close()
        browser.close()
    state.close()


if __name__ == "__main__":
    main(*sys.argv[1:])
