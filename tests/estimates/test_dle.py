"""Expected errors: trees, bounds and what breaks them."""

from __future__ import annotations

from collections import Counter
from functools import cache
from typing import Any

import numpy as np
import pytest
from sklearn.ensemble import GradientBoostingRegressor

from leeboard.estimates import dle
from leeboard.estimates._table import MISSING, learn_encoder
from leeboard.estimates._trees import Grove, _of_fitted
from leeboard.estimates.dle import Dle, fit_dle
from tests.estimates._worlds import regression

Array = np.ndarray[Any, Any]


@cache
def _known() -> Dle:
    draw = np.random.default_rng(0)
    said, labels, features = regression(3000, draw)
    return fit_dle(said, labels, features, draw)


@pytest.mark.parametrize("leaves", [2, 9, 31])
def test_trees_kept_as_numbers_predict_what_scikit_learn_does(leaves: int) -> None:
    """Predictions equal scikit-learn's to the last bit, ends and ties included."""
    draw = np.random.default_rng(leaves)
    table = np.round(draw.normal(size=(400, 5)), 1).astype(np.float32)
    table[::7, 2] = MISSING
    target = draw.exponential(size=400)
    fitted = GradientBoostingRegressor(
        n_estimators=20, max_leaf_nodes=leaves, max_depth=None, random_state=0
    ).fit(table, target)
    kept = _of_fitted(fitted)
    rows = np.round(draw.normal(size=(40_000, 5)) * 2, 1).astype(np.float32)
    rows[0], rows[1] = MISSING, -np.float32(MISSING)
    # thresholds themselves, rounded to what a row can hold
    edges = kept.threshold[kept.feature >= 0].astype(np.float32)
    rows[2 : 2 + len(edges)] = edges[:, None]
    assert np.array_equal(kept.predict(rows), fitted.predict(rows))
    assert kept.predict(rows[:0]).shape == (0,)
    # one row is added up as many are, not pairwise
    one_by_one = [kept.predict(rows[i : i + 1])[0] for i in range(200)]
    assert one_by_one == kept.predict(rows[:200]).tolist()


def test_models_asked_together_answer_as_each_alone() -> None:
    """Trees of other numbers and sizes do not meet, in whatever pieces rows come."""
    draw = np.random.default_rng(3)
    table = draw.normal(size=(400, 4)).astype(np.float32)
    models = [
        _of_fitted(
            GradientBoostingRegressor(
                n_estimators=trees, max_leaf_nodes=leaves, random_state=0
            ).fit(table, table[:, trees % 4] ** 2)
        )
        for trees, leaves in ((3, 31), (20, 2), (7, 12))
    ]
    rows = draw.normal(size=(5000, 4)).astype(np.float32)
    together = Grove(models).predict(rows)
    for one, answer in zip(models, together, strict=True):
        assert np.array_equal(one.predict(rows), answer)


@pytest.mark.parametrize(
    "wanted", [{"mae"}, {"mse"}, {"rmse"}, {"mse", "rmse", "r2"}, {"r2"}, set()]
)
def test_what_is_not_wanted_changes_nothing_else(wanted: set[str]) -> None:
    """Figures that are asked for are those of all; others are left out."""
    said, features = _rows(300, 4)
    every = {one.metric: one for one in _known().estimate(said, features)}
    assert set(every) == {"mae", "mse", "rmse"}
    found = {one.metric: one for one in _known().estimate(said, features, wanted)}
    assert found == {name: every[name] for name in wanted & set(every)}


def test_features_become_numbers_the_same_way() -> None:
    """Levels are coded in order; missing, unseen and infinite values have a place."""
    features = {
        "n": np.array([1.5, np.nan, np.inf, -np.inf]),
        "t": np.array(["b", "a", None, "b"], dtype=object),
    }
    coder = learn_encoder(features)
    table = coder.table(np.zeros(4), features)
    most = -np.float32(MISSING)
    assert table.dtype == np.float32
    assert table[:, 1].tolist() == [1.5, -most, most, -most]
    assert table[:, 2].tolist() == [1.0, 0.0, -most, 1.0]
    new = {**features, "t": np.array(["c", "a", "b", None], dtype=object)}
    assert coder.table(np.zeros(4), new)[:, 2].tolist() == [-most, 0.0, 1.0, -most]


