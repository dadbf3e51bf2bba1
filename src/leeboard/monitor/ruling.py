"""One window judged by a rule by name.

Place: under judging. A rule that cannot judge a figure says so, and stops nothing.
"""

from __future__ import annotations

import hashlib

from leeboard.alarms.judged import Group, Judged, Subject
from leeboard.alarms.rules import Figure, Rule, step
from leeboard.errors import AlarmError
from leeboard.monitor.realised import PERFORMANCE
from leeboard.state import Done
from leeboard.verdicts.verdict import State

__all__ = ["by_rule", "rule_key"]

_Memories = dict[str, tuple[float, ...]]


def rule_key(rule: Rule) -> str:
    """Name a rule as it is written, so that one that was edited begins anew."""
    text = repr(rule).encode("utf-8", "surrogatepass")
    return hashlib.blake2b(text, digest_size=8).hexdigest()


def by_rule(
    rule: Rule,
    done: Done,
    figure: Figure | None,
    memories: _Memories,
    *,
    partial: bool = False,
) -> list[Judged]:
    """Judge one window; nothing where it has no figure.

    Parameters
    ----------
    rule : Rule
    done : Done
    figure : Figure or None
    memories : dict
        By ``rule_key``. Changed in place.
    partial : bool
        Too much of the window is lost: it neither counts nor begins a row anew.
    """
    key = rule_key(rule)
    if partial:
        text = f"{rule.name}: this window does not count"
        has = figure is not None and figure.value is not None
        return [_judged(rule, done, figure, text)] if has and figure else []
    try:
        found = step(rule, memories.get(key, ()), figure)
    except AlarmError as error:
        text = f"{rule.name}: found {error.found}; expected {error.expected}"
        return [] if figure is None else [_judged(rule, done, figure, text)]
    memories[key] = found.memory
    if figure is None or figure.value is None:
        return []
    return [
        _judged(
            rule,
            done,
            figure,
            found.text,
            state=State.MOVED if found.fired else State.HELD,
            line=(found.value, found.limit),
        )
    ]


def _judged(
    rule: Rule,
    done: Done,
    figure: Figure,
    text: str,
    *,
    state: State = State.FAILED,
    line: tuple[float | None, float | None] = (None, None),
) -> Judged:
    return Judged(
        model=done.model,
        window=done.window,
        subject=Subject(rule.segment, rule.column or PERFORMANCE, rule.metric),
        group=Group.FEATURES if rule.column else Group.PERFORMANCE,
        rule=rule.name,
        budgeted=False,
        state=state,
        severity=rule.severity if state is State.MOVED else None,
        evidence=line[0],
        threshold=line[1],
        log_e=None,
        value=figure.value,
        low=figure.low,
        high=figure.high,
        reference=figure.reference,
        n=figure.n,
        text=text,
    )
