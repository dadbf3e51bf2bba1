"""The report on terminals: any width from 40, pipes, no colours, poor encodings."""

from __future__ import annotations

import io
import re
from dataclasses import replace

import numpy as np
import pytest
from rich.cells import cell_len
from rich.console import Console

import leeboard as lb
from leeboard.pages.text import plain_text, render_text
from leeboard.verdicts.report import ConditionResult, Findings
from leeboard.verdicts.verdict import State
from tests.pages.findings import condition, findings, hostile, numbers, typical, wide


def _printed(found: Findings, width: int = 100, **how: object) -> str:
    file = io.StringIO()
    render_text(found, Console(file=file, width=width, **how))  # type: ignore[arg-type]  # by name
    return file.getvalue()


@pytest.mark.parametrize("width", [40, 52, 66, 80, 100, 140, 200])
@pytest.mark.parametrize("found", [typical(), hostile(), wide(60), findings([])])
def test_no_line_is_wider_than_the_terminal(width: int, found: Findings) -> None:
    """Every line fits, and every column that moved is told."""
    text = _printed(found, width)
    assert max(map(cell_len, text.splitlines())) <= width
    assert text.count("moved") >= len(found.names("moved"))  # type: ignore[arg-type]  # a text


@pytest.mark.parametrize("width", [40, 80, 120])
def test_names_and_verdicts_are_there(width: int) -> None:
    """Name, state and size of each column stand in the table at every width."""
    text = _printed(typical(), width)
    for name in ("temp", "price", "income", "score"):
        assert name in text
    for said in ("moved", "failed", "unsure", "held", "about 0.7 sd"):
        assert said in text


def test_pipes_get_no_escapes() -> None:
    """Where the output is no terminal, no escape sequence is written."""
    assert "\x1b" not in _printed(typical())


def test_no_color_is_obeyed(monkeypatch: pytest.MonkeyPatch) -> None:
    """With NO_COLOR a terminal gets no colour."""
    coloured = _printed(typical(), force_terminal=True, color_system="standard")
    assert re.search(r"\x1b\[[0-9;]*3[1-7]", coloured)
    monkeypatch.setenv("NO_COLOR", "1")
    plain = _printed(typical(), force_terminal=True, color_system="standard")
    assert not re.search(r"\x1b\[[0-9;]*3[1-7]", plain)


def test_controls_of_the_data_are_written_out() -> None:
    """Escape sequences and bidirectional characters never reach the terminal."""
    text = _printed(hostile(), 200)
    assert not set(text) & set("\x1b\x07\x00\x85\u202e\u2066\ud800")
    assert "⟨U+001B⟩[31mred" in text


def test_markup_of_the_terminal_library_is_text() -> None:
    """Square brackets in a name are no style."""
    assert "] ](javascript" in _printed(hostile(), 200)


def test_poor_encodings_are_served() -> None:
    """A terminal that can write ASCII only gets ASCII."""
    raw = io.BytesIO()
    file = io.TextIOWrapper(raw, encoding="ascii")
    for found in (typical(), hostile()):
        render_text(found, Console(file=file, width=90))
    file.flush()
    assert b"! moved" in raw.getvalue()


def test_many_held_columns_are_summed_up() -> None:
    """Of hundreds of columns that held, forty are listed and the rest counted."""
    text = _printed(wide(120), 100)
    assert "and 20 more that held" in text


def test_many_unsure_columns_are_summed_up() -> None:
    """Of thousands of columns that did not hold, a hundred are listed."""
    rng = np.random.default_rng(0)
    values = rng.normal(size=20)
    built = [
        numbers(f"x{i}", values, values, state=State.UNSURE, size=None)
        for i in range(130)
    ]
    assert "and 30 more that are unsure" in _printed(findings(built), 100)


def test_plain_text_has_no_tails(monkeypatch: pytest.MonkeyPatch) -> None:
    """As a value shown by Python: no colour, no space at a line's end, no last line."""
    monkeypatch.setenv("COLUMNS", "80")
    text = plain_text(typical())
    assert text.startswith("5 of 12 columns moved")
    assert all(line == line.rstrip() for line in text.split("\n"))
    assert "\x1b" not in text
    assert not text.endswith("\n")


@pytest.mark.parametrize("width", [40, 60, 140])
def test_why_a_column_failed_is_told_at_every_width(width: int) -> None:
    """A terminal too narrow for reasons in the table has them below it."""
    (failed,) = [c for c in typical().columns if c.state is State.FAILED]
    told = " ".join(_printed(typical(), width).split())
    first = failed.verdict.reason.text.split()[:2]
    assert " ".join(first) in told


def _with(*conditions: ConditionResult) -> Findings:
    return replace(typical(), conditions=conditions)


def test_what_failed_stands_before_what_passed() -> None:
    """Of many conditions that passed ten are listed, after all that did not pass."""
    met = [condition(f"max > {i}", "temp", passed=True) for i in range(25)]
    bad = condition("psi > 0.2", "temp", passed=False)
    text = _printed(_with(*met, bad), 120)
    assert text.index("failed  temp: psi > 0.2") < text.index("passed  temp: max > 0")
    assert "max > 9 " in text
    assert "max > 10" not in text
    assert "and 15 more that passed" in text


def test_a_reason_is_told_once() -> None:
    """Conditions on a failed column refer to its row, others say their reason."""
    (failed,) = [c for c in typical().columns if c.state is State.FAILED]
    one = condition("psi > 0.2", failed.name, passed=None, value=None)
    text = _printed(_with(replace(one, reason=failed.verdict.reason), one), 200)
    assert text.count("the column failed, see above") == 1
    assert one.reason.text in text


def test_a_warning_is_told_from_an_error() -> None:
    """A failed condition that leaves the exit code alone says so."""
    one = condition("psi > 0.2", "temp", passed=False, severity="warning")
    assert "psi > 0.2 (is 0.31; a warning)" in _printed(_with(one), 120)


def test_a_rule_about_answers_shows_the_answer() -> None:
    """Beside ``moved`` stands what the column did, not a number."""
    one = replace(condition("moved", "hour", passed=True), state=State.HELD)
    assert "hour: moved (is held)" in _printed(_with(one), 120)


def test_no_rows_at_all_are_the_headline() -> None:
    """A batch without rows is no calm one: the first line says that it is empty."""
    report = lb.check({"x": np.arange(100.0)}, {"x": np.array([])})
    assert _printed(report.findings).startswith("The current data has no rows")
