"""A DuckDB in memory that sees the given files and no others, under names of its own.

Names of columns come from users and may be anything; DuckDB's do not tell ``a`` from
``A``. So each stored column goes by a number in here, and gets its name back on the way
out. Place: under the reads of a log.
"""

from __future__ import annotations

import os
import shutil
import tempfile
import weakref
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache, partial
from typing import Any

import pyarrow as pa

from leeboard.errors import LogError
from leeboard.logs._files import SegmentFile

__all__ = ["DEFAULT", "Limits", "Query"]

_BATCH = 1 << 16
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True)
class Limits:
    """What one read may use; beyond the memory it goes on in a scratch folder."""

    memory_mb: int = 2048
    threads: int = 2
    scratch: str | None = None


DEFAULT = Limits()


class Query:
    """One connection, for one read.

    Parameters
    ----------
    files : sequence of SegmentFile
        All that may be read: the file system is closed to everything else.
    limits : Limits
    """

    def __init__(self, files: Sequence[SegmentFile], limits: Limits) -> None:
        import duckdb

        self._paths = [file.path for file in files]
        self._inner: dict[str, str] = {}
        scratch = tempfile.mkdtemp(prefix="leeboard-join-", dir=limits.scratch)
        self._duckdb = duckdb.connect(
            config={
                "memory_limit": f"{limits.memory_mb}MiB",
                "threads": limits.threads,
                "temp_directory": scratch,
                "preserve_insertion_order": False,
                "autoinstall_known_extensions": False,
                "autoload_known_extensions": False,
                "python_enable_replacements": False,
            }
        )
        # a reader may be dropped before its first row
        self._forget = weakref.finalize(self, _forget, self._duckdb, scratch)
        self._duckdb.execute("SET TimeZone = 'UTC'")
        self._duckdb.execute("SET allowed_paths = ?", [self._paths])
        self._duckdb.execute("SET enable_external_access = false")
        self._duckdb.execute("SET lock_configuration = true")

    def close(self) -> None:
        """Let go of memory and scratch files."""
        self._forget()

    def let(self, **times: datetime) -> None:
        """Set variables, which SQL asks for by ``getvariable``."""
        for name, time in times.items():
            since = (time - _EPOCH) // _MICROSECOND
            self._duckdb.execute(
                f"SET VARIABLE {name} = make_timestamptz(?::BIGINT)", [since]
            )

    def inner(self, column: str) -> str:
        """Return the name of a stored column in here."""
        return self._inner.setdefault(column, f"c{len(self._inner)}")

    def view(
        self,
        name: str,
        files: Sequence[SegmentFile],
        loose: pa.Table | None,
        plain: pa.Schema,
    ) -> list[str]:
        """Show files and a table as one view; return the stored columns it has.

        Plain columns keep their names. What a file lacks is null there.
        """
        alike = self._alike(files)
        arms = []
        for number, (columns, paths) in enumerate(alike.items()):
            inner = [self._named(column, plain) for column in columns]
            arms.append(f"{name}_{number}")
            self._guarded(partial(self._show, arms[-1], paths, inner))
        seen = {column for columns in alike for column in columns}
        if loose is None and not seen.issuperset(plain.names):
            loose = plain.empty_table()
        if loose is not None:
            arms.append(f"{name}_loose")
            named = [self._named(column, plain) for column in loose.column_names]
            self._duckdb.register(arms[-1], loose.rename_columns(named))
            seen |= set(loose.column_names)
        union = " UNION ALL BY NAME ".join(f"FROM {arm}" for arm in arms)
        self.run(f"CREATE VIEW {name} AS {union}")
        return [*plain.names, *sorted(seen - set(plain.names))]

    def having(self, files: Sequence[SegmentFile], asked: str) -> list[SegmentFile]:
        """Return the files with an ``id`` of which a condition holds."""
        found: set[str] = set()
        for paths in self._alike(files).values():
            rows = self._guarded(partial(self._having, paths, asked))
            found.update(path for (path,) in rows)
        return [file for file in files if file.path in found]

    def run(self, sql: str) -> None:
        """Run a statement."""
        self._guarded(lambda: self._duckdb.execute(sql))

    def rows(self, sql: str) -> list[tuple[Any, ...]]:
        """Return a small answer."""
        answer: list[tuple[Any, ...]] = self._guarded(
            lambda: self._duckdb.execute(sql).fetchall()
        )
        return answer

    def reader(self, sql: str, names: Mapping[str, str]) -> pa.RecordBatchReader:
        """Stream an answer, its columns renamed; the connection closes behind it."""
        source = self._guarded(lambda: _stream(self._duckdb.sql(sql)))
        fields = [field.with_name(names[field.name]) for field in source.schema]
        schema = pa.schema(fields)
        return pa.RecordBatchReader.from_batches(schema, self._batches(source, schema))

    def _batches(
        self, source: pa.RecordBatchReader, schema: pa.Schema
    ) -> Iterator[pa.RecordBatch]:
        try:
            while True:
                batch = self._guarded(lambda: next(source, None))
                if batch is None:
                    return
                yield pa.RecordBatch.from_arrays(batch.columns, schema=schema)
        finally:
            source.close()
            self.close()

    def _alike(self, files: Sequence[SegmentFile]) -> dict[tuple[str, ...], list[str]]:
        """Paths of files by their columns."""
        alike: dict[tuple[str, ...], list[str]] = {}
        for file in files:
            alike.setdefault(self._columns_at(file.path), []).append(file.path)
        return alike

    def _having(self, paths: list[str], asked: str) -> list[tuple[str]]:
        source = self._duckdb.read_parquet(
            paths, hive_partitioning=False, filename=True
        )
        held = (
            source.project("id, filename").filter(asked).project("filename").distinct()
        )
        rows: list[tuple[str]] = held.fetchall()
        return rows

    def _show(self, view: str, paths: list[str], inner: list[str]) -> None:
        """Show files of the same columns, by their place in the file."""
        source = self._duckdb.read_parquet(paths, hive_partitioning=False)
        chosen = ", ".join(
            f"{_quoted(here)} AS {name}"
            for here, name in zip(source.columns, inner, strict=True)
        )
        source.project(chosen).create_view(view)

    def _named(self, column: str, plain: pa.Schema) -> str:
        return column if column in plain.names else self.inner(column)

    def _columns_at(self, path: str) -> tuple[str, ...]:
        columns: tuple[str, ...] = self._guarded(lambda: _columns_of(path))
        return columns

    def _guarded(self, act: Any) -> Any:
        """Act; tell a file that has gone from one that cannot be read."""
        import duckdb

        try:
            return act()
        except (duckdb.Error, pa.ArrowException, OSError) as error:
            gone = [path for path in self._paths if not os.path.exists(path)]
            self.close()
            raise _failed(gone, error) from error


def _stream(answer: Any) -> pa.RecordBatchReader:
    # one method under its new name, and under the one it had before
    read = getattr(answer, "to_arrow_reader", None) or answer.fetch_arrow_reader
    return read(_BATCH)


def _forget(connection: Any, scratch: str) -> None:
    connection.close()
    shutil.rmtree(scratch, ignore_errors=True)


def _quoted(name: str) -> str:
    """Return a name as SQL's identifiers are written."""
    return '"' + name.replace('"', '""') + '"'


@lru_cache(maxsize=1 << 16)  # files are never changed
def _columns_of(path: str) -> tuple[str, ...]:
    import pyarrow.parquet as pq

    return tuple(pq.read_schema(path).names)


def _failed(gone: Sequence[str], error: Exception) -> LogError:
    if gone:
        return LogError(
            code="log_changed",
            where=gone[0],
            found="a file that is no longer there",
            expected="all files of the log that the read began with",
            fix="Read again: the log was compacted meanwhile.",
        )
    return LogError(
        code="log_unreadable",
        where="log",
        found=f"{type(error).__name__}: {str(error).splitlines()[0][:200]}",
        expected="files that can be read, and room to join them",
        fix="Check the disk that holds the log, and the room for temporary files.",
    )
