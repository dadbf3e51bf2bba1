"""Which rows to have labelled."""

from __future__ import annotations

import math
from itertools import product
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from leeboard.errors import LeeboardError
from leeboard.estimates.corrected import correct_sample
from leeboard.estimates.sampling import allocate, choose

IDS = [f"p{i}" for i in range(3000)]


def population(seed: int, n: int = 3000) -> tuple[list[str], Any, Any, Any]:
    """Ids, expected losses, sigmas and segments."""
    rng = np.random.default_rng(seed)
    risk = rng.beta(1.0, 4.0, n)
    return IDS[:n], risk, np.sqrt(risk * (1 - risk)), rng.choice(["a", "b"], n)


def test_budget_is_spent_where_losses_vary() -> None:
    """The budget is met, risky rows are chosen more often, and each kind is seen."""
    ids, risk, sigma, segments = population(1)
    sample = choose(ids, risk, sigma, segments=segments, budget=200, seed=1)
    assert len(sample.ids) == len(set(sample.ids)) == 200
    counts = np.bincount(sample.stratum, minlength=sample.strata.size)
    assert counts.min() >= 2
    assert sample.strata.size == 20
    order = np.argsort(risk[sample.place])
    assert (
        sample.probability[order[-50:]].mean()
        > 2 * sample.probability[order[:30]].mean()
    )
    assert [ids[i] for i in sample.place] == list(sample.ids)
    # rows that a stratum's labels stand for add up to all rows
    assert (1 / sample.probability).sum() == pytest.approx(3000)


def test_same_call_gives_the_same_sample_in_any_order() -> None:
    """A sample depends on ids and seed, not on the order of the rows."""
    ids, risk, sigma, _ = population(2)
    first = choose(ids, risk, sigma, budget=100, seed=5)
    mixed = np.random.default_rng(0).permutation(3000)
    again = choose(
        [ids[i] for i in mixed], risk[mixed], sigma[mixed], budget=100, seed=5
    )
    assert set(first.ids) == set(again.ids)
    other = choose(ids, risk, sigma, budget=100, seed=6)
    assert len(set(first.ids) & set(other.ids)) < 30


def test_second_call_of_a_day_goes_on_from_the_first() -> None:
    """A larger budget in the same strata keeps all ids, and the new ones are new."""
    ids, risk, sigma, segments = population(3)
    kept: set[str] = set()
    strata = None
    for budget in (60, 120, 300, 900, 5000):
        sample = choose(
            ids, risk, sigma, segments=segments, budget=budget, seed=5, strata=strata
        )
        assert kept <= set(sample.ids)
        kept, strata = set(sample.ids), sample.strata
        assert len(kept) == min(budget, 3000)
    assert (sample.probability == 1.0).all()


def test_rates_are_those_of_repeated_draws() -> None:
    """Over 2,000 seeds every row is chosen about as often as its probability says."""
    ids, risk, sigma, _ = population(4, 60)
    hits = np.zeros(60)
    for seed in range(2000):
        sample = choose(ids, risk, sigma, budget=24, seed=seed)
        hits[sample.place] += 1
    rate = np.zeros(60)
    everyone = choose(ids, risk, sigma, budget=24, seed=0)
    for stratum, probability in zip(
        everyone.stratum, everyone.probability, strict=True
    ):
        rate[everyone.strata.codes(risk) == stratum] = probability
    band = 4.5 * np.sqrt(rate * (1 - rate) / 2000)
    assert (np.abs(hits / 2000 - rate) <= band + 1e-12).all()


def estimates(draws: int) -> tuple[float, Any, Any]:
    """True mean, and weighed and difference estimates of it over many draws."""
    ids, risk, sigma, _ = population(5, 150)
    losses = np.random.default_rng(6).gamma(1.0, 0.2 + 2 * risk)
    weighed, difference = np.empty(draws), np.empty(draws)
    for seed in range(draws):
        sample = choose(ids, risk, sigma, budget=52, seed=seed)
        weighed[seed] = (losses[sample.place] / sample.probability).sum() / 150
        labelled = np.zeros(150, bool)
        labelled[sample.place] = True
        strata = sample.strata.codes(risk)
        found = correct_sample(losses, labelled, risk, strata=strata)
        difference[seed] = found.value
    return float(losses.mean()), weighed, difference


