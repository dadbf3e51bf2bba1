"""Paths, folders and patterns; what each file is, by its bytes and its ending.

Place: under ``open_source``. Picks the reader of each file; must not read rows.
"""

from __future__ import annotations

import glob
import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import pyarrow as pa

from leeboard.errors import FileError
from leeboard.sources._bytes import Piece, pieces
from leeboard.sources._guard import cannot_open, open_regular, stamp_of
from leeboard.sources._infer import Rows
from leeboard.sources._limits import Limits
from leeboard.sources._source import Source

__all__ = ["file_source"]

_CODECS = {".gz": "gzip", ".zst": "zstd", ".bz2": "bz2"}
_MAGIC_CODECS = ((b"\x1f\x8b", "gzip"), (b"\x28\xb5\x2f\xfd", "zstd"), (b"BZh", "bz2"))
_TEXTS = {
    ".csv": "csv",
    ".tsv": "csv",
    ".txt": "csv",
    ".jsonl": "jsonl",
    ".ndjson": "jsonl",
    ".json": "jsonl",
}
_CSV = {ending for ending, kind in _TEXTS.items() if kind == "csv"}
_KINDS = {
    ".parquet": "parquet",
    ".pq": "parquet",
    ".arrow": "arrow",
    ".feather": "arrow",
    ".ipc": "arrow",
    **_TEXTS,
}
_UNSAFE = {".pkl", ".pickle", ".joblib", ".npy", ".npz", ".dill", ".pt", ".pth"}
_FOREIGN = (
    (b"PK\x03\x04", "a zip archive (or a spreadsheet)"),
    (b"\x93NUMPY", "a numpy file"),
    (b"\x89HDF", "an HDF5 file"),
    (b"ORC", "an ORC file"),
    (b"SQLite format 3", "an SQLite database"),
    (b"%PDF", "a PDF"),
    (b"7z\xbc\xaf", "a 7z archive"),
    (b"\xfd7zXZ", "an xz archive"),
)
_READABLE = "CSV, JSON lines, Parquet or Arrow (CSV and JSON also as .gz, .zst, .bz2)"


def file_source(
    paths: Sequence[str], *, types: Mapping[str, pa.DataType], limits: Limits
) -> Source:
    """Return files, folders and patterns as one source.

    Raises
    ------
    FileError
        Nothing there, or a file that cannot be read.
    """
    found: list[Path] = []
    for path in paths:
        found.extend(_expand(path))
    names = _short_names(found)
    named = list(zip(found, names, strict=True))
    opening = _Opening(types, limits)
    parts = [opening.one(path, name) for path, name in named]
    if len(parts) == 1:
        return parts[0]
    from leeboard.sources._union import Union, conflicts, refuse_strangers

    refuse_strangers(parts, paths[0])
    texts = conflicts(parts)
    if texts:
        # what one CSV file shows to be text was text in the others too
        opening = _Opening(types, limits, texts)
        parts = [
            opening.one(path, name) if _ending(path)[0] in _CSV else part
            for part, (path, name) in zip(parts, named, strict=True)
        ]
    return Union(f"{len(parts)} files from {paths[0]}", parts)


def _expand(path: str) -> list[Path]:
    if not path.strip():
        raise FileError(
            code="bad_path",
            where=repr(path),
            found="an empty path",
            expected="a file, a folder or a pattern",
            fix="Give a path.",
        )
    if "://" in path:
        raise FileError(
            code="not_local",
            where=path,
            found="an address",
            expected="a path on this machine",
            fix="Download the file, or open it elsewhere and give the frame.",
        )
    whole = Path(path)
    try:
        folder, exists = whole.is_dir(), os.path.lexists(whole)
    except (OSError, ValueError):
        # stamp_of says what is wrong with it
        folder, exists = False, True
    if folder:
        return _within(whole, path)
    if exists or not any(c in path for c in "*?["):
        return [whole]
    matches = sorted(
        p
        for p in map(
            Path,
            glob.glob(path, recursive=True),
        )
        if not p.is_dir()
    )
    if not matches:
        raise _nothing(path, "no file that matches")
    return matches


