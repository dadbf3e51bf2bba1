"""Tables that exist already, as events of the log: read in blocks, stored once.

Place: beside a pass; what it stores is counted by the next one. An import tells of its
own time: an event was received when it was made, so nothing in it comes late.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from difflib import get_close_matches
from typing import Any

import pyarrow as pa

from leeboard.errors import ConfigError, Note
from leeboard.events import LABEL
from leeboard.logs import Log
from leeboard.logs.columns import FIELDS, Mapped, Moments, events_of
from leeboard.logs.database_table import is_database, open_table
from leeboard.sources import Source, open_source

__all__ = ["Imported", "import_rows", "mapped_of"]

_CELLS = 1 << 24
"""Values of one batch: what is held in memory at a time."""


@dataclass(frozen=True, slots=True)
class Imported:
    """What an import did.

    Parameters
    ----------
    rows : int
        That were read.
    predictions, labels : int
        Events that were stored, with those that the log had before.
    quarantined : mapping of reason to count
        Rows that were set aside.
    known : int
        Rows of blocks that an earlier run has stored: they were left alone.
    notes : tuple of Note
        What the reader of the file says.
    """

    rows: int = 0
    predictions: int = 0
    labels: int = 0
    quarantined: Mapping[str, int] = field(default_factory=dict)
    known: int = 0
    notes: tuple[Note, ...] = ()


def mapped_of(
    columns: Sequence[str],
    fields: Mapping[str, str],
    *,
    features: Iterable[str] | None = None,
    segments: Iterable[str] = (),
    metadata: Iterable[str] = (),
) -> Mapped:
    """Settle what each column of a table is.

    Parameters
    ----------
    columns : sequence of str
        Of the table.
    fields : mapping of field to column
        As ``--map`` has it; see ``logs.columns.FIELDS``. ``score.CLASS`` maps the score
        of a class.
    features : iterable of str or None
        None: every column that nothing else takes.

    Raises
    ------
    ConfigError
        ``bad_mapping``.
    """
    plain = {k: v for k, v in fields.items() if k in FIELDS and k != "score"}
    scores = {
        "score" if key == "score" else key.removeprefix("score."): column
        for key, column in fields.items()
        if key == "score" or key.startswith("score.")
    }
    strange = [k for k in fields if k not in FIELDS and not k.startswith("score.")]
    if strange:
        raise _bad(
            f"no field {strange[0]!r}",
            "one of " + ", ".join((*FIELDS, "score.CLASS")),
            "Write --map FIELD=COLUMN.",
        )
    if "made_at" not in plain and not {"id", LABEL, "observed_at"} <= set(plain):
        raise _bad(
            "no column mapped to made_at",
            "the time of predictions, or id, label and observed_at for labels alone",
            "Add --map made_at=COLUMN.",
        )
    asked = (tuple(segments), tuple(metadata))
    taken = {*plain.values(), *scores.values(), *asked[0], *asked[1]}
    chosen = tuple(c for c in columns if c not in taken) if features is None else ()
    mapped = Mapped(plain, scores, tuple(features or chosen), *asked)
    if "made_at" not in plain:
        mapped = Mapped(plain)
    for name in mapped.columns:
        if name not in columns:
            raise _missing(name, columns)
    return mapped


def import_rows(
    log: Log,
    data: Any,
    model: str,
    moments: Moments,
    fields: Mapping[str, str],
    *,
    table: str | None = None,
    **groups: Any,
) -> Imported:
    """Store the rows of a table as events of a model.

    Parameters
    ----------
    log : Log
    data : what ``leeboard.check`` takes, or the address of a database
    model : str
    moments : Moments
    fields : mapping of field to column
    table : str, optional
        Of the database.
    **groups
        As of ``mapped_of``.

    Raises
    ------
    LeeboardError
        The data cannot be read, the mapping does not fit it, or more than half of the
        first rows are refused (``bad_mapping``); nothing is stored then.
    """
    source = _opened(data, table)
    mapped = mapped_of(source.schema.names, fields, **groups)
    done = Imported()
    for columns in _blocks(source, mapped):
        done = _stored(log, model, moments, mapped, columns, done)
    log.tidy()
    problems = (
        Note(one.code, one.where, f"found {one.found}; expected {one.expected}")
        for one in source.problems.values()
    )
    return replace(done, notes=(*source.notes, *problems))


def _opened(data: Any, table: str | None) -> Source:
    if not is_database(data):
        if table is not None:
            raise _bad(
                f"table {table!r}, and no database that it is in",
                "postgresql://user@host/database or sqlite:///path with a table",
                "Give the database's address, or leave the table out.",
            )
        return open_source(data, name="import")
    if not table:
        raise _bad(
            "a database, and no table of it",
            "the table or view to read",
            "Add --table NAME, or table= in Python.",
        )
    return open_table(data, table)


def _stored(
    log: Log,
    model: str,
    moments: Moments,
    mapped: Mapped,
    columns: Mapping[str, pa.Array],
    done: Imported,
) -> Imported:
    rows = len(next(iter(columns.values())))
    batch = events_of(columns, mapped, moments, model, first=done.rows)
    refused = Counter(batch.quarantined.column("reason").to_pylist())
    if not done.rows and 2 * refused.total() > rows:
        raise _hopeless(refused, rows)
    mark = f"import/{_digest(columns, mapped, model)}"
    if mark in log.marks():
        return replace(done, rows=done.rows + rows, known=done.known + rows)
    log.write(replace(batch, marks={mark: rows}))
    return replace(
        done,
        rows=done.rows + rows,
        predictions=done.predictions + batch.predictions.num_rows,
        labels=done.labels + batch.feedback.num_rows,
        quarantined=Counter(done.quarantined) + refused,
    )


def _blocks(source: Source, mapped: Mapped) -> Iterator[dict[str, pa.Array]]:
    """Yield the rows in portions, as plain arrays."""
    names = mapped.columns
    most = max(1, _CELLS // len(names))
    for block in source.blocks(names):
        columns = {name: _plain(block.columns[name]) for name in names}
        for at in range(0, block.rows, most):
            yield {name: one.slice(at, most) for name, one in columns.items()}


def _plain(values: pa.Array) -> pa.Array:
    if isinstance(values, pa.ChunkedArray):
        values = values.combine_chunks()
    if pa.types.is_dictionary(values.type):
        values = values.dictionary_decode()
    large = pa.types.is_large_string(values.type)
    return values.cast(pa.string()) if large else values


def _digest(columns: Mapping[str, pa.Array], mapped: Mapped, model: str) -> str:
    """Hash of rows and of what they are taken for."""
    digest = hashlib.blake2b(digest_size=16)
    digest.update(repr((model, mapped)).encode())
    digest.update(pa.record_batch(dict(columns)).serialize())
    return digest.hexdigest()


def _hopeless(refused: Counter[str], rows: int) -> ConfigError:
    (reason, count), *_ = refused.most_common(1)
    fixes = {
        "bad_time": "Look at --time-unit, and at the column that made_at is mapped to.",
        "bad_id": "Map id to a column of printable text of at most 128 characters.",
    }
    return _bad(
        f"{count:,} of the first {rows:,} rows refused as {reason}",
        "few rows that cannot be read",
        fixes.get(reason, "Look at the file."),
    )


def _missing(name: str, columns: Sequence[str]) -> ConfigError:
    near = get_close_matches(name, columns, n=3)
    listed = near or list(columns[:8])
    return _bad(
        f"no column {name!r}",
        "a column of the table",
        "It has " + ", ".join(map(repr, listed)) + ".",
    )


def _bad(found: str, expected: str, fix: str) -> ConfigError:
    return ConfigError(
        code="bad_mapping", where="import", found=found, expected=expected, fix=fix
    )
