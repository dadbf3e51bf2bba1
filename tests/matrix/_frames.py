"""What every row of frames shares: plain frames, and checks seen from all sides."""

from __future__ import annotations

import json
import tempfile
import xml.etree.ElementTree as ET
from pathlib import Path
from typing import Any, NoReturn

import numpy as np
import pandas as pd
import pytest

import leeboard as lb
from leeboard.errors import LeeboardError
from leeboard.profiles.cells import CategoryCells, NumericCells

ROWS = 600

GOOD = "y"
"""The good column that stands beside every bad one and must go on."""


def rng(seed: int = 0) -> np.random.Generator:
    """Seeded randomness."""
    return np.random.default_rng(seed)


def frame(bad: Any = None, *, rows: int = ROWS, name: str = "x", seed: int = 0) -> Any:
    """A pandas frame of one good column and, if given, one under test."""
    columns: dict[str, Any] = {} if bad is None else {name: bad}
    columns[GOOD] = rng(seed).normal(size=rows)
    return pd.DataFrame(columns)


def objects(values: list[Any]) -> Any:
    """A column of Python objects, however strange."""
    column = np.empty(len(values), object)
    column[:] = values
    return column


def lists(values: list[Any]) -> Any:
    """A column of objects that numpy would like to stack."""
    column = np.empty(len(values), object)
    for i, value in enumerate(values):
        column[i] = value
    return column


def checked(reference: Any, current: Any, **options: Any) -> lb.Report:
    """Check; all forms of the report can be made, and a saved profile agrees."""
    report = lb.check(reference, current, **options)
    json.loads(report.to_json(), parse_constant=_no_constant)
    ET.fromstring(report.to_junit())
    assert report.to_html()
    assert report.to_markdown()
    assert repr(report)
    assert len(report.to_frame()) == len(report)
    known = {k: v for k, v in options.items() if k in ("schema", "segment")}
    with tempfile.TemporaryDirectory() as folder:
        path = str(Path(folder) / "reference.json")
        lb.profile(reference, **known).save(path)
        rest = {k: v for k, v in options.items() if k not in ("schema", "exact")}
        assert answers(lb.check(path, current, **rest)) == answers(report)
    return report


def cells_of(profile: lb.Profile) -> NumericCells:
    """Cells of the column of numbers under test."""
    cells = profile.cells["x"]
    assert isinstance(cells, NumericCells)
    return cells


def levels(reference: Any) -> tuple[str, ...]:
    """Levels with a cell of their own in the column under test."""
    cells = lb.profile(reference).cells["x"]
    assert isinstance(cells, CategoryCells)
    return cells.levels


def _no_constant(text: str) -> NoReturn:
    message = f"{text} is no JSON"
    raise AssertionError(message)


def answers(report: lb.Report) -> list[tuple[Any, ...]]:
    """What a report says of every column: name, state, reason and size."""
    return [
        (c.name, c.segment, c.state, c.verdict.reason.code, c.verdict.value)
        for c in report
    ]


def said(report: lb.Report, name: str = "x") -> tuple[str, str]:
    """State and reason code of one column."""
    verdict = report[name].verdict
    return verdict.state.value, verdict.reason.code


def notes(report: lb.Report) -> dict[str, str]:
    """Texts of the warnings by code, each with its place."""
    return {n.code: f"{n.where}: {n.text}" for n in report.findings.notes}


def skipped(report: lb.Report) -> dict[str, str]:
    """Reason code of each column that was not compared."""
    return {s.name: s.reason.code for s in report.findings.skipped}


def goes_on(report: lb.Report) -> None:
    """The good column was compared all the same."""
    assert report[GOOD].verdict.value is not None


def refused(code: str, reference: Any, current: Any, **options: Any) -> LeeboardError:
    """Return the error of a check; all its parts are there."""
    with pytest.raises(LeeboardError) as caught:
        lb.check(reference, current, **options)
    error = caught.value
    assert error.code == code
    assert all((error.where, error.found, error.expected, error.fix))
    return error
