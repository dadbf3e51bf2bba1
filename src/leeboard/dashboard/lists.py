"""Incidents as a table, and their page of all."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TypeVar

from leeboard.dashboard.ranges import asked_page
from leeboard.dashboard.reading import Reader
from leeboard.dashboard.standing import told, when
from leeboard.incidents.incident import Incident
from leeboard.pages.dashboard.contexts import IncidentsPage
from leeboard.pages.dashboard.links import Links
from leeboard.pages.dashboard.parts import Cell, Choice, Head, Option, Pager, Table
from leeboard.pages.words import plural

__all__ = ["incident_table", "incidents_of", "paged"]

_Row = TypeVar("_Row")
_A_PAGE = 50
_SHOWN = (("running", "Running"), ("ended", "Ended"), ("all", "All"))
_SEVERITIES = (("", "Any"), ("page", "Page"), ("warn", "Warn"), ("note", "Note"))
_HEAD = ("Incident", "Severity", "Stage", "Model", "First window", "Last window")


def incident_table(
    incidents: Sequence[Incident],
    links: Links,
    *,
    title: str,
    empty: str,
    pager: Pager | None = None,
) -> Table:
    """Return incidents as they come, one a row."""
    return Table(
        name="incidents",
        title=title,
        head=tuple(map(Head, _HEAD)),
        rows=tuple(_row(one, links) for one in incidents),
        empty=empty,
        pager=pager,
    )


def _row(one: Incident, links: Links) -> tuple[Cell, ...]:
    cause = one.diagnosis.cause if one.diagnosis else ""
    sub = f"{cause}, {one.diagnosis.pattern}" if one.diagnosis and cause else ""
    return (
        Cell(told(one), links.incident(one.id), sub=sub),
        Cell(one.severity.value, tone=one.severity.value),
        Cell(one.stage.value, tone=one.stage.value),
        Cell(one.model, links.model(one.model)),
        Cell(when(one.first_window.start)),
        Cell(when(one.last_window.start)),
    )


def incidents_of(
    reader: Reader,
    links: Links,
    query: Mapping[str, str],
    may_see: Callable[[str], bool],
) -> IncidentsPage:
    """Gather the page of incidents; ``show``, ``severity`` and ``model`` choose."""
    names = tuple(name for name in reader.models if may_see(name))
    model = query.get("model", "")
    model = model if model in names else ""
    severity = query.get("severity", "")
    every = [one for one in reader.incidents(model or None) if one.model in names]
    n_running = sum(not one.stage.ended for one in every)
    show = query.get("show", "running" if n_running else "all")
    chosen = [one for one in every if _fits(one, show, severity)]
    kept = {"model": model, "show": show, "severity": severity}
    shown, pager = paged(
        chosen, query, _A_PAGE, lambda page: links.incidents(**kept, page=page)
    )
    return IncidentsPage(
        title="Incidents",
        headline=_headline(n_running, len(every)),
        choices=tuple(_choices(links, names, kept)),
        table=incident_table(
            shown,
            links,
            title=plural(len(chosen), "incident"),
            empty="None of these: choose others above, or be glad.",
            pager=pager,
        ),
    )


def _headline(running: int, every: int) -> str:
    if running:
        verb = "runs" if running == 1 else "run"
        return f"{plural(running, 'incident')} {verb}; {every} in all."
    return f"No incident runs; {every} in all." if every else "No incident so far."


def _fits(one: Incident, show: str, severity: str) -> bool:
    fits = {"running": not one.stage.ended, "ended": one.stage.ended}
    return fits.get(show, True) and severity in {"", one.severity.value}


def _choices(links: Links, names: Sequence[str], kept: dict[str, str]) -> list[Choice]:
    def options(key: str, values: Sequence[tuple[str, str]]) -> tuple[Option, ...]:
        return tuple(
            Option(
                text,
                links.incidents(**{**kept, key: value}),
                chosen=kept[key] == value,
            )
            for value, text in values
        )

    found = [
        Choice("Show", options("show", _SHOWN)),
        Choice("Severity", options("severity", _SEVERITIES)),
    ]
    if 1 < len(names) <= 12:
        models = (("", "All"), *((name, name) for name in names))
        found.append(Choice("Model", options("model", models)))
    return found


def paged(
    rows: Sequence[_Row],
    query: Mapping[str, str],
    most: int,
    href: Callable[[str], str],
) -> tuple[Sequence[_Row], Pager | None]:
    """Take one page of rows, and the links to the others; None where all fit."""
    if len(rows) <= most:
        return rows, None
    last = -(-len(rows) // most)
    page = min(asked_page(query), last)
    start = (page - 1) * most
    shown = rows[start : start + most]
    return shown, Pager(
        f"{start + 1:,} to {start + len(shown):,} of {len(rows):,}",
        href(str(page - 1)) if page > 1 else "",
        href(str(page + 1)) if page < last else "",
    )
