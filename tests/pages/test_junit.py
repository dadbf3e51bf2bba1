"""JUnit XML: what counts as failure, skip and error, and that it always parses."""

from __future__ import annotations

import xml.etree.ElementTree as ET

from leeboard.pages.junit import render_junit
from leeboard.verdicts.report import Findings
from tests.pages.findings import hostile, typical


def _cases(found: Findings, **how: object) -> dict[str, ET.Element]:
    root = ET.fromstring(render_junit(found, **how).encode())  # type: ignore[arg-type]  # by name
    return {str(case.get("name")): case for case in root.iter("testcase")}


def _outcome(case: ET.Element) -> str:
    return case[0].tag


def test_one_case_per_column_and_condition() -> None:
    """Every column, condition and figure of performance is a test case."""
    found = typical()
    figures = len(found.performance.figures)
    assert len(_cases(found)) == len(found.columns) + len(found.conditions) + figures


def test_performance_never_fails() -> None:
    """A figure that is worse is told and passes; one without a value is skipped."""
    cases = _cases(typical())
    assert _outcome(cases["accuracy"]) == "system-out"
    assert str(cases["accuracy"][0].text).startswith("worse: ")
    assert _outcome(cases["rmse"]) == "skipped"


def test_states_are_outcomes() -> None:
    """Moved and failed fail, unsure is skipped, held passes."""
    cases = _cases(typical())
    assert _outcome(cases["temp"]) == "failure"
    assert _outcome(cases["price"]) == "failure"
    assert _outcome(cases["income"]) == "skipped"
    assert _outcome(cases["hour"]) == "system-out"
    assert "surely more than negligible" in str(cases["temp"][0].get("message"))


def test_fail_on_decides() -> None:
    """Only the states asked for fail; unsure may be one of them."""
    cases = _cases(typical(), fail_on=("unsure",))
    assert _outcome(cases["income"]) == "failure"
    assert _outcome(cases["temp"]) == "system-out"
    none = _cases(typical(), fail_on=())
    assert "failure" not in {_outcome(c) for name, c in none.items() if ":" not in name}


def test_conditions_by_severity() -> None:
    """A failed error fails; a warning that cannot be decided passes and is told."""
    cases = _cases(typical())
    assert _outcome(cases["temp: psi < 0.2"]) == "failure"
    assert _outcome(cases["season: missing < 0.05"]) == "system-out"
    warned = cases["windspeed: ks p >= 0.05"]
    assert _outcome(warned) == "system-out"
    assert str(warned[0].text).startswith("warning: ")


def test_counts_are_those_of_the_cases() -> None:
    """The suites' attributes say how many cases failed, erred and were skipped."""
    for found in (typical(), hostile()):
        for suite in ET.fromstring(render_junit(found).encode()):
            outcomes = [_outcome(case) for case in suite]
            assert suite.get("tests") == str(len(outcomes))
            assert suite.get("failures") == str(outcomes.count("failure"))
            assert suite.get("errors") == str(outcomes.count("error"))
            assert suite.get("skipped") == str(outcomes.count("skipped"))


def test_hostile_texts_parse() -> None:
    """Characters that XML forbids are written out, and markup stays text."""
    text = render_junit(hostile())
    root = ET.fromstring(text.encode("utf-8"))
    tags = {element.tag for element in root.iter()}
    known = {"testsuites", "testsuite", "testcase", "failure", "error", "skipped"}
    assert tags - known == {"system-out"}
    names = {str(case.get("name")) for case in root.iter("testcase")}
    assert "</script><script>alert(1)</script>" in names
    assert "a⟨U+0000⟩b<script⟨U+0000⟩>" in names
