"""Reference and schema: what windows are compared with, and what people changed."""

from __future__ import annotations

from collections.abc import Iterator

from leeboard.dashboard.asked import Asked
from leeboard.dashboard.lists import paged
from leeboard.dashboard.standing import metric_name, told, unit_of, when
from leeboard.errors import LeeboardError
from leeboard.incidents.incident import Stage
from leeboard.monitor.baseline import Baseline
from leeboard.pages.dashboard.parts import (
    Cell,
    Head,
    Notice,
    Part,
    Table,
    Tile,
    Tiles,
)
from leeboard.pages.words import DASH, count, number, plural
from leeboard.profiles.counts import CategoryCounts
from leeboard.schema import Column, Task

__all__ = ["reference_parts"]

_A_PAGE = 50


def reference_parts(asked: Asked) -> Iterator[Part]:
    """Say what the reference is, column by column, and its history."""
    try:
        baseline = asked.reader.baseline(asked.plan)
    except LeeboardError as error:
        yield Notice("failed", "The reference cannot be read.", str(error))
        return
    yield _tiles(baseline)
    yield _performance(baseline)
    yield _schema(asked, baseline)
    yield _accepted(asked)
    yield _expected(asked)


def _tiles(baseline: Baseline) -> Tiles:
    reference = baseline.reference
    columns, compared = reference.schema.columns, reference.schema.compared
    return Tiles(
        (
            Tile("Rows", count(reference.rows)),
            Tile("Columns", count(len(columns)), f"{count(len(compared))} compared"),
            Tile("Labelled rows", count(baseline.rows), "of the performance"),
            Tile(
                "Estimates without labels",
                "yes" if baseline.estimator else "no",
                "" if baseline.estimator else "needs labelled predictions",
            ),
            Tile("Task", *_task(baseline)),
            Tile(
                "Bins",
                reference.fingerprint[:12],
                "how values are grouped to be compared; profiles of one code share it",
            ),
        )
    )


def _task(baseline: Baseline) -> tuple[str, str]:
    """Name the task that figures are made for, and say where it is not declared."""
    declared = baseline.reference.schema.task
    if declared is not Task.NONE:
        return declared.value, ""
    cells = baseline.adopted.outcomes
    if cells is None:
        return "not known", "no labelled predictions, and none is declared"
    return cells.task.value, "by the labels; the schema declares none"


def _performance(baseline: Baseline) -> Table:
    return Table(
        name="performance",
        title="Performance of the reference",
        head=(Head("Figure"), Head("Reference", number=True)),
        rows=tuple(
            (
                Cell(metric_name(name), sub=unit_of(name)),
                Cell(number(value), number=True),
            )
            for name, value in baseline.figures.items()
        ),
        empty="The reference has no labelled predictions.",
    )


def _schema(asked: Asked, baseline: Baseline) -> Table:
    find = asked.get("find").strip().lower()
    schema = baseline.reference.schema
    found = [one for one in schema.columns if find in one.name.lower()]
    rows, pager = paged(
        found, asked.query, _A_PAGE, lambda page: asked.here(page=page) + "#schema"
    )
    names = ("Column", "Kind", "Role", "Unit", "In the reference")
    return Table(
        name="schema",
        title=f"Schema: {plural(len(schema.columns), 'column')}",
        head=(*map(Head, names), Head("Missing", number=True), Head("Compared")),
        rows=tuple(_column(one, baseline) for one in rows),
        note="It is the file beside the profile; edit it there and write the profile"
        " again.",
        empty="No column has such a name.",
        pager=pager,
        search=asked.search(),
    )


def _column(one: Column, baseline: Baseline) -> tuple[Cell, ...]:
    counts = baseline.reference.parts[None].counts.get(one.name)
    spread, missing = DASH, DASH
    if counts is not None:
        missing = count(counts.missing)
        if isinstance(counts, CategoryCounts):
            spread = plural(int((counts.cells[:-2] > 0).sum()), "frequent level")
        elif counts.minimum is not None:
            spread = f"{number(counts.minimum, 3)} to {number(counts.maximum, 3)}"
    lines = [
        f"{name} {number(value, 3)}"
        for name, value in (("negligible", one.negligible), ("large", one.large))
        if value is not None
    ]
    return (
        Cell(one.name),
        Cell(one.kind.value),
        Cell(one.role.value),
        Cell(one.unit or DASH),
        Cell(spread),
        Cell(missing, number=True),
        Cell("yes" if one.compared else one.why or "no", sub=", ".join(lines)),
    )


def _accepted(asked: Asked) -> Table:
    rows = [one for one in asked.incidents if one.stage is Stage.ACCEPTED]
    return Table(
        name="accepted",
        title="Accepted since: these windows are the baseline of what they are about",
        head=tuple(map(Head, ("Incident", "First window", "Last window", "Accepted"))),
        rows=tuple(
            (
                Cell(told(one), asked.links.incident(one.id)),
                Cell(when(one.first_window.start)),
                Cell(when(one.last_window.start)),
                Cell(when(one.ended_at) if one.ended_at else DASH),
            )
            for one in rows
        ),
        empty="Nothing: the reference is as it was written.",
    )


def _expected(asked: Asked) -> Table:
    rows = asked.reader.expected(asked.plan.name)[::-1]
    return Table(
        name="expected",
        title="Announced changes",
        head=tuple(map(Head, ("What", "Columns", "From", "Until", "By"))),
        rows=tuple(
            (
                Cell(one.text),
                Cell(", ".join(one.columns) or "any"),
                Cell(when(one.start)),
                Cell(when(one.end)),
                Cell(one.who or DASH),
            )
            for one in rows[:_A_PAGE]
        ),
        empty="None.",
    )
