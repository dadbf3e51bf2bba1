"""``leeboard run`` and ``leeboard ship``."""

from __future__ import annotations

import json as jsonlib
from typing import Any

from leeboard.cli._terminal import clean, say, tell
from leeboard.monitor.monitor import Monitor
from leeboard.monitor.passes import Passed
from leeboard.monitor.ran import Ran
from leeboard.pages.words import plural

__all__ = ["run", "ship"]


def run(config: str, *, json: bool) -> None:
    """Make one pass over every model, and say what was done."""
    monitor = Monitor(config)
    for note in monitor.plan.notes:
        tell(f"note: {note.where}: {note.text} [{note.code}]")
    ran = monitor.run()
    for note in ran.notes:
        tell(f"note: {note.where}: {note.text} [{note.code}]")
    if json:
        say(jsonlib.dumps(_plain(ran)) + "\n")
    else:
        lines = [_shipped(ran), *map(_told, ran.passes), _sent(ran)]
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


def _sent(ran: Ran) -> str:
    sent = ran.sent
    parts = [
        f"{n:,} {word}"
        for n, word in (
            (sent.sent + sent.folded, "sent"),
            (sent.failed + sent.waiting, "waiting"),
            (sent.given_up, "given up"),
        )
        if n
    ]
    return f"Messages: {', '.join(parts)}." if parts else ""


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
    judged = one.judged
    if judged.opened:
        text += f"; {plural(judged.opened, 'incident')} opened"
    if judged.ended:
        text += f"; {judged.ended:,} ended"
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
            "judged": one.judged.windows,
            "opened": one.judged.opened,
            "ended": one.judged.ended,
        }
        for one in ran.passes
    }
    return {"shipped": shipped, "models": models}