def _within(folder: Path, name: str) -> list[Path]:
    files = []
    for root, folders, entries in os.walk(folder, onerror=_raise(name)):
        folders[:] = sorted(f for f in folders if f[:1] not in "._")
        for entry in sorted(entries):
            path = Path(root, entry)
            if entry[:1] not in "._" and _ending(path)[0] in _KINDS:
                files.append(path)
    if not files:
        raise _nothing(name, "a folder without data files")
    return files


def _raise(name: str) -> Callable[[OSError], None]:
    def stop(error: OSError) -> None:
        raise cannot_open(error, name) from error

    return stop


def _nothing(name: str, found: str) -> FileError:
    return FileError(
        code="no_files",
        where=name,
        found=found,
        expected=_READABLE,
        fix="Check the path.",
    )


def _short_names(paths: Sequence[Path]) -> list[str]:
    names = [path.name for path in paths]
    return [
        name if names.count(name) == 1 else str(path)
        for name, path in zip(names, paths, strict=True)
    ]


def _ending(path: Path) -> tuple[str, str | None]:
    """Return the ending that names the kind, in lower case, and the codec."""
    suffix = path.suffix.lower()
    codec = _CODECS.get(suffix)
    if codec is None:
        return suffix, None
    return Path(path.stem).suffix.lower(), codec


@dataclass(frozen=True, slots=True)
class _Opening:
    """How files are opened: known types, limits, and columns known to be text."""

    types: Mapping[str, pa.DataType]
    limits: Limits
    texts: frozenset[str] = frozenset()

    def one(self, path: Path, name: str) -> Source:
        """Return one file as a source."""
        ending, _ = _ending(path)
        if ending in _UNSAFE or path.suffix.lower() in _UNSAFE:
            raise _unsafe(name, path.suffix)
        stamp = stamp_of(path, name)
        with open_regular(stamp, name) as handle:
            head = handle.read(16)
        _refuse_foreign(head, name)
        kind = _kind(head, ending)
        if kind == "parquet":
            from leeboard.sources._parquet import ParquetSource

            return ParquetSource(path, name=name, limits=self.limits)
        if kind == "arrow":
            from leeboard.sources._ipc import IpcSource

            return IpcSource(path, name=name, limits=self.limits)
        from leeboard.sources._text import text_source

        codec = next((c for magic, c in _MAGIC_CODECS if head.startswith(magic)), None)
        return text_source(
            name,
            partial(
                pieces,
                stamp,
                name=name,
                codec=codec,
                limits=self.limits,
                quoted=kind != "jsonl",
            ),
            make_rows=partial(self._rows, kind, name),
            types=self.types,
            keep_bytes=self.limits.keep_bytes,
        )

    def _rows(self, kind: str, name: str, first: Piece) -> Rows:
        limit = self.limits.max_columns
        if kind == "jsonl":
            from leeboard.sources._jsonl import JsonRows

            return JsonRows(name, first, limit)
        from leeboard.sources._csv import CsvRows

        return CsvRows(name, first, max_columns=limit, texts=self.texts)


def _kind(head: bytes, ending: str) -> str:
    if head.startswith((b"PAR1", b"PARE")):
        return "parquet"
    if head.startswith(b"ARROW1"):
        return "arrow"
    return _KINDS.get(ending, "csv")


def _refuse_foreign(head: bytes, name: str) -> None:
    if head[:1] == b"\x80" and head[1:2] in b"\x02\x03\x04\x05":
        raise _unsafe(name, "pickle")
    for magic, what in _FOREIGN:
        if head.startswith(magic):
            raise FileError(
                code="unsupported_file",
                where=name,
                found=what,
                expected=_READABLE,
                fix="Save the data as Parquet or CSV.",
            )


def _unsafe(name: str, kind: str) -> FileError:
    return FileError(
        code="unsafe_file",
        where=name,
        found=f"a {kind} file, which can run code when it is loaded",
        expected=_READABLE,
        fix="Save the data as Parquet or CSV.",
    )
