"""How much a row counts when rows of a day or entity resemble each other."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest

import leeboard as lb
from leeboard.metrics._metric import Pair
from leeboard.profiles.profile import Profile
from leeboard.verdicts.effects import pair_up


def _entities(seed: int, count: int, first: int = 0) -> pa.Table:
    """Ten rows of each entity, four fifths of their variance its own."""
    rng = np.random.default_rng(seed)
    own = np.repeat(rng.normal(size=count), 10) * np.sqrt(0.8)
    ids = np.repeat(np.arange(first, first + count), 10)
    order = rng.permutation(len(ids))
    x = own + rng.normal(size=len(ids)) * np.sqrt(0.2)
    return pa.table({"user_id": ids[order], "x": x[order]})


def _days(seed: int, count: int) -> pa.Table:
    """Fifty rows of each day, nearly all alike."""
    rng = np.random.default_rng(seed)
    day = np.datetime64("2024-01-01", "us") + np.repeat(np.arange(count), 50) * (
        np.timedelta64(1, "D").astype("timedelta64[us]")
    )
    x = np.repeat(rng.normal(size=count), 50) + 0.1 * rng.normal(size=count * 50)
    return pa.table({"t": day, "x": x})


def _pair(reference: Profile, current: Profile) -> Pair:
    parts = reference.parts[None], current.parts[None]
    return pair_up("x", reference.cells["x"], *parts, fixed=reference.fixed)


@pytest.mark.parametrize("count", [40, 400, 4000])
def test_entities_that_share_buckets_do_not_thin_the_effect(count: int) -> None:
    """Twenty thousand entities in the reference: the current rows keep their effect."""
    reference = lb.profile(_entities(1, 20_000))
    current = lb.profile(_entities(2, count, 10**6), reference=reference)
    pair = _pair(reference, current)
    assert pair.design_current == pytest.approx(pair.design_reference, rel=0.45)
    assert pair.design_current > 1.7


def test_a_week_of_days_takes_the_correlation_of_the_year() -> None:
    """Seven days are too few to tell; the effect follows the reference's days."""
    reference = lb.profile(_days(3, 300))
    current = lb.profile(_days(4, 7), reference=reference)
    pair = _pair(reference, current)
    assert pair.blocks
    assert pair.design_current == pytest.approx(pair.design_reference, rel=1e-9)


def test_the_reference_keeps_its_effect_where_current_rows_have_no_time() -> None:
    """Without the time column the days of the reference still hang together."""
    reference = _days(5, 20)
    report = lb.check(reference, _days(6, 20).drop_columns(["t"]))
    verdict = report["x"].verdict
    assert verdict.p_kind == "assumes independent rows"
    pair = _pair(report.findings.reference, report.findings.current)
    assert pair.design_reference > 10
    assert pair.design_current == 1.0
