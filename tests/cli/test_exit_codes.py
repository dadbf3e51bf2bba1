"""0 is fine, 1 needs a look, 2 is no answer."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

import leeboard as lb
from leeboard.cli import main
from leeboard.errors import ConfigError
from tests.cli._command import inside, outside
from tests.cli.conftest import Files, table

Capsys = pytest.CaptureFixture[str]


def test_same_rows_end_with_0(files: Files) -> None:
    """Where nothing moved, a process of its own ends with 0 and a quiet stderr."""
    ended = outside("check", files.reference, files.same)
    assert (ended.code, ended.err) == (0, "")
    assert "age" in ended.out


def test_a_moved_column_ends_with_1(files: Files) -> None:
    """Where a column moved, a process of its own ends with 1 and names it first."""
    ended = outside("check", files.reference, files.moved)
    assert (ended.code, ended.err) == (1, "")
    assert "age" in ended.out.splitlines()[0]


def test_unsure_alone_ends_with_0(files: Files, capsys: Capsys) -> None:
    """Too few rows to tell is no failure, unless it is asked to be one."""
    assert inside(capsys, "check", files.reference, files.few).code == 0
    asked = ("--fail-on", "moved,unsure")
    assert inside(capsys, "check", files.reference, files.few, *asked).code == 1


def test_a_missing_column_ends_with_1(
    files: Files, tmp_path: Path, capsys: Capsys
) -> None:
    """A column that is gone has failed, and the others are still judged."""
    path = tmp_path / "gone.parquet"
    pq.write_table(table(5).drop_columns(["age"]), path)
    ended = inside(capsys, "check", files.reference, str(path))
    assert ended.code == 1
    assert "city" in ended.out
    only_moved = ("--fail-on", "moved")
    assert inside(capsys, "check", files.reference, str(path), *only_moved).code == 0


@pytest.mark.parametrize(
    ("fail_on", "code"),
    [("none", 0), ("failed", 0), ("failed,unsure", 0), ("moved", 1), ("unsure", 0)],
)
def test_fail_on_picks_the_states(
    fail_on: str, code: int, files: Files, capsys: Capsys
) -> None:
    """Only the states that were named make a moved column end with 1."""
    call = ("check", files.reference, files.moved, "--columns", "age")
    assert inside(capsys, *call, "--fail-on", fail_on).code == code


def test_the_code_is_that_of_the_report(files: Files, capsys: Capsys) -> None:
    """The command line ends with 0 exactly where ``passed`` is true."""
    for current in (files.same, files.moved, files.few):
        report = lb.check(files.reference, current)
        assert inside(capsys, "check", files.reference, current).code == int(
            not report.passed
        )


@pytest.mark.parametrize(
    "arguments",
    [
        ("check", "{reference}"),
        ("check", "{reference}", "{same}", "{moved}"),
        ("check", "{reference}", "{same}", "--nope"),
        ("check", "{reference}", "{same}", "--fail-on", "broken"),
        ("check", "{reference}", "{same}", "--fail-on", "none,moved"),
        ("check", "{reference}", "{same}", "--columns", "height"),
        ("check", "{reference}", "{same}", "--columns", "age,,city"),
        ("check", "{reference}", "{same}", "--columns", '"age'),
        ("check", "{reference}", "{same}", "--segment", "height"),
        ("check", "{reference}", "{same}", "--large", "0.001"),
        ("check", "{reference}", "{same}", "--large", "wide"),
        ("check", "{reference}", "{same}", "--html", "{reference}/x.html"),
        ("check", "{reference}", "nowhere.csv"),
        ("check", "nowhere.csv", "{same}"),
        ("check", "{reference}", "{same}", "--schema", "nowhere.toml"),
        ("check", "{reference}", "{same}", "--suite", "nowhere.toml"),
        ("init", "nowhere.csv"),
        ("suggest", "nowhere.csv"),
        ("compare", "{reference}", "{same}"),
    ],
    ids=" ".join,
)
def test_bad_input_and_usage_end_with_2(
    arguments: tuple[str, ...], files: Files, capsys: Capsys
) -> None:
    """Bad input or usage: 2, one message on stderr, no traceback, nothing on stdout."""
    given = [part.format(**vars(files)) for part in arguments]
    ended = inside(capsys, *given)
    assert (ended.code, ended.out) == (2, "")
    messages = [s for s in ended.err.splitlines() if s.lower().startswith("error: ")]
    assert len(messages) == 1
    assert "Traceback" not in ended.err
    assert "defect" not in ended.err


def test_bad_input_ends_a_process_with_2(files: Files) -> None:
    """Also a process of its own ends with 2 and one line."""
    ended = outside("check", files.reference, "nowhere.csv")
    assert (ended.code, ended.out) == (2, "")
    assert len(ended.err.splitlines()) == 1
    assert "nowhere.csv" in ended.err


def test_an_unexpected_failure_ends_with_2(
    files: Files, capsys: Capsys, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A defect is one line that says how to see the traceback, or the traceback."""

    def broken(*_: object, **__: object) -> None:
        message = "two\nlines"
        raise ZeroDivisionError(message)

    monkeypatch.setattr("leeboard.cli._check.check", broken)
    ended = inside(capsys, "check", files.reference, files.same)
    assert (ended.code, ended.out) == (2, "")
    assert ended.err.count("\n") == 1
    assert "ZeroDivisionError: two lines" in ended.err
    assert "LEEBOARD_TRACEBACK=1" in ended.err
    monkeypatch.setenv("LEEBOARD_TRACEBACK", "1")
    with pytest.raises(ZeroDivisionError):
        main(["check", files.reference, files.same])


