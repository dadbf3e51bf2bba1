"""Which events are to be taken out of a log: by id, by a value, by age, by contents.

Place: under the rewriting of segments. Says nothing of what becomes of them.
"""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from leeboard.events import GROUPS, Stored

__all__ = [
    "SHORTEST",
    "Sought",
    "Wanted",
    "digest_of",
    "marked",
    "marks_of",
    "sought",
    "spellings",
]

SHORTEST = 6
"""Bytes from which on a text does not stand in a file by chance."""

_Marks = np.ndarray[Any, Any]
Sought = str | int | bool | float | tuple[str, ...] | None


@dataclass(frozen=True, slots=True)
class Wanted:
    """Events to be taken out: those for which any of this is true.

    Parameters
    ----------
    ids : frozenset of (model, id)
        Predictions and feedback; an empty model stands for every one. Quarantined
        events that name the id in their payload.
    column, value : str
        Predictions whose feature, segment or metadata of that name has that value,
        written as text. Quarantined events whose payload holds the value. Empty column:
        none.
    before : datetime or None
        All that was received before; of events that name no model, only if ``model`` is
        empty.
    made_before : datetime or None
        Of these, predictions only if they were made before this too.
    payloads : frozenset of bytes
        Quarantined events by ``digest_of``.
    model : str or None
        Only events of this model.
    upto : int or None
        Only segments that came up to this place in the log; see ``Log.changes``.
    """

    ids: frozenset[tuple[str, str]] = frozenset()
    column: str = ""
    value: str = ""
    before: datetime | None = None
    made_before: datetime | None = None
    payloads: frozenset[bytes] = frozenset()
    model: str | None = None
    upto: int | None = None

    def ids_of(self, model: str) -> list[str]:
        """Ids that concern a model; events that name none concern every one."""
        return [name for m, name in self.ids if not m or not model or m == model]

    def concerns(self, model: str) -> bool:
        """Tell whether events of a model, or without one, may be taken at all."""
        if self.model is None or model == self.model:
            return True
        # whose they are is not known: another model may keep them longer
        return not model and self.before is None


def digest_of(payload: bytes) -> bytes:
    """Hash by which a quarantined event is named."""
    return hashlib.blake2b(payload, digest_size=16).digest()


def marks_of(wanted: Wanted, kind: str, model: str, table: pa.Table) -> _Marks:
    """Tell which rows are to be taken out, shape (rows,).

    Parameters
    ----------
    wanted : Wanted
    kind : str
    model : str
        Whose rows they are.
    table : Table
        Of one segment.
    """
    marks = np.zeros(table.num_rows, bool)
    if wanted.model not in (None, model) and model:
        return marks
    if wanted.before is not None:
        received = table.column("received_at")
        old = _true(pc.less(received, pa.scalar(wanted.before, received.type)))
        if wanted.made_before is not None and kind == "predictions":
            made_at = table.column("made_at")
            made_before = pa.scalar(wanted.made_before, made_at.type)
            old &= _true(pc.less(made_at, made_before))
        marks |= old
    ids = wanted.ids_of(model)
    if kind == "quarantined":
        return marks | _payloads(wanted, ids, table)
    if ids:
        marks |= _true(pc.is_in(table.column("id"), value_set=pa.array(ids)))
    if wanted.column and kind == "predictions":
        for name in table.column_names:
            stored = Stored.parse(name)
            named = stored is not None and stored.name == wanted.column
            if stored is not None and named and stored.group in GROUPS:
                marks |= _valued(table.column(name), stored.type, wanted.value)
    return marks


def marked(wanted: Wanted, kind: str, table: pa.Table) -> _Marks:
    """Tell which rows of a table of several models are to be taken out."""
    marks = np.zeros(table.num_rows, bool)
    models = table.column("model")
    for model in pc.unique(models).to_pylist():
        if wanted.concerns(model):
            own = _true(pc.equal(models, model))
            part = table.filter(pa.array(own))
            marks[own] = marks_of(wanted, kind, model, part)
    return marks


def spellings(value: str) -> tuple[bytes, ...]:
    """Ways in which bytes may hold a text: plain, and as JSON writes it."""
    escaped = json.dumps(value)[1:-1]
    plain = json.dumps(value, ensure_ascii=False)[1:-1]
    found = (value, plain, escaped)
    return tuple(dict.fromkeys(one.encode("utf-8", "surrogatepass") for one in found))


def sought(letter: str, value: str) -> Sought:
    """What a column of a type must hold to have a value that is written as text.

    Returns
    -------
    str, int, bool, float, tuple of str or None
        What it equals, whole numbers and truth values as a float where they are
        compared as one; any of several parts of a text of JSON; None: it cannot have
        it.
    """
    if letter == "s":
        return value
    if letter == "j":  # lists and objects that hold it somewhere
        return tuple(one.decode("utf-8", "replace") for one in spellings(value))
    try:
        number = float(value)
    except ValueError:
        truth = {"true": True, "false": False}.get(value.lower())
        return truth if letter == "b" else None
    if letter == "i" and value.lstrip("-").isdigit():
        whole = int(value)
        return whole if -(2**63) <= whole < 2**63 else None
    return None if math.isnan(number) else number


def _valued(column: pa.ChunkedArray, letter: str, value: str) -> _Marks:
    wanted = sought(letter, value)
    held = np.zeros(len(column), bool)
    if isinstance(wanted, tuple):
        for one in wanted:
            held |= _true(pc.match_substring(column, one))
    elif isinstance(wanted, float):
        held = _true(pc.equal(column.cast(pa.float64(), safe=False), wanted))
    elif wanted is not None:
        held = _true(pc.equal(column, wanted))
    return held


def _payloads(wanted: Wanted, ids: list[str], table: pa.Table) -> _Marks:
    marks = []
    known = set(ids)
    value = wanted.value if wanted.column else ""
    for payload in table.column("payload").to_pylist():
        mark = digest_of(payload) in wanted.payloads
        if not mark and (known or value):
            mark = _names(payload, known, value)
        marks.append(mark)
    return np.array(marks, bool)


def _names(payload: bytes, ids: set[str], value: str) -> bool:
    """Tell whether a payload names an id or a value; of a broken one, any bytes."""
    try:
        record = json.loads(payload[1:])
    except (ValueError, RecursionError):
        sought = [*ids, value] if value else ids
        return any(one in payload for text in sought for one in _sought(text))
    texts = {_text(one) for one in _leaves(record)}
    return bool(texts & ids) or (bool(value) and value in texts)


def _sought(text: str) -> Iterator[bytes]:
    """Bytes that tell of a text; a short one stands anywhere unless it is quoted."""
    for one in spellings(text):
        yield one if len(one) >= SHORTEST else b'"' + one + b'"'


def _leaves(value: Any) -> Iterator[Any]:
    if isinstance(value, dict):
        for name, inner in value.items():
            yield name
            yield from _leaves(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _leaves(inner)
    else:
        yield value


def _text(value: Any) -> str:
    if isinstance(value, float) and value.is_integer() and abs(value) < 2**53:
        return str(int(value))
    return str(value)


def _true(marks: pa.ChunkedArray) -> _Marks:
    found: _Marks = pc.fill_null(marks, False).to_numpy()
    return found
