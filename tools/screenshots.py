"""Pictures of a report, to be looked at: light, dark, phone, expanded.

python tools/screenshots.py REPORT.html OUT_FOLDER
"""

from __future__ import annotations

import shutil
import sys
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import Page, sync_playwright


@dataclass(frozen=True, slots=True)
class Shot:
    """One picture: its name, the page's width and scheme, and what is opened first."""

    name: str
    width: int
    scheme: str
    opened: int
    tall: int = 1100


SHOTS = (
    Shot("light", 1240, "light", 0),
    Shot("dark", 1240, "dark", 0),
    Shot("expanded", 1240, "light", 4, 3200),
    Shot("expanded-dark", 1240, "dark", 4, 3200),
    Shot("phone", 390, "light", 0, 1600),
    Shot("phone-expanded", 390, "dark", 1, 2200),
)


def take(page: Page, shot: Shot, folder: Path) -> Path:
    """Take one picture and return where it is."""
    buttons = page.locator("tbody.card button.name")
    for i in range(min(shot.opened, buttons.count())):
        buttons.nth(i).click()
    page.mouse.move(0, 0)
    path = folder / f"{shot.name}.png"
    page.screenshot(path=path)
    return path


def main(report: str, out: str) -> None:
    """Take all pictures of one report, and print it as well."""
    folder = Path(out)
    folder.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=shutil.which("chromium"))
        for shot in SHOTS:
            page = browser.new_page(
                viewport={"width": shot.width, "height": shot.tall},
                color_scheme="dark" if shot.scheme == "dark" else "light",
            )
            page.goto(Path(report).resolve().as_uri())
            print(take(page, shot, folder))
            page.close()
        page = browser.new_page()
        page.goto(Path(report).resolve().as_uri())
        page.pdf(path=folder / "print.pdf", format="A4")
        print(folder / "print.pdf")
        browser.close()


if __name__ == "__main__":
    main(*sys.argv[1:3])
