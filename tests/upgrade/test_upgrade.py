"""What an earlier release wrote is read, and gone on with, to the same results."""

from __future__ import annotations

import json
import shutil
import tarfile
from pathlib import Path
from typing import Any

import pytest

from leeboard.cli import main
from leeboard.doctor import examine
from leeboard.server.listening import Listening
from tests.upgrade.make import go_on, results

RELEASES = sorted(Path(__file__).parent.glob("*.tar.xz"))


@pytest.fixture(params=RELEASES, ids=lambda one: one.name.removesuffix(".tar.xz"))
def release(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    """The folder of a release's archive."""
    with tarfile.open(request.param) as archive:
        archive.extractall(tmp_path, filter="data")
    return tmp_path


def _expected(release: Path, when: str) -> Any:
    return json.loads((release / "expected.json").read_text(encoding="utf-8"))[when]


def _check(found: Any, expected: Any, place: str = "") -> None:
    """Compare, numbers to the last digits that libraries agree on."""
    if isinstance(expected, dict):
        assert set(found) == set(expected), place
        for key in expected:
            _check(found[key], expected[key], f"{place}.{key}")
    elif isinstance(expected, list):
        assert len(found) == len(expected), place
        for i, (one, other) in enumerate(zip(found, expected, strict=True)):
            _check(one, other, f"{place}[{i}]")
    elif isinstance(expected, float):
        assert found == pytest.approx(expected, rel=1e-9, abs=1e-12), place
    else:
        assert found == expected, place


def _check_gone_on(folder: Path, release: Path) -> None:
    """As that release has it; beside a PSI counted since stands its noise.

    That is (cells - 1) (1 / rows + 1 / rows of the reference).
    """
    found, expected = results(folder), _expected(release, "after")
    before = {
        row["window_start"] for row in _expected(release, "before")["measurements"]
    }
    for row, then in zip(found["measurements"], expected["measurements"], strict=True):
        told = row["reference"] is not None
        if row["metric"] == "psi" and (told or row["window_start"] not in before):
            unit = 1.0 / row["n_current"] + 1.0 / row["n_reference"]
            freedom = row["reference"] / unit
            assert round(freedom) >= 1
            assert freedom == pytest.approx(round(freedom), rel=1e-9)
            then["reference"] = row["reference"]
    _check(found, expected)


def test_it_is_read_as_it_was(release: Path) -> None:
    """Events, frames that nobody committed, figures, profiles and incidents."""
    _check(results(release / "frozen"), _expected(release, "before"))


def test_it_is_gone_on_with(release: Path) -> None:
    """Three days later all is as that release itself has it."""
    go_on(release / "frozen", release / "later.parquet")
    _check_gone_on(release / "frozen", release)
    config = release / "frozen" / "leeboard.toml"
    assert examine(config, listening=Listening(port=0), deep=True).sound


def test_a_backup_of_it_is_brought_back(
    release: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """And gone on with, to the same results."""
    (release / "back").mkdir()
    config = release / "back" / "leeboard.toml"
    command = ["restore", str(release / "backup.tar"), "--config", str(config)]
    assert main(command) == 0
    _check(results(release / "back"), _expected(release, "before"))
    go_on(release / "back", release / "later.parquet")
    _check_gone_on(release / "back", release)
    shutil.rmtree(release / "back")
