"""The sentence at the top: what moved, how sure that is, what stays open."""

from __future__ import annotations

from leeboard.pages.printable import shorten
from leeboard.pages.words import in_words, plural, share, size_in_words
from leeboard.verdicts.performance import Change
from leeboard.verdicts.report import ColumnResult, Findings
from leeboard.verdicts.verdict import State

__all__ = ["certainty", "headline"]

_NAME = 48


def headline(findings: Findings) -> str:
    """Say what moved, in one sentence; and in another what got worse, if it did."""
    return _moved(findings) + _worse(findings)


def _worse(findings: Findings) -> str:
    if findings.performance is None:
        return ""
    worse = len(findings.performance.names(Change.WORSE))
    total = len(findings.performance.figures)
    if not worse:
        return ""
    are = "is" if worse == 1 else "are"
    return f" Performance: {worse} of {plural(total, 'figure')} {are} worse."


def _moved(findings: Findings) -> str:
    worst = findings.worst()
    total = len(worst)
    if not total:
        return "No column could be compared."
    moved, failed = findings.names(State.MOVED), findings.names(State.FAILED)
    if not moved:
        if len(failed) == total:
            return f"None of {plural(total, 'column')} could be compared."
        rest = f", and {plural(len(failed), 'column')} failed" if failed else ""
        if not findings.current.rows and len(failed) < total:
            return f"The current data has no rows: nothing could be compared{rest}."
        held = len(findings.names(State.HELD))
        if held == total:
            return (
                "The one column held." if total == 1 else f"All {total:,} columns held."
            )
        return f"No column moved: {held:,} of {total:,} held{rest}."
    largest = sorted(_largest(findings), key=_size, reverse=True)
    where = shorten(findings.reference.segment or "segment", _NAME)
    named = [_with_size(column, where) for column in largest]
    some = f"{len(moved):,} of {plural(total, 'column')} moved"
    rest = f"; {plural(len(failed), 'other')} failed" if failed else ""
    return f"{some}: {in_words(named)}{rest}."


def _largest(findings: Findings) -> list[ColumnResult]:
    """Of each moved column, the segment in which it moved most."""
    best: dict[str, ColumnResult] = {}
    names = set(findings.names(State.MOVED))
    for column in findings.columns:
        if column.state is State.MOVED and column.name in names:
            before = best.get(column.name)
            if before is None or _size(column) > _size(before):
                best[column.name] = column
    return list(best.values())


def _size(column: ColumnResult) -> float:
    return column.verdict.value or 0.0


def _with_size(column: ColumnResult, where: str) -> str:
    name = shorten(column.name, _NAME)
    if column.segment is not None:
        name += f" where {where} is {shorten(column.segment, _NAME)}"
    if column.verdict.shift is not None:
        return f"{name} ({size_in_words(column.verdict)})"
    return name


def certainty(findings: Findings) -> str:
    """Say how sure the headline is, and what it leaves open."""
    states = list(findings.worst().values())
    said = []
    if State.MOVED in states:
        said.append(
            f"Of columns called moved, at most {share(findings.level)} are expected to "
            "be false alarms."
        )
    unsure = states.count(State.UNSURE)
    if unsure and findings.current.rows:
        said.append(
            f"{plural(unsure, 'column')} {'is' if unsure == 1 else 'are'} unsure: "
            "too few rows to tell a negligible change from a large one."
        )
    elif State.HELD in states:
        said.append("Each column that held has changed by less than large, at 95 %.")
    broken = [c for c in findings.conditions if c.passed is not True]
    if findings.conditions:
        failed = sum(c.passed is False for c in broken)
        open_ = len(broken) - failed
        passed = len(findings.conditions) - len(broken)
        words = [f"{passed:,} passed"]
        words += [f"{failed:,} failed"] if failed else []
        words += [f"{open_:,} could not be decided"] if open_ else []
        said.append(f"Conditions: {', '.join(words)}.")
    return " ".join(said)
