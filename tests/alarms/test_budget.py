"""One budget, shared out."""

from __future__ import annotations

import math
from datetime import timedelta
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binom

from leeboard.alarms.budget import Budget
from leeboard.alarms.judged import Group, Severity, Subject
from leeboard.detectors._detector import Rows
from leeboard.detectors.bounded_mean import BoundedMean
from leeboard.errors import AlarmError

DAY = timedelta(days=1)
ERROR = Subject("", "performance", "error")
WATCHED = st.lists(
    st.tuples(
        st.builds(Subject, st.just(""), st.text(min_size=1), st.sampled_from("abc")),
        st.sampled_from(list(Group)),
    ),
    min_size=1,
    unique_by=lambda pair: pair[0],
)


@given(WATCHED, st.floats(0.1, 30.0))
def test_the_weights_of_a_tier_add_up_to_one(
    watched: list[Any], importance: float
) -> None:
    """Whatever is watched, what pages shares one budget, and the rest another."""
    budget = Budget(importance={watched[0][0].name: importance})
    thresholds = budget.thresholds(watched, DAY)
    for pages in (True, False):
        weights = [
            thresholds[subject].weight
            for subject, group in watched
            if (group in budget.page_on) is pages
        ]
        if weights:
            assert sum(weights) == pytest.approx(1.0)


@given(WATCHED)
def test_the_rates_of_all_thresholds_add_up_to_the_budget(watched: list[Any]) -> None:
    """One alarm in exp(threshold) windows each is one in the budget's span in all."""
    budget = Budget(page_every=90 * DAY, warn_every=14 * DAY)
    thresholds = budget.thresholds(watched, DAY).values()
    pages = sum(math.exp(-one.page) for one in thresholds if one.page is not None)
    assert pages == pytest.approx(1 / 90) or pages == 0
    notes = sum(math.exp(-one.warn) for one in thresholds if one.page is None)
    assert notes == pytest.approx(1 / 14) or notes == 0


def test_a_group_that_does_not_page_annotates() -> None:
    """However strong its evidence, a feature asks for a note alone."""
    subject = Subject("", "x", "distribution")
    one = Budget().thresholds([(subject, Group.FEATURES)], DAY)[subject]
    assert one.severity(1e9) is Severity.NOTE
    assert one.severity(0.0) is None


def test_evidence_warns_before_it_pages() -> None:
    """Between the two thresholds lies a warning."""
    subject = Subject("", "performance", "error")
    one = Budget().thresholds([(subject, Group.PERFORMANCE)], DAY)[subject]
    assert one.severity(math.log(89.0)) is Severity.WARN
    assert one.severity(math.log(91.0)) is Severity.PAGE
    assert one.severity(math.log(13.0)) is None


def test_a_budget_shorter_than_a_window_is_one_window() -> None:
    """No threshold is below evidence 1, at which a detector begins."""
    subject = Subject("", "performance", "error")
    watched = [(subject, Group.PERFORMANCE)]
    one = Budget(page_every=DAY, warn_every=DAY).thresholds(watched, 7 * DAY)[subject]
    assert one.page == one.warn == 0.0


@pytest.mark.parametrize(
    "given_",
    [{"page_every": 0 * DAY}, {"warn_every": -DAY}, {"importance": {"x": 0.0}}],
)
def test_a_budget_that_means_nothing_is_refused(given_: dict[str, Any]) -> None:
    """Spans and weights are above 0."""
    with pytest.raises(AlarmError, match="out_of_range"):
        Budget(**given_)


def test_any_false_page_ever_has_the_stated_probability() -> None:
    """Of 400 models that sit at the edge of what is allowed, at most a fifth page.

    Within 300 windows; with a threshold that does not grow far more do.
    """
    budget = Budget(page_ever=0.2)
    detector = BoundedMean(Rows(4000, 400), tolerance=0.0)
    edge = float(detector.limits[1])
    page = budget.thresholds([(ERROR, Group.PERFORMANCE)], DAY)[ERROR].page
    draw = np.random.default_rng(8)
    grown = still = 0
    for _ in range(400):
        memory, ever, rate = detector.start(), False, False
        for at, k in enumerate(draw.binomial(50, edge, 300).tolist(), start=1):
            seen = detector.step(memory, Rows(50, k))
            memory = seen.memory
            ever = ever or seen.log_m >= page + budget.growth(at)
            rate = rate or seen.log_m >= page
        grown, still = grown + ever, still + rate
    assert grown <= binom.ppf(0.99, 400, 0.2)
    assert still > 2 * binom.ppf(0.99, 400, 0.2)


def test_ever_grows_pages_and_leaves_warnings() -> None:
    """A rate does not grow; a probability is between 0 and 1."""
    assert Budget().growth(1000) == 0.0
    ever = Budget(page_ever=0.05)
    assert ever.growth(1) == pytest.approx(math.log(2.0))
    threshold = ever.thresholds([(ERROR, Group.PERFORMANCE)], DAY)[ERROR]
    assert threshold.page == pytest.approx(math.log(20.0))
    later = threshold.grown(ever.growth(9))
    assert later.page == pytest.approx(math.log(20.0 * 90.0))
    assert later.warn == threshold.warn
    with pytest.raises(AlarmError, match="out_of_range"):
        Budget(page_ever=1.0)
