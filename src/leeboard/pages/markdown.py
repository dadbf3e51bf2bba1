"""A summary in GitHub-flavoured Markdown, for a pull request or a chat."""

from __future__ import annotations

import re

from leeboard.pages import headlines
from leeboard.pages.cards import in_order
from leeboard.pages.performance import performance_table
from leeboard.pages.printable import shorten
from leeboard.pages.words import judged, plural, psi_in_words, size_in_words
from leeboard.profiles.profile import Profile
from leeboard.verdicts.performance import Performance
from leeboard.verdicts.report import ColumnResult, Findings
from leeboard.verdicts.verdict import State

__all__ = ["render_markdown"]

_SIGNS = {
    State.MOVED: "🔺 moved",
    State.FAILED: "✖️ failed",
    State.UNSURE: "⚪ unsure",
    State.HELD: "✅ held",
}
_CHANGES = {"worse": "🔻 worse", "better": "✅ better", "unsure": "⚪ unsure"}
_MOST = 60
_NAME = 60
_TEXT = 200
_ACTIVE = re.compile(r"([\\`*_{}\[\]()<>#+!|~&$:-])")
_JOINED = re.compile(r"(@|#|://|www\.|\bhttps?|\bmailto)", re.IGNORECASE)


def render_markdown(findings: Findings) -> str:
    """Write headline, counts and the columns that did not hold.

    Texts from the data stand in code spans or are escaped: none becomes a link, a
    mention, a reference, a table cell or HTML.
    """
    shown = [c for c in in_order(findings) if c.state is not State.HELD]
    lines = [
        f"### {_escaped(headlines.headline(findings))}",
        "",
        _escaped(headlines.certainty(findings), 1000),
        "",
        f"{_sample(findings.reference_name, findings.reference)} → "
        + _sample(findings.current_name, findings.current),
        "",
    ]
    if shown:
        lines += ["| Column | Verdict | Size of change | Why |", "|---|---|---|---|"]
        lines += [_row(column) for column in shown[:_MOST]]
        lines.append("")
    if len(shown) > _MOST:
        lines += [f"… and {len(shown) - _MOST:,} more.", ""]
    if findings.performance is not None:
        lines += _performance(findings.performance)
    broken = [c for c in findings.conditions if c.passed is not True]
    if broken:
        lines += ["| Condition | On | Outcome | Value |", "|---|---|---|---|"]
        for one in broken[:_MOST]:
            outcome = "undecided" if one.passed is None else f"failed ({one.severity})"
            on = _on(one.subject, one.segment)
            value = judged(one)
            lines.append(
                f"| {_code(one.condition)} | {on} | {_escaped(outcome)} | {value} |"
            )
        lines.append("")
    text = "\n".join(lines)
    return re.sub(r"\n{3,}", "\n\n", text).rstrip("\n") + "\n"


def _performance(performance: Performance) -> list[str]:
    told = performance_table(performance)
    lines = [
        f"**{_escaped(told.sentence)}**",
        "",
        f"{_escaped(told.columns)}\\. {_escaped(told.caution, 1000)}",
        "",
        "| Figure | Reference | Current | Difference | Change |",
        "|---|---|---|---|---|",
    ]
    for line in told.lines:
        why = f" {_escaped(line.reason)}" if line.reason else ""
        lines.append(
            f"| {_code(line.metric)} | {line.reference} | {line.current} | "
            f"{line.difference}{why} | {_CHANGES.get(line.change, line.change)} |"
        )
    return [*lines, ""]


def _sample(name: str, profile: Profile) -> str:
    return f"{_code(name)} ({plural(profile.rows, 'row')})"


def _row(column: ColumnResult) -> str:
    verdict = column.verdict
    size = f"{size_in_words(verdict)}; {psi_in_words(verdict)}"
    if verdict.value is None:
        size = size_in_words(verdict)
    return (
        f"| {_on(column.name, column.segment)} | {_SIGNS[verdict.state]} | {size} | "
        f"{_escaped(verdict.reason.text)} |"
    )


def _on(subject: str, segment: str | None) -> str:
    return _code(subject) + ("" if segment is None else f" in {_code(segment)}")


def _code(text: str) -> str:
    """Return a code span that holds the text, whatever backticks it has."""
    shown = shorten(text, _NAME).replace("|", "\\|")
    longest = max((len(run) for run in re.findall("`+", shown)), default=0)
    fence = "`" * (longest + 1)
    air = " " if shown.startswith("`") or shown.endswith("`") or not shown else ""
    return f"{fence}{air}{shown or ' '}{air}{fence}"


def _escaped(text: str, length: int = _TEXT) -> str:
    """Return text in which nothing is markup, a link or a mention."""
    shown = _JOINED.sub(lambda m: f"{m[0][:1]}\0{m[0][1:]}", shorten(text, length))
    # an escape before each sign; a space of no width where words would be joined
    return _ACTIVE.sub(r"\\\1", shown).replace("\0", "&#8203;")
