"""Texts taken out of what was said: verdicts, incidents, stories, messages, notes.

Place: under erasure. Figures and counts stay; only words change. Keys of rows are not
touched: no text of an event is in them.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from sqlalchemy import JSON, Column, Connection, Text, cast, or_, select, update

from leeboard.state._alarm_tables import INCIDENTS, MESSAGES, TRANSITIONS, VERDICTS
from leeboard.state._tables import MEASUREMENTS, PROFILES, WINDOWS

__all__ = ["ERASED", "blot", "blotted"]

ERASED = "(erased)"

_PLACES: tuple[Column[Any], ...] = (
    WINDOWS.c.notes,
    PROFILES.c.segment,
    MEASUREMENTS.c.segment,
    MEASUREMENTS.c.reason,
    VERDICTS.c.segment,
    VERDICTS.c.text,
    INCIDENTS.c.title,
    INCIDENTS.c.document,
    TRANSITIONS.c.why,
    MESSAGES.c.error,
    MESSAGES.c.document,
)


def blotted(value: Any, texts: Sequence[str]) -> Any:
    """Return plain values with the texts in them replaced."""
    if isinstance(value, str):
        for text in texts:
            value = value.replace(text, ERASED)
        return value
    if isinstance(value, dict):
        return {blotted(k, texts): blotted(one, texts) for k, one in value.items()}
    if isinstance(value, list | tuple):
        return type(value)(blotted(one, texts) for one in value)
    return value


def blot(
    connection: Connection, texts: Sequence[str], spelt: Sequence[str]
) -> Iterator[str]:
    """Replace texts wherever words are kept; yield the tables that changed.

    Parameters
    ----------
    connection : Connection
        Of a transaction that writes.
    texts : sequence of str
        Not empty, each long enough not to stand anywhere by chance.
    spelt : sequence of str
        Ways in which the texts may be written, also within JSON.
    """
    for column in _PLACES:
        table = column.table
        holds = or_(*(cast(column, Text).contains(s, autoescape=True) for s in spelt))
        json = isinstance(column.type, JSON)
        # a document is known by its row's key; a text by itself, in all rows at once
        keys = list(table.primary_key.columns) if json else []
        asked = select(column, *keys).where(holds)
        rows = connection.execute(asked if json else asked.distinct()).all()
        for value, *key in rows:
            after = blotted(value, texts)
            if after == value:
                continue
            same = [k == v for k, v in zip(keys, key, strict=True)]
            where = same if json else [column == value]
            connection.execute(update(table).where(*where).values({column: after}))
            yield table.name
