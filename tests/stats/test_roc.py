"""Areas of ranks and their variances, against what pairs of rows say."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from sklearn import metrics as peer

from leeboard.stats.roc import Ranked, area, precision_area, tied


def _sample(seed: int, n: int = 60) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    labels = rng.random(n) < 0.4
    labels[:2] = [True, False]
    return rng.normal(labels, 1.0).round(1), labels


@pytest.mark.parametrize("seed", range(8))
def test_variance_is_that_of_the_pairs(seed: int) -> None:
    """DeLong's variance from all pairs of rows, ties half, written out."""
    scores, labels = _sample(seed)
    high, low = scores[labels], scores[~labels]
    won = (high[:, None] > low) + 0.5 * (high[:, None] == low)
    expected = won.mean(axis=1).var(ddof=1) / len(high)
    expected += won.mean(axis=0).var(ddof=1) / len(low)
    positives, negatives, _ = tied(scores, labels)
    found = area(positives, negatives)
    assert found.value == pytest.approx(won.mean(), rel=1e-13)
    assert found.variance == pytest.approx(expected, rel=1e-12)


@pytest.mark.parametrize("of", [area, precision_area])
def test_influence_is_what_one_row_more_changes(of: Callable[..., Ranked]) -> None:
    """A little weight on one row moves the figure by its influence."""
    scores, labels = _sample(3)
    positives, negatives, place = tied(scores, labels)
    base = of(positives, negatives)
    n, step = len(scores), 1e-6
    for row in range(0, n, 7):
        weight = np.zeros(len(positives))
        weight[place[row]] = step * n
        up = weight if labels[row] else 0 * weight
        moved = of((positives + up), (negatives + weight - up))
        influence = (base.positive if labels[row] else base.negative)[place[row]]
        assert (moved.value - base.value) / step == pytest.approx(influence, abs=1e-3)
    total = positives @ base.positive + negatives @ base.negative
    assert total == pytest.approx(0.0, abs=1e-9)


def test_average_precision_varies_as_resampling_says() -> None:
    """The standard error from influence is near that of the bootstrap."""
    scores, labels = _sample(5, 400)
    positives, negatives, _ = tied(scores, labels)
    found = precision_area(positives, negatives)
    rng = np.random.default_rng(1)
    drawn = [
        peer.average_precision_score(labels[at], scores[at])
        for at in (rng.integers(0, 400, 400) for _ in range(300))
    ]
    assert np.sqrt(found.variance) == pytest.approx(np.std(drawn), rel=0.15)


def test_too_few_rows_have_no_variance() -> None:
    """One positive row gives an area and no variance."""
    found = area(np.array([0.0, 1.0]), np.array([3.0, 0.0]))
    assert found.value == 1.0
    assert np.isnan(found.variance)
