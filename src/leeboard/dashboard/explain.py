"""One verdict, number by number: what was judged, with what evidence, and why so."""

from __future__ import annotations

from leeboard.alarms.judged import Judged
from leeboard.dashboard.crossed import verdict_parts
from leeboard.dashboard.incident import strength
from leeboard.dashboard.ranges import stamp_of
from leeboard.dashboard.reading import Reader
from leeboard.dashboard.standing import told, when
from leeboard.pages.dashboard.contexts import VerdictPage
from leeboard.pages.dashboard.links import Links
from leeboard.pages.dashboard.parts import Cell
from leeboard.pages.words import DASH, count, number

__all__ = ["verdict_of"]

_Fact = tuple[str, str, str]


def verdict_of(reader: Reader, links: Links, one: Judged) -> VerdictPage:
    """Gather a verdict's page."""
    write = strength if one.budgeted else (lambda value: number(value, 4))
    return VerdictPage(
        title=f"{one.subject}, {when(one.window.start)}",
        id=one.id,
        model=one.model,
        state=str(one.state),
        headline=one.text[:1].upper() + one.text[1:] + ".",
        evidence=write(one.evidence),
        threshold=write(one.threshold),
        filled=_filled(one),
        facts=tuple(_facts(one)),
        parts=tuple(verdict_parts(reader, links, one)),
        links=tuple(_links(reader, links, one)),
    )


def _filled(one: Judged) -> float:
    """Evidence by threshold on the scale they are kept on, at most a bit beyond it."""
    if not one.threshold or one.evidence is None:
        return 0.0
    return min(max(one.evidence / one.threshold, 0.0), 1.2)


def _facts(one: Judged) -> list[_Fact]:
    interval = DASH
    if one.low is not None and one.high is not None:
        interval = f"{number(one.low)} to {number(one.high)}"
    asks = one.severity.value if one.severity else "nothing"
    budget = (
        "counts against the budget of false alarms"
        if one.budgeted
        else "a rule by name, beside the budget"
    )
    facts = [
        ("What is watched", str(one.subject), f"among {one.group.value}"),
        ("Window", f"{when(one.window.start)} to {when(one.window.end)}", ""),
        ("Answer", str(one.state), f"asks for {asks}"),
        ("Judged by", one.rule.replace("_", " "), budget),
        ("Reference", number(one.reference), "the same figure of the training data"),
        ("Current", number(one.value), f"from {count(one.n)} rows"),
        ("Interval, 95 %", interval, ""),
    ]
    if one.partial:
        facts.append(("Partial", f"{one.lost:.0%} lost", "of the window's events"))
    if one.log_e is not None:
        alone = "what this window says by itself"
        facts.append(("Evidence of the window", strength(one.log_e), alone))
    return facts


def _links(reader: Reader, links: Links, one: Judged) -> list[Cell]:
    start = stamp_of(one.window.start)
    found = [
        Cell(f"Incident: {told(each)}", links.incident(each.id))
        for each in reader.incidents(one.model)
        if one.id in each.verdicts
    ]
    if one.subject.name not in {"performance", "labels"}:
        href = links.model(
            one.model,
            "drift",
            column=one.subject.name,
            window=start,
            segment=one.subject.segment,
        )
        found.append(Cell("The column in the map of windows", href))
    else:
        found.append(Cell("Performance", links.model(one.model, "performance")))
    return found
