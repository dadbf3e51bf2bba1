"""``leeboard audit``."""

from __future__ import annotations

import json as jsonlib
from contextlib import closing
from dataclasses import asdict
from datetime import UTC, datetime

from leeboard.cli._sample import moment_since
from leeboard.cli._terminal import clean, say
from leeboard.config import load_plan
from leeboard.state import Deed, open_state

__all__ = ["run"]


def run(config: str, since: str | None, *, json: bool) -> None:
    """Print who did what, the oldest first; as JSON one a line."""
    start = None if since is None else moment_since(since, datetime.now(UTC))
    with closing(open_state(load_plan(config).state)) as state:
        deeds = state.audit.deeds(start)
    if json:
        say("".join(f"{jsonlib.dumps(_plain(one))}\n" for one in deeds))
    elif deeds:
        say("".join(f"{_line(one)}\n" for one in deeds))
    else:
        say("Nothing.\n")


def _plain(one: Deed) -> dict[str, object]:
    return {**asdict(one), "at": one.at.isoformat()}


def _line(one: Deed) -> str:
    who = one.who or "somebody"
    how = ", ".join(filter(None, (one.via, one.address)))
    text = f"{one.at:%Y-%m-%d %H:%M:%S}  {who}"
    text += f" ({how})  {one.what}" if how else f"  {one.what}"
    return clean("  ".join(filter(None, (text, one.subject, one.detail))))
