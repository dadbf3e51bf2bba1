"""Joined events as a table with the names that the reference knows.

Place: between a log, which stores typed columns, and the engines, which count named
ones. A value of another type than the reference's is missing here, and counted.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import pyarrow as pa
import pyarrow.compute as pc

from leeboard.alarms.look import RESIDUAL
from leeboard.errors import Note
from leeboard.events import LABEL, PREDICTION, Stored, columns_of
from leeboard.profiles.part import Form
from leeboard.profiles.profile import Profile
from leeboard.schema import Column, Kind, Role

__all__ = [
    "LATENCY",
    "Frame",
    "as_text",
    "class_of",
    "frame_of",
    "residual_of",
    "stored_columns",
    "text_of",
]

LATENCY = "latency_s"

_ORDER = {
    Kind.NUMERIC: "dib",
    Kind.BOOLEAN: "bi",
    Kind.DATETIME: "s",
    Kind.CATEGORICAL: "sbid",
}
"""Stored types that may be read as a kind, the best first."""


@dataclass(frozen=True, slots=True, eq=False)
class Frame:
    """Events of a window by the names of the reference.

    Parameters
    ----------
    table : Table
        Columns of the schema that the log has, and nothing else.
    extra : mapping of name to ChunkedArray
        What the reference does not know: latency, scores, metadata, and prediction
        where the reference has none.
    label, prediction : ChunkedArray or None
    score : ChunkedArray or None
        The one that belongs to the prediction.
    scores : mapping of class to ChunkedArray
        Scores by the names they were logged under.
    notes : tuple of Note
    """

    table: pa.Table
    extra: dict[str, pa.ChunkedArray]
    label: pa.ChunkedArray | None
    prediction: pa.ChunkedArray | None
    score: pa.ChunkedArray | None
    scores: dict[str, pa.ChunkedArray]
    notes: tuple[Note, ...]


@dataclass(frozen=True, slots=True)
class _Read:
    """One column read as a kind, and how many values were of another type."""

    values: pa.ChunkedArray
    wrong: int


def frame_of(joined: pa.Table, reference: Profile, metadata: tuple[str, ...]) -> Frame:
    """Name the columns of joined events as the reference does.

    Parameters
    ----------
    joined : Table
        As ``Log.joined`` gives it.
    reference : Profile
    metadata : tuple of str
        Metadata columns that are counted.
    """
    columns: dict[str, pa.ChunkedArray] = {}
    notes: list[Note] = []
    schema = reference.schema
    for column in schema.columns:
        read = _declared(joined, column, reference.types.get(column.name))
        if read is None:
            continue
        columns[column.name] = read.values
        if read.wrong:
            text = f"{read.wrong:,} values of another type are taken as missing"
            notes.append(Note("type_changed", f"column {column.name!r}", text))
    named = {role: schema.first(role) for role in (Role.LABEL, Role.PREDICTION)}
    label = _column(columns, named[Role.LABEL])
    prediction = _column(columns, named[Role.PREDICTION])
    if label is None:
        label = _any(joined, "", LABEL)
    if prediction is None:
        prediction = _any(joined, "", PREDICTION)
    # where no event that can be read has a value, all are missing
    absent = {one.name: pa.nulls(joined.num_rows) for one in schema.columns}
    table = pa.table(columns or absent)
    extra = dict(_extra(joined, reference, metadata, prediction))
    residual = residual_of(label, prediction)
    if residual is not None:
        extra[RESIDUAL] = residual
    score = _column(columns, schema.first(Role.SCORE))
    scores = dict(_scores(joined))
    if score is None and len(scores) == 1:
        score = next(iter(scores.values()))
    return Frame(table, extra, label, prediction, score, scores, tuple(notes))


def stored_columns(table: pa.Table, group: str, name: str) -> dict[str, str]:
    """Stored columns of one name by type."""
    return columns_of(table.column_names, group, name)


def text_of(table: pa.Table, group: str, name: str) -> pa.ChunkedArray | None:
    """One logged value as text, whatever its type; None if no event has it."""
    found = stored_columns(table, group, name)
    arrays = [as_text(table[found[kind]]) for kind in "sbidj" if kind in found]
    return pc.coalesce(*arrays) if arrays else None


def _column(
    columns: dict[str, pa.ChunkedArray], declared: Column | None
) -> pa.ChunkedArray | None:
    return None if declared is None else columns.get(declared.name)


def _declared(joined: pa.Table, column: Column, form: Form | None) -> _Read | None:
    """Values of one column of the schema; None if the log does not have it."""
    if column.role is Role.TIME:
        return _Read(_time(joined["made_at"], form), 0)
    if column.role is Role.ID:
        return _Read(joined["id"], 0)
    for group, name in _places(column):
        found = stored_columns(joined, group, name)
        if found:
            kind = form.kind if form is not None and form.kind else column.kind
            return _resolve(joined, found, kind, form)
    return None


def _places(column: Column) -> Iterator[tuple[str, str]]:
    """Where a column of the schema may stand in the log, the likeliest first."""
    if column.role is Role.PREDICTION:
        yield "", PREDICTION
    elif column.role is Role.LABEL:
        yield "", LABEL
    elif column.role is Role.SCORE:
        yield "scores", class_of(column.name)
        yield "scores", "score"
        yield "scores", "1"
    else:
        yield "features", column.name
        yield "segments", column.name
        yield "metadata", column.name


def class_of(column: str) -> str:
    """Class that a score column of the reference is about: ``cat`` of ``score.cat``."""
    return column.removeprefix("scores.").removeprefix("score.")


def _time(made_at: pa.ChunkedArray, form: Form | None) -> pa.ChunkedArray:
    """Times in the form of the reference: a zone only where it has one."""
    if form is not None and "tz=" in form.type:
        return made_at
    return made_at.cast(pa.timestamp("us"))


def _resolve(
    joined: pa.Table, found: dict[str, str], kind: Kind, form: Form | None
) -> _Read:
    """Read the stored types that fit a kind as one column, and count the others."""
    order = _ORDER.get(kind, "sbidj")
    whole = form is not None and form.type.startswith(("int", "uint"))
    fits = [
        t for t in order if t in found and joined[found[t]].null_count < len(joined)
    ]
    others = [t for t in found if t not in order]
    wrong = sum(len(joined) - joined[found[t]].null_count for t in others)
    arrays = [joined[found[t]] for t in fits]
    if not arrays:
        first = next((t for t in order if t in found), None)
        if first is None:  # nothing fits: as what it is, so that the engine says so
            best = max(others, key=lambda t: len(joined) - joined[found[t]].null_count)
            return _Read(joined[found[best]], 0)
        return _Read(joined[found[first]], wrong)
    if kind is Kind.DATETIME:
        return _dates(arrays[0], wrong, form)
    if kind is Kind.CATEGORICAL and len(arrays) > 1:
        arrays = [as_text(array) for array in arrays]
    elif kind is Kind.NUMERIC:
        arrays = _numeric(arrays, whole=whole)
    values = arrays[0] if len(arrays) == 1 else pc.coalesce(*arrays)
    return _Read(values, wrong)


def _numeric(arrays: list[pa.ChunkedArray], *, whole: bool) -> list[pa.ChunkedArray]:
    """Numbers of one type: whole ones where the reference has whole ones."""
    if len(arrays) == 1 and not pa.types.is_boolean(arrays[0].type):
        array = arrays[0]
        if whole and pa.types.is_floating(array.type):
            array = _whole(array)
        return [array]
    return [array.cast(pa.float64(), safe=False) for array in arrays]


def _whole(array: pa.ChunkedArray) -> pa.ChunkedArray:
    """Doubles that are whole numbers as such; unchanged if one is not."""
    try:
        return array.cast(pa.int64())
    except pa.ArrowInvalid:
        return array


def _dates(texts: pa.ChunkedArray, wrong: int, form: Form | None) -> _Read:
    """Times that were logged as ISO text."""
    present = len(texts) - texts.null_count
    zone = "UTC" if form is not None and "tz=" in form.type else None
    trimmed = pc.replace_substring_regex(texts, r"(Z|\+00:00)$", "")
    shaped = pc.match_substring_regex(
        trimmed, r"^\d{4}-\d{2}-\d{2}([T ]\d{2}:\d{2}(:\d{2}(\.\d{1,6})?)?)?$"
    )
    kept = pc.if_else(shaped, trimmed, None)
    try:
        values = kept.cast(pa.timestamp("us"))
    except pa.ArrowInvalid:
        return _Read(texts, wrong)
    if zone:
        values = values.cast(pa.timestamp("us", zone))
    return _Read(values, wrong + present - (len(values) - values.null_count))


def as_text(array: pa.ChunkedArray) -> pa.ChunkedArray:
    """Values as text; doubles that are all whole as whole numbers."""
    if pa.types.is_floating(array.type):
        array = _whole(array)
    return array.cast(pa.string())


def _any(joined: pa.Table, group: str, name: str) -> pa.ChunkedArray | None:
    """A value that no reference describes: numbers if there are any, else text."""
    found = stored_columns(joined, group, name)
    used = {
        t: joined[c] for t, c in found.items() if joined[c].null_count < len(joined)
    }
    if not used:
        return None
    if set(used) <= {"d", "i"}:
        return _resolve(joined, {t: found[t] for t in used}, Kind.NUMERIC, None).values
    if set(used) == {"b"}:
        return used["b"]
    return text_of(joined, group, name)


def residual_of(
    label: pa.ChunkedArray | None, prediction: pa.ChunkedArray | None
) -> pa.ChunkedArray | None:
    """Label minus prediction; None where one is no number."""
    if not (_number(label) and _number(prediction)):
        return None
    return pc.subtract(_double(label), _double(prediction))


def _number(values: pa.ChunkedArray | None) -> bool:
    types = pa.types
    return values is not None and (
        types.is_floating(values.type) or types.is_integer(values.type)
    )


def _double(values: pa.ChunkedArray | None) -> pa.ChunkedArray | None:
    return None if values is None else values.cast(pa.float64(), safe=False)


def _extra(
    joined: pa.Table,
    reference: Profile,
    metadata: tuple[str, ...],
    prediction: pa.ChunkedArray | None,
) -> Iterator[tuple[str, pa.ChunkedArray]]:
    schema = reference.schema
    if schema.first(Role.PREDICTION) is None and prediction is not None:
        yield PREDICTION, prediction
    if LATENCY in joined.column_names and joined[LATENCY].null_count < len(joined):
        yield LATENCY, joined[LATENCY]
    for name, values in _scores(joined):
        if schema.first(Role.SCORE) is None:
            yield f"scores.{name}", values
    for name in metadata:
        values = _any(joined, "metadata", name)
        if values is not None:
            yield f"metadata.{name}", values


def _scores(joined: pa.Table) -> Iterator[tuple[str, pa.ChunkedArray]]:
    """Logged scores by name."""
    stored = [Stored.parse(column) for column in joined.column_names]
    names = {one.name for one in stored if one is not None and one.group == "scores"}
    for name in sorted(names):
        values = _any(joined, "scores", name)
        if values is not None and _number(values):
            yield name, values
