"""Business metrics: logged metadata such as revenue, costs of errors, and own rules."""

from __future__ import annotations

from collections.abc import Iterator

from leeboard.dashboard.asked import Asked
from leeboard.dashboard.lines import figure_chart
from leeboard.dashboard.standing import metric_name, when
from leeboard.pages.dashboard.parts import Cell, Empty, Head, Part, Table
from leeboard.pages.words import DASH, number

__all__ = ["business_parts"]

_MOST = 6
_MOST_CROSSED = 40


def business_parts(asked: Asked) -> Iterator[Part]:
    """Draw each piece of metadata over time, what errors cost, and the named rules."""
    drawn = [*_metadata(asked), *_cost(asked)]
    rules = asked.plan.alarms.rules
    if not drawn and not rules:
        yield Empty(
            "No business metric yet",
            "Log what a prediction is worth as metadata, name it in the configuration,"
            " and it is counted, drawn here and watched like any column. Rules put a"
            " threshold of your own on any figure.",
            '[model.NAME]\nmetadata = ["revenue"]\n\n[[model.NAME.rule]]\n'
            'metric = "mean"\ncolumn = "revenue"\nbelow = 9',
        )
        return
    yield from drawn
    if rules:
        yield _rules(asked)
        yield _crossings(asked)


def _metadata(asked: Asked) -> Iterator[Part]:
    for i, name in enumerate(asked.plan.metadata[:_MOST]):
        rows = asked.reader.figures(
            asked.plan.name, asked.whole, subject=name, metric="mean", segment=""
        )
        told = [row for row in rows if row["value"] is not None]
        if told:
            last = told[-1]
            chart = figure_chart(
                rows,
                asked.windows,
                name=f"metadata-{i}",
                title=f"{name} is {number(last['value'], 3)} on average now",
                metric="mean",
                stretches=asked.stretches(),
                unit="mean by window",
            )
            if chart is not None:
                yield chart


def _cost(asked: Asked) -> Iterator[Part]:
    rows = asked.reader.figures(
        asked.plan.name, asked.whole, subject="performance", metric="cost", segment=""
    )
    told = [row for row in rows if row["value"] is not None]
    if told:
        chart = figure_chart(
            rows,
            asked.windows,
            name="cost",
            title=f"Errors cost {number(told[-1]['value'], 3)} a prediction now",
            metric="cost",
            stretches=asked.stretches(),
            unit="by your table of costs",
        )
        if chart is not None:
            yield chart


def _rules(asked: Asked) -> Table:
    return Table(
        name="rules",
        title="Rules by name",
        head=tuple(map(Head, ("Rule", "Figure", "Of", "Segment"))),
        rows=tuple(
            (
                Cell(rule.name),
                Cell(metric_name(rule.metric)),
                Cell(rule.column or "performance"),
                Cell(rule.segment or "all rows"),
            )
            for rule in asked.plan.alarms.rules
        ),
    )


def _crossings(asked: Asked) -> Table:
    names = [rule.name for rule in asked.plan.alarms.rules]
    rows = asked.reader.verdicts(asked.plan.name, asked.whole, rule=names)
    latest = [row for row in rows if row["severity"]][::-1][:_MOST_CROSSED]
    return Table(
        name="crossings",
        title="What the rules found, the latest first",
        head=(Head("Window"), Head("Severity"), Head("Rule"), Head("What was found")),
        rows=tuple(
            (
                Cell(when(row["window_start"]), asked.links.verdict(row["id"])),
                Cell(row["severity"] or DASH, tone=row["severity"]),
                Cell(row["rule"]),
                Cell(row["text"]),
            )
            for row in latest
        ),
        empty="No rule was crossed in the time shown.",
    )
