"""Evidence that a column stands still."""

from __future__ import annotations

import math

import numpy as np
import pytest

from leeboard.detectors.constant import Alike, Constant


def _after(
    detector: Constant, seen: list[Alike]
) -> tuple[list[float], tuple[float, ...]]:
    memory, evidence = detector.start(), []
    for one in seen:
        found = detector.step(memory, one)
        memory = found.memory
        evidence.append(found.log_m)
    return evidence, memory


@pytest.mark.parametrize("n", [2, 3, 5])
@pytest.mark.parametrize("shares", [(0.4, 0.3, 0.3), (0.25,) * 4, (0.4, 0.4, 0.2)])
def test_the_mean_of_an_e_value_is_at_most_one(
    n: int, shares: tuple[float, ...]
) -> None:
    """By enumeration: the chance that all agree, times what is bet on it."""
    detector = Constant(0.4)
    memory = (-math.inf, 20.0, 0.0)
    e = {a: math.exp(detector.step(memory, Alike(n, a)).log_e) for a in (True, False)}
    alike = sum(p**n for p in shares)
    assert alike * e[True] + (1 - alike) * e[False] <= 1.0 + 1e-12


def test_one_still_window_after_twenty_is_overwhelming() -> None:
    """24 rows of one value, where no value has more than a tenth of the rows."""
    evidence, _ = _after(Constant(0.1), [Alike(24, alike=False)] * 20)
    evidence, _ = _after(
        Constant(0.1), [*[Alike(24, alike=False)] * 20, Alike(24, alike=True)]
    )
    assert max(evidence[:20]) <= math.log(20.0) + 1e-9
    assert evidence[20] > 40.0


def test_a_column_that_is_constant_by_nature_never_sounds() -> None:
    """A month is the same in all rows of a day: where that is usual, nothing is bet."""
    seen = [Alike(24, alike=i % 7 == 0) for i in range(200)]
    evidence, _ = _after(Constant(0.2), seen)
    assert np.allclose(evidence, np.log(np.arange(1, 201)))


def test_a_window_without_rows_changes_nothing() -> None:
    """Neither evidence nor what was learnt."""
    detector = Constant(0.2)
    _, memory = _after(detector, [Alike(5, alike=False)] * 3)
    assert detector.step(memory, Alike(0, alike=True)).memory == memory


def test_a_fault_that_was_found_is_not_taken_for_nature() -> None:
    """After the alarm evidence begins anew, and the next fault is found too."""
    detector = Constant(0.1)
    _, memory = _after(
        detector, [*[Alike(24, alike=False)] * 20, Alike(24, alike=True)]
    )
    again = detector.step(detector.restart(memory), Alike(24, alike=True))
    assert again.log_m > 40.0
