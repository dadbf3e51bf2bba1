"""Markdown: columns that did not hold, and nothing from the data becomes markup."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from leeboard.pages.markdown import render_markdown
from leeboard.verdicts.verdict import State
from tests.pages.findings import findings, hostile, levels, typical
from tests.pages.payloads import PAYLOADS


def test_held_columns_are_left_out() -> None:
    """The table names what moved, failed or is unsure, and no more."""
    text = render_markdown(typical())
    for name in ("temp", "season", "price", "income"):
        assert f"| `{name}` |" in text
    assert "| `hour` |" not in text
    assert text.startswith("### 5 of 12 columns moved")
    assert "about 0.7 standard deviations" in text
    assert "| `psi < 0.2` | `temp` |" in text


def _without_code(text: str) -> str:
    return re.sub(r"(?<!\\)(`+)(?!`).+?(?<!`)\1(?!`)", "", text)


@pytest.mark.parametrize("payload", PAYLOADS)
def test_texts_stay_texts(payload: str) -> None:
    """No tag, link, mention, reference or further table cell comes of a text."""
    one = levels(payload, {"a": 200}, {"a": 90}, state=State.MOVED, reason=payload)
    text = render_markdown(findings([one], names=(payload, payload)))
    rows = [line for line in text.splitlines() if line.startswith("| ")]
    assert len(rows) == 2
    open_text = _without_code(text).replace("&#8203;", "\u200b")
    for row in rows:
        assert len(re.findall(r"(?<!\\)\|", row)) == 5
    assert not re.search(r"(?<!\\)[<\[\]*_]", open_text), open_text
    assert not re.search(r"@\w|(?<!\\)#\d|://|www\.|(?<!\\)&\w", open_text)
    assert not re.search(r"[\x00-\x09\x0b-\x1f\u202e\ud800]", text)


def test_lists_are_cut() -> None:
    """A hostile check of many columns is told in at most sixty rows."""
    text = render_markdown(replace(hostile(), performance=None))
    assert len(re.findall(r"^\| .*(moved|failed|unsure) \|", text, re.MULTILINE)) <= 60
    assert " more.\n" in text


def test_performance_is_a_table() -> None:
    """Each figure of performance has a line, the worse ones first; nothing is live."""
    text = render_markdown(typical())
    assert "Performance is surely worse" in text
    lines = [line for line in text.splitlines() if line.startswith("| `")]
    (first,) = [i for i, line in enumerate(lines) if "`accuracy`" in line]
    (last,) = [i for i, line in enumerate(lines) if "`rmse`" in line]
    assert first < last
    assert lines[first].endswith(" worse |")
    assert lines[last].endswith(" – |")
    assert "Performance" not in render_markdown(replace(typical(), performance=None))
