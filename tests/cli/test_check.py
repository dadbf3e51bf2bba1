"""What ``leeboard check`` shows and writes."""

from __future__ import annotations

import json
import os
import sys
import xml.etree.ElementTree as ET
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

import leeboard as lb
from tests.cli._command import inside, outside
from tests.cli.conftest import Files, table

Capsys = pytest.CaptureFixture[str]


def test_every_form_is_written(files: Files, tmp_path: Path, capsys: Capsys) -> None:
    """Each file holds what the report gives in Python, and stderr says where it is."""
    wanted = {form: tmp_path / f"x.{form}" for form in ("html", "json", "markdown")}
    options = [part for f, path in wanted.items() for part in (f"--{f}", str(path))]
    ended = inside(capsys, "check", files.reference, files.moved, *options)
    assert ended.code == 1
    assert ended.err.splitlines() == [f"wrote {path}" for path in wanted.values()]
    report = lb.check(files.reference, files.moved)
    texts = (report.to_html(), report.to_json(), report.to_markdown())
    for path, text in zip(wanted.values(), texts, strict=True):
        assert path.read_text(encoding="utf-8") == text
    assert sorted(os.listdir(tmp_path)) == ["x.html", "x.json", "x.markdown"]


def test_junit_follows_fail_on(files: Files, tmp_path: Path, capsys: Capsys) -> None:
    """A column fails in JUnit exactly where it fails the command."""
    path = str(tmp_path / "x.xml")
    for fail_on, failures in (("moved,failed", 1), ("none", 0)):
        call = ("check", files.reference, files.moved, "--columns", "age,city")
        ended = inside(capsys, *call, "--junit", path, "--fail-on", fail_on)
        assert ended.code == failures
        assert len(ET.parse(path).findall(".//failure")) == failures


def test_a_dash_is_standard_output(files: Files, capsys: Capsys) -> None:
    """``--json -`` prints JSON alone, so that another program can read it."""
    ended = inside(capsys, "check", files.reference, files.moved, "--json", "-")
    assert json.loads(ended.out)["summary"]["moved"] == 1
    both = ("--json", "-", "--markdown", "-")
    assert inside(capsys, "check", files.reference, files.moved, *both).code == 2


def test_the_same_inputs_give_the_same_bytes(files: Files) -> None:
    """Two processes write the same JSON."""
    call = ("check", files.reference, files.moved, "--json", "-")
    one = outside(*call, environment={"PYTHONHASHSEED": "1"})
    two = outside(*call, environment={"PYTHONHASHSEED": "2"})
    assert one.out == two.out != ""


def test_columns_and_ignore_take_lists_and_repeat(files: Files, capsys: Capsys) -> None:
    """Names come as lists, again and again, and with commas inside quotes."""

    def compared(*options: str) -> set[str]:
        call = ("check", files.reference, files.same, "--json", "-", *options)
        found = json.loads(inside(capsys, *call).out)["verdicts"]
        return {verdict["subject"] for verdict in found}

    assert compared("--columns", "age,city") == {"age", "city"}
    assert compared("--columns", "age", "--columns", "city") == {"age", "city"}
    assert compared("--columns", '"income, net"') == {"income, net"}
    assert compared("--ignore", 'age,"income, net"') == {"city"}


def test_lines_reach_the_check(files: Files, capsys: Capsys) -> None:
    """A change that is large by default may be declared negligible."""
    call = ("check", files.reference, files.moved, "--columns", "age")
    assert inside(capsys, *call, "--negligible", "5", "--large", "6").code == 0


def test_a_saved_profile_is_a_reference(
    files: Files, tmp_path: Path, capsys: Capsys
) -> None:
    """A profile in place of the rows gives the same verdicts."""
    path = str(tmp_path / "profile.json")
    lb.profile(files.reference).save(path)

    def verdicts(reference: str) -> dict[str, str]:
        ended = inside(capsys, "check", reference, files.moved, "--json", "-")
        found = json.loads(ended.out)["verdicts"]
        return {verdict["subject"]: verdict["state"] for verdict in found}

    assert verdicts(path) == verdicts(files.reference)


