"""JUnit XML: one test case per column and condition, for machines that show tests.

A column in a state that fails the check is a failure, an unsure one is skipped. A
failed condition of severity ``error`` is a failure; one that cannot be decided is an
error. Warnings pass and are told in ``system-out``.
"""

from __future__ import annotations

import xml.etree.ElementTree as ET
from collections.abc import Collection

from leeboard.pages.performance import performance_table
from leeboard.pages.performance_lines import PerformanceLine
from leeboard.pages.printable import printable
from leeboard.pages.words import psi_in_words, size_in_words
from leeboard.verdicts.report import ColumnResult, ConditionResult, Findings
from leeboard.verdicts.verdict import State

__all__ = ["FAIL_ON", "render_junit"]

FAIL_ON = ("moved", "failed")
"""States that fail a check unless told otherwise."""


def render_junit(findings: Findings, fail_on: Collection[str] = FAIL_ON) -> str:
    """Write the findings as JUnit XML.

    Parameters
    ----------
    findings : Findings
    fail_on : collection of str
        States of a column that count as a failure.

    Returns
    -------
    str
        An XML document; characters that XML cannot hold are written out.
    """
    suites = ET.Element("testsuites", name="leeboard check")
    columns = _suite(suites, "columns")
    for column in findings.columns:
        _column(columns, column, fail_on)
    conditions = _suite(suites, "conditions")
    for condition in findings.conditions:
        _condition(conditions, condition)
    if findings.performance is not None:
        performance = _suite(suites, "performance")
        for line in performance_table(findings.performance).lines:
            _figure(performance, line)
    for suite in suites:
        _count(suite)
    ET.indent(suites)
    body = ET.tostring(suites, encoding="unicode")
    return f'<?xml version="1.0" encoding="utf-8"?>\n{body}\n'


def _suite(suites: ET.Element, name: str) -> ET.Element:
    return ET.SubElement(suites, "testsuite", name=name)


def _count(suite: ET.Element) -> None:
    suite.set("tests", str(len(suite)))
    for what, tag in (
        ("failures", "failure"),
        ("errors", "error"),
        ("skipped", "skipped"),
    ):
        suite.set(what, str(sum(case.find(tag) is not None for case in suite)))


def _case(suite: ET.Element, name: str, group: str) -> ET.Element:
    return ET.SubElement(
        suite, "testcase", classname=f"leeboard.{group}", name=printable(name)
    )


def _name(subject: str, segment: str | None) -> str:
    return subject if segment is None else f"{subject} [{segment}]"


def _column(suite: ET.Element, column: ColumnResult, fail_on: Collection[str]) -> None:
    verdict = column.verdict
    case = _case(suite, _name(column.name, column.segment), "columns")
    said = printable(f"{verdict.state}: {verdict.reason.text}")
    if str(verdict.state) in fail_on:
        failure = ET.SubElement(case, "failure", message=said)
        failure.text = printable(f"{size_in_words(verdict)}; {psi_in_words(verdict)}")
        failure.set("type", printable(verdict.reason.code))
    elif verdict.state is State.UNSURE:
        ET.SubElement(case, "skipped", message=said)
    else:
        ET.SubElement(case, "system-out").text = said


def _figure(suite: ET.Element, line: PerformanceLine) -> None:
    """A figure never fails a check; one without a value on a side is skipped."""
    case = _case(suite, line.metric, "performance")
    if line.reason:
        ET.SubElement(case, "skipped", message=printable(line.reason))
        return
    said = f"{line.change}: {line.reference} → {line.current}; {line.difference}"
    ET.SubElement(case, "system-out").text = printable(said)


def _condition(suite: ET.Element, result: ConditionResult) -> None:
    name = f"{_name(result.subject, result.segment)}: {result.condition}"
    case = _case(suite, name, "conditions")
    said, code = printable(result.reason.text), printable(result.reason.code)
    if result.severity != "error" or result.passed:
        mark = "" if result.passed else f"{printable(result.severity)}: "
        ET.SubElement(case, "system-out").text = f"{mark}{said}"
    elif result.passed is None:
        ET.SubElement(case, "error", message=said, type=code)
    else:
        ET.SubElement(case, "failure", message=said, type=code)
