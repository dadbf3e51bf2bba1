"""``leeboard suggest``: print the suite that a reference suggests."""

from __future__ import annotations

from leeboard.cli._progress import watched
from leeboard.cli._terminal import say
from leeboard.suggest import suggest

__all__ = ["run"]


def run(
    reference: str, schema: str | None, rows: int | None, false_alarms: float
) -> None:
    """Print the suite as TOML on standard output."""
    with watched(reference) as (data,):
        text = suggest(data, schema=schema, rows=rows, false_alarms=false_alarms)
    say(text)