def test_nothing_is_computed_for_a_file_that_cannot_be_written(
    files: Files, tmp_path: Path, capsys: Capsys, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A missing folder, a folder, or one file for two outputs is refused at once."""
    monkeypatch.setattr("leeboard.cli._check.check", None)
    same = str(tmp_path / "x")
    for options in (
        ("--html", str(tmp_path / "no" / "x.html")),
        ("--json", str(tmp_path)),
        ("--json", same, "--html", f"{tmp_path}/../{tmp_path.name}/x"),
    ):
        ended = inside(capsys, "check", files.reference, files.same, *options)
        assert ended.code == 2
        assert "defect" not in ended.err
    assert list(tmp_path.iterdir()) == []


def test_output_is_plain_in_a_pipe(files: Files) -> None:
    """Nobody's terminal: no escape sequences and no bar, whatever the width."""
    for width in ("40", "80", "200"):
        environment = {"COLUMNS": width}
        ended = outside("check", files.reference, files.moved, environment=environment)
        assert "\x1b" not in ended.out + ended.err
        assert max(map(len, ended.out.splitlines())) <= int(width)


def test_output_survives_an_old_encoding(files: Files) -> None:
    """Where the terminal knows only ASCII, signs become plain ones."""
    environment = {"PYTHONIOENCODING": "ascii", "PYTHONUTF8": "0"}
    for command in (("check", files.reference, files.moved), ("--help",)):
        ended = outside(*command, environment=environment)
        assert ended.out.isascii()
        assert ended.err == ""


def test_hostile_names_cannot_steer_the_terminal(
    tmp_path: Path, capsys: Capsys
) -> None:
    """Control and bidirectional characters of names and levels are not printed."""
    path = str(tmp_path / "x.parquet")
    levels = ["p\x1b[2J\x07", "q\u202er\x9b"] * 150
    rows = {"b\u202ec": [float(i) for i in range(300)], "level": levels}
    pq.write_table(pa.table(rows), path)
    ended = inside(capsys, "check", path, path, "--segment", "level")
    assert (ended.code, ended.err) == (0, "")
    assert "⟨U+001B⟩" in ended.out
    assert not set(ended.out) & {"\x1b", "\x07", "\u202e", "\x9b"}


@pytest.mark.skipif(sys.platform == "win32", reason="there are no pseudo-terminals")
def test_a_bar_shows_on_a_terminal(files: Files) -> None:
    """On a terminal a bar names what is read, and NO_COLOR takes the colours away."""
    colours = {"": b"\x1b[", "NO_COLOR=1": b"\x1b[3"}
    for setting, sequence in colours.items():
        shown = _on_terminal(files, setting)
        assert b"Reading moved.parquet" in shown
        assert (sequence in shown) is (setting == "")


def _on_terminal(files: Files, setting: str) -> bytes:
    import pty

    name, _, value = setting.partition("=")
    kept = {k: v for k, v in os.environ.items() if k not in ("NO_COLOR", "COLUMNS")}
    child, terminal = pty.fork()
    if child == 0:
        environment = {**kept, "TERM": "xterm", **({name: value} if name else {})}
        command = [sys.executable, "-m", "leeboard", "check"]
        os.execve(sys.executable, [*command, files.reference, files.moved], environment)
    shown = b""
    while True:
        try:
            part = os.read(terminal, 65536)
        except OSError:
            break
        if not part:
            break
        shown += part
    os.waitpid(child, 0)
    os.close(terminal)
    return shown


def test_exact_measures_the_rows(files: Files, capsys: Capsys) -> None:
    """With --exact KS is that of the rows, without it a bound from the counts."""

    def ks(*options: str) -> dict[str, Any]:
        call = ("check", files.reference, files.moved, "--columns", "age")
        ended = inside(capsys, *call, "--json", "-", *options)
        (verdict,) = json.loads(ended.out)["verdicts"]
        (found,) = [m for m in verdict["measurements"] if m["metric"] == "ks"]
        return dict(found)

    exact, bound = ks("--exact"), ks()
    assert (exact["exact"], bound["exact"]) == (True, False)
    low, high = bound["interval"]
    assert low <= exact["value"] <= high
    one, two = (table(seed, shift)["age"] for seed, shift in ((1, 0.0), (3, 1.0)))
    assert exact["value"] == lb.measure("ks", one, two).value
