"""Confidence-based estimates: formulas, bounds and what breaks them."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from leeboard.estimates._calibrator import REPLICATES, Calibrator
from leeboard.estimates._estimate import Estimate
from leeboard.estimates.cbpe import Cbpe, fit_cbpe
from tests.estimates._worlds import binary, classes, realised_binary

Array = np.ndarray[Any, Any]
PAGE = Path(__file__).resolve().parents[2] / "docs" / "estimated-performance.md"


def _sure(k: int = 1) -> Cbpe:
    """Scores that are known to be probabilities."""
    grid = np.array([0.0, 1.0])
    return Cbpe((Calibrator(None, grid, np.zeros((REPLICATES, 2))),) * k)


def _by_name(found: list[Estimate]) -> dict[str, Estimate]:
    return {one.metric: one for one in found}


@settings(deadline=None, max_examples=25)
@given(st.integers(2, 60), st.integers(0, 2**31))
def test_certain_scores_give_the_figures_of_labels(n: int, seed: int) -> None:
    """Where each chance is 0 or 1, estimates are scikit-learn's on these labels."""
    draw = np.random.default_rng(seed)
    labels = draw.permutation(np.arange(n) % 2)
    said = draw.integers(0, 2, n)
    scores = draw.choice([0.1, 0.4, 0.8], n)
    cells = np.array([0.1, 0.4, 0.8])
    # a score of its own for each row, so that a table can be certain of it
    own = scores + np.arange(n) * 1e-9
    order = np.argsort(own)
    from leeboard.stats.calibration import Shares

    table = Shares(own[order], labels[order].astype(np.float64))
    known = Cbpe((Calibrator(table, cells, np.zeros((REPLICATES, 3))),))
    found = _by_name(known.estimate(said, own, draw))
    for name, value in realised_binary(said, own, labels).items():
        if np.isnan(value):
            assert found[name].value is None
        else:
            assert found[name].value == pytest.approx(value, abs=1e-6), name


def test_expected_confusion_by_hand() -> None:
    """Three rows of chances 0.9, 0.2, 0.6: true positives 1.5, false 0.5, and so on."""
    scores, said = np.array([0.9, 0.2, 0.6]), np.array([1, 0, 1])
    table = _sure().confusion(said, scores)
    assert table == pytest.approx(np.array([[0.8, 0.5], [0.2, 1.5]]))
    found = _by_name(_sure().estimate(said, scores, np.random.default_rng(0)))
    assert found["true_positives"].value == pytest.approx(1.5)
    assert found["false_positives"].value == pytest.approx(0.5)
    assert found["true_negatives"].value == pytest.approx(0.8)
    assert found["false_negatives"].value == pytest.approx(0.2)
    assert found["accuracy"].value == pytest.approx(2.3 / 3)
    assert found["f1"].value == pytest.approx(1.5 / (1.5 + 0.35))
    loss = _sure().expected_loss(said, scores)
    assert loss.mean == pytest.approx(np.array([0.1, 0.2, 0.4]))
    assert loss.sigma == pytest.approx(np.sqrt([0.09, 0.16, 0.24]))


def test_two_classes_as_several_agree() -> None:
    """A binary model given as two columns has the same accuracy and area."""
    draw = np.random.default_rng(3)
    scores = draw.random(500)
    said = (scores > 0.4).astype(np.int64)
    one = _by_name(_sure().estimate(said, scores, draw))
    both = np.column_stack([1 - scores, scores])
    two = _by_name(_sure(2).estimate(said, both, draw))
    for name in ("accuracy", "balanced_accuracy", "roc_auc", "log_loss"):
        assert two[name].value == pytest.approx(one[name].value, rel=1e-9), name
        assert two[name].low == pytest.approx(one[name].low, abs=0.02), name
        assert two[name].high == pytest.approx(one[name].high, abs=0.02), name


def test_the_area_is_the_mean_over_drawn_labels() -> None:
    """Estimated area and average precision are the averages over drawn labels."""
    draw = np.random.default_rng(4)
    scores = np.round(draw.random(2000), 2)
    said = (scores > 0.5).astype(np.int64)
    drawn: dict[str, list[float]] = {"roc_auc": [], "average_precision": []}
    for _ in range(100):
        labels = (draw.random(2000) < scores).astype(np.int64)
        known = realised_binary(said, scores, labels)
        for name, values in drawn.items():
            values.append(known[name])
    found = _by_name(_sure().estimate(said, scores, draw))
    for name, values in drawn.items():
        error = np.std(values) / np.sqrt(100)
        # the plug-in counts a row against itself: one in two thousand
        assert abs(np.mean(values) - found[name].value) <= 4 * error + 1 / 2000
        low, high = np.quantile(values, [0.025, 0.975])
        assert found[name].low == pytest.approx(low, abs=0.008)
        assert found[name].high == pytest.approx(high, abs=0.008)


def _covered(known: Cbpe, m: int, runs: int, seed: int) -> dict[str, float]:
    """Share of windows whose realised figure fell within the bounds."""
    inside: Counter[str] = Counter()
    for run in range(runs):
        draw = np.random.default_rng([seed, run])
        scores = draw.beta(0.8, 1.2, m)
        said = (scores > 0.4).astype(np.int64)
        labels = (draw.random(m) < scores).astype(np.int64)
        realised = realised_binary(said, scores, labels)
        for one in known.estimate(said, scores, draw):
            value = realised[one.metric]
            inside[one.metric] += one.low - 1e-12 <= value <= one.high + 1e-12
    return {name: count / runs for name, count in inside.items()}


def test_bounds_hold_realised_figures_at_the_stated_rate() -> None:
    """With known chances every figure falls within its bounds 95 times in 100."""
    runs = 80
    band = 4 * np.sqrt(0.95 * 0.05 / runs)
    for name, share in _covered(_sure(), 150, runs, 7).items():
        assert 0.95 - band <= share, name


