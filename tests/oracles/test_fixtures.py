"""The frozen answers are whole and say where they come from."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[2]
FILES = sorted((ROOT / "tests" / "fixtures" / "oracles").glob("*.json"))


def read(path: Path) -> dict[str, Any]:
    """Read a fixture; a bare NaN or Infinity in it is an error."""

    def refuse(text: str) -> None:
        raise AssertionError(f"{path.name} holds {text}, which is not JSON")

    document: dict[str, Any] = json.loads(
        path.read_text(encoding="utf-8"), parse_constant=refuse
    )
    return document


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_fixture_names_its_maker_and_versions(path: Path) -> None:
    """Each file is made by a script that is here, with versions, or by hand."""
    document = read(path)
    if document["made_by"] != "hand":
        assert (ROOT / document["made_by"]).is_file()
        assert document["versions"]


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_fixture_is_listed_with_its_number_of_cases(path: Path) -> None:
    """The table in the README tells every file and how many cases it holds."""
    readme = (path.parent / "README.md").read_text(encoding="utf-8")
    assert f"| `{path.name}` ({len(read(path)['cases'])}) |" in readme


def test_hand_cases_show_their_working() -> None:
    """A case worked by hand carries the sum, and its name is its own."""
    cases = read(ROOT / "tests" / "fixtures" / "oracles" / "hand.json")["cases"]
    assert all(case["working"] for case in cases)
    assert len({case["name"] for case in cases}) == len(cases)
