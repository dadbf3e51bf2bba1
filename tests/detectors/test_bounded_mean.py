"""D1: exact means of its e-values, and what its memory promises."""

from __future__ import annotations

import json
from itertools import pairwise
from math import comb, exp

import numpy as np
import pytest
from scipy.stats import beta

from leeboard.detectors._detector import Rows
from leeboard.detectors.bounded_mean import BoundedMean
from leeboard.errors import AlarmError

REFERENCE = Rows(10_000, 1_000)


def _ones(n: int, k: int) -> Rows:
    return Rows(n, k)


@pytest.mark.parametrize("side", ["above", "below", "both"])
def test_the_mean_of_an_e_value_is_at_most_one(side: str) -> None:
    """For each mean in the null the sum over all windows of 8 rows is at most 1."""
    detector = BoundedMean(_ones(400, 80), tolerance=0.02, side=side, delta=0.05)
    low, high = detector.limits
    start = detector.start()
    e = [exp(detector.step(start, _ones(8, k)).log_e) for k in range(9)]
    for p in np.linspace(low or 0.0, 1.0 if high is None else high, 21):
        law = [comb(8, k) * p**k * (1 - p) ** (8 - k) for k in range(9)]
        assert np.dot(law, e) <= 1.0 + 1e-12


def test_the_edge_holds_the_reference_error_and_the_tolerance() -> None:
    """It is Clopper and Pearson's bound plus the tolerance, and mirrored."""
    above = BoundedMean(REFERENCE, tolerance=0.02)
    both = BoundedMean(REFERENCE, tolerance=0.02, side="both")
    assert above.limits[0] is None
    assert above.limits[1] == pytest.approx(beta.ppf(0.99, 1001, 9000) + 0.02)
    assert both.limits[0] == pytest.approx(beta.ppf(0.005, 1000, 9001) - 0.02)


def test_a_replay_from_a_written_memory_is_the_same_run() -> None:
    """Memories that went through JSON give the same numbers, bit by bit."""
    rng = np.random.default_rng(5)
    detector = BoundedMean(REFERENCE, tolerance=0.0, side="both")
    one = other = detector.start()
    for k in rng.binomial(100, 0.12, 40):
        there = detector.step(one, _ones(100, int(k)))
        here = detector.step(tuple(json.loads(json.dumps(other))), _ones(100, int(k)))
        assert here == there
        one, other = there.memory, here.memory


def test_no_rows_change_nothing_and_many_do_not_overflow() -> None:
    """An empty window keeps the memory; a billion rows give a finite number."""
    detector = BoundedMean(REFERENCE, tolerance=0.0)
    first = detector.step(detector.start(), _ones(100, 15))
    empty = detector.step(first.memory, _ones(0, 0))
    assert (empty.memory, empty.log_e) == (first.memory, 0.0)
    assert empty.log_m == pytest.approx(first.log_m)
    for k in (0, 200_000_000, 1_000_000_000):
        seen = detector.step(first.memory, _ones(1_000_000_000, k))
        assert np.isfinite([seen.log_e, seen.log_m, *seen.memory]).all()


def test_more_errors_are_more_evidence() -> None:
    """Ln e rises with the errors of a window; an alarm forgets all evidence."""
    detector = BoundedMean(REFERENCE, tolerance=0.0)
    steps = [detector.step(detector.start(), _ones(100, k)) for k in range(101)]
    assert all(a.log_e < b.log_e for a, b in pairwise(steps))
    assert detector.restart(steps[50].memory) == detector.start()
    assert detector.inside(_ones(100, 10))
    assert not detector.inside(_ones(100, 11))
    assert not detector.inside(_ones(0, 0))


def test_evidence_of_every_start_is_added() -> None:
    """With alternatives that all give the same e, M is that of the recursion."""
    detector = BoundedMean(_ones(1, 1), tolerance=0.0)  # nothing lies beyond 1
    memory = detector.start()
    for t in range(1, 6):
        seen = detector.step(memory, _ones(10, 5))
        assert exp(seen.log_m) == pytest.approx(t)
        memory = seen.memory


@pytest.mark.parametrize("rows", [_ones(5, 6), _ones(5, -1)])
def test_sums_that_no_rows_have_are_refused(rows: Rows) -> None:
    """Values outside [0, 1] show in their sums."""
    detector = BoundedMean(REFERENCE, tolerance=0.0)
    with pytest.raises(AlarmError, match="bad_detector"):
        detector.step(detector.start(), rows)