@pytest.mark.long
def test_bounds_hold_at_the_stated_rate_closely() -> None:
    """With known chances coverage is 95 %, few rows or many, within four sigma."""
    runs = 250
    band = 4 * np.sqrt(0.95 * 0.05 / runs)
    for m in (60, 2000):
        for name, share in _covered(_sure(), m, runs, m).items():
            # counts of few rows are coarse: whole numbers cover more
            assert 0.95 - band <= share <= (1.0 if m == 60 else 0.95 + band + 0.01), (
                m,
                name,
                share,
            )


def _fitted_coverage(
    n: int, m: int, runs: int, *, shift: float = 0.0, slope: float = 1.0
) -> dict[str, float]:
    """Coverage where each run has a reference of its own."""
    inside: Counter[str] = Counter()
    for run in range(runs):
        draw = np.random.default_rng([n, m, run])
        scores, _, labels = binary(n, draw)
        known = fit_cbpe(scores, labels, draw)
        scores, said, labels = binary(m, draw, shift=shift, slope=slope)
        realised = realised_binary(said, scores, labels)
        for one in known.estimate(said, scores, draw):
            inside[one.metric] += one.low <= realised[one.metric] <= one.high
    return {name: count / runs for name, count in inside.items()}


def test_bounds_allow_for_a_small_reference() -> None:
    """Calibrated on 300 rows, figures of 5,000 mostly lie in the bounds."""
    # of bounds made of chance alone, about a third hold
    for name, share in _fitted_coverage(300, 5000, 25).items():
        assert share >= 0.64, name


@pytest.mark.long
def test_bounds_hold_where_the_reference_is_the_smaller() -> None:
    """Where calibration error dominates, coverage is still 90 % or more, less noise."""
    runs = 120
    for name, share in _fitted_coverage(1000, 10_000, runs).items():
        assert share >= 0.9 - 3 * np.sqrt(0.9 * 0.1 / runs), (name, share)


@pytest.mark.long
def test_bounds_hold_under_covariate_shift() -> None:
    """Inputs that moved within what the reference knew leave coverage as it was."""
    runs = 100
    for name, share in _fitted_coverage(4000, 500, runs, shift=0.8).items():
        assert share >= 0.9 - 3 * np.sqrt(0.9 * 0.1 / runs), (name, share)


def test_concept_shift_breaks_it_and_the_page_says_so() -> None:
    """Labels that depend otherwise on the inputs are not seen; this is written."""
    broken = _fitted_coverage(2000, 5000, 4, slope=0.3)
    assert broken["accuracy"] == broken["roc_auc"] == broken["log_loss"] == 0.0
    text = " ".join(PAGE.read_text(encoding="utf-8").split())
    assert "Concept shift breaks it" in text
    assert "cannot see" in text


@pytest.mark.long
def test_bounds_of_several_classes_hold() -> None:
    """Macro figures of three classes fall within their bounds 95 times in 100."""
    runs, inside = 80, Counter[str]()
    from sklearn import metrics

    for run in range(runs):
        draw = np.random.default_rng([3, run])
        scores, _, labels = classes(3000, draw)
        known = fit_cbpe(scores, labels, draw)
        scores, said, labels = classes(400, draw)
        realised = {
            "accuracy": metrics.accuracy_score(labels, said),
            "recall": metrics.recall_score(labels, said, average="macro"),
            "f1": metrics.f1_score(labels, said, average="macro"),
            "roc_auc": metrics.roc_auc_score(labels, scores, multi_class="ovr"),
            "log_loss": metrics.log_loss(labels, scores),
        }
        found = _by_name(known.estimate(said, scores, draw))
        for name, value in realised.items():
            inside[name] += found[name].low <= value <= found[name].high
    for name, count in inside.items():
        assert count / runs >= 0.95 - 4 * np.sqrt(0.95 * 0.05 / runs), name


def test_more_rows_than_are_drawn_shrink_the_bounds() -> None:
    """Of several classes, bounds of 40,000 rows are half those of 10,000."""
    draw = np.random.default_rng(6)
    scores, said, _ = classes(40_000, draw)
    wide = _by_name(_sure(3).estimate(said[:10_000], scores[:10_000], draw))
    narrow = _by_name(_sure(3).estimate(said, scores, draw))
    for name in ("f1", "roc_auc", "precision", "accuracy", "log_loss"):
        ratio = (wide[name].high - wide[name].low) / (
            narrow[name].high - narrow[name].low
        )
        assert ratio == pytest.approx(2.0, rel=0.3), name


def test_calibration_repairs_what_the_scores_overstate() -> None:
    """Scores too sure of themselves give the accuracy of labels, not their own."""
    draw = np.random.default_rng(8)
    scores, _, labels = binary(5000, draw)
    known = fit_cbpe(scores, labels, draw)
    scores, said, labels = binary(20_000, draw)
    accuracy = _by_name(known.estimate(said, scores, draw))["accuracy"]
    realised = (said == labels).mean()
    naive = np.maximum(scores, 1 - scores).mean()
    assert naive - realised > 0.08
    assert accuracy.value == pytest.approx(realised, abs=0.02)


def test_rows_without_any_calibrated_chance_are_even() -> None:
    """Where all tables say none, each class has the same chance."""
    from leeboard.stats.calibration import Shares

    none = Shares(np.array([0.0, 1.0]), np.array([0.0, 0.0]))
    grid = np.array([0.0, 1.0])
    known = Cbpe((Calibrator(none, grid, np.zeros((REPLICATES, 2))),) * 4)
    assert known.probabilities(np.full((3, 4), 0.25)) == pytest.approx(0.25)
