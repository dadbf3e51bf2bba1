"""How the verdicts were reached: rule, lines, assumptions, and what was estimated."""

from __future__ import annotations

from collections import Counter

from leeboard._version import __version__
from leeboard.pages.contexts import DecisionLine
from leeboard.pages.printable import shorten
from leeboard.pages.words import number, share
from leeboard.verdicts.report import Findings

__all__ = ["decisions"]


def decisions(findings: Findings) -> tuple[DecisionLine, ...]:
    """List, term by term, what a reader needs to judge the verdicts."""
    lines = findings.lines
    low, high = number(lines.negligible), number(lines.large)
    told = [
        DecisionLine(
            "Size",
            "Population stability index (PSI, in nats) over cells fixed by the "
            "reference, less what chance alone adds. For numbers it is also told as an "
            "equally large shift, in standard deviations of the reference.",
        ),
        DecisionLine(
            "The two lines",
            f"Negligible: {low}. Large: {high}. {_own_lines(findings)}".strip(),
        ),
        DecisionLine(
            "Moved",
            "Surely more than negligible: chosen over all columns together, so that at "
            f"most {share(findings.level)} of the columns called moved are expected to "
            "be false alarms (Benjamini and Hochberg, 1995).",
        ),
        DecisionLine(
            "Held",
            "Not moved, and the one-sided 95 % upper bound of the size is below "
            f"{high}.",
        ),
        DecisionLine(
            "Unsure", "Neither: too few rows to say. More rows would settle it."
        ),
        DecisionLine("Failed", "Could not be computed; the reason stands beside it."),
        DecisionLine(
            "Intervals",
            "95 %; for columns called moved widened for the choosing (false coverage "
            "rate; Benjamini and Yekutieli, 2005).",
        ),
    ]
    told += _p_values(findings)
    told.append(_designs(findings))
    told.append(
        DecisionLine("Made by", f"Leeboard {__version__}, seed {findings.seed}.")
    )
    return tuple(told)


def _own_lines(findings: Findings) -> str:
    told = [
        f"{shorten(c.name, 40)}: {number(own.negligible)} and {number(own.large)}"
        for c in findings.columns
        if (own := c.verdict.lines) != findings.lines and c.segment is None
    ]
    return f"Columns with lines of their own: {'; '.join(told)}." if told else ""


def _p_values(findings: Findings) -> list[DecisionLine]:
    kinds = Counter(
        str(c.verdict.p_kind) for c in findings.columns if c.verdict.p_kind is not None
    )
    if not kinds:
        return []
    parts = [f"{kind} ({n:,})" for kind, n in kinds.items()]
    return [
        DecisionLine(
            "P-values",
            f"Of “nothing changed at all”. What they rest on: {', '.join(parts)}.",
        )
    ]


def _designs(findings: Findings) -> DecisionLine:
    effects = []
    for role, profile in (
        ("reference", findings.reference),
        ("current", findings.current),
    ):
        for name, blocks in profile.parts[None].blocks.items():
            effect = blocks.design_effect()
            if effect is not None:
                effects.append((max(effect, 1.0), name, role))
    if not effects:
        return DecisionLine(
            "Rows",
            "Taken as independent of one another: no column of time or entity told how "
            "they hang together. If they do, the intervals are too narrow.",
        )
    largest = max(effects)
    return DecisionLine(
        "Rows",
        "Rows of one day, or of one entity, resemble each other; how much was "
        "estimated, and the intervals widened by it. Largest design effect: "
        f"{number(largest[0], 3)} ({shorten(largest[1], 40)}, {largest[2]}): so many "
        "rows tell as much as one.",
    )
