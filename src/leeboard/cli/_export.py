"""``leeboard export``: events and results as one file."""

from __future__ import annotations

import os
import secrets
from contextlib import suppress

import pyarrow as pa
import pyarrow.compute as pc

from leeboard.cli._files import check_places
from leeboard.cli._terminal import clean, say
from leeboard.errors import ConfigError
from leeboard.monitor.monitor import Monitor

__all__ = ["run", "write_rows"]

_FORMULA = r"^[=+\-@\t\r\x00]"


def run(
    config: str, kind: str, model: str | None, *, parquet: str | None, csv: str | None
) -> None:
    """Write one kind of rows to a file, whole or not at all."""
    path = parquet or csv
    if path is None or (parquet and csv):
        raise ConfigError(
            code="no_output",
            where="export",
            found="no file named" if path is None else "two files named",
            expected="one of --parquet FILE and --csv FILE",
            fix="Add --parquet FILE.",
        )
    check_places([path])
    reader = Monitor(config).export(kind, model)
    if csv and any(pa.types.is_binary(field.type) for field in reader.schema):
        raise ConfigError(
            code="no_output",
            where="export",
            found=f"--csv for {kind}, whose counts are bytes",
            expected="--parquet FILE",
            fix="Write Parquet.",
        )
    rows = write_rows(reader, path, as_csv=parquet is None)
    say(clean(f"Wrote {rows:,} rows to {path}") + "\n")


def write_rows(reader: pa.RecordBatchReader, path: str, *, as_csv: bool) -> int:
    """Write rows to a file, whole or not at all; return how many."""
    import pyarrow.csv as pcsv
    import pyarrow.parquet as pq

    path = os.path.realpath(path)
    temporary = f"{path}.{secrets.token_hex(4)}.tmp"
    rows = 0
    try:
        make = pcsv.CSVWriter if as_csv else pq.ParquetWriter
        with make(temporary, reader.schema) as writer:
            for batch in reader:
                writer.write_batch(_inert(batch) if as_csv else batch)
                rows += batch.num_rows
        os.replace(temporary, path)
    except BaseException:
        with suppress(OSError):
            os.unlink(temporary)
        raise
    return rows


def _inert(batch: pa.RecordBatch) -> pa.RecordBatch:
    """Texts that a spreadsheet would take for a formula, with an apostrophe before."""
    columns = []
    for column in batch.columns:
        if pa.types.is_string(column.type) or pa.types.is_large_string(column.type):
            marked = pc.binary_join_element_wise("'", column, "")
            risky = pc.fill_null(pc.match_substring_regex(column, _FORMULA), False)
            column = pc.if_else(risky, marked, column)  # noqa: PLW2901 - the same column, made inert
        columns.append(column)
    return pa.record_batch(columns, schema=batch.schema)
