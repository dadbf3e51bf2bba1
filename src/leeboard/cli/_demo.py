"""``leeboard demo``: tell the story of the lab, and write its reports."""

from __future__ import annotations

import os

from leeboard.cli._files import write_whole
from leeboard.cli._progress import working
from leeboard.cli._terminal import say
from leeboard.errors import FileError

__all__ = ["run"]


def run(out: str) -> None:
    """Walk, print the story, and where the reports are."""
    _make(out)
    with working("Walking through two years of bike rentals"):
        from leeboard.lab import (
            alarm_story,
            alarms,
            live,
            live_page,
            live_story,
            story,
            walk,
        )

        found = walk()
        paths = {os.path.join(out, name): r for name, r in found.reports.items()}
        for path, report in paths.items():
            write_whole(path, report.to_html())
    with working("Living through them again, hour by hour"):
        lived = live(os.path.join(out, "live"))
        page = os.path.join(out, "4-live.html")
        write_whole(page, live_page(lived))
    with working("Judging each of its days"):
        told = alarms(lived.folder)
    lines = [
        story(found),
        live_story(lived),
        alarm_story(told),
        "Reports to open in a browser:",
        *(f"  {path}" for path in (*paths, page)),
    ]
    say("\n".join(lines) + "\n")


def _make(folder: str) -> None:
    try:
        os.makedirs(folder, exist_ok=True)
    except FileExistsError:
        raise FileError(
            code="no_folder",
            where=folder,
            found="a file of that name",
            expected="a folder, or nothing yet",
            fix="Name another folder with --out.",
        ) from None
