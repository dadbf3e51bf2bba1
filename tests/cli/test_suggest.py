"""``leeboard suggest`` prints a suite that ``leeboard check`` takes."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from tests.cli._command import inside, outside
from tests.cli.conftest import Files

Capsys = pytest.CaptureFixture[str]


def test_the_suite_passes_on_rows_like_the_reference(
    files: Files, tmp_path: Path, capsys: Capsys
) -> None:
    """TOML alone is printed; it passes where nothing changed, and else fails."""
    ended = outside("suggest", files.reference)
    assert (ended.code, ended.err) == (0, "")
    assert tomllib.loads(ended.out)["condition"]
    suite = tmp_path / "suite.toml"
    suite.write_text(ended.out, encoding="utf-8")
    call = ("--suite", str(suite), "--fail-on", "none")
    assert inside(capsys, "check", files.reference, files.same, *call).code == 0
    assert inside(capsys, "check", files.reference, files.moved, *call).code == 1


def test_rate_and_rows_are_taken(files: Files, capsys: Capsys) -> None:
    """Another rate or number of rows gives other limits; nonsense is refused."""
    usual = inside(capsys, "suggest", files.reference)
    rare = inside(capsys, "suggest", files.reference, "--false-alarms", "0.001")
    few = inside(capsys, "suggest", files.reference, "--rows", "100")
    assert len({usual.out, rare.out, few.out}) == 3
    assert inside(capsys, "suggest", files.reference, "--false-alarms", "2").code == 2


def test_a_saved_profile_suggests_the_same(
    files: Files, tmp_path: Path, capsys: Capsys
) -> None:
    """The rows are not needed to suggest a suite."""
    inside(capsys, "init", files.reference, "--schema", str(tmp_path / "s.toml"))
    profile = str(tmp_path / "reference.profile.json")
    one = inside(capsys, "suggest", profile)
    assert one.code == 0
    assert one.out == inside(capsys, "suggest", files.reference).out
