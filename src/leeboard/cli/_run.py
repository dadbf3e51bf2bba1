"""``leeboard run`` and ``leeboard ship``."""

from __future__ import annotations

import json as jsonlib
from typing import Any

from leeboard.cli._terminal import clean, say, tell
from leeboard.monitor.monitor import Monitor, Ran
from leeboard.monitor.passes import Passed
from leeboard.pages.words import plural

__all__ = ["run", "ship"]


def run(config: str, *, json: bool) -> None:
    """Make one pass over every model, and say what was done."""
    monitor = Monitor(config)
    for note in monitor.plan.notes:
        tell(f"note: {note.where}: {note.text} [{note.code}]")
    ran = monitor.run()
    if json:
        say(jsonlib.dumps(_plain(ran)) + "\n")
    else:
        lines = [_shipped(ran), *map(_told, ran.passes)]
        say("\n".join(clean(line) for line in lines if line) + "\n")


def ship(config: str) -> None:
    """Commit spooled frames, and say how many."""
    shipped = Monitor(config).ship()
    if shipped is None:
        say("There is no spool.\n")
    else:
        say((_shipped(Ran(shipped, ())) or "Nothing to ship.") + "\n")


def _shipped(ran: Ran) -> str:
    done = ran.shipped
    if done is None:
        return ""
    if done.busy:
        return "Another process ships the spool."
    if not (done.predictions or done.feedback or done.quarantined):
        return ""
    predictions = plural(done.predictions, "prediction")
    text = f"Shipped {predictions} and {plural(done.feedback, 'label')}"
    aside = sum(done.quarantined.values())
    return f"{text}; {aside:,} quarantined." if aside else f"{text}."


def _told(one: Passed) -> str:
    if one.busy:
        return f"{one.model}: a pass is under way elsewhere."
    parts = [
        f"{n:,} {word}"
        for n, word in (
            (one.counted, "new"),
            (one.revised, "revised"),
            (one.unchanged, "unchanged"),
        )
        if n
    ]
    text = f"{one.model}: {', '.join(parts) or 'nothing due'}"
    if one.waiting:
        text += f"; {one.waiting:,} not yet ripe"
    if one.days:
        text += f"; {one.days:,} days added from shorter windows"
    if one.late:
        text += f"; {plural(one.late, 'prediction')} too late"
    if one.forgotten:
        text += f"; {one.forgotten:,} left as they are, since events are forgotten"
    if one.expired:
        text += f"; {one.expired:,} old events forgotten"
    return text + "."


def _plain(ran: Ran) -> dict[str, Any]:
    shipped = None
    if ran.shipped is not None:
        shipped = {
            "predictions": ran.shipped.predictions,
            "feedback": ran.shipped.feedback,
            "quarantined": dict(ran.shipped.quarantined),
        }
    models = {
        one.model: {
            "counted": one.counted,
            "revised": one.revised,
            "unchanged": one.unchanged,
            "waiting": one.waiting,
            "late": one.late,
            "forgotten": one.forgotten,
            "expired": one.expired,
            "busy": one.busy,
        }
        for one in ran.passes
    }
    return {"shipped": shipped, "models": models}
