"""What a section of a model's page was asked: its model, its time, its filters."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from leeboard.config.plan import ModelPlan
from leeboard.dashboard.ranges import Range
from leeboard.dashboard.reading import Reader
from leeboard.dashboard.standing import Standing, metric_name, told, unit_of
from leeboard.errors import LeeboardError
from leeboard.incidents.incident import Incident, Kind
from leeboard.pages.dashboard.links import Links
from leeboard.pages.dashboard.parts import Choice, Option, Search
from leeboard.pages.timelines import Stretch
from leeboard.schema import Role
from leeboard.state import Done
from leeboard.windows import Window

__all__ = ["Asked"]

_KEPT = ("segment", "metric", "column", "window", "sort", "find", "page")
"""What a section's address may say beside model and time."""

_OF_LABEL = "unit of the label"
_MOST_SEGMENTS = 8
_MOST_STRETCHES = 60


@dataclass(frozen=True, slots=True, eq=False)
class Asked:
    """One question.

    Parameters
    ----------
    reader : Reader
    links : Links
    plan : ModelPlan
    section : str
    query : mapping
    span : Range
    standing : Standing
    incidents : tuple of Incident
        Of the model, the newest first.
    """

    reader: Reader
    links: Links
    plan: ModelPlan
    section: str
    query: Mapping[str, str]
    span: Range
    standing: Standing
    incidents: tuple[Incident, ...]

    @property
    def windows(self) -> tuple[Done, ...]:
        """Windows of the time that is shown."""
        return self.span.windows

    @property
    def whole(self) -> Window | None:
        """The time that is shown."""
        return self.span.span

    def get(self, name: str) -> str:
        """Return what the query says of a name, or nothing."""
        return self.query.get(name, "")

    def here(self, **changed: str) -> str:
        """Address of this section with some of the question changed."""
        kept = {name: self.get(name) for name in _KEPT}
        if not {"page"} & changed.keys():
            kept["page"] = ""
        time = {} if "range" in changed else self.span.kept
        return self.links.model(
            self.plan.name, self.section, **{**time, **kept, **changed}
        )

    def hidden(self, *without: str) -> tuple[tuple[str, str], ...]:
        """What a form that changes some names keeps of the rest."""
        kept = {"model": self.plan.name, **self.span.kept}
        kept |= {name: self.get(name) for name in _KEPT if name != "page"}
        return tuple(
            (name, value)
            for name, value in kept.items()
            if value and name not in without
        )

    def search(self) -> Search:
        """Form that finds a column of this section."""
        path = self.links.model("", self.section).partition("?")[0]
        return Search(
            "Find a column", "find", self.get("find"), path, self.hidden("find")
        )

    def choices(self) -> Sequence[Choice]:
        """Segments, where there are some and the section has figures of them."""
        if self.section not in {"performance", "quality", "predictions", "drift"}:
            return ()
        names = self.segments()
        if not names:
            return ()
        shown = names[:_MOST_SEGMENTS]
        chosen = self.get("segment")
        if chosen and chosen not in shown:
            shown = [*shown, chosen]
        options = [Option("all rows", self.here(segment=""), chosen=not chosen)]
        options += [
            Option(name, self.here(segment=name), chosen=name == chosen)
            for name in shown
        ]
        return (Choice("Segment", tuple(options)),)

    def segments(self) -> list[str]:
        """Names of the segments of the latest windows."""
        if not self.windows or not self.plan.segments:
            return []
        rows = self.reader.figures(
            self.plan.name,
            Window(self.windows[-8:][0].window.start, self.windows[-1].window.end),
            subject="predictions",
        )
        return sorted({row["segment"] for row in rows} - {""})

    def unit(self, metric: str) -> str:
        """Unit of a figure of performance; that of the label where it is known."""
        unit = unit_of(metric) or metric_name(metric)
        if unit.startswith(_OF_LABEL):
            try:
                schema = self.reader.baseline(self.plan).reference.schema
            except LeeboardError:  # the page of the reference says what is wrong
                return unit
            label = schema.first(Role.LABEL)
            known = label.unit if label is not None else ""
            return unit.replace(_OF_LABEL, known) if known else unit
        return unit

    def stretches(self) -> tuple[Stretch, ...]:
        """When incidents ran that asked for somebody."""
        if self.whole is None:
            return ()
        return tuple(
            Stretch(
                one.first_window.start,
                one.last_window.end,
                one.severity.value,
                told(one),
            )
            for one in self.incidents[:_MOST_STRETCHES]
            if one.severity.rank and one.kind is Kind.CHANGE
        )
