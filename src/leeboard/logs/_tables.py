"""Events as Arrow tables: the types of plain and of typed columns, and their order.

Place: under everything that writes or reads a log.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

import pyarrow as pa
import pyarrow.compute as pc

from leeboard.events import FEEDBACK, PREDICTIONS, Stored

__all__ = [
    "ARROW",
    "FEEDBACK_PLAIN",
    "PREDICTIONS_PLAIN",
    "QUARANTINED",
    "TIME",
    "arranged",
    "dropped_of",
    "each_once",
    "models_of",
    "of_model",
    "together",
]

TIME = pa.timestamp("us", tz="UTC")

ARROW = {
    "d": pa.float64(),
    "i": pa.int64(),
    "s": pa.string(),
    "b": pa.bool_(),
    "j": pa.string(),
}
"""Arrow type of a typed column, by its letter."""

_TYPES = {
    "made_at": TIME,
    "received_at": TIME,
    "observed_at": TIME,
    "latency_s": pa.float64(),
    "rate": pa.float64(),
}

PREDICTIONS_PLAIN = pa.schema([(n, _TYPES.get(n, pa.string())) for n in PREDICTIONS])
FEEDBACK_PLAIN = pa.schema([(n, _TYPES.get(n, pa.string())) for n in FEEDBACK])
QUARANTINED = pa.schema(
    [
        ("reason", pa.string()),
        ("detail", pa.string()),
        ("model", pa.string()),
        ("received_at", TIME),
        ("payload", pa.binary()),
    ]
)


def arranged(table: pa.Table, plain: pa.Schema) -> pa.Table:
    """Return the table with all plain columns first and typed ones by name, cast."""
    typed = sorted(set(table.column_names) - set(plain.names))
    columns = {}
    for name in (*plain.names, *typed):
        kind = plain.field(name).type if name in plain.names else _type_of(name)
        if name in table.column_names:
            column = table.column(name)
            columns[name] = column if column.type == kind else column.cast(kind)
        else:
            columns[name] = pa.nulls(table.num_rows, kind)
    return pa.table(columns)


def together(tables: Sequence[pa.Table], plain: pa.Schema) -> pa.Table:
    """Return the rows of all tables; typed columns that one lacks are null there."""
    if not tables:
        return plain.empty_table()
    return arranged(pa.concat_tables(tables, promote_options="default"), plain)


def of_model(table: pa.Table, model: str | None, *, unnamed: bool = False) -> pa.Table:
    """Return one model's rows, and those that name none if they are wanted too."""
    if model is None:
        return table
    wanted = pa.array([model, ""] if unnamed else [model], pa.string())
    return table.filter(pc.is_in(table.column("model"), value_set=wanted))


def models_of(table: pa.Table) -> list[str]:
    """Names of the models whose rows a table has."""
    names: list[str] = pc.unique(table.column("model")).to_pylist()
    return names


def each_once(quarantined: Sequence[pa.Table]) -> pa.Table:
    """Return quarantined events, each once, as it first came."""
    table = pa.concat_tables([QUARANTINED.empty_table(), *quarantined])
    keys = [name for name in QUARANTINED.names if name != "received_at"]
    once = table.group_by(keys).aggregate([("received_at", "min")])
    return once.rename_columns([*keys, "received_at"]).select(QUARANTINED.names)


def dropped_of(
    accounts: Mapping[str, Mapping[str, object]], model: str
) -> Counter[str]:
    """Count what a model's loggers dropped, by reason."""
    dropped: Counter[str] = Counter()
    for account in accounts.values():
        lost = account.get("dropped")
        if account.get("model") == model and isinstance(lost, Mapping):
            dropped.update({str(why): int(n) for why, n in lost.items()})
    return dropped


def _type_of(name: str) -> pa.DataType:
    stored = Stored.parse(name)
    return ARROW[stored.type] if stored is not None else pa.string()
