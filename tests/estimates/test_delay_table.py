"""Delays by kind of prediction."""

from __future__ import annotations

import json
import math
from datetime import timedelta

import numpy as np
import pytest

from leeboard.errors import LeeboardError
from leeboard.estimates.delay_table import DelayTable, count_delays_by
from leeboard.estimates.delays import count_delays
from leeboard.estimates.strata import Strata, cut_strata
from tests.estimates._late import DAY, NOW, late_labels

HORIZON = timedelta(days=8)


def table_of(rng: np.random.Generator, n: int, days: float = 30) -> DelayTable:
    """Two kinds: one labelled after about a day, the other after three; 80 % ever."""
    score = rng.random(n)
    strata = cut_strata(score, parts=2)
    scale = np.where(score < 0.5, 1.0, 3.0)
    late = late_labels(rng, n, days=days, ever=0.8, scale_days=scale)
    times = late.made_at, late.known_at
    return count_delays_by(strata.codes(score), times, strata, now=NOW, horizon=HORIZON)


def test_each_kind_has_its_own_law() -> None:
    """The completeness of each kind meets the law that it was drawn from."""
    table = table_of(np.random.default_rng(1), 40_000)
    ages = np.array([DAY, DAY, 4 * DAY, 4 * DAY, 9 * DAY])
    found = table.completeness(np.array([0, 1, 0, 1, 1]), ages)

    def law(days: float, scale: float) -> float:
        return 1 - math.exp(-((days / scale) ** 1.3))

    true = [law(1, 1), law(1, 3) / law(8, 3), law(4, 1), law(4, 3) / law(8, 3), 1.0]
    assert found.share == pytest.approx(true, abs=0.01)
    assert found.group.tolist() == [0, 1, 0, 1, 1]
    assert found.error[4] == 0.0
    assert found[np.array([1])].share.tolist() == found.share[[1]].tolist()


def test_error_of_completeness_is_that_of_repeated_samples() -> None:
    """The stated standard error is the spread over 300 samples, to a fifth."""
    rng = np.random.default_rng(2)
    codes, ages = np.array([0, 1]), np.array([DAY, DAY])
    found = [table_of(rng, 800).completeness(codes, ages) for _ in range(300)]
    spread = np.std([np.log(each.share) for each in found], axis=0)
    stated = np.mean([each.error for each in found], axis=0)
    assert stated == pytest.approx(spread, rel=0.2)


def test_thin_kind_has_the_curve_of_all() -> None:
    """A kind that a curve cannot be drawn of has that of all together."""
    rng = np.random.default_rng(3)
    late = late_labels(rng, 2000, days=30)
    codes = (np.arange(2000) < 20).astype(int)
    strata = Strata((0.5,))
    times = late.made_at, late.known_at
    table = count_delays_by(codes, times, strata, now=NOW, horizon=HORIZON)
    found = table.completeness(np.array([0, 1]), np.array([DAY, DAY]))
    pooled = table.pooled()
    assert pooled.to_text() == count_delays(*times, NOW, HORIZON).to_text()
    assert found.share[1] == pooled.completeness_at(timedelta(days=1))
    assert found.group.tolist() == [0, -1]


def test_young_log_knows_no_completeness() -> None:
    """Before the horizon has passed once, the share is unknown rather than a guess."""
    table = table_of(np.random.default_rng(4), 500, days=3)
    found = table.completeness(np.array([0, 1]), np.array([DAY, DAY]))
    assert np.isnan(found.share).all()


def test_tables_add_and_survive_as_text() -> None:
    """Adding is done kind by kind; text brings back the same table."""
    rng = np.random.default_rng(5)
    first = table_of(rng, 300)
    second = DelayTable(first.strata, table_of(rng, 200).counts)
    both = first + second
    assert [c.rows for c in both.counts] == [
        a.rows + b.rows for a, b in zip(first.counts, second.counts, strict=True)
    ]
    again = DelayTable.from_text(both.to_text())
    assert again.to_text() == both.to_text()
    assert (DelayTable.zero(first.strata, HORIZON) + first).to_text() == first.to_text()


def _changed(key: str, value: object) -> str:
    text = DelayTable.zero(Strata((0.5,)), HORIZON).to_text()
    return json.dumps({**json.loads(text), key: value})


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("{", "damaged_profile"),
        (_changed("counts", []), "damaged_profile"),
        (_changed("counts", [1, 2]), "damaged_profile"),
        (_changed("strata", 3), "damaged_profile"),
        (_changed("strata", {"edges": [1, 2], "segments": [""]}), "damaged_profile"),
        (_changed("version", 9), "newer_format"),
    ],
)
def test_damaged_text_is_refused(text: str, code: str) -> None:
    """Text that was changed, or is newer, is refused with its reason."""
    with pytest.raises(LeeboardError) as caught:
        DelayTable.from_text(text)
    assert caught.value.code == code


def test_tables_of_two_cuts_do_not_add() -> None:
    """Kinds that are not the same kinds are not added."""
    with pytest.raises(LeeboardError, match="other_strata"):
        _ = DelayTable.zero(Strata(), HORIZON) + DelayTable.zero(
            Strata((1.0,)), HORIZON
        )