def unbiased(found: Any, true: float) -> bool:
    """Tell whether a mean of estimates is within four standard errors of the truth."""
    error = float(found.std()) / math.sqrt(len(found))
    return abs(float(found.mean()) - true) <= 4 * error


def test_estimates_are_unbiased() -> None:
    """Over 500 draws the weighed and the difference estimate meet the true mean."""
    true, weighed, difference = estimates(500)
    assert unbiased(weighed, true)
    assert unbiased(difference, true)


@pytest.mark.long
def test_estimates_are_unbiased_over_ten_thousand_draws() -> None:
    """Over 10,000 draws the weighed and the difference estimate meet the true mean."""
    true, weighed, difference = estimates(10_000)
    assert unbiased(weighed, true)
    assert unbiased(difference, true)


@given(
    st.lists(
        st.tuples(st.integers(0, 6), st.floats(0.01, 5.0)), min_size=1, max_size=3
    ),
    st.integers(6, 14),
)
def test_allocation_is_the_best_of_all(
    strata: list[tuple[int, float]], budget: int
) -> None:
    """No whole allocation with two rows a stratum has a smaller variance."""
    rows = np.array([n for n, _ in strata])
    sd = np.array([s for _, s in strata])
    given = allocate(rows, sd, budget)
    total = min(budget, int(rows.sum()))
    assert given.sum() == total
    assert (given <= rows).all()

    def variance(counts: Any) -> float:
        pairs = zip(rows, sd, counts, strict=True)
        return float(sum((n * s) ** 2 / c for n, s, c in pairs if n))

    allowed = [range(min(2, n), n + 1) for n in rows.tolist()]
    best = min(variance(c) for c in product(*allowed) if sum(c) == total)
    assert variance(given) == pytest.approx(best, rel=1e-9, abs=1e-12)


def test_small_budgets_coarsen_the_strata() -> None:
    """Few labels make few strata; fewer than two a segment make one of all."""
    ids, risk, sigma, segments = population(7)
    for budget, size in ((200, 20), (30, 6), (9, 2), (4, 2), (3, 1), (2, 1)):
        sample = choose(ids, risk, sigma, segments=segments, budget=budget, seed=1)
        assert (len(sample.ids), sample.strata.size) == (budget, size)


def test_model_that_is_sure_of_itself_is_looked_at() -> None:
    """Rows whose sigma is 0 are chosen too, as a model that is sure may be wrong."""
    ids, risk, _, _ = population(8)
    sigma = np.where(risk < 0.1, 0.0, 0.4)
    sample = choose(ids, risk, sigma, budget=200, seed=1)
    assert (risk[sample.place] < 0.1).sum() >= 10
    flat = choose(ids, risk, np.zeros(3000), budget=200, seed=1)
    assert np.ptp(np.bincount(flat.stratum)) <= 2


def test_rows_without_an_estimate_can_be_chosen() -> None:
    """A missing estimate counts as the mean one, so that such rows are not left out."""
    ids, risk, sigma, _ = population(9)
    risk[:1500], sigma[:1500] = np.nan, np.nan
    sample = choose(ids, risk, sigma, budget=200, seed=1)
    assert (sample.place < 1500).sum() > 20
    nothing = choose(ids, np.full(3000, np.nan), sigma * 0, budget=200, seed=1)
    assert nothing.strata.size == 1


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"ids": ["p1"] * 3}, "duplicate_ids"),
        ({"sigma": np.ones(4)}, "lengths_differ"),
        ({"segments": np.array(["a"])}, "lengths_differ"),
        ({"sigma": np.array([1.0, -1.0, 1.0])}, "bad_losses"),
        ({"expected_loss": np.array([1.0, np.inf, 1.0])}, "bad_losses"),
        ({"budget": 1}, "bad_budget"),
    ],
)
def test_what_cannot_be_sampled_is_refused(change: dict[str, Any], code: str) -> None:
    """Ids that repeat, lengths that differ and missing estimates are errors."""
    sound: dict[str, Any] = {
        "ids": ["a", "b", "c"],
        "expected_loss": np.ones(3),
        "sigma": np.ones(3),
        "budget": 2,
        "seed": 0,
    }
    with pytest.raises(LeeboardError) as caught:
        choose(**{**sound, **change})
    assert caught.value.code == code
