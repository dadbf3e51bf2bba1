from __future__ import annotations

import math
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leeboard.alarms.judged import Severity
from leeboard.alarms.rules import Figure, Rule, RuleStep, step
from leeboard.detectors.charts import charts
from leeboard.errors import AlarmError


def walk(rule: Rule, figures: list[Figure | None]) -> list[RuleStep]:
    """Take in windows one after another."""
    memory: tuple[float, ...] = ()
    steps = []
    for figure in figures:
        steps.append(step(rule, memory, figure))
        memory = steps[-1].memory
    return steps


RULES = [
    Rule("low", "f1", below=0.5, for_windows=2),
    Rule("rise", "accuracy", rises_by=0.2, for_windows=3),
    *(
        Rule(name, "accuracy", chart=name, settings={"learn": 3} if learns else {})
        for name, learns in (
            ("shewhart", True),
            ("ewma", True),
            ("cusum", True),
            ("adwin", False),
            ("page_hinkley", False),
            ("ddm", False),
        )
    ),
]


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.name)
@given(shares=st.lists(st.none() | st.floats(0, 1), max_size=40))
def test_missing_windows_neither_count_nor_reset(
    rule: Rule, shares: list[float | None]
) -> None:
    """With missing windows left out, every other step is the very same."""
    figures = [None if x is None else Figure(x, reference=0.5, n=40) for x in shares]
    whole = walk(rule, figures)
    present = [s for s, f in zip(whole, figures, strict=True) if f is not None]
    assert present == walk(rule, [f for f in figures if f is not None])
    assert not any(s.fired for s, f in zip(whole, figures, strict=True) if f is None)


@given(st.lists(st.booleans(), max_size=30), st.integers(1, 4))
def test_a_rule_fires_after_that_many_windows_in_a_row(
    bad: list[bool], wanted: int
) -> None:
    """It fires exactly where the last windows were all beyond the threshold."""
    rule = Rule("r", "f1", below=0.75, for_windows=wanted)
    steps = walk(rule, [Figure(0.7 if b else 0.75) for b in bad])
    for i, said in enumerate(steps):
        last = bad[max(0, i + 1 - wanted) : i + 1]
        assert said.fired is (len(last) == wanted and all(last))


@pytest.mark.parametrize(
    ("limits", "value", "reference", "fired", "limit"),
    [
        ({"above": 0.2}, 0.21, None, True, 0.2),
        ({"above": 0.2}, 0.2, None, False, 0.2),
        ({"below": 0.1, "above": 0.2}, 0.05, None, True, 0.1),
        ({"rises_by": 0.2}, 12.1, 10.0, True, 12.0),
        ({"falls_by": 0.2}, -12.1, -10.0, True, -12.0),
        ({"rises_by": 0.2}, -8.1, -10.0, False, -8.0),
        ({"rises_by": 0.2}, 99.0, None, False, None),
        ({"above": 0.2}, math.inf, None, True, 0.2),
        ({"above": 0.2}, math.nan, None, False, None),
    ],
)
def test_thresholds_are_where_they_say(
    limits: dict[str, Any],
    value: float,
    reference: float | None,
    limit: float | None,
    *,
    fired: bool,
) -> None:
    """Absolute and relative thresholds by hand, also around a negative reference."""
    said = step(Rule("r", "mae", **limits), (), Figure(value, reference=reference))
    assert (said.fired, said.limit) == (fired, limit)


def test_a_rule_says_why_in_one_sentence() -> None:
    """The sentence has the metric, where, the value, the limit and the windows."""
    rule = Rule(
        "r", "psi", column="age", segment="country=ES", above=0.2, for_windows=2
    )
    texts = [s.text for s in walk(rule, [Figure(0.31), None, Figure(0.4)])]
    assert texts == [
        "psi of age where country=ES 0.31 is above 0.2 in 1 of 2 windows in a row",
        "psi of age where country=ES has no figure in this window",
        "psi of age where country=ES 0.4 was above 0.2 in 2 windows in a row",
    ]


def test_a_chart_learns_its_centre_and_spread_first() -> None:
    """Limits are mean ± width standard deviations of the first windows."""
    rule = Rule("r", "f1", chart="shewhart", settings={"learn": 4})
    steps = walk(rule, [Figure(x) for x in (1.0, 2.0, 3.0, 4.0, 6.0, 6.5)])
    assert [s.fired for s in steps] == [False] * 5 + [True]
    assert steps[3].limit is None
    assert steps[5].limit == pytest.approx(2.5 + 3 * math.sqrt(5 / 3))


def test_a_chart_of_rows_turns_accuracy_into_mistakes() -> None:
    """DDM fires when accuracy falls, not when it rises."""
    rule = Rule("r", "accuracy", chart="ddm")
    fell = walk(rule, [Figure(0.9, n=500), Figure(0.5, n=500)])
    rose = walk(rule, [Figure(0.5, n=500), Figure(0.9, n=500)])
    assert [s.fired for s in fell] == [False, True]
    assert [s.fired for s in rose] == [False, False]


@pytest.mark.parametrize(
    "given_",
    [
        {},
        {"above": math.nan},
        {"above": 0.2, "for_windows": 0},
        {"above": 0.1, "below": 0.2},
        {"rises_by": -0.1},
        {"above": 0.2, "settings": {"learn": 3}},
        {"above": 0.2, "chart": "ewma"},
        {"above": 0.2, "severity": "shout"},
        {"chart": "ewms"},
        {"chart": "ewma", "settings": {"weightt": 0.1}},
        {"chart": "ewma", "settings": {"learn": 1}},
        {"chart": "adwin", "for_windows": 2},
        {"chart": "ddm"},
    ],
)
def test_a_rule_that_cannot_be_meant_is_refused(given_: dict[str, Any]) -> None:
    """Nothing to fire on, NaN, an unknown name, or what is always so: an AlarmError."""
    with pytest.raises(AlarmError):
        Rule("r", "f1", **given_)


def test_a_rule_takes_a_severity_as_configuration_writes_it() -> None:
    """Text becomes a Severity, and every chart has a rule in these tests."""
    severity: Any = "warn"
    assert Rule("r", "f1", above=1.0, severity=severity).severity is Severity.WARN
    assert set(charts()) <= {rule.chart for rule in RULES}
