"""Bad files, one test for each row B of the list of bad inputs.

Each ends in a result, a result with a warning, or one error that names the place, what
was found, what was expected and the way out.
"""

from __future__ import annotations

import gzip
import json
import os
import resource
import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

import leeboard as lb
from leeboard.errors import FileError
from leeboard.sources import Limits, open_source

ROWS = 300
GOOD = "a,b\n" + "".join(f"{i % 7}.5,{'xyz'[i % 3]}\n" for i in range(ROWS))


@pytest.fixture
def reference(tmp_path: Path) -> Path:
    """A good file of 300 rows."""
    path = tmp_path / "train.csv"
    path.write_text(GOOD)
    return path


def refused(reference: Path, current: Path | str, code: str) -> FileError:
    """Return the error of a check, which has all its parts and names the file."""
    with pytest.raises(FileError) as caught:
        lb.check(reference, current)
    error = caught.value
    assert error.code == code
    assert Path(current).name in error.where
    assert all((error.found, error.expected, error.fix))
    return error


def noted(report: Any) -> dict[str, str]:
    """Return the texts of a report's warnings by code."""
    return {note.code: note.text for note in report.findings.notes}


def put(folder: Path, name: str, content: bytes | str) -> Path:
    """Write a file."""
    path = folder / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


def test_b01_an_empty_file_is_refused_and_a_bare_header_has_no_rows(
    reference: Path, tmp_path: Path
) -> None:
    """B1: an empty file is an error with its name; a header alone decides nothing."""
    refused(reference, put(tmp_path, "now.csv", ""), "empty_file")
    report = lb.check(reference, put(tmp_path, "header.csv", "a,b\n"))
    verdicts = report.to_dict()["verdicts"]
    assert {verdict["state"] for verdict in verdicts} == {"unsure"}
    assert {v["reason"]["code"] for v in verdicts} == {"insufficient_data"}


def test_b02_a_ragged_row_is_told_by_line(reference: Path, tmp_path: Path) -> None:
    """B2: ragged rows are an error with line and counts, or set aside when few."""
    error = refused(reference, put(tmp_path, "now.csv", "a,b\n1,x\n2\n"), "bad_rows")
    assert error.where == "now.csv, line 3"
    assert ("1 field" in error.found, "2 fields" in error.expected) == (True, True)
    report = lb.check(reference, put(tmp_path, "few.csv", GOOD + "1,2,3\n"))
    assert f"line {ROWS + 2}" in noted(report)["rows_set_aside"]


@pytest.mark.parametrize(
    ("content", "code"),
    [
        ("a b\n1 2\n3 4\n", "unknown_delimiter"),
        ("a:b\n1:2\n3:4\n", "unknown_delimiter"),
        ("'a','b'\n'1','x'\n", "wrong_quote"),
        ('a,b\n1,x\n2,"y\n3,z\n', "unclosed_quote"),
    ],
)
def test_b03_wrong_delimiters_and_quotes_are_told_by_line(
    reference: Path, tmp_path: Path, content: str, code: str
) -> None:
    """B3: nothing is read as one column in silence, and an open quote is found."""
    error = refused(reference, put(tmp_path, "now.csv", content), code)
    assert "line" in error.where


def test_b04_only_utf8_is_read(reference: Path, tmp_path: Path) -> None:
    """B4: a byte order mark is fine; other encodings are told by byte, with a hint."""
    report = lb.check(
        reference, put(tmp_path, "mark.csv", b"\xef\xbb\xbf" + GOOD.encode())
    )
    assert report.passed
    for encoding, hint, byte in (
        ("latin-1", "ISO-8859-1", 4 + 6),
        ("utf-16", "UTF-16", 0),
        ("utf-16-le", "UTF-16", 1),
    ):
        path = put(tmp_path, f"{encoding}.csv", "a,b\n1.5,é\n".encode(encoding))
        error = refused(reference, path, "wrong_encoding")
        expected = byte - 2 if encoding == "latin-1" else byte
        assert error.where == f"{encoding}.csv, byte {expected}"
        assert hint in error.found


def test_b05_line_ends_are_read_and_nul_is_refused(
    reference: Path, tmp_path: Path
) -> None:
    """B5: every line end is fine; a NUL byte is told by its offset."""
    for name, end in (("crlf.csv", "\r\n"), ("cr.csv", "\r")):
        report = lb.check(reference, put(tmp_path, name, GOOD.replace("\n", end)))
        assert report.passed
    error = refused(reference, put(tmp_path, "nul.csv", b"a,b\n1,\0\n"), "nul_byte")
    assert error.where == "nul.csv, byte 6"


