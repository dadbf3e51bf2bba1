"""What tells a window that changed from one that was counted again."""

from __future__ import annotations

import numpy as np
import pyarrow as pa

import leeboard as lb
from leeboard.monitor.digest import digest_of
from leeboard.performance import Outcomes, cells_of, tally_of
from leeboard.profiles.part import Part
from leeboard.schema import Task

DRAW = np.random.default_rng(11)
TABLE = pa.table(
    {"x": DRAW.normal(1e6, 1.0, 20_000), "c": DRAW.choice(["a", "b", "c"], 20_000)}
)
REFERENCE = lb.profile(TABLE)
LABELS = DRAW.normal(size=20_000)
PREDICTIONS = DRAW.normal(size=20_000)
CELLS = cells_of(Outcomes(Task.REGRESSION, LABELS, PREDICTIONS))


def _part(table: pa.Table) -> dict[str, Part]:
    return {"": lb.profile(table, reference=REFERENCE).parts[None]}


def _digest(order: np.ndarray, labels: np.ndarray = LABELS) -> str:
    outcomes = Outcomes(Task.REGRESSION, labels[order], PREDICTIONS[order])
    tally = tally_of(outcomes, CELLS)
    return digest_of(_part(TABLE.take(pa.array(order))), {"": tally}, len(order))


def test_the_order_of_rows_does_not_matter() -> None:
    """Sums differ in their last digits, and the name does not."""
    rows = np.arange(20_000)
    names = {_digest(DRAW.permutation(rows)) for _ in range(5)}
    assert names == {_digest(rows)}


def test_one_label_that_was_corrected_matters() -> None:
    """A label that moves within its cell changes the name."""
    changed = LABELS.copy()
    changed[17] += 1e-3
    rows = np.arange(20_000)
    assert _digest(rows, changed) != _digest(rows)


def test_one_row_more_matters() -> None:
    """As does a row that came late."""
    rows = np.arange(20_000)
    assert _digest(rows[:-1]) != _digest(rows)
