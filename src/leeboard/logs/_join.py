"""Reads of a log that lies in files: each event once, labels beside predictions.

What counts of several events with one id is said in ``Log``; nothing here depends on
the order in which they came. Place: between the files of a log and whoever asks.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import pyarrow as pa

from leeboard.logs._files import Files
from leeboard.logs._once import each_once, labelled, once
from leeboard.logs._query import DEFAULT, Limits
from leeboard.logs._sides import Sides, sides_of
from leeboard.windows import Window

__all__ = ["events", "joined"]

_TIMES = ("observed_at", "label_received_at")


def joined(
    files: Files,
    span: Window | None = None,
    *,
    columns: Sequence[str] | None = None,
    received_before: datetime | None = None,
    most: int | None = None,
    limits: Limits = DEFAULT,
) -> pa.RecordBatchReader:
    """Return predictions made in a span, each once, with the label that counts.

    Parameters
    ----------
    files : Files
    span : Window, optional
        Of ``made_at``; none: all there are.
    columns : sequence of str, optional
        Stored columns, ``observed_at`` and ``label_received_at``; those that no file
        has are left out, and ``id`` comes where none is left. None: all.
    received_before : datetime, optional
        What was received then or later is not seen: what was known at that time.
    most : int, optional
        Of more predictions than these, a sample by their ids.
    limits : Limits

    Returns
    -------
    RecordBatchReader
        In no particular order.

    Raises
    ------
    LogError
        If a file has gone meanwhile (``log_changed``), or cannot be read.
    """
    sides = sides_of(files, span, received_before, limits, most)
    offered = [*sides.predictions, *sides.labels.values(), *_TIMES]
    wanted = offered if columns is None else [c for c in columns if c in offered]
    return _read(sides, wanted or ["id"])


def events(
    files: Files, kind: str, *, limits: Limits = DEFAULT
) -> pa.RecordBatchReader:
    """Return all ``predictions``, or all ``feedback``, each once.

    Feedback that was corrected or taken back later is among it.
    """
    sides = sides_of(files, None, None, limits)
    if kind == "predictions":
        return _read(sides, sides.predictions)
    names = {sides.inner(column): column for column in sides.feedback}
    return sides.query.reader(each_once(sides), names)


def _read(sides: Sides, wanted: Sequence[str]) -> pa.RecordBatchReader:
    labels = set(sides.labels.values())
    names = {c if c in _TIMES else sides.inner(c): c for c in dict.fromkeys(wanted)}
    carried = [sides.inner(c) for c in wanted if c in sides.predictions]
    source = f"({once(sides, carried)})"
    if any(c in labels or c in _TIMES for c in wanted):
        source += f" LEFT JOIN ({labelled(sides)}) USING (id)"
    return sides.query.reader(f"SELECT {', '.join(names)} FROM {source}", names)