@pytest.mark.parametrize(
    ("cell", "words"),
    [('"1,5"', "de_DE?"), ("0x1F", "hexadecimal"), ("1_000", "underscores")],
)
def test_b06_foreign_numbers_are_not_guessed(
    reference: Path, tmp_path: Path, cell: str, words: str
) -> None:
    """B6: other spellings of numbers stay text, with a warning; 1e5 is a number."""
    path = put(tmp_path, "now.csv", "a,b\n" + f"{cell},x\n" * ROWS)
    report = lb.check(reference, path)
    assert report["a"].verdict.reason.code == "type_changed"
    assert words in noted(report)["text_looks_numeric"]
    plain = open_source(put(tmp_path, "plain.csv", "a,b\n1e5,x\n2e5,y\n"))
    assert plain.schema.field("a").type == pa.float64()


def test_b07_leading_zeros_are_kept(tmp_path: Path) -> None:
    """B7: postcodes stay text as they are written, with a warning."""
    source = open_source(put(tmp_path, "now.csv", "zip,n\n01234,1\n20001,2\n"))
    assert source.column("zip").to_pylist() == ["01234", "20001"]
    assert [note.code for note in source.notes] == ["text_looks_numeric"]


@pytest.mark.long
def test_b08_a_file_larger_than_memory_streams(tmp_path: Path, reference: Path) -> None:
    """B8: a CSV of 600 MB is counted within a fraction of that memory."""
    profile = tmp_path / "p.json"
    lb.profile(reference).save(str(profile))
    path = tmp_path / "now.csv"
    chunk = GOOD.partition("\n")[2] * 1000
    with path.open("w") as handle:
        handle.write("a,b\n")
        for _ in range(600_000_000 // len(chunk)):
            handle.write(chunk)
    # the peak since this program began: getrusage counts what forked it, too
    script = (
        "import leeboard as lb\n"
        f"report = lb.check({str(profile)!r}, {str(path)!r})\n"
        "status = open('/proc/self/status').read()\n"
        "print(report.passed, status.partition('VmHWM:')[2].split()[0])\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    )
    passed, peak = done.stdout.split()
    assert passed == "True"
    assert int(peak) < 400_000


def test_b09_an_endless_line_is_refused(reference: Path, tmp_path: Path) -> None:
    """B9: a line past the limit is told by number, naming the setting."""
    path = put(tmp_path, "now.csv", "a,b\n1,x\n2," + "y" * 40_000_000)
    error = refused(reference, path, "line_too_long")
    assert error.where == "now.csv, line 3"
    assert "LEEBOARD_MAX_LINE_BYTES" in error.fix


def test_b10_a_bomb_is_refused_before_memory_grows(
    reference: Path, tmp_path: Path
) -> None:
    """B10: unpacking stops at the limit, within 64 MiB of memory."""
    bomb = gzip.compress(b"a,b\n" + b"1.5,x\n" * 20_000_000)
    path = put(tmp_path, "now.csv.gz", bomb)
    limits = Limits(max_unpacked_bytes=16 << 20, max_ratio=50)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    source = open_source(path, types={"a": pa.float64()}, limits=limits)
    with pytest.raises(FileError) as caught:
        for _ in source.blocks(["a"]):
            pass
    grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
    assert caught.value.code == "unpacks_too_large"
    assert grown < 64 * 1024


def test_b11_archives_are_not_opened(reference: Path, tmp_path: Path) -> None:
    """B11: a zip archive is refused, and nothing comes out of it."""
    path = tmp_path / "now.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("../outside.csv", GOOD)
        archive.writestr("inside.csv", GOOD)
    refused(reference, path, "unsupported_file")
    assert not (tmp_path.parent / "outside.csv").exists()


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (lambda data: data[:-7], "truncated_file"),
        (lambda data: data[:100], "truncated_file"),
        (lambda data: b"RAP1" + data[4:], "not_parquet"),
        (lambda data: b"PARE" + data[4:-4] + b"PARE", "encrypted_file"),
        (lambda data: data[:200] + bytes([data[200] ^ 8]) + data[201:], "damaged_file"),
    ],
    ids=["short", "stub", "magic", "encrypted", "bit"],
)
def test_b12_damaged_parquet_is_refused(
    reference: Path, tmp_path: Path, change: Callable[[bytes], bytes], code: str
) -> None:
    """B12: a cut, damaged, foreign or encrypted file is an error with its name."""
    path = tmp_path / "now.parquet"
    rng = np.random.default_rng(1)
    table = pa.table({"a": rng.normal(size=ROWS), "b": ["x"] * ROWS})
    pq.write_table(table, path, write_page_checksum=True, compression="none")
    path.write_bytes(change(path.read_bytes()))
    error = refused(reference, path, code)
    if code == "damaged_file":
        assert error.where == "now.parquet, row group 0, column 'a'"


