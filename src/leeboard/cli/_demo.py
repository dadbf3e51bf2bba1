"""``leeboard demo``: tell the story of the lab, and write its reports."""

from __future__ import annotations

import os

from leeboard.cli._files import write_whole
from leeboard.cli._progress import working
from leeboard.cli._terminal import say
from leeboard.errors import FileError

__all__ = ["run"]

_HOUR_S = 3600.0


def run(out: str, *, serve: bool, port: int) -> None:
    """Walk, print the story and where the reports are; then serve, if asked."""
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
    if serve:
        _serve(told.config, port)


def _serve(config: str, port: int) -> None:
    """Show the lab's days on the dashboard, at the time at which they ended."""
    from functools import partial

    from leeboard.cli._serve import begun
    from leeboard.lab import ENDED
    from leeboard.monitor.monitor import Monitor
    from leeboard.server.listening import Listening
    from leeboard.server.serve import serve

    monitor = Monitor(config)
    passes = partial(monitor.run, now=ENDED)
    serve(monitor, Listening(port=port), _HOUR_S, begun, passes=passes)


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
