from __future__ import annotations

import bz2
import gzip
import os
from collections.abc import Callable
from pathlib import Path

import pyarrow as pa
import pytest

from leeboard.errors import ConfigError, FileError
from leeboard.sources import Limits, open_source

Write = Callable[[str, bytes | str], Path]
CSV = b"a,b\n1,x\n2,y\n"


def refusal(data: object, **options: object) -> FileError:
    """Return the error that opening ends with."""
    with pytest.raises(FileError) as caught:
        open_source(data, **options)  # type: ignore[arg-type]  # wrong on purpose
    return caught.value


@pytest.mark.parametrize(
    ("ending", "pack"),
    [
        (".csv.gz", gzip.compress),
        (".csv.bz2", bz2.compress),
        (".csv.zst", lambda data: pa.compress(data, "zstd", asbytes=True)),
        (".csv", gzip.compress),
    ],
)
def test_compressed_text_is_unpacked(
    write: Write, ending: str, pack: Callable[[bytes], bytes]
) -> None:
    """Compression is known by the first bytes, whatever the ending."""
    if ending == ".csv.zst":
        packed = pa.BufferOutputStream()
        with pa.CompressedOutputStream(packed, "zstd") as stream:
            stream.write(CSV)
        content = packed.getvalue().to_pybytes()
    else:
        content = pack(CSV)
    source = open_source(write("f" + ending, content))
    assert source.column("a").to_pylist() == [1, 2]


def test_several_members_of_gzip_are_one_file(write: Write) -> None:
    """Gzip files put end to end read as one."""
    path = write("f.csv.gz", gzip.compress(CSV) + gzip.compress(b"3,z\n"))
    assert open_source(path).column("a").to_pylist() == [1, 2, 3]


def test_bombs_are_refused_by_ratio_and_size(write: Write) -> None:
    """Unpacking stops at the limit, which the message names."""
    bomb = gzip.compress(b"a,b\n" + b"1,2\n" * 2_000_000)
    limits = Limits(max_unpacked_bytes=1 << 20, max_ratio=100)
    error = refusal(write("f.csv.gz", bomb), limits=limits)
    assert error.code == "unpacks_too_large"
    assert "LEEBOARD_MAX_UNPACKED_BYTES" in error.fix


@pytest.mark.parametrize(
    "name", ["m.pkl", "m.joblib", "m.npy", "m.npz", "m.PKL", "m.pt"]
)
def test_files_that_can_run_code_are_refused_unopened(write: Write, name: str) -> None:
    """Pickles and their like are refused, whatever is in them."""
    assert refusal(write(name, CSV)).code == "unsafe_file"


@pytest.mark.parametrize("first", [b"\x80\x04\x95", b"\x80\x05\x95"])
def test_a_pickle_by_another_name_is_refused(write: Write, first: bytes) -> None:
    """A pickle is known by its first bytes."""
    assert refusal(write("f.csv", first + b"junk")).code == "unsafe_file"


def test_archives_and_foreign_files_are_refused(write: Write) -> None:
    """Zip archives are not unpacked; other formats are named."""
    assert "zip" in refusal(write("f.zip", b"PK\x03\x04...")).found
    assert "zip" in refusal(write("f.csv", b"PK\x03\x04...")).found
    assert "SQLite" in refusal(write("f.db", b"SQLite format 3\0")).found


def test_pipes_devices_and_loops_are_refused_at_once(tmp_path: Path) -> None:
    """Nothing that could hang is opened."""
    pipe, loop = tmp_path / "pipe.csv", tmp_path / "loop.csv"
    os.mkfifo(pipe)
    loop.symlink_to(loop)
    assert refusal(pipe).found == "a pipe"
    assert refusal("/dev/zero").found == "a device"
    assert refusal(loop).code == "cannot_open"


def test_links_to_files_are_followed(write: Write, tmp_path: Path) -> None:
    """A symbolic link to a regular file is that file."""
    link = tmp_path / "link.csv"
    link.symlink_to(write("f.csv", CSV))
    assert open_source(link).rows == 2


def test_addresses_are_refused_with_the_way_out() -> None:
    """Only files on this machine are read."""
    assert refusal("s3://bucket/train.parquet").code == "not_local"


@pytest.mark.parametrize("path", ["", " ", "no/such.csv", "x\0y", "*.nothing"])
def test_paths_to_nothing_are_refused(path: str) -> None:
    """A path that leads nowhere says so."""
    error = refusal(path)
    assert error.code in {"bad_path", "no_such_file", "no_files"}


def test_standard_input_is_refused_with_the_way_out() -> None:
    """A dash for the data is no file, and why is said."""
    assert "Standard input is not read" in refusal("-").fix


def test_an_empty_folder_is_refused(tmp_path: Path) -> None:
    """A folder without data files is named."""
    error = refusal(str(tmp_path))
    assert (error.code, error.where) == ("no_files", str(tmp_path))


def test_limits_come_from_the_environment(
    write: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each limit has a variable; a wrong value is refused by its name."""
    path = write("f.csv", "a,b,c\n1,2,3\n")
    monkeypatch.setenv("LEEBOARD_MAX_COLUMNS", "2")
    assert refusal(path).code == "too_many_columns"
    monkeypatch.setenv("LEEBOARD_MAX_COLUMNS", "many")
    with pytest.raises(ConfigError) as caught:
        open_source(path)
    assert "LEEBOARD_MAX_COLUMNS" in caught.value.where


def test_csv_that_changes_while_it_streams_is_an_error(write: Write) -> None:
    """A text file that grows during a pass ends it."""
    path = write("f.csv", CSV)
    source = open_source(path, types={"a": pa.int64()})
    with path.open("ab") as handle:
        handle.write(b"3,z\n")
    with pytest.raises(FileError) as caught:
        list(source.blocks(["a"]))
    assert caught.value.code == "changed_during_read"
