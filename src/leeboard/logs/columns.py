"""Rows of users' own tables as events: which column is what, and what is refused.

Place: beside the decoder of frames, whose rules for ids, times and texts hold here too.
Arrays in, one batch out; knows no files.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from leeboard.errors import ConfigError
from leeboard.events import LABEL, PREDICTION, Stored
from leeboard.logs._decode import quarantine
from leeboard.logs._exact import LONGEST_ID, UNPRINTABLE
from leeboard.logs._instants import instants
from leeboard.logs._log import Batch
from leeboard.logs._row_ids import row_ids
from leeboard.logs._tables import (
    ARROW,
    FEEDBACK_PLAIN,
    PREDICTIONS_PLAIN,
    TIME,
    arranged,
)

__all__ = ["FIELDS", "Mapped", "Moments", "events_of"]

FIELDS = (
    "id",
    "made_at",
    "prediction",
    "label",
    "observed_at",
    "received_at",
    "version",
    "latency_s",
    "score",
)
"""What a column may be mapped to, beside ``score.CLASS``."""

_AHEAD = timedelta(minutes=5)
_WIDEST_INT = 2**53


@dataclass(frozen=True, slots=True)
class Mapped:
    """Which columns of a table make an event.

    Parameters
    ----------
    fields : mapping of field to column
        Fields are those of ``FIELDS``.
    scores : mapping of score to column
        A single score is named ``score``.
    features, segments, metadata : tuple of str
        Columns that keep their names.
    """

    fields: Mapping[str, str]
    scores: Mapping[str, str] = field(default_factory=dict)
    features: tuple[str, ...] = ()
    segments: tuple[str, ...] = ()
    metadata: tuple[str, ...] = ()

    @property
    def columns(self) -> tuple[str, ...]:
        """All columns that are read, each once."""
        named = (*self.fields.values(), *self.scores.values())
        groups = (*self.features, *self.segments, *self.metadata)
        return tuple(dict.fromkeys((*named, *groups)))

    @property
    def told(self) -> tuple[str, ...]:
        """Columns of the prediction itself: what its label says is not part of it."""
        apart = {self.fields.get(one) for one in (LABEL, "observed_at", "received_at")}
        return tuple(name for name in self.columns if name not in apart)


@dataclass(frozen=True, slots=True)
class Moments:
    """How times are written in a table.

    Parameters
    ----------
    zone : str or None
        Of times without one.
    unit : str or None
        Of numbers: ``s``, ``ms``, ``us`` or ``ns`` since 1970.
    now : aware datetime
        Times more than five minutes past it are refused.
    """

    zone: str | None
    unit: str | None
    now: datetime

    def read(self, values: pa.Array, column: str) -> pa.Array:
        """Return times in UTC; null where there is none that can be."""
        found = instants(values, self.zone, self.unit, column)
        latest = pa.scalar(self.now + _AHEAD, TIME)
        return pc.if_else(pc.less_equal(found, latest), found, pa.scalar(None, TIME))


def events_of(
    columns: Mapping[str, pa.Array],
    mapped: Mapped,
    moments: Moments,
    model: str,
    *,
    first: int,
) -> Batch:
    """Return rows as events, those that cannot be one as quarantined.

    Parameters
    ----------
    columns : mapping of name to Array
        One length; plain arrays, no dictionaries.
    mapped : Mapped
    moments : Moments
    model : str
    first : int
        Number of the first row, for messages.

    Raises
    ------
    ConfigError
        Times without a zone (``naive_time``) or unit (``unknown_unit``), or a column
        that can never be what it is mapped to (``bad_mapping``).
    """
    given = {key: columns[name] for key, name in mapped.fields.items()}
    names = mapped.fields
    times: dict[str, pa.Array] = {
        key: moments.read(given[key], names[key])
        for key in ("made_at", "observed_at", "received_at")
        if key in given
    }
    if "id" in given:
        ids = _texts(given["id"])
    else:
        ids = row_ids({name: columns[name] for name in mapped.told})
    wrong = _wrong(ids, times, given, columns)
    sound = pa.array(np.array([not why for why in wrong], bool))
    predictions = PREDICTIONS_PLAIN.empty_table()
    if "made_at" in times:
        predictions = _predictions(columns, mapped, ids, times, model).filter(sound)
    feedback = FEEDBACK_PLAIN.empty_table()
    if LABEL in given:
        known = pc.and_(sound, pc.is_valid(given[LABEL]))
        feedback = _feedback(given[LABEL], ids, times, model).filter(known)
    rows = [
        (
            why,
            f"row {first + at}",
            model,
            moments.now,
            _payload(columns, mapped, at, model),
        )
        for at, why in enumerate(wrong)
        if why
    ]
    return Batch(predictions, feedback, quarantine(rows))


def _wrong(
    ids: pa.Array,
    times: Mapping[str, pa.Array],
    given: Mapping[str, pa.Array],
    columns: Mapping[str, pa.Array],
) -> list[str]:
    """Reason for which each row is refused; empty where it is none."""
    reasons = np.full(len(ids), "", object)
    nul = [
        pc.match_substring(column, "\x00")
        for column in columns.values()
        if pa.types.is_string(column.type)
    ]
    for one in nul:
        reasons[_true(one)] = "bad_text"
    for key, read in times.items():
        # a row without a label need not say when it came
        needed = given[LABEL] if key == "observed_at" and LABEL in given else ids
        if key == "received_at":
            needed = given[key]
        missing = pc.and_(pc.is_null(read), pc.is_valid(needed))
        reasons[_true(missing)] = "bad_time"
    usable = pc.and_(
        pc.and_(
            pc.greater(pc.utf8_length(ids), 0),
            pc.less_equal(pc.utf8_length(ids), LONGEST_ID),
        ),
        pc.invert(pc.match_substring_regex(ids, UNPRINTABLE)),
    )
    reasons[~_true(usable)] = "bad_id"
    found: list[str] = reasons.tolist()
    return found


def _true(marks: pa.Array) -> np.ndarray[Any, Any]:
    found: np.ndarray[Any, Any] = pc.fill_null(marks, False).to_numpy(
        zero_copy_only=False
    )
    return found


def _texts(values: pa.Array) -> pa.Array:
    """Ids as text: whole numbers without a point, other numbers none."""
    if pa.types.is_floating(values.type):
        # a column of whole numbers with gaps comes as floating
        whole = pc.and_(
            pc.equal(pc.floor(values), values),
            pc.less_equal(pc.abs(values), float(_WIDEST_INT)),
        )
        values = pc.if_else(whole, values, pa.scalar(None, values.type))
        values = values.cast(pa.int64())
    return values.cast(pa.string())


def _predictions(
    columns: Mapping[str, pa.Array],
    mapped: Mapped,
    ids: pa.Array,
    times: Mapping[str, pa.Array],
    model: str,
) -> pa.Table:
    n = len(ids)
    named = mapped.fields
    found: dict[str, pa.Array] = {
        "id": ids,
        "model": pa.repeat(pa.scalar(model), n),
        "made_at": times["made_at"],
        # an import tells of its own time: nothing in it came late
        "received_at": _either(times.get("received_at"), times["made_at"]),
        "rate": pa.repeat(pa.scalar(1.0), n),
        "version": pa.repeat(pa.scalar(""), n),
    }
    if "version" in named:
        found["version"] = columns[named["version"]].cast(pa.string())
    if "latency_s" in named:
        found["latency_s"] = _double(columns[named["latency_s"]], named["latency_s"])
    if PREDICTION in named:
        found.update(_typed("", PREDICTION, columns[named[PREDICTION]]))
    for score, column in mapped.scores.items():
        stored = str(Stored("scores", score, "d"))
        found[stored] = _double(columns[column], column)
    for group in ("features", "segments", "metadata"):
        for name in getattr(mapped, group):
            found.update(_typed(group, name, columns[name]))
    return arranged(pa.table(found), PREDICTIONS_PLAIN)


def _feedback(
    label: pa.Array, ids: pa.Array, times: Mapping[str, pa.Array], model: str
) -> pa.Table:
    observed_at = times["observed_at"] if "observed_at" in times else times["made_at"]
    found = {
        "id": ids,
        "model": pa.repeat(pa.scalar(model), len(ids)),
        "observed_at": observed_at,
        "received_at": observed_at,
        **_typed("", LABEL, label),
    }
    return arranged(pa.table(found), FEEDBACK_PLAIN)


def _either(first: pa.Array | None, second: pa.Array) -> pa.Array:
    return second if first is None else pc.coalesce(first, second)


def _typed(group: str, name: str, values: pa.Array) -> dict[str, pa.Array]:
    """Values as the stored column of their type; none where all are missing."""
    kind = values.type
    types = pa.types
    if types.is_null(kind):
        return {}
    if types.is_boolean(kind):
        letter = "b"
    elif types.is_floating(kind):
        letter = "d"
    elif types.is_uint64(kind) and not _fits(values):
        letter = "j"
    elif types.is_integer(kind) or types.is_duration(kind):
        letter = "i"
    else:
        letter = "s"
    return {str(Stored(group, name, letter)): values.cast(ARROW[letter])}


def _fits(values: pa.Array) -> bool:
    most = pc.max(values).as_py()
    return most is None or most < 2**63


def _double(values: pa.Array, column: str) -> pa.Array:
    try:
        return values.cast(pa.float64())
    except (pa.ArrowInvalid, pa.ArrowNotImplementedError) as error:
        raise ConfigError(
            code="bad_mapping",
            where=f"column {column!r}",
            found=f"values of type {values.type} that are no numbers",
            expected="numbers for a score or a latency",
            fix="Map another column.",
        ) from error


def _payload(
    columns: Mapping[str, pa.Array], mapped: Mapped, at: int, model: str
) -> bytes:
    """One row as a record in the form of frames: what is wrong in it stays so."""
    row = {name: _plain(column[at].as_py()) for name, column in columns.items()}
    record: dict[str, Any] = {key: row[name] for key, name in mapped.fields.items()}
    record["model"] = model
    if mapped.scores:
        record["scores"] = {score: row[name] for score, name in mapped.scores.items()}
    for group in ("features", "segments", "metadata"):
        names = getattr(mapped, group)
        if names:
            record[group] = {name: row[name] for name in names}
    return b"p" + json.dumps(record, separators=(",", ":")).encode()


def _plain(value: Any) -> Any:
    known = isinstance(value, bool | int | str) or value is None
    return value if known or isinstance(value, float) else str(value)
