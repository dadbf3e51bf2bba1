"""Many records of frames at once, where each column holds one type.

Place: under the decoder. Gives exactly what reading one by one gives, or nothing:
Arrow's reader of JSON takes ``3`` beside ``2.5`` for ``3.0``, turns texts that look
like dates into dates, and does not say so. Each such case is looked for and declined.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.json as pj
from numpy.typing import NDArray

from leeboard.events import GROUPS, LABEL, PREDICTION, Stored
from leeboard.logs._exact import (
    FEEDBACK_KEYS,
    LATEST,
    LONGEST_ID,
    LONGEST_MODEL,
    PREDICTION_KEYS,
    SPECIAL,
    UNPRINTABLE,
)
from leeboard.logs._tables import FEEDBACK_PLAIN, PREDICTIONS_PLAIN

__all__ = ["Declined", "Plain"]

_LETTERS = {pa.float64(): "d", pa.int64(): "i", pa.string(): "s", pa.bool_(): "b"}
_FIXED = {
    "id": pa.string(),
    "model": pa.string(),
    "version": pa.string(),
    "made_at": pa.int64(),
    "observed_at": pa.int64(),
    "latency_s": pa.float64(),
    "rate": pa.float64(),
}
_MOST = 2_000


class Declined(Exception):  # noqa: N818 - no failure: the records are read one by one
    """These records cannot be read at once with certainty."""


@dataclass(slots=True)
class Plain:
    """A reader of one kind of payload; it remembers which columns are text.

    Parameters
    ----------
    kind : bytes
        ``p`` or ``f``.
    """

    kind: bytes
    _texts: dict[str, set[str]] = field(default_factory=dict)

    def read(self, payloads: Sequence[bytes]) -> tuple[pa.Table, NDArray[np.bool_]]:
        """Return the columns of all payloads, and which rows may be used.

        Returns
        -------
        table : Table
            Plain and typed columns; times are still integers.
        sound : bools, shape (len(payloads),)
            False: read this one exactly.

        Raises
        ------
        Declined
        """
        text = _lines(payloads)
        table = self._parsed(text)
        if table.num_rows != len(payloads):
            raise Declined
        known = PREDICTION_KEYS if self.kind == b"p" else FEEDBACK_KEYS
        if not known.issuperset(table.column_names):
            raise Declined
        _certify(table, text)
        return self._columns(table)

    def _parsed(self, text: bytes) -> pa.Table:
        """Parse lines of JSON; texts that look like times stay texts."""
        for _ in range(2):
            options = pj.ParseOptions(explicit_schema=self._schema())
            # one block: types are then inferred from all of it
            reading = pj.ReadOptions(use_threads=False, block_size=len(text) + 1)
            try:
                table = pj.read_json(pa.BufferReader(text), reading, options)
            except (pa.ArrowInvalid, UnicodeDecodeError):
                raise Declined from None
            if not self._learn(table.schema):
                return table
        raise Declined

    def _schema(self) -> pa.Schema:
        names = PREDICTIONS_PLAIN if self.kind == b"p" else FEEDBACK_PLAIN
        fields = [(n, _FIXED[n]) for n in names.names if n in _FIXED]
        for top, inner in self._texts.items():
            if inner == {""}:
                fields.append((top, pa.string()))
            else:
                fields.append(
                    (top, pa.struct([(n, pa.string()) for n in sorted(inner)]))
                )
        return pa.schema(fields)

    def _learn(self, schema: pa.Schema) -> bool:
        """Remember columns that were taken for times; tell whether there were any."""
        before = sum(map(len, self._texts.values()))
        for column in schema:
            if pa.types.is_timestamp(column.type):
                self._texts[column.name] = {""}
            elif pa.types.is_struct(column.type):
                found = {
                    one.name for one in column.type if pa.types.is_timestamp(one.type)
                }
                if found:
                    self._texts.setdefault(column.name, set()).update(found)
        return sum(map(len, self._texts.values())) > before

    def _columns(self, table: pa.Table) -> tuple[pa.Table, NDArray[np.bool_]]:
        columns: dict[str, pa.ChunkedArray] = {}
        single = PREDICTION if self.kind == b"p" else LABEL
        for name in table.column_names:
            column = table.column(name)
            if name == single:
                _add(columns, "", name, column)
            elif name == "scores":
                for score, values in _scores(column):
                    columns[str(Stored(name, score, "d"))] = values
            elif name in GROUPS:
                for inner, values in _fields(column):
                    _add(columns, name, inner, values)
            elif name in _FIXED:
                columns[name] = column
        if len(columns) > _MOST:
            raise Declined
        sound = self._sound(columns, table.num_rows)
        if "special" in table.column_names:
            sound &= _with_special(columns, table.column("special"), single)
        return pa.table(columns), sound

    def _sound(
        self, columns: dict[str, pa.ChunkedArray], rows: int
    ) -> NDArray[np.bool_]:
        """Which rows keep every rule of a record; fills in what may be left out."""
        fixed = PREDICTIONS_PLAIN if self.kind == b"p" else FEEDBACK_PLAIN
        for name in fixed.names:
            if name in _FIXED and name not in columns:
                columns[name] = pa.chunked_array([pa.nulls(rows, _FIXED[name])])
        time = "made_at" if self.kind == b"p" else "observed_at"
        sound = _named(columns["id"], LONGEST_ID)
        at = columns[time].fill_null(-1)
        sound &= _bools(pc.and_(pc.greater_equal(at, 0), pc.less(at, LATEST)))
        if self.kind == b"p":
            sound &= _named(columns["model"], LONGEST_MODEL)
            columns["version"] = columns["version"].fill_null("")
            rate = columns["rate"] = columns["rate"].fill_null(1.0)
            sound &= _bools(pc.and_(pc.greater(rate, 0.0), pc.less_equal(rate, 1.0)))
        else:
            columns["model"] = columns["model"].fill_null("")
            empty = _bools(pc.equal(columns["model"], ""))
            sound &= empty | _named(columns["model"], LONGEST_MODEL)
        return sound


def _lines(payloads: Sequence[bytes]) -> bytes:
    """Return one record a line, where that cannot be misread."""
    # one object a payload: where there are more, Arrow finds other rows or an error
    if not all(p[1:2] == b"{" and p.endswith(b"}") for p in payloads):
        raise Declined
    text = b"\n".join([payload[1:] for payload in payloads])
    if text.count(b"\n") != len(payloads) - 1:
        raise Declined
    # a NUL may hide behind an escape; half of a surrogate pair is Arrow's to find
    if b"\\" in text and b"\\u0000" in text:
        raise Declined
    if not text.isascii():
        try:
            text.decode()
        except UnicodeDecodeError:
            raise Declined from None
    return text


def _certify(table: pa.Table, text: bytes) -> None:
    """Decline unless every number in a column of doubles was written with a point.

    Points of the text are those of doubles, of strings and of names; so when there are
    no others than these three account for, no integer was taken for a double.
    """
    points = text.count(b".")
    doubles = 0
    for name, values in _leaves(table):
        if pa.types.is_floating(values.type):
            doubles += len(values) - values.null_count
            if not np.isfinite(values.drop_null().to_numpy()).all():
                raise Declined
        elif pa.types.is_string(values.type):
            points -= pc.sum(pc.count_substring(values, ".")).as_py() or 0
        if "." in name:
            if b"\\" in text:
                raise Declined
            written = json.dumps(name, ensure_ascii=False).encode()
            points -= name.count(".") * text.count(written)
    if points != doubles:
        raise Declined


def _leaves(table: pa.Table) -> Iterator[tuple[str, pa.ChunkedArray]]:
    """All columns of single values, with their own names."""
    for name in table.column_names:
        column = table.column(name)
        if pa.types.is_struct(column.type):
            yield from _fields(column)
        elif pa.types.is_list(column.type):
            yield name, pc.list_flatten(column)
        else:
            yield name, column


def _fields(column: pa.ChunkedArray) -> Iterator[tuple[str, pa.ChunkedArray]]:
    if pa.types.is_null(column.type):
        return
    if not pa.types.is_struct(column.type):
        raise Declined
    names = [one.name for one in column.type]
    yield from zip(names, column.flatten(), strict=True)


def _add(
    columns: dict[str, pa.ChunkedArray], group: str, name: str, values: pa.ChunkedArray
) -> None:
    if pa.types.is_null(values.type):
        return
    letter = _LETTERS.get(values.type)
    if letter is None:
        raise Declined
    columns[str(Stored(group, name, letter))] = values


def _scores(column: pa.ChunkedArray) -> Iterator[tuple[str, pa.ChunkedArray]]:
    """Yield scores by name, as doubles."""
    if pa.types.is_list(column.type):
        yield from _listed(column)
        return
    single = not pa.types.is_struct(column.type)
    for name, values in [("score", column)] if single else _fields(column):
        if not pa.types.is_null(values.type):
            yield name, _doubles(values)


def _listed(column: pa.ChunkedArray) -> Iterator[tuple[str, pa.ChunkedArray]]:
    """Yield lists of one length as one column a place."""
    lengths = pc.unique(pc.list_value_length(column)).to_pylist()
    if len(lengths) != 1 or not lengths[0]:
        raise Declined
    flat = _doubles(pc.list_flatten(column)).combine_chunks()
    for place in range(lengths[0]):
        taken = flat.take(pa.array(range(place, len(flat), lengths[0])))
        yield str(place), pa.chunked_array([taken])


def _doubles(values: pa.ChunkedArray) -> pa.ChunkedArray:
    if values.type not in {pa.float64(), pa.int64()}:
        raise Declined
    try:
        return values.cast(pa.float64())
    except pa.ArrowInvalid:  # an integer that no double equals
        raise Declined from None


def _with_special(
    columns: dict[str, pa.ChunkedArray], special: pa.ChunkedArray, single: str
) -> NDArray[np.bool_]:
    """Put the numbers that JSON lacks in their places; tell which rows are sound."""
    sound = np.ones(len(special), dtype=bool)
    for path, words in _fields(special):
        if pa.types.is_null(words.type):
            raise Declined
        group, dot, name = path.partition(".")
        placed = dot and group in GROUPS
        if not (placed or path == single) or not pa.types.is_string(words.type):
            raise Declined
        group, name = (group, name) if placed else ("", path)
        given = _bools(words.is_valid())
        values = np.full(len(words), np.nan)
        known = np.zeros(len(words), dtype=bool)
        for word, number in SPECIAL.items():
            here = _bools(pc.equal(words, word).fill_null(False))
            values[here] = number
            known |= here
        sound &= known | ~given
        for letter in "isb":
            other = columns.get(str(Stored(group, name, letter)))
            if other is not None:
                sound &= ~(given & _bools(other.is_valid()))
        stored = str(Stored(group, name, "d"))
        there = columns.get(stored)
        extra = pa.array(values, mask=~given)
        if there is not None:
            sound &= ~(given & _bools(there.is_valid()))
            columns[stored] = pc.coalesce(there, pa.chunked_array([extra]))
        elif given.any():
            columns[stored] = pa.chunked_array([extra])
    return sound


def _named(texts: pa.ChunkedArray, longest: int) -> NDArray[np.bool_]:
    text = texts.fill_null("")
    length = pc.utf8_length(text)
    fits = pc.and_(pc.greater(length, 0), pc.less_equal(length, longest))
    return _bools(fits) & ~_bools(pc.match_substring_regex(text, UNPRINTABLE))


def _bools(values: pa.ChunkedArray) -> NDArray[np.bool_]:
    bools: NDArray[np.bool_] = np.asarray(values.to_numpy(), dtype=bool)
    return bools
