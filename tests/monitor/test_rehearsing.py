"""What settings would have done: like a pass that had them, and nothing is written."""

from __future__ import annotations

import hashlib
import json
import math
from contextlib import closing
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from leeboard.alarms.budget import Budget
from leeboard.alarms.judged import Severity
from leeboard.alarms.rules import Rule
from leeboard.errors import AlarmError
from leeboard.monitor.baseline import load_baseline
from leeboard.monitor.rehearsing import Rehearsal, rehearse, trial
from leeboard.state import open_state
from tests.cli._command import inside
from tests.monitor._world import CONFIG, DAY, START, World, hours, world

HOUR = timedelta(hours=1)
RULE = Rule("high", "mae", above=15.0, for_windows=2, severity=Severity.WARN)


def _filled(folder: Path, more: str = "") -> World:
    """Ten days, of which the fourth to the sixth have three times the error."""
    model = world(folder)
    model.configure(CONFIG + more)
    for number in range(10):
        model.labelled_day(number, error=30.0 if 3 <= number < 6 else 10.0)
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
    """The same evidence, and thresholds as far apart as the logarithms of the spans."""
    patient, hasty = (
        model.monitor.replay(budget=Budget(page_every=timedelta(days=days)))
        for days in (365_000, 7)
    )
    assert hasty.alarms.page_every == timedelta(days=7)
    margins = [
        {one.subject: one.margin for i in found.incidents for one in i.standing}
        for found in (patient, hasty)
    ]
    error = next(subject for subject in margins[0] if subject.aspect == "error")
    apart = margins[1][error] - margins[0][error]
    assert apart == pytest.approx(math.log(365_000 / 7))


def test_a_span_is_judged_from_no_evidence_on(model: World) -> None:
    """Only its windows; an empty one is refused."""
    found = model.monitor.replay(since=START + 6 * DAY)
    assert (found.windows, found.incidents) == (4, ())
    with pytest.raises(AlarmError, match="no_windows"):
        model.monitor.replay(since=START + 60 * DAY)


def test_windows_that_nothing_judged_are_no_calm(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """All wait for labels: it says so and what to do, and that then helps."""
    model = world(tmp_path)
    late: list[str] = []
    for number in range(4):
        times = hours(number, 120)
        ids = model.predict(times, first=number * 1000)
        most = slice(0, 108)
        seen = [at + HOUR for at in times[most]]
        model.label(ids[most], [1e6] * 108, seen)
        late += ids[108:]
    model.monitor.run(now=START + 4 * DAY + 3 * HOUR)
    config = ("--config", str(tmp_path / "leeboard.toml"))
    ask = ("replay", "--rule", 'metric = "mae", above = 9', *config)
    (rule,) = rehearse_at(model, START + 4 * DAY + 3 * HOUR).by_rules
    assert (rule.judged, rule.windows, rule.waiting) == (0, 4, 4)
    model.configure(CONFIG.replace('"10d"', '"400d"'))
    out = inside(capsys, *ask).out
    assert "mae above 9: 0 of 4 windows could be judged." in out
    assert "4 wait for labels" in out
    assert "400 days after its end" in out
    assert "set horizon and complete" in out
    assert "0 incidents" not in out
    kept = json.loads(inside(capsys, *ask, "--json").out)["rules"]
    assert kept == [
        {"rule": "mae above 9", "windows": 4, "judged": 0, "waiting": 4},
    ]
    model.label(late, [1e6] * len(late), [START + 5 * DAY] * len(late))
    model.monitor.run(now=START + 5 * DAY)
    out = inside(capsys, *ask).out
    assert "could be judged" not in out
    assert "1 incident in 4 days." in out


def test_a_metric_that_was_not_measured_is_said(
    model: World, capsys: pytest.CaptureFixture[str]
) -> None:
    """No window has a figure, though none waits for labels."""
    config = ("--config", str(model.folder / "leeboard.toml"))
    ks = 'metric = "ks", column = "temp", above = 0.5'
    out = inside(capsys, "replay", "--rule", ks, *config).out
    assert "0 of 10 windows could be judged." in out
    assert "10 have no figure" in out
    never = inside(capsys, "replay", "--rule", 'metric = "f1", below = 0.5', *config)
    assert never.code == 2
    assert "[wrong_task]" in never.err


def rehearse_at(model: World, now: datetime) -> Rehearsal:
    """Rehearse a rule at a moment."""
    rule = Rule("high", "mae", above=9.0)
    plan = trial(model.monitor.plan["demand"], [rule], None)
    with closing(open_state(model.monitor.plan.state)) as state:
        return rehearse(state, plan, load_baseline(plan), None, now)
