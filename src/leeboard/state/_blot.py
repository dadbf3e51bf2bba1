"""Texts taken out of what was said: verdicts, incidents, stories, messages, notes.

Place: under erasure. Figures and counts stay; only words change. Which texts are words
is said where the values are defined that stand in the rows (see ``leeboard.words``).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from types import SimpleNamespace
from typing import Any

from sqlalchemy import (
    JSON,
    Column,
    ColumnElement,
    Connection,
    Table,
    Text,
    case,
    cast,
    or_,
    select,
    true,
    update,
)

from leeboard.state._alarm_rows import (
    incident_from,
    incident_row,
    judged_from,
    judged_row,
    outgoing_from,
    outgoing_row,
    transition_from,
    transition_row,
)
from leeboard.state._alarm_tables import INCIDENTS, MESSAGES, TRANSITIONS, VERDICTS
from leeboard.state._rows import done_of, done_row
from leeboard.state._state import Measured, Packed
from leeboard.state._tables import MEASUREMENTS, PROFILES, WINDOWS
from leeboard.words import Blot, blotted, blotter, marked

__all__ = ["blot", "row_blotted"]

_Row = tuple[Any, ...]

_FEW = 20
"""Texts of a question at most: of more, all rows are read, once, and looked through."""

_AT_ONCE = 250
"""Values that one statement changes: it names each three times, and databases count."""

_PIECE = 1_000
"""Rows that are held at once while all are looked through."""


@dataclass(frozen=True, slots=True)
class _Kept:
    """How a row becomes the value that it stands for, and back."""

    read: Callable[[Any], Any]
    row: Callable[[Any], _Row]


_KEPT = {
    WINDOWS: _Kept(done_of, lambda one: done_row(one.model, one)),
    VERDICTS: _Kept(judged_from, lambda one: judged_row(one.model, one)),
    INCIDENTS: _Kept(incident_from, lambda one: incident_row(one.model, one)),
    TRANSITIONS: _Kept(transition_from, transition_row),
    MESSAGES: _Kept(outgoing_from, outgoing_row),
}
_FIGURES = {PROFILES: marked(Packed), MEASUREMENTS: marked(Measured)}
"""Rows without a key, which change by column; its name is the field's."""


def row_blotted(table: Table, row: _Row, blot: Blot) -> _Row:
    """Return a row of a table with its words without texts."""
    names = table.columns.keys()
    if table in _FIGURES:
        said = _FIGURES[table]
        named = zip(names, row, strict=True)
        return tuple(said[n](v, blot) if n in said else v for n, v in named)
    kept = _KEPT[table]
    value = kept.read(SimpleNamespace(**dict(zip(names, row, strict=True))))
    return kept.row(blotted(value, blot))


def blot(
    connection: Connection, texts: Sequence[str], spelt: Sequence[str]
) -> Iterator[str]:
    """Replace texts wherever words are kept; yield the tables that changed.

    Parameters
    ----------
    connection : Connection
        Of a transaction that writes.
    texts : sequence of str
        Each long enough not to stand anywhere by chance.
    spelt : sequence of str
        Ways in which the texts may be written, also within JSON.
    """
    over = blotter([*texts, *spelt])
    some = spelt if len(spelt) <= _FEW else ()
    for table in _KEPT:
        yield from _rows(connection, table, some, over)
    for table, said in _FIGURES.items():
        for name, anew in said.items():
            column = table.columns[name]
            asked = select(column).where(_holds([column], some)).distinct()
            texts = connection.execute(asked).scalars().all()
            fresh = {t: after for t in texts if (after := anew(t, over)) != t}
            yield from _replaced(connection, table, column, fresh)


def _replaced(
    connection: Connection, table: Table, column: Column[Any], fresh: Mapping[str, str]
) -> Iterator[str]:
    for at in range(0, len(fresh), _AT_ONCE):
        some = dict(islice(fresh.items(), at, at + _AT_ONCE))
        meant = update(table).where(column.in_(some))
        connection.execute(meant.values({column.name: case(some, value=column)}))
        yield table.name


def _rows(
    connection: Connection, table: Table, some: Sequence[str], over: Blot
) -> Iterator[str]:
    keys = list(table.primary_key.columns)
    texts = [c for c in table.columns if isinstance(c.type, Text | JSON)]
    asked = select(*keys, *(cast(c, Text) for c in texts)).where(_holds(texts, some))
    lines = connection.execute(asked, execution_options={"yield_per": _PIECE})
    said = ((line[: len(keys)], line[len(keys) :]) for line in lines)
    meant = [key for key, line in said if any(over(t) != t for t in line if t)]
    for key in meant:
        same = [one == value for one, value in zip(keys, key, strict=True)]
        row = tuple(connection.execute(select(table).where(*same)).one())
        cells = zip(table.columns, row, row_blotted(table, row, over), strict=True)
        changed = {column.name: new for column, old, new in cells if new != old}
        if changed:
            connection.execute(update(table).where(*same).values(changed))
            yield table.name


def _holds(columns: Sequence[Column[Any]], some: Sequence[str]) -> ColumnElement[bool]:
    """Columns hold any of some texts; without texts: all rows."""
    plain = [cast(column, Text) for column in columns]
    held = (text.contains(one, autoescape=True) for text in plain for one in some)
    return or_(*held) if some else true()
