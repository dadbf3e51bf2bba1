"""``leeboard suggest``: print the suite that a reference suggests."""

from __future__ import annotations

from leeboard.cli._progress import watched
from leeboard.cli._terminal import say
from leeboard.suggest import suggest

__all__ = ["run"]


def run(reference: str, schema: str | None) -> None:
    """Print the suite as TOML on standard output."""
    with watched(reference) as (data,):
        text = suggest(data, schema=schema)
    say(text)
