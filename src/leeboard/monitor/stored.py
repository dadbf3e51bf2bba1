"""What is kept, as users ask for it: tables to export, profiles to add.

Place: under the monitor. Names of stored columns become names that people use.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from importlib.util import find_spec
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from leeboard.events import LABEL, Stored
from leeboard.logs import Log
from leeboard.monitor.adopted import Adopted
from leeboard.monitor.frame import text_of
from leeboard.monitor.packs import split_packed
from leeboard.profiles.cells import Cells
from leeboard.profiles.packed import unpack
from leeboard.profiles.part import Part
from leeboard.profiles.profile import Profile
from leeboard.state import Packed, State
from leeboard.windows import Window

__all__ = ["EXPORTS", "exported", "frame_of", "plain_names", "profiles_of"]

EXPORTS = ("predictions", "feedback", "joined", "measurements", "profiles")

_ALL = Window(datetime(1, 1, 1, tzinfo=UTC), datetime(9999, 12, 31, tzinfo=UTC))


def frame_of(table: pa.Table) -> Any:
    """Return a pandas frame where pandas is, else the table."""
    return table.to_pandas() if find_spec("pandas") else table


def profiles_of(
    reference: Profile,
    adopted: Adopted,
    packed: Iterable[tuple[Window, str, Packed]],
) -> Iterator[tuple[Window, str, Profile]]:
    """Unpack profiles; counts in other cells than the reference's are left out."""
    extra = {name: one.cells[name] for name, one in adopted.profiles.items()}
    cells: dict[str, Cells] = {**reference.cells, **extra}
    own = reference.fingerprint
    for window, fingerprint, one in packed:
        if fingerprint == own:
            part = unpack(split_packed(one.data)[0], cells)
            counts = {n: c for n, c in part.counts.items() if n in reference.cells}
            parts: dict[str | None, Part] = {None: replace(part, counts=counts)}
            profile = replace(reference, parts=parts, fixed=False, segment=None)
            yield window, one.segment, replace(profile, notes=(), problems={})


def exported(
    kind: str, models: Sequence[str], log: Log, state: State
) -> pa.RecordBatchReader:
    """One kind of rows of some models as a stream."""
    if kind == "measurements":
        tables = [state.measurements({"model": model}) for model in models]
        return pa.concat_tables(tables).to_reader()
    if kind == "profiles":
        return _profiles(models, state).to_reader()
    if kind == "joined":
        return _streams([log.joined(model, _ALL) for model in models])
    return _streams([log.events(kind, model) for model in models])


def _profiles(models: Sequence[str], state: State) -> pa.Table:
    rows = [
        {
            "model": model,
            "window_start": window.start,
            "window_end": window.end,
            "segment": one.segment,
            "rows": one.rows,
            "fingerprint": fingerprint,
            "counts": one.data,
        }
        for model in models
        for window, fingerprint, one in state.profiles(model)
    ]
    utc = pa.timestamp("us", "UTC")
    kinds = [pa.string(), utc, utc, pa.string(), pa.int64(), pa.string(), pa.binary()]
    names = ("model", "window_start", "window_end", "segment", "rows", "fingerprint")
    fields = list(zip((*names, "counts"), kinds, strict=True))
    return pa.Table.from_pylist(rows, pa.schema(fields))


def _streams(readers: Sequence[pa.RecordBatchReader]) -> pa.RecordBatchReader:
    """Put streams end to end, with plain names; a column of one is missing in others.

    A name has one type: where events of several types stand under it, it is text.
    """
    plans = [_plan(reader.schema) for reader in readers]
    schema = pa.unify_schemas(
        [target for target, _ in plans], promote_options="default"
    )

    def batches() -> Iterator[pa.RecordBatch]:
        for reader, (_, sources) in zip(readers, plans, strict=True):
            for batch in reader:
                table = pa.Table.from_batches([batch])
                yield from _renamed(table, sources, schema).to_batches()

    return pa.RecordBatchReader.from_batches(schema, batches())


def plain_names(names: Iterable[str]) -> dict[str, str]:
    """Name each stored column as users do, by its stored name.

    A feature keeps its own name, unless a plain column or the prediction has it.
    """
    names = list(names)
    taken = {name for name in names if Stored.parse(name) is None}
    taken |= {"prediction", LABEL}
    shown = {}
    for name in names:
        stored = Stored.parse(name)
        if stored is None:
            shown[name] = name
        elif stored.group == "" or (
            stored.group == "features" and stored.name not in taken
        ):
            shown[name] = stored.name
        else:
            shown[name] = f"{stored.group}.{stored.name}"
    return shown


def _plan(schema: pa.Schema) -> tuple[pa.Schema, dict[str, list[str]]]:
    """Plain schema of a stored one, and which stored columns each name comes from."""
    sources: dict[str, list[str]] = {}
    for stored, name in plain_names(schema.names).items():
        sources.setdefault(name, []).append(stored)
    fields = [
        pa.field(name, _type([schema.field(c).type for c in columns]))
        for name, columns in sources.items()
    ]
    return pa.schema(fields), sources


def _type(kinds: Sequence[pa.DataType]) -> pa.DataType:
    if len(set(kinds)) == 1:
        return kinds[0]
    numbers = {pa.float64(), pa.int64()}
    return pa.float64() if set(kinds) <= numbers else pa.string()


def _renamed(
    table: pa.Table, sources: dict[str, list[str]], schema: pa.Schema
) -> pa.Table:
    columns = []
    for field in schema:
        stored = sources.get(field.name, [])
        columns.append(_value(table, stored, field.type))
    return pa.table(columns, schema=schema)


def _value(table: pa.Table, stored: Sequence[str], kind: pa.DataType) -> pa.Array:
    if not stored:
        return pa.nulls(table.num_rows, kind)
    if kind == pa.string():
        first = Stored.parse(stored[0])
        if first is not None:
            return text_of(table, first.group, first.name)
    arrays = [table[name].cast(kind, safe=False) for name in stored]
    return arrays[0] if len(arrays) == 1 else pc.coalesce(*arrays)
