"""Several files as one source: columns by name, rows one file after another.

Place: over file sources. Must not know what kinds of files they are.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

import pyarrow as pa

from leeboard.errors import FileError, Note, Problem
from leeboard.sources._infer import merge_types, plain_type
from leeboard.sources._names import first_few
from leeboard.sources._readable import is_text
from leeboard.sources._source import Block, LazyColumns, Source

__all__ = ["Union", "conflicts", "refuse_strangers"]

_SHOWN = 5


class Union:
    """The rows of several sources; a column that one of them lacks is missing there.

    A column whose types do not go together is listed in ``problems`` with the first
    part that differs.
    """

    def __init__(self, name: str, parts: Sequence[Source]) -> None:
        self.name = name
        self._parts = tuple(parts)
        self._kinds: dict[str, pa.DataType] = {}
        self._own: dict[str, Problem] = {}
        for part in self._parts:
            for field in part.schema:
                self._add(part, field)
        for column in self._own:
            del self._kinds[column]
        for column in self.problems:
            self._kinds.pop(column, None)
        self.schema = pa.schema(list(self._kinds.items()))

    @property
    def rows(self) -> int | None:
        """Rows of all parts; None if one is not known."""
        known = [part.rows for part in self._parts if part.rows is not None]
        return sum(known) if len(known) == len(self._parts) else None

    @property
    def notes(self) -> tuple[Note, ...]:
        """Warnings so far; what several parts have in common is said once."""
        groups: dict[tuple[str, str], list[Note]] = {}
        for part in self._parts:
            for note in part.notes:
                column = note.where.removesuffix(part.name)
                groups.setdefault((note.code, column), []).append(note)
        return tuple(_summed(notes) for notes in groups.values()) + self._gaps()

    @property
    def problems(self) -> dict[str, Problem]:
        """Columns that cannot be read in one part, or not together."""
        found = dict(self._own)
        for part in self._parts:
            for column, problem in part.problems.items():
                found.setdefault(column, problem)
        return found

    def column(self, name: str) -> pa.ChunkedArray:
        """Return one whole column of all parts."""
        kind = self._kinds[name]
        chunks: list[pa.Array] = []
        for part in self._parts:
            if name in part.schema.names:
                chunks.extend(_fit(c, kind) for c in part.column(name).chunks)
            else:
                chunks.append(pa.nulls(_count(part), _held(kind)))
        return pa.chunked_array(chunks, _held(kind))

    def blocks(self, names: Sequence[str]) -> Iterator[Block]:
        """Yield the blocks of each part in turn."""
        wanted = {name: self._kinds[name] for name in names}
        for part in self._parts:
            here = set(part.schema.names)
            asked = [name for name in wanted if name in here]
            # a part without any of them still has rows
            for block in part.blocks(asked or part.schema.names[:1]):
                yield Block(block.rows, LazyColumns(names, self._reader(block)))

    def _reader(self, block: Block) -> Callable[[str], pa.Array]:
        def read(name: str) -> pa.Array:
            kind = self._kinds[name]
            if name in block.columns:
                return _fit(block.columns[name], kind)
            return pa.nulls(block.rows, _held(kind))

        return read

    def _add(self, part: Source, field: pa.Field) -> None:
        before = self._kinds.get(field.name)
        kind = plain_type(field.type)
        if before is None:
            self._kinds[field.name] = kind
            return
        merged = _together(before, kind)
        if merged is not None:
            self._kinds[field.name] = merged
            return
        self._own.setdefault(
            field.name,
            Problem(
                code="type_conflict",
                where=f"column {field.name!r} of {part.name}",
                found=str(kind),
                expected=f"{before}, as in {self._parts[0].name} and others before it",
                fix="Write the files with one type for the column.",
            ),
        )

    def _gaps(self) -> tuple[Note, ...]:
        notes = []
        for column in self._kinds:
            lacking = [p.name for p in self._parts if column not in p.schema.names]
            if lacking:
                more = f" and {len(lacking) - 1} more" if len(lacking) > 1 else ""
                text = f"not in {lacking[0]}{more}; its rows are missing there"
                place = f"column {column!r} of {self.name}"
                notes.append(Note("column_not_in_part", place, text))
        return tuple(notes)


def conflicts(parts: Sequence[Source]) -> frozenset[str]:
    """Return columns that are text in one part and something else in another."""
    kinds: dict[str, set[bool]] = {}
    for part in parts:
        for field in part.schema:
            kind = plain_type(field.type)
            if not pa.types.is_null(kind):
                kinds.setdefault(field.name, set()).add(is_text(kind))
    return frozenset(name for name, texts in kinds.items() if len(texts) > 1)


def refuse_strangers(parts: Sequence[Source], where: str) -> None:
    """Refuse documents among the parts of a table, such as a saved profile.

    Raises
    ------
    FileError
        If a .json is among them, and some share no column with the others.
    """
    groups: list[tuple[set[str], list[str]]] = []
    for part in parts:
        names, files = {*part.schema.names, *part.problems}, [part.name]
        apart = []
        for known, others in groups:
            if known & names:
                names, files = known | names, others + files
            else:
                apart.append((known, others))
        groups = [*apart, (names, files)] if names else groups
    # other files may be parts without a column in common: a .json may be no table
    alone = any(one.endswith(".json") for _, files in groups for one in files)
    if len(groups) < 2 or not alone:
        return
    groups.sort(key=lambda group: len(group[1]), reverse=True)
    told = " and ".join(f"({first_few(files)})" for _, files in groups[:_SHOWN])
    raise FileError(
        code="mixed_folder",
        where=where,
        found=f"files that share no column: {told}",
        expected="files that are one table in parts",
        fix="Name the file, or a pattern such as 'folder/part-*.parquet'.",
    )


def _count(part: Source) -> int:
    if part.rows is not None:
        return part.rows
    return sum(block.rows for block in part.blocks(part.schema.names[:1]))


def _together(one: pa.DataType, two: pa.DataType) -> pa.DataType | None:
    if one == two:
        return one
    if is_text(one) and is_text(two):
        return pa.large_string()
    if _is_number(one) and _is_number(two):
        integers = pa.types.is_integer(one) and pa.types.is_integer(two)
        return pa.int64() if integers else pa.float64()
    t = pa.types
    if t.is_timestamp(one) and t.is_timestamp(two) and bool(one.tz) == bool(two.tz):
        return pa.timestamp("us", "UTC" if one.tz else None)
    if t.is_duration(one) and t.is_duration(two):
        return pa.duration("us")
    merged = merge_types(one, two)
    return None if is_text(merged) and not (is_text(one) and is_text(two)) else merged


def _is_number(kind: pa.DataType) -> bool:
    return bool(pa.types.is_integer(kind) or pa.types.is_floating(kind))


def _held(kind: pa.DataType) -> pa.DataType:
    return pa.dictionary(pa.int32(), pa.large_string()) if is_text(kind) else kind


def _fit(array: pa.Array, kind: pa.DataType) -> pa.Array:
    target = _held(kind)
    if array.type == target:
        return array
    if pa.types.is_null(array.type):
        return pa.nulls(len(array), target)
    if is_text(kind):
        if not pa.types.is_dictionary(array.type):
            array = array.dictionary_encode()
        labels = array.dictionary.cast(pa.large_string())
        return pa.DictionaryArray.from_arrays(array.indices, labels)
    return array.cast(target, safe=False)


def _summed(notes: list[Note]) -> Note:
    first = notes[0]
    if len(notes) == 1:
        return first
    text = f"{first.text} (and likewise in {len(notes) - 1} more files)"
    return Note(first.code, first.where, text)
