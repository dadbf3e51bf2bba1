"""Rules: the text of a condition."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leeboard.errors import ConfigError
from leeboard.metrics._metric import Measurement
from leeboard.verdicts.rule import Rule, parse
from leeboard.verdicts.verdict import State

READ = {
    "psi > 0.2": Rule("psi", (), "value", ">", 0.2),
    "ks p<0.05": Rule("ks", (), "p", "<", 0.05),
    " missing >= 5% ": Rule("missing", (), "value", ">=", 0.05),
    "quantile(0.99) > 1e3": Rule("quantile", (("q", 0.99),), "value", ">", 1000.0),
    "quantile(q=0.5) < -2": Rule("quantile", (("q", 0.5),), "value", "<", -2.0),
    "mean |z| > 3": Rule("mean", (), "z", ">", 3.0, absolute=True),
    "mean difference < -1.5": Rule("mean", (), "difference", "<", -1.5),
    "psi(merge=false, smoothing=0.1) > 1": Rule(
        "psi", (("merge", False), ("smoothing", 0.1)), "value", ">", 1.0
    ),
    "share_moved > 50%": Rule("share_moved", (), "value", ">", 0.5),
    "size > 0.1": Rule("size", (), "value", ">", 0.1),
    "rows < 1000": Rule("rows", (), "value", "<", 1000.0),
    "constant == 1": Rule("constant", (), "value", "==", 1.0),
    "moved": Rule("moved"),
}


@pytest.mark.parametrize("text", READ)
def test_a_rule_is_read(text: str) -> None:
    """Metric, options, figure, operator and number are taken from the text."""
    assert parse(text) == READ[text]


REFUSED = {
    "psy > 0.2": ("unknown_metric", "Did you mean 'psi'"),
    "psi > ": ("bad_number", "a finite number"),
    "psi": ("not_a_rule", "METRIC"),
    "move": ("not_a_rule", "Did you mean 'moved'"),
    "": ("not_a_rule", "METRIC"),
    "psi 0.2": ("not_a_rule", "operator"),
    "psi = 0.2": ("not_a_rule", "=="),
    "psi > 0.2 > 0.1": ("not_a_rule", "METRIC"),
    "psi > 0,2": ("bad_number", "0,2"),
    "psi > high": ("bad_number", "high"),
    "psi > nan": ("bad_number", "nan"),
    "psi > 1e999": ("bad_number", "finite"),
    "psi > -0.1": ("out_of_range", "0 or more"),
    "ks p < 5": ("out_of_range", "from 0 to 1"),
    "ks p < -0.1": ("out_of_range", "from 0 to 1"),
    "missing > 5": ("out_of_range", "Did you mean 5%"),
    "ks pp < 0.05": ("unknown_figure", "Did you mean 'p'"),
    "mean |z > 3": ("not_a_rule", "|z|"),
    "quantile(p=0.5) > 1": ("unknown_option", "quantile has q"),
    "quantile(0.5, 0.6) > 1": ("unknown_option", "q"),
    "quantile(q=nan) > 1": ("bad_number", "number or a word"),
    "psi(merge=3) > 1": ("bad_option", "True"),
    "missing(q=1) > 1%": ("unknown_option", "no options"),
    "psi > 0.2" + " " * 300: ("not_a_rule", "300"),
}


@pytest.mark.parametrize("text", REFUSED)
def test_a_rule_that_cannot_be_meant_is_refused(text: str) -> None:
    """The error names the rule, what is wrong, and what would be right."""
    code, told = REFUSED[text]
    with pytest.raises(ConfigError) as caught:
        parse(text)
    assert caught.value.code == code
    assert told in str(caught.value)


@given(st.text(max_size=60))
def test_no_text_breaks_the_reader(text: str) -> None:
    """Whatever the text, it is a rule or a ConfigError."""
    try:
        rule = parse(text)
    except ConfigError:
        return
    assert isinstance(rule, Rule)


def test_figures_of_a_measurement() -> None:
    """Each figure is the one its name says; what is not there is None."""
    measured = Measurement(
        "mean",
        4.0,
        10,
        20,
        p_value=0.3,
        reference=2.0,
        current=4.0,
        facts=(("z", -2.5),),
    )
    figures = {
        "mean > 1": 4.0,
        "mean p > 1": 0.3,
        "mean reference > 1": 2.0,
        "mean difference > 1": 2.0,
        "mean ratio > 1": 2.0,
        "mean z > 1": -2.5,
        "mean |z| > 1": 2.5,
        "mean low > 1": None,
        "mean t > 1": None,
    }
    assert {text: parse(text).figure_of(measured) for text in figures} == figures


def test_a_ratio_to_nothing_has_no_value() -> None:
    """Where the reference is 0 there is no ratio, not an infinite one."""
    measured = Measurement("missing", 0.1, 10, 20, reference=0.0, current=0.1)
    assert parse("missing ratio > 2").figure_of(measured) is None


@pytest.mark.parametrize(
    ("text", "sure"),
    [
        ("ks > 0.05", True),
        ("ks > 0.15", False),
        ("ks > 0.25", True),
        ("ks p < 0.01", True),
        ("ks p < 0.03", False),
        ("ks p < 0.1", True),
        ("ks == 0.3", False),
        ("ks ratio > 0.3", False),
    ],
)
def test_bounds_decide_only_what_they_can(text: str, *, sure: bool) -> None:
    """A figure known up to an interval decides unless the number lies inside."""
    measured = Measurement(
        "ks",
        0.1,
        10,
        20,
        exact=False,
        interval=(0.1, 0.2),
        p_value=0.05,
        facts=(("least_p", 0.02),),
    )
    assert parse(text).decided(measured) is sure


def test_states_are_rules() -> None:
    """Each state of a verdict may be named."""
    assert [parse(state).state for state in State] == list(State)
    assert parse("psi > 0.2").state is None
