"""The first page: every model, those that need a person first."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from leeboard.dashboard.lists import incident_table
from leeboard.dashboard.reading import Reader, Row
from leeboard.dashboard.standing import (
    ORDER,
    Standing,
    main_metric,
    metric_name,
    standing_of,
    when,
)
from leeboard.errors import LeeboardError
from leeboard.incidents.incident import Incident
from leeboard.pages.dashboard.contexts import FleetPage, ModelLine
from leeboard.pages.dashboard.links import Links
from leeboard.pages.dashboard.parts import Notice, Spark
from leeboard.pages.words import DASH, count, number, plural, share
from leeboard.state import Done
from leeboard.windows import Window

__all__ = ["fleet_of"]

_RECENT = 40
_MOST_INCIDENTS = 20


def fleet_of(reader: Reader, links: Links, may_see: Callable[[str], bool]) -> FleetPage:
    """Gather the first page.

    Parameters
    ----------
    reader : Reader
    links : Links
    may_see : callable
        Whether who asks may see a model; others are not mentioned.
    """
    names = [name for name in reader.models if may_see(name)]
    every: dict[str, list[Incident]] = {name: [] for name in names}
    for one in reader.incidents():
        if one.model in every:
            every[one.model].append(one)
    found = [_line(reader, links, name, every[name]) for name in names]
    found.sort(key=lambda pair: ORDER.index(pair[0].state))
    running = [one for standing, _ in found for one in standing.running]
    running.sort(key=lambda one: (-one.severity.rank, one.opened_at))
    return FleetPage(
        title="Models",
        headline=_headline([standing for standing, _ in found], names),
        summary=_summary(running),
        state=found[0][0].state if found else "held",
        models=tuple(line for _, line in found),
        notices=tuple(
            Notice("unsure", note.text, note.where) for note in reader.state.notes
        ),
        incidents=incident_table(
            running[:_MOST_INCIDENTS],
            links,
            title="Incidents that run",
            empty="None: nothing that was crossed still goes on.",
        ),
    )


def _headline(standings: Sequence[Standing], names: Sequence[str]) -> str:
    n = len(standings)
    needing = sum(one.state == "moved" for one in standings)
    calm = sum(one.state == "held" for one in standings)
    if not n:
        return "No model is monitored yet."
    if n == 1:
        only = standings[0]
        colon = f"{names[0]}: {only.says} {only.since}".rstrip()
        return f"{colon}."
    if needing:
        verb = "needs" if needing == 1 else "need"
        return f"{plural(needing, 'model')} of {n} {verb} a person."
    if calm == n:
        return f"All {n} models are all right."
    return f"{calm} of {n} models are all right; nothing waits for a person."


def _summary(running: Sequence[Incident]) -> str:
    if not running:
        return "No incident runs."
    verb = "runs" if len(running) == 1 else "run"
    return f"{plural(len(running), 'incident')} {verb}."


def _line(
    reader: Reader, links: Links, name: str, incidents: Sequence[Incident]
) -> tuple[Standing, ModelLine]:
    first, recent = reader.recent(name, _RECENT)
    standing = standing_of(name, first, incidents)
    metric, reference = main_metric(reader, name)
    rows = _figures(reader, name, metric, recent)
    values = _by_window(recent, rows)
    last = next((one for one in reversed(values) if one is not None), None)
    done = recent[-1] if recent else None
    asks = standing.leading
    return standing, ModelLine(
        name=name,
        state=standing.state,
        says=standing.says,
        since=standing.since,
        asks=standing.headline if asks else "",
        asks_href=links.incident(asks.id) if asks else "",
        spark=_spark(name, metric, values, reference) if last is not None else None,
        figure=number(last, 3),
        reference="" if reference is None else number(reference, 3),
        metric=metric_name(metric),
        traffic=count(done.rows) if done else DASH,
        labels=_labelled(recent),
        seen=_seen(done),
    )


def _figures(
    reader: Reader, name: str, metric: str, recent: Sequence[Done]
) -> list[Row]:
    if not recent:
        return []
    span = Window(recent[0].window.start, recent[-1].window.end)
    try:
        return reader.figures(
            name, span, segment="", subject="performance", metric=metric
        )
    except LeeboardError:  # one model's damage must not hide the others
        return []


def _by_window(recent: Sequence[Done], rows: Sequence[Row]) -> tuple[float | None, ...]:
    """Labelled figures, in the order of windows; estimates fill no gap."""
    known = {
        row["window_start"]: row["value"]
        for row in rows
        if row["basis"] in {"realised", "provisional"}
    }
    return tuple(known.get(one.window.start) for one in recent)


def _spark(
    name: str, metric: str, values: tuple[float | None, ...], level: float | None
) -> Spark:
    known = [one for one in values if one is not None]
    beside = "" if level is None else f"; the reference has {number(level, 3)}"
    says = (
        f"{metric_name(metric)} of {name} in the last {len(values)} windows:"
        f" {number(min(known), 3)} to {number(max(known), 3)}{beside}"
    )
    return Spark(values, level, says)


def _labelled(recent: Sequence[Done]) -> str:
    rows = sum(one.rows for one in recent)
    return share(sum(one.labels for one in recent) / rows) if rows else DASH


def _seen(done: Done | None) -> str:
    return DASH if done is None else f"to {when(done.window.end)}"