def test_b13_a_claim_past_the_limit_is_refused_unread(
    reference: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """B13: rows times width come from the file's own count, before a row is read."""
    path = tmp_path / "now.parquet"
    zeros = pa.table({"a": np.zeros(2_000_000)})
    pq.write_table(zeros, path)
    assert path.stat().st_size < 100_000
    monkeypatch.setenv("LEEBOARD_MAX_TABLE_BYTES", "10000000")
    error = refused(reference, path, "too_large")
    assert "LEEBOARD_MAX_TABLE_BYTES" in error.fix


def test_b14_parts_are_joined_by_name_and_conflicts_told(
    reference: Path, tmp_path: Path
) -> None:
    """B14: a column some parts lack is missing there; a conflict fails its column."""
    folder = tmp_path / "now"
    folder.mkdir()
    pq.write_table(pa.table({"a": [0.5, 1.5] * 50}), folder / "1.parquet")
    pq.write_table(pa.table({"a": ["x"] * 9, "b": ["y"] * 9}), folder / "2.parquet")
    report = lb.check(reference, folder)
    verdict = report["a"].verdict
    assert (verdict.state, verdict.reason.code) == ("failed", "type_conflict")
    assert report["b"].verdict.state != "failed"
    problem = open_source(folder).problems["a"]
    assert problem.where == "column 'a' of 2.parquet"


def test_b15_a_file_replaced_while_it_is_read_is_an_error(tmp_path: Path) -> None:
    """B15: another file in its place between two blocks ends the reading."""
    path = put(tmp_path, "now.csv", GOOD)
    source = open_source(path, types={"a": pa.float64()})
    blocks = source.blocks(["a"])
    next(blocks)
    put(tmp_path, "other.csv", GOOD).replace(path)
    with pytest.raises(FileError) as caught:
        list(blocks)
    assert caught.value.code == "changed_during_read"


def test_b16_what_is_no_file_is_refused_at_once(
    reference: Path, tmp_path: Path
) -> None:
    """B16: an empty folder, a pipe, a device and a loop of links do not hang."""
    empty, pipe, loop = tmp_path / "none", tmp_path / "pipe.csv", tmp_path / "loop.csv"
    empty.mkdir()
    os.mkfifo(pipe)
    loop.symlink_to(loop)
    refused(reference, empty, "no_files")
    refused(reference, pipe, "not_a_file")
    refused(reference, "/dev/zero", "not_a_file")
    refused(reference, loop, "cannot_open")


@pytest.mark.parametrize("name", ["now.pkl", "now.joblib", "now.npy", "now.csv"])
def test_b17_pickles_are_refused_always(
    reference: Path, tmp_path: Path, name: str
) -> None:
    """B17: what can run code when loaded is refused by ending or by first bytes."""
    refused(reference, put(tmp_path, name, b"\x80\x04\x95\x00."), "unsafe_file")


def test_b19_few_bad_json_lines_are_set_aside(reference: Path, tmp_path: Path) -> None:
    """B19: up to one bad line in a hundred is set aside by number, else refused."""
    lines = [json.dumps({"a": i % 7 + 0.5, "b": "xyz"[i % 3]}) for i in range(10_000)]
    lines[7311] = '{"a": 1,'
    report = lb.check(reference, put(tmp_path, "now.jsonl", "\n".join(lines)))
    assert "line 7312" in noted(report)["rows_set_aside"]
    lines[:200] = ["oops"] * 200
    path = put(tmp_path, "bad.jsonl", "\n".join(lines))
    error = refused(reference, path, "bad_rows")
    assert error.where == "bad.jsonl, line 1"


def test_errors_reach_the_shell_as_one_line(reference: Path, tmp_path: Path) -> None:
    """A bad file is exit code 2 and one message on stderr, without a traceback."""
    bad = put(tmp_path, "now.csv", "a,b\n1,x\n2\n")
    command = [sys.executable, "-m", "leeboard", "check", str(reference), str(bad)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert done.stdout == ""
    assert "now.csv, line 3" in done.stderr
    assert "Traceback" not in done.stderr