def test_rare_levels_beyond_255_count_as_missing() -> None:
    """Of many levels those of most rows are kept."""
    texts = [str(i) for i in range(300) for _ in range(1 + (i < 255))]
    coder = learn_encoder({"t": np.array(texts, dtype=object)})
    assert coder.levels[0] == tuple(sorted(str(i) for i in range(255)))


def test_expected_errors_follow_what_drives_them() -> None:
    """Where width is 0.1 or 0.9, in Graz or Lyon, expected errors are known ones."""
    known = _known()
    for width in (0.1, 0.9):
        for city, times in (("Graz", 1.0), ("Lyon", 2.0)):
            features = {
                "width": np.full(200, width),
                "city": np.full(200, city, dtype=object),
            }
            said = np.random.default_rng(1).normal(size=200)
            loss = known.expected_loss(said, features)
            scale = (0.5 + width) * times
            # of a normal error: mean sqrt(2/pi), deviation sqrt(1 - 2/pi)
            assert loss.mean.mean() == pytest.approx(0.798 * scale, rel=0.2)
            assert loss.sigma.mean() == pytest.approx(0.603 * scale, rel=0.25)


def test_covariate_shift_is_followed_and_concept_shift_is_not() -> None:
    """Wider rows raise the estimate as labels will; a noisier world goes unseen."""
    known = _known()
    said, labels, features = regression(4000, np.random.default_rng(2), wide=3.0)
    before = known.estimate(*_rows(4000, 3))[0]
    moved = known.estimate(said, features)[0]
    assert moved.low > before.high
    assert moved.low <= np.abs(labels - said).mean() <= moved.high
    said, labels, features = regression(4000, np.random.default_rng(4), noise=1.5)
    unseen = known.estimate(said, features)[0]
    assert unseen.high < np.abs(labels - said).mean()
    assert unseen.value == pytest.approx(before.value, rel=0.05)


def _rows(n: int, seed: int) -> tuple[Array, dict[str, Array]]:
    said, _, features = regression(n, np.random.default_rng(seed))
    return said, features


def test_expected_losses_are_never_negative() -> None:
    """A model that extrapolates below zero is cut off there."""
    draw = np.random.default_rng(5)
    said = draw.normal(size=600)
    x = draw.normal(size=600)
    labels = said + np.where(x > 0, draw.normal(0, 50, 600), 0.0)
    known = fit_dle(said, labels, {"x": x}, draw)
    table = known.encoder.table(said, {"x": x})
    assert known.absolute.model.predict(table).min() < 0.0
    assert known.expected_loss(said, {"x": x}).mean.min() == 0.0
    mae, mse, rmse = known.estimate(said[x < 0], {"x": x[x < 0]})
    assert mae.low == 0.0
    assert rmse.value == pytest.approx(np.sqrt(mse.value))


def test_many_rows_are_sampled_and_the_bounds_know(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Of many rows a part is looked at: near the whole, within wider bounds."""
    said, features = _rows(20_000, 6)
    whole = _known().estimate(said, features)[0]
    monkeypatch.setattr(dle, "_WINDOW", 2000)
    part = _known().estimate(said, features)[0]
    assert part.n == whole.n == 20_000
    assert part.value != whole.value
    assert part.low < whole.value < part.high
    assert part.high - part.low > whole.high - whole.low


def test_the_spread_is_measured_on_unseen_rows() -> None:
    """Variance by expected loss is that of fresh rows, not of those fitted."""
    known = _known()
    said, labels, features = regression(20_000, np.random.default_rng(7))
    mean = known.absolute.expected(known.encoder.table(said, features))
    fresh = ((np.abs(labels - said) - mean) ** 2).mean()
    assert known.absolute.spread(mean).mean() == pytest.approx(fresh, rel=0.1)


@pytest.mark.long
def test_bounds_hold_realised_errors() -> None:
    """Each with a reference of its own, errors lie in the bounds 95 times in 100."""
    runs, inside = 30, Counter[tuple[int, str]]()
    for run in range(runs):
        draw = np.random.default_rng(run)
        said, labels, features = regression(600, draw)
        known = fit_dle(said, labels, features, draw)
        for m in (100, 5000):
            said, labels, features = regression(m, draw)
            error = labels - said
            realised = {
                "mae": np.abs(error).mean(),
                "mse": (error**2).mean(),
                "rmse": np.sqrt((error**2).mean()),
            }
            for one in known.estimate(said, features):
                inside[m, one.metric] += one.low <= realised[one.metric] <= one.high
    for key, count in inside.items():
        assert count / runs >= 0.95 - 4 * np.sqrt(0.95 * 0.05 / runs), key
