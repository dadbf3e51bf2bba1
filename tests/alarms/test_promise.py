"""The promise of the budget, kept over all columns of a model together."""

from __future__ import annotations

from datetime import timedelta

import numpy as np
import pytest
from scipy.stats import poisson

import leeboard as lb
from leeboard.alarms.budget import Budget
from leeboard.alarms.judge import Memories, judge
from leeboard.alarms.judged import Group, Severity
from leeboard.alarms.look import Look, Standard
from leeboard.alarms.watching import watches_of
from tests.state._results import hour

MODELS, WINDOWS, EVERY = 6, 150, 15
ROWS, COLUMNS = 60, 12


def table(draw: np.random.Generator, rows: int) -> dict[str, object]:
    """Return rows of numbers, of which half hang together, and of two categories."""
    common = draw.normal(0, 1, rows)
    numbers: dict[str, object] = {
        f"x{i}": draw.normal(0, 1, rows) + (common if i % 2 else 0.0)
        for i in range(COLUMNS - 2)
    }
    levels = {f"c{i}": draw.choice(list("abcd"), rows).tolist() for i in range(2)}
    return numbers | levels


def pages(seed: int) -> int:
    """Count the pages of one model in which nothing has changed."""
    draw = np.random.default_rng(seed)
    reference = lb.profile(table(draw, 3000))
    watches = watches_of(Standard(reference))
    day = timedelta(days=1)
    budget = Budget(page_every=EVERY * day, page_on=tuple(Group))
    watched = [(one.subject, one.group) for one in watches]
    thresholds = budget.thresholds(watched, day)
    memories: Memories = {}
    found = 0
    for i in range(WINDOWS):
        part = lb.profile(table(draw, ROWS), reference=reference).parts[None]
        seen = judge("m", Look(hour(i), part), watches, thresholds, memories)
        found += sum(one.severity is Severity.PAGE for one in seen)
    return found


@pytest.mark.long
def test_false_pages_of_all_columns_together_keep_the_budget() -> None:
    """One in 15 windows at most, on average, of about fifty subjects together."""
    found = sum(pages(seed) for seed in range(MODELS))
    allowed = MODELS * WINDOWS / EVERY
    print(f"{found} false pages; {allowed:.0f} are promised at most on average")
    assert found <= poisson.ppf(0.99, allowed)