@pytest.mark.parametrize(
    ("raised", "code", "text"),
    [
        (KeyboardInterrupt(), 130, ""),
        (MemoryError(), 2, "out of memory"),
        (OSError(28, "No space left on device", "/x"), 2, "/x: No space left"),
    ],
    ids=["interrupt", "memory", "disk"],
)
def test_failures_of_the_machine(
    raised: BaseException,
    code: int,
    text: str,
    files: Files,
    capsys: Capsys,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """An interrupt ends with 130; memory and disk are said in one line, with 2."""

    def fail(*_: object, **__: object) -> None:
        raise raised

    monkeypatch.setattr("leeboard.cli._check.check", fail)
    ended = inside(capsys, "check", files.reference, files.same)
    assert ended.code == code
    assert text in ended.err
    assert "Traceback" not in ended.err


def test_a_reader_who_leaves_is_no_failure(files: Files) -> None:
    """A closed pipe is quiet, and the exit code is still the answer's."""
    command = [sys.executable, "-m", "leeboard", "check", files.reference, files.same]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.close()
        errors = process.stderr.read()
    assert (process.returncode, errors) == (0, b"")


def test_errors_cannot_steer_the_terminal(tmp_path: Path, capsys: Capsys) -> None:
    """Escape sequences and line breaks in names are written out, on one line."""
    path = tmp_path / "x.parquet"
    pq.write_table(pa.table({"a\x1b[2J\u202eb": [1.0] * 50}), path)
    for ended in (
        inside(capsys, "check", str(path), str(path), "--columns", "b\x1b[31m\nc"),
        inside(capsys, "check", str(path), "no\x1b[31m\nfile.csv"),
        inside(capsys, "check", str(path), str(path), "--html", "\x1b[31m\u202e/x"),
    ):
        assert ended.code == 2
        assert "\x1b" not in ended.err
        assert "\u202e" not in ended.err
        assert ended.err.count("\n") == 1


def test_names_are_the_same_in_python() -> None:
    """What is refused on the command line is a LeeboardError underneath."""
    from leeboard.cli._check import names, states

    assert names("--columns", ["a, b", '"c,d"', "a"]) == ["a", "b", "c,d"]
    assert names("--columns", None) is None
    with pytest.raises(ConfigError):
        states(["held"])
