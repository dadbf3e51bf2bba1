"""What settings would have done: like a pass that had them, and nothing is written."""

from __future__ import annotations

import hashlib
from datetime import timedelta
from pathlib import Path

import numpy as np
import pytest

from leeboard.alarms.budget import Budget
from leeboard.alarms.judged import Severity
from leeboard.alarms.rules import Rule
from leeboard.errors import AlarmError
from tests.monitor._world import CONFIG, DAY, START, World, hours, world

HOUR = timedelta(hours=1)
RULE = Rule("high", "mae", above=15.0, for_windows=2, severity=Severity.WARN)


def _filled(folder: Path, more: str = "") -> World:
    """Ten days, of which the fourth to the sixth have three times the error."""
    model = world(folder)
    model.configure(CONFIG + more)
    for number in range(10):
        n, error = 120, 30.0 if 3 <= number < 6 else 10.0
        times = hours(number, n)
        ids = model.predict(times, first=number * 1000, seed=number)
        draw = np.random.default_rng(1000 + number)
        temp = np.random.default_rng(number).normal(15, 5, n)
        labels = 20 + 6 * temp + draw.normal(0, error, n)
        model.label(ids, labels.tolist(), [at + 2 * HOUR for at in times])
    model.monitor.run(now=START + 10 * DAY + 3 * HOUR)
    return model


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> World:
    """The ten days, judged with the budget as it comes."""
    return _filled(tmp_path_factory.mktemp("rehearsed"))


def test_a_rehearsal_of_the_same_settings_is_what_happened(model: World) -> None:
    """Same incidents, same windows, same evidence."""
    found = model.monitor.replay()
    assert [one.id for one in found.incidents] == [
        one.id for one in reversed(model.monitor.incidents())
    ]
    assert [one.verdicts for one in found.incidents] == [
        one.verdicts for one in reversed(model.monitor.incidents())
    ]
    assert (found.windows, found.alarms.days) == (10, 10.0)


def test_a_rule_does_what_it_would_have_done(model: World, tmp_path: Path) -> None:
    """Alone in a rehearsal, and beside the budget in the configuration: the same."""
    found = model.monitor.replay(rules=[RULE])
    (one,) = found.incidents
    assert (one.severity, found.alarms.pages, found.alarms.by_rule) == ("warn", 0, 1)
    assert one.first_window.start == START + 4 * DAY  # the second of two
    rule = 'metric = "mae"\nabove = 15.0\nfor_windows = 2\nseverity = "warn"\n'
    other = _filled(tmp_path, f"\n[[model.demand.rule]]\n{rule}")
    crossed = {v for i in other.monitor.incidents() for v in i.subjects}
    assert one.subjects[0] in crossed


def test_nothing_is_written(model: World) -> None:
    """The store is the same file, byte by byte."""
    path = Path(model.monitor.plan.state)
    before = hashlib.sha256(path.read_bytes()).hexdigest()
    model.monitor.replay(rules=[RULE])
    model.monitor.replay(budget=Budget(page_every=timedelta(days=2)))
    assert hashlib.sha256(path.read_bytes()).hexdigest() == before


def test_another_budget_is_another_threshold(model: World) -> None:
    """A page a year needs more evidence than a page a week."""
    patient, hasty = (
        model.monitor.replay(budget=Budget(page_every=timedelta(days=days)))
        for days in (365_000, 7)
    )
    assert len(patient.incidents) <= len(hasty.incidents)
    assert hasty.alarms.page_every == timedelta(days=7)


def test_a_span_is_judged_from_no_evidence_on(model: World) -> None:
    """Only its windows; an empty one is refused."""
    found = model.monitor.replay(since=START + 6 * DAY)
    assert (found.windows, found.incidents) == (4, ())
    with pytest.raises(AlarmError, match="no_windows"):
        model.monitor.replay(since=START + 60 * DAY)
