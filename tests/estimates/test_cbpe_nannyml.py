"""Estimates beside those of nannyml, on the data sets that it ships."""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np
import pytest

from leeboard.estimates._binary import RANKS, count_cells
from leeboard.estimates._calibrator import REPLICATES, Calibrator
from leeboard.estimates._estimate import Estimate
from leeboard.estimates.cbpe import Cbpe, fit_cbpe
from leeboard.stats.calibration import Shares
from tests.estimates._nannyml import case, column, counted

Array = np.ndarray[Any, Any]
LOAN = range(10)
PLURAL = {
    "true_positive": "true_positives",
    "false_positive": "false_positives",
    "true_negative": "true_negatives",
    "false_negative": "false_negatives",
}


def _forced(tables: list[list[float]]) -> Cbpe:
    """Nannyml's own calibration: a table of its answers at each hundredth."""
    grid = np.arange(101) / 100.0
    none = np.zeros((REPLICATES, 101))
    return Cbpe(
        tuple(Calibrator(Shares(grid, np.array(t)), grid, none) for t in tables)
    )


@cache
def _own() -> Cbpe:
    scores, _, labels = counted(case("car loan reference"))
    return fit_cbpe(scores, labels, np.random.default_rng(1))


def _by_name(found: list[Estimate]) -> dict[str, Estimate]:
    return {one.metric: one for one in found}


@pytest.mark.parametrize("chunk", LOAN)
def test_with_its_calibration_binary_estimates_are_its_own(chunk: int) -> None:
    """Given nannyml's probabilities every figure is nannyml's to 1e-6."""
    frozen = case(f"car loan {chunk}")
    scores, said, _ = counted(frozen)
    forced = _forced([case("car loan reference")["calibrated"]])
    found = _by_name(forced.estimate(said, scores, np.random.default_rng(0)))
    for name, theirs in frozen["nannyml"].items():
        if name != "average_precision":
            ours = found[PLURAL.get(name, name)].value
            assert ours == pytest.approx(theirs["value"], rel=1e-6), name


@pytest.mark.parametrize("chunk", LOAN)
def test_average_precision_differs_in_ties_alone(chunk: int) -> None:
    """Row by row it is nannyml's; rows of equal score stand together in ours."""
    frozen = case(f"car loan {chunk}")
    scores, said, _ = counted(frozen)
    theirs = frozen["nannyml"]["average_precision"]["value"]
    forced = _forced([case("car loan reference")["calibrated"]])
    apart = count_cells(
        np.arange(len(scores)) / len(scores), forced.probabilities(scores), said
    )
    whole = RANKS["average_precision"](apart.rows, apart.positives)
    assert whole == pytest.approx(theirs, rel=1e-6)
    found = _by_name(forced.estimate(said, scores, np.random.default_rng(0)))
    assert found["average_precision"].value == pytest.approx(theirs, abs=2e-3)


@pytest.mark.parametrize("chunk", LOAN)
def test_with_our_calibration_estimates_lie_near(chunk: int) -> None:
    """Calibrated here, each figure is within nannyml's band, and it within ours."""
    frozen = case(f"car loan {chunk}")
    scores, said, _ = counted(frozen)
    found = _by_name(_own().estimate(said, scores, np.random.default_rng(0)))
    for name, theirs in frozen["nannyml"].items():
        ours = found[PLURAL.get(name, name)]
        low, high = (theirs[f"{end}_confidence_boundary"] for end in ("lower", "upper"))
        assert low <= ours.value <= high, name
        assert ours.low <= theirs["value"] <= ours.high, name


def test_both_calibrate_the_car_loans() -> None:
    """Nannyml and we find that the scores are better calibrated, to like tables."""
    frozen = case("car loan reference")
    assert frozen["calibrates"]
    ours = _own().probabilities(np.arange(101) / 100.0)
    assert np.abs(ours - frozen["calibrated"]).max() <= 1e-9


def test_realised_figures_fall_within_our_bounds() -> None:
    """Before the drift, realised accuracy and area lie in the 95 % bounds."""
    for chunk in range(5):
        frozen = case(f"car loan {chunk}")
        scores, said, _ = counted(frozen)
        found = _by_name(_own().estimate(said, scores, np.random.default_rng(0)))
        for name in ("accuracy", "roc_auc", "f1"):
            realised = frozen["nannyml"][name]["realized"]
            assert found[name].low <= realised <= found[name].high, (chunk, name)


@pytest.mark.parametrize("chunk", [1, 17])
def test_with_its_calibration_estimates_of_classes_are_its_own(chunk: int) -> None:
    """Given its three tables, macro figures are nannyml's to 1e-6, right or wrong."""
    frozen = case(f"cards {chunk}")
    scores = np.column_stack([column(p) for p in frozen["hundredths"]]) / 100.0
    forced = _forced(case("cards reference")["calibrated"])
    said = column(frozen["predictions"])
    found = _by_name(forced.estimate(said, scores, np.random.default_rng(0)))
    for name, theirs in frozen["nannyml"].items():
        assert found[name].value == pytest.approx(theirs["value"], rel=1e-6), name
        inside = found[name].low <= theirs["realized"] <= found[name].high
        # in the second half of that data set labels no longer follow the scores
        assert inside is (chunk == 1), name
