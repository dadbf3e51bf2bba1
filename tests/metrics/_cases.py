"""Frozen answers, and rows and counts to measure them on."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from leeboard.engines.arrays import LevelCounter, NumberCounter, count_ordered
from leeboard.engines.cut import cut_levels, cut_numbers
from leeboard.metrics._metric import Measurement, Pair, Rows
from leeboard.profiles.cells import CategoryCells
from leeboard.profiles.counts import CategoryCounts
from leeboard.schema import Kind

FOLDER = Path(__file__).parents[1] / "fixtures" / "oracles"


def frozen(name: str) -> list[dict[str, Any]]:
    """Cases of one file of frozen answers."""
    text = (FOLDER / f"{name}.json").read_text(encoding="utf-8")
    cases: list[dict[str, Any]] = json.loads(text)["cases"]
    return cases


def hand(metric: str) -> list[dict[str, Any]]:
    """Hand-worked cases of one metric."""
    return [case for case in frozen("hand") if case["metric"] == metric]


def rows(values: Any) -> Rows:
    """Rows of numbers, where None is missing and ``"inf"`` is infinite."""
    present = np.array([v is not None for v in values], bool)
    given = [float(v) for v in values if v is not None]
    array = np.array(given, np.float64)
    missing = int((~present).sum())
    return Rows(
        array,
        missing,
        Kind.NUMERIC,
        int(np.isinf(array).sum()),
        present if missing else None,
    )


def texts(values: Any) -> Rows:
    """Rows of categories."""
    present = np.array([v is not None for v in values], bool)
    array = np.array([v for v in values if v is not None], object)
    missing = int((~present).sum())
    return Rows(array, missing, Kind.CATEGORICAL, 0, present if missing else None)


def number_pair(reference: Any, current: Any) -> Pair:
    """Count two arrays of numbers in the cells that the first one fixes."""
    x, y = np.asarray(reference), np.asarray(current)
    if x.dtype.kind == "f":
        ends = int((x == -np.inf).sum()), int((x == np.inf).sum())
        missing = int(np.isnan(x).sum())
        finite = np.sort(x[np.isfinite(x)]) + 0.0
    else:
        ends, missing, finite = (0, 0), 0, np.sort(x)
    cells = cut_numbers(finite)
    counted = count_ordered(cells, finite, (*ends, missing))
    current_counts = NumberCounter(cells).count(y, 0)
    return Pair(cells, counted, current_counts, fixed=True)


def level_pair(reference: Sequence[str | None], current: Sequence[str | None]) -> Pair:
    """Count two lists of levels in the cells that the first one fixes."""
    cells = cut_levels(Counter(v for v in reference if v is not None))
    counter = LevelCounter(cells)
    sides = [counter.count(pa.array(v, pa.string())) for v in (reference, current)]
    return Pair(cells, sides[0], sides[1], fixed=True)


def value_of(measurement: Measurement) -> float:
    """Value of a measurement that must have one."""
    assert measurement.value is not None, measurement.reason
    return measurement.value


def p_of(measurement: Measurement) -> float:
    """P-value of a measurement that must have one."""
    assert measurement.p_value is not None, measurement.reason
    return measurement.p_value


def code_of(measurement: Measurement) -> str:
    """Code of the reason of a measurement that must have one."""
    assert measurement.reason is not None
    return measurement.reason.code


def count_pair(reference: list[int], current: list[int]) -> Pair:
    """Counts of levels, given as such."""
    levels = tuple(f"level {i}" for i in range(len(reference)))
    cells = CategoryCells(levels, np.empty(0, np.uint64), 0)
    sides = [
        CategoryCounts(np.array([*c, 0, 0], np.int64), 0) for c in (reference, current)
    ]
    return Pair(cells, sides[0], sides[1], fixed=True)
