"""Settings: what is monitored and how, and who is told."""

from __future__ import annotations

from collections.abc import Callable

from leeboard.config.plan import ModelPlan
from leeboard.dashboard.access import deeds, doors
from leeboard.dashboard.reading import Reader
from leeboard.pages.dashboard.contexts import PlainPage
from leeboard.pages.dashboard.links import Links
from leeboard.pages.dashboard.parts import (
    Cell,
    Empty,
    Head,
    Notice,
    Part,
    Table,
    Tile,
    Tiles,
)
from leeboard.pages.words import DASH, plural
from leeboard.windows import duration_in_words

__all__ = ["settings_of"]


def settings_of(
    reader: Reader,
    links: Links,
    may_see: Callable[[str], bool],
    *,
    admin: bool = False,
) -> PlainPage:
    """Gather the page of settings; secrets and addresses of stores are not shown.

    An ``admin`` sees who may what, and who did what.
    """
    plan = reader.plan
    shown = [one for one in plan.models if may_see(one.name)]
    parts: list[Part] = [Notice("unsure", note.text, note.where) for note in plan.notes]
    parts.append(
        Tiles((Tile("Events over HTTP", "How to send them", href=links.api()),))
    )
    parts.append(_models(shown, links))
    if plan.channels:
        parts.append(_channels(reader))
    else:
        parts.append(
            Empty(
                "Nobody is told",
                "Incidents are kept and shown here. To be told of them, name a"
                " channel in the configuration.",
                '[[notify]]\nto = "slack"\nurl = { env = "SLACK_WEBHOOK_URL" }',
            )
        )
    if admin:
        parts += [doors(reader), deeds(reader)]
    return PlainPage(
        title="Settings",
        headline="How everything is set",
        summary=f"Read from {plan.path}. leeboard config check says what it means,"
        " and every mistake with its line.",
        parts=tuple(parts),
    )


def _models(models: list[ModelPlan], links: Links) -> Table:
    heads = (
        *("Model", "Window", "Delay", "Grace", "Labels within"),
        *("One false page in", "Pages on", "Owner", "Events are kept"),
    )
    return Table(
        name="models",
        title=plural(len(models), "model"),
        head=tuple(map(Head, heads)),
        rows=tuple(_model(one, links) for one in models),
        empty="None.",
    )


def _model(one: ModelPlan, links: Links) -> tuple[Cell, ...]:
    budget = one.alarms.budget
    segments = ", ".join(one.segments)
    return (
        Cell(
            one.name,
            links.reference(one.name),
            sub=f"segments: {segments}" if segments else "",
        ),
        Cell(str(one.calendar.every)),
        Cell(duration_in_words(one.delay)),
        Cell(duration_in_words(one.grace)),
        Cell(duration_in_words(one.horizon)),
        Cell(duration_in_words(budget.page_every)),
        Cell(", ".join(group.value for group in budget.page_on)),
        Cell(one.alarms.owner or DASH),
        Cell("for ever" if one.retention is None else duration_in_words(one.retention)),
    )


def _channels(reader: Reader) -> Table:
    channels = reader.plan.channels
    return Table(
        name="channels",
        title="Who is told",
        head=(Head("Channel"), Head("From")),
        rows=tuple((Cell(one.name), Cell(one.severity.value)) for one in channels),
        note="A heartbeat is sent after each run."
        if reader.plan.heartbeat is not None
        else "",
    )
