"""``leeboard quarantine``: what was set aside, and what becomes of it."""

from __future__ import annotations

import json as jsonlib

from leeboard.cli._terminal import clean, say
from leeboard.errors import ConfigError
from leeboard.monitor.monitor import Monitor

__all__ = ["drop", "list_", "replay", "show"]

_SHOWN = 400


def list_(config: str, model: str | None, *, json: bool) -> None:
    """Print counts by model and reason."""
    found = Monitor(config).quarantine(model)
    if json:
        rows = [
            {
                "model": one.model,
                "reason": one.reason,
                "count": one.count,
                "first": one.first.isoformat(),
                "last": one.last.isoformat(),
            }
            for one in found
        ]
        say(jsonlib.dumps(rows) + "\n")
        return
    for one in found:
        span = f"{one.first:%Y-%m-%d %H:%M} to {one.last:%Y-%m-%d %H:%M} UTC"
        name = clean(one.model) or "(no model)"
        say(f"{name}  {clean(one.reason)}  {one.count:,}  {span}\n")
    if not found:
        say("Nothing is quarantined.\n")


def show(config: str, model: str | None, reason: str | None, limit: int) -> None:
    """Print events as they came, without what would move a terminal."""
    table = Monitor(config).quarantined(model, reason)
    for row in table.slice(max(0, table.num_rows - limit)).to_pylist():
        payload = row["payload"][:_SHOWN].decode("utf-8", "backslashreplace")
        at = row["received_at"].isoformat()
        say(clean(f"{at}  {row['reason']}  {row['detail']}  {payload}") + "\n")


def replay(config: str, model: str | None, reason: str | None) -> None:
    """Decode again, and say what came of it."""
    done = Monitor(config).replay_quarantined(model, reason)
    left = sum(done.left.values())
    say(
        f"{done.predictions:,} predictions and {done.labels:,} labels entered the log; "
        f"{left:,} stay quarantined.\n"
    )


def drop(config: str, model: str | None, reason: str | None, *, every: bool) -> None:
    """Remove events for good."""
    if (reason is None) == (not every):
        raise ConfigError(
            code="no_choice",
            where="quarantine drop",
            found="both --reason and --all" if every else "no --reason",
            expected="one of --reason CODE and --all",
            fix="Name the reason, or remove everything with --all.",
        )
    say(f"Removed {Monitor(config).discard(model, reason):,} events.\n")
