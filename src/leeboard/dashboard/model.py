"""A model's page: its head, and the section that was asked for."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from leeboard.alarms.missing import Missing
from leeboard.config.plan import ModelPlan
from leeboard.dashboard.asked import Asked
from leeboard.dashboard.business import business_parts
from leeboard.dashboard.drift import drift_parts
from leeboard.dashboard.performance import performance_parts
from leeboard.dashboard.predictions import prediction_parts
from leeboard.dashboard.quality import quality_parts
from leeboard.dashboard.ranges import range_of
from leeboard.dashboard.reading import Reader
from leeboard.dashboard.reference import reference_parts
from leeboard.dashboard.standing import Standing, standing_of, when
from leeboard.dashboard.summary import summary_parts
from leeboard.dashboard.system import system_parts
from leeboard.pages.dashboard.contexts import ModelPage
from leeboard.pages.dashboard.fields import EvidenceField
from leeboard.pages.dashboard.heatmaps import HeatMap
from leeboard.pages.dashboard.links import Links
from leeboard.pages.dashboard.parts import Choice, Empty, Notice, Part
from leeboard.pages.words import count, plural

__all__ = ["model_of"]

_SECTIONS: dict[str, Callable[[Asked], Iterator[Part | HeatMap | EvidenceField]]] = {
    "": summary_parts,
    "performance": performance_parts,
    "quality": quality_parts,
    "drift": drift_parts,
    "system": system_parts,
    "predictions": prediction_parts,
    "business": business_parts,
    "reference": reference_parts,
}
_TIMELESS = frozenset({"reference"})
_NAMED = 3
_TITLES = {"": "Summary", "quality": "Data quality", "system": "System health"}


def model_of(
    reader: Reader,
    links: Links,
    plan: ModelPlan,
    section: str,
    query: Mapping[str, str],
) -> ModelPage:
    """Gather one section of a model's page.

    Parameters
    ----------
    reader : Reader
    links : Links
    plan : ModelPlan
    section : str
        As in ``links.SECTIONS``, or ``reference``.
    query : mapping
        See ``Asked``.
    """
    windows = reader.windows(plan.name)
    incidents = reader.incidents(plan.name)
    standing = standing_of(
        plan.name, windows[0].window.start if windows else None, incidents
    )
    span = range_of(query, windows)
    asked = Asked(reader, links, plan, section, query, span, standing, tuple(incidents))
    drawn = _SECTIONS[section]
    parts: tuple[Part | HeatMap | EvidenceField, ...]
    told = bool(windows) or section in _TIMELESS
    parts = (*_lacking(asked), *drawn(asked)) if told else (_nothing(),)
    choices = _choices(asked) if windows and section not in _TIMELESS else ()
    title = _TITLES.get(section, section.capitalize())
    return ModelPage(
        title=f"{title} of {plan.name}",
        model=plan.name,
        section=section,
        state=standing.state,
        says=standing.says,
        headline=standing.headline,
        summary=_summary(asked, standing),
        choices=choices,
        parts=parts,
        kept=_kept(asked) if windows else (),
    )


def _lacking(asked: Asked) -> Iterator[Notice]:
    """Say what is lost of the windows that are shown; no chart stands without it."""
    if asked.section in _TIMELESS:
        return
    lacking = [one for one in asked.span.windows if one.lost_most or one.lost_labels]
    if not lacking:
        return
    rows = sum(one.rows for one in lacking)
    lost = sum(one.lost for one in lacking)
    names = ", ".join(when(one.window.start) for one in lacking[:_NAMED])
    more = f" and {len(lacking) - _NAMED} more" if len(lacking) > _NAMED else ""
    said = str(Missing.of(rows, lost, lost)) or "labels are lost"
    text = f"Of {plural(len(lacking), 'window')} shown here {said}: {names}{more}."
    worst = any(one.missing(labelled=True).partial for one in lacking)
    yield Notice("unsure" if worst else "held", text, "(lost events)")


def _kept(asked: Asked) -> tuple[tuple[str, str], ...]:
    segment = asked.get("segment")
    kept = asked.span.kept | ({"segment": segment} if segment else {})
    return tuple(kept.items())


def _nothing() -> Empty:
    return Empty(
        "No window has been counted yet",
        "A window is counted once it has ended and its delay is over. Until then this"
        " page has nothing to compare with the reference.",
        "leeboard run",
    )


def _summary(asked: Asked, standing: Standing) -> str:
    done = asked.span.windows
    if not done:
        return ""
    rows = sum(one.rows for one in done)
    seen = f"{when(done[0].window.start)} to {when(done[-1].window.end)}"
    said = f"Shown: {seen}, {plural(len(done), 'window')}, {count(rows)} predictions."
    more = len(standing.running) - 1
    if more > 0:
        said += f" {plural(more, 'more incident')} {'runs' if more == 1 else 'run'}."
    return said


def _choices(asked: Asked) -> tuple[Choice, ...]:
    names = ("7d", "30d", "90d", "365d", "all")
    href = {name: asked.here(range=name) for name in names}
    return (asked.span.choice(href), *asked.choices())
