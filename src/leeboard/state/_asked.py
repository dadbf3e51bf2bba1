"""What is asked of the tables of figures and windows, and by which index."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from sqlalchemy import ColumnElement, Select, Table, func, select

from leeboard.state._rows import MEASURED, any_of
from leeboard.state._tables import MEASUREMENTS, SERIES, SUBJECT, SUBJECT_LONG
from leeboard.windows import Window

__all__ = ["figures_asked", "within"]


def within(
    table: Table, model: str | None, span: Window | Collection[Window] | None
) -> list[ColumnElement[bool]]:
    """Conditions for windows of a model that begin in a span, or as one of some."""
    asked = [] if model is None else [table.c.model == model]
    start = table.c.window_start
    if isinstance(span, Window):
        asked += [start >= span.start, start < span.end]
    elif span is not None:
        asked += [start.in_({one.start for one in span})]
    return asked


def figures_asked(
    where: Mapping[str, str | Collection[str]],
    span: Window | Collection[Window] | None,
    *,
    sqlite: bool,
) -> Select[Any]:
    """Ask for figures in order of time: by series if they are named, else by window.

    SQLite counts no rows of its indexes, and would often take the wrong one; so it is
    told. It also puts a subject that it knows into the index's own expression, and then
    finds no such index: within a function it leaves it alone.
    """
    table = MEASUREMENTS
    named: dict[str, ColumnElement[bool]] = {
        name: table.c[name].in_(any_of(one)) for name, one in where.items()
    }
    asked = select(*(table.c[name] for name in MEASURED.names))
    if named.keys() >= {"model", "subject", "metric"}:
        # the index has the beginning of a subject alone
        begun = {one[:SUBJECT_LONG] for one in any_of(where["subject"])}
        asked = asked.where(SUBJECT.in_(sorted(begun)))
        if sqlite:
            asked = asked.with_hint(table, f"INDEXED BY {SERIES.name}")
            named["subject"] = func.likely(named["subject"])
    return asked.where(*named.values(), *within(table, None, span)).order_by(
        table.c.model, table.c.window_start, table.c.window_end
    )
