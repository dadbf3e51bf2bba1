"""What people read of an error, beside what is judged of it."""

from __future__ import annotations

from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from leeboard.alarms.error import ErrorWatch, error_watches
from leeboard.alarms.look import RESIDUAL, Look, Standard
from leeboard.alarms.watch import Reading
from leeboard.engines.profiling import profile_current, profile_reference
from leeboard.performance import Outcomes, cells_of, tally_of
from leeboard.profiles.profile import Profile
from leeboard.schema import Task
from leeboard.sources import open_source
from tests.state._results import hour

_Array = np.ndarray[Any, Any]


def errors(seed: int, n: int, size: float = 10.0) -> _Array:
    """Return errors of n rows."""
    return np.random.default_rng(seed).normal(0.0, size, n)


def profiled(errors: _Array) -> Profile:
    """Return the reference's residuals as they are counted."""
    return profile_reference(open_source(pa.table({RESIDUAL: errors})))


def read(usual: _Array, now: _Array, *, measured: bool = True) -> Reading:
    """Read a window, with what was measured of its rows or with their counts alone."""
    profile = profiled(usual)
    outcomes = Outcomes(Task.REGRESSION, usual, np.zeros(len(usual)))
    figures = {"mae": float(np.abs(usual).mean())}
    standard = Standard(profile, {RESIDUAL: profile}, figures, len(usual))
    (watch,) = error_watches(standard, 0.01)
    assert isinstance(watch, ErrorWatch)
    table = open_source(pa.table({RESIDUAL: now}))
    part = profile_current(table, profile).parts[None]
    seen = Outcomes(Task.REGRESSION, now, np.zeros(len(now)))
    tally = tally_of(seen, cells_of(outcomes)) if measured else None
    reading = watch.read(Look(hour(1), part, tally))
    assert reading is not None
    return reading


def test_the_measured_error_is_told_however_large() -> None:
    """A row that is far off counts whole in the figure, and bounded in the evidence."""
    now = errors(2, 200, 1e5)
    reading = read(errors(1, 4000), now)
    size = float(np.abs(now).mean())
    assert reading.value == pytest.approx(size)
    assert f"the error of 200 predictions was {size:,.0f} on average" in reading.text


def test_what_counts_alone_tell_of_a_large_error_is_said_as_a_least() -> None:
    """Cells without an end tell no figure; those with one tell it closely."""
    far = read(errors(1, 4000), errors(2, 200, 1e5), measured=False)
    assert (far.value, "was at least" in far.text) == (None, True)
    near = read(errors(1, 4000), errors(1, 4000)[:200], measured=False)
    assert "at least" not in near.text
    usual = float(np.abs(errors(1, 4000)[:200]).mean())
    assert near.value == pytest.approx(usual, rel=0.05)


def test_a_mean_that_fell_while_most_errors_rose_is_no_figure_of_a_rise() -> None:
    """A few enormous errors of the reference hide that the others doubled."""
    usual = errors(1, 4000)
    usual[:20] = 1e5
    reading = read(usual, errors(2, 400, 40.0))
    assert reading.value is None
    assert "that of most of them rose" in reading.text
