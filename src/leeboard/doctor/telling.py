"""Who is told: channels that can be opened, and the heartbeat. Nothing is sent."""

from __future__ import annotations

from collections.abc import Iterator

from leeboard.doctor.case import Case
from leeboard.doctor.finding import Finding
from leeboard.errors import LeeboardError
from leeboard.notify import open_channel

__all__ = ["channels", "heartbeat"]


def channels(case: Case) -> Iterator[Finding]:
    """Open each channel, as far as that needs no network."""
    if case.plan is None:
        return
    good = []
    for plan in case.plan.channels:
        try:
            open_channel(plan)
        except LeeboardError as error:
            yield Finding.of("channels", error)
        else:
            good.append(f"{plan.name} ({plan.to})")
    if good:
        text = f"{', '.join(good)}; leeboard notify test sends one message to each"
        yield Finding("channels", text)
    elif not case.plan.channels:
        yield Finding("channels", "none: incidents are shown, and nobody is told")


def heartbeat(case: Case) -> Iterator[Finding]:
    """Tell whether somebody elsewhere would notice that passes have stopped."""
    if case.plan is not None:
        there = case.plan.heartbeat is not None
        found = (
            "pinged after each pass" if there else "none: silence is noticed by nobody"
        )
        yield Finding("heartbeat", found)
