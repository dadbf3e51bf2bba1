"""Alarms, rules and channels as a configuration says them."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from leeboard.alarms.judged import Group, Severity
from leeboard.config import load_plan
from leeboard.config.plan import Plan
from leeboard.errors import ConfigError

HEAD = 'log = "x"\n[model.demand]\nreference = "r.json"\n'


def plan(folder: Path, text: str, head: str = HEAD) -> Plan:
    """Read a configuration."""
    path = folder / "leeboard.toml"
    path.write_text(head + text, encoding="utf-8")
    return load_plan(path)


def test_without_a_word_the_budget_is_the_documented_one(tmp_path: Path) -> None:
    """One page in 90 days, one warning in 14; features annotate."""
    found = plan(tmp_path, "")
    budget = found["demand"].alarms.budget
    spans = (budget.page_every, budget.warn_every)
    assert spans == (timedelta(days=90), timedelta(days=14))
    assert Group.FEATURES not in budget.page_on
    assert (found["demand"].alarms.rules, found.channels, found.heartbeat) == (
        (),
        (),
        None,
    )


def test_all_that_may_be_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Budget, rules, channels and heartbeat; secrets come from the environment."""
    monkeypatch.setenv("HOOK", "https://hooks.example.org/secret")
    found = plan(
        tmp_path,
        """
        [model.demand.alarms]
        false_page_every = "30d"
        false_warn_every = "7d"
        page_on = ["performance", "features"]
        importance = { temp = 3.0 }
        owner = "ada"
        [[model.demand.rule]]
        metric = "f1"
        below = 0.75
        for_windows = 2
        severity = "warn"
        [[model.demand.rule]]
        name = "ours"
        metric = "psi"
        column = "temp"
        chart = "cusum"
        settings = { limit = 4.0 }
        [[notify]]
        to = "slack"
        url = { env = "HOOK" }
        severity = "page"
        [heartbeat]
        url = { env = "HOOK" }
        """,
    )
    alarms = found["demand"].alarms
    assert alarms.budget.page_every == timedelta(days=30)
    assert alarms.budget.page_on == (Group.PERFORMANCE, Group.FEATURES)
    assert alarms.budget.importance == {"temp": 3.0}
    first, second = alarms.rules
    assert (first.name, first.severity, first.for_windows) == (
        "f1 below 0.75",
        Severity.WARN,
        2,
    )
    assert (second.name, second.settings) == ("ours", {"limit": 4.0})
    (channel,) = found.channels
    assert (channel.name, channel.url[-6:]) == ("slack", "secret")
    assert "secret" not in repr(found)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ('[model.demand.alarms]\nfalse_page_every = "0"', "out_of_range"),
        ('[model.demand.alarms]\npage_on = ["latency"]', "unknown_name"),
        ("[model.demand.alarms]\nimportance = { temp = 0.0 }", "out_of_range"),
        ("[model.demand.alarms]\nimportance = 3", "wrong_type"),
        ('[model.demand.alarms]\nfalse_every = "1d"', "unknown_key"),
        ('[[model.demand.rule]]\nmetric = "f1"', "bad_rule"),
        ('[[model.demand.rule]]\nmetric = "f1"\nbelow = "x"', "wrong_type"),
        (
            '[[model.demand.rule]]\nmetric = "f1"\nbelow = 1.0\nfor_windows = 1.5',
            "out_of_range",
        ),
        ('[[model.demand.rule]]\nmetric = "f1"\nbelow = 1.0\n' * 2, "duplicate_name"),
        ('[[notify]]\nto = "slck"', "unknown_name"),
        ('[[notify]]\nto = "slack"\nseverity = "loud"', "unknown_name"),
        ('[[notify]]\nto = "slack"\n[[notify]]\nto = "slack"', "duplicate_name"),
        ('[[notify]]\nto = "slack"\nallow_private = 1', "wrong_type"),
        ("[heartbeat]\nallow_private = true", "missing_key"),
        ('[heartbeat]\nurl = { env = "LEEBOARD_TEST_NONE" }', "environment"),
    ],
)
def test_what_means_nothing_is_refused_with_its_line(
    tmp_path: Path, text: str, code: str
) -> None:
    """File and line stand before what was found."""
    with pytest.raises(ConfigError, match=rf"leeboard.toml, line \d+: .*\[{code}\]"):
        plan(tmp_path, text)
