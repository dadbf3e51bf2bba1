"""The suite file."""

from __future__ import annotations

from pathlib import Path

import pytest

import leeboard as lb
from leeboard.config import Suite, load_suite
from leeboard.errors import ConfigError


def _written(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "suite.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_a_suite_file_is_read(tmp_path: Path) -> None:
    """Every key of a condition reaches it."""
    path = _written(
        tmp_path,
        '[[condition]]\nfail = "psi > 0.2"\n\n[[condition]]\nfail = "missing > 5%"\n'
        'columns = ["a", "b"]\nrole = "label"\npattern = "a*"\n'
        'severity = "warning"\nname = "gaps"\n',
    )
    assert load_suite(path).conditions == (
        lb.Condition("psi > 0.2"),
        lb.Condition(
            "missing > 5%",
            columns=("a", "b"),
            role=lb.Role.LABEL,
            pattern="a*",
            severity="warning",
            name="gaps",
        ),
    )


def test_a_list_is_a_suite() -> None:
    """Rules as text and conditions may stand beside each other."""
    one = lb.Condition("missing > 5%", columns=["a"])
    assert load_suite(["psi > 1", one]).conditions == (lb.Condition("psi > 1"), one)
    assert load_suite(None) == Suite()
    with pytest.raises(ConfigError, match="condition 2 of the suite: found int"):
        load_suite(["psi > 1", 5])  # type: ignore[list-item]  # what is refused


def test_a_rule_that_cannot_be_meant_is_found_by_its_line(tmp_path: Path) -> None:
    """The error has the line of the key at fault, and the rule."""
    path = _written(
        tmp_path,
        '[[condition]]\nfail = "psi > 0.2"\n[[condition]]\nseverity = "error"\n'
        'fail = "pssi > 0.2"\n',
    )
    with pytest.raises(ConfigError, match=r"line 5, condition 'pssi > 0.2'.*'psi'"):
        load_suite(path)
    path = _written(tmp_path, '[[condition]]\nfail = "moved"\nseverity = "fatal"\n')
    with pytest.raises(ConfigError, match=r"line 3.*severity 'fatal'"):
        load_suite(path)


def test_a_condition_without_a_rule_is_refused(tmp_path: Path) -> None:
    """What should never be true must be said."""
    path = _written(tmp_path, '[[condition]]\ncolumns = ["a"]\n')
    with pytest.raises(ConfigError, match=r"line 1.*without a rule"):
        load_suite(path)


def test_single_brackets_are_told_apart(tmp_path: Path) -> None:
    """A single table where a list of tables is meant gets its own advice."""
    path = _written(tmp_path, '[condition]\nfail = "moved"\n')
    with pytest.raises(ConfigError, match="Double the brackets"):
        load_suite(path)


def test_an_empty_suite_asks_nothing(tmp_path: Path) -> None:
    """A file of comments alone is a suite of no conditions."""
    assert load_suite(_written(tmp_path, "# nothing yet\n")) == Suite()


def test_a_rule_where_a_list_is_meant() -> None:
    """One rule without brackets is no missing file: the brackets are named."""
    with pytest.raises(ConfigError, match=r"Put it in brackets: \['psi > 0.2'\]"):
        load_suite("psi > 0.2")
    with pytest.raises(ConfigError, match="no such file"):
        load_suite("suite.yaml")
