"""One window judged by every watch, and the memories that it leaves.

Place: the heart of the room. A memory is armed until it has asked for a warning; it is
armed again when it begins anew: after a page, or when its incident has ended.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from leeboard.alarms.budget import Threshold
from leeboard.alarms.judged import Judged, Severity, Subject
from leeboard.alarms.look import Look
from leeboard.alarms.watch import Reading, Watch
from leeboard.detectors._detector import Evidence, Memory
from leeboard.verdicts.verdict import State

__all__ = ["Memories", "judge", "restarted"]

_THOUSAND = math.log(1e3)

Memories = dict[Subject, Memory]
"""By subject: whether it has warned (0 or 1), and the detector's memory."""


@dataclass(frozen=True, slots=True)
class _Spoken:
    """What one watch said."""

    watch: Watch
    rule: str
    reading: Reading
    evidence: Evidence
    threshold: Threshold


def judge(
    model: str,
    look: Look,
    watches: Iterable[Watch],
    thresholds: Mapping[Subject, Threshold],
    memories: Memories,
    growth: float = 0.0,
) -> list[Judged]:
    """Judge one window.

    Parameters
    ----------
    model : str
    look : Look
    watches : iterable of Watch
        Those that are to see the window now.
    thresholds : mapping of Subject to Threshold
    memories : mapping of Subject to Memory
        Changed in place.
    growth : float
        By how much thresholds of pages have grown; see ``Budget.growth``.

    Returns
    -------
    list of Judged
        One a watch that found something to judge.
    """
    found = []
    for watch in watches:
        subject = watch.subject
        reading = watch.read(look)
        if reading is None:
            continue
        warned, *kept = memories.get(subject) or (0.0, *watch.start())
        memory = tuple(kept)
        rule = watch.rule(memory, reading.seen)
        evidence = watch.step(memory, reading.seen)
        threshold = thresholds[subject].grown(growth)
        spoken = _Spoken(watch, rule, reading, evidence, threshold)
        severity = spoken.threshold.severity(evidence.log_m)
        if severity is not Severity.PAGE and warned:
            severity = None
        after = evidence.memory
        if severity is Severity.PAGE:
            warned, after = 0.0, watch.restart(after)
        elif severity is not None:
            warned = 1.0
        memories[subject] = (warned, *after)
        found.append(_judged(model, look, spoken, severity))
    return found


def restarted(
    watches: Iterable[Watch],
    memories: Memories,
    ended: Iterable[Subject],
    running: Iterable[Subject],
) -> None:
    """Let memories begin anew whose incident has ended.

    Parameters
    ----------
    watches : iterable of Watch
    memories : mapping of Subject to Memory
        Changed in place.
    ended : iterable of Subject
        Of incidents that ended by the last window.
    running : iterable of Subject
        Of those that run. A memory that has warned about another subject belongs to
        what a person has ended, or had announced.
    """
    over, still = set(ended), set(running)
    for watch in watches:
        subject, kept = watch.subject, memories.get(watch.subject)
        if kept is not None and (subject in over or (kept[0] and subject not in still)):
            memories[subject] = (0.0, *watch.restart(kept[1:]))


def _judged(
    model: str, look: Look, spoken: _Spoken, severity: Severity | None
) -> Judged:
    reading, evidence, threshold = spoken.reading, spoken.evidence, spoken.threshold
    needed = threshold.warn if threshold.page is None else threshold.page
    return Judged(
        model=model,
        window=look.window,
        subject=spoken.watch.subject,
        group=spoken.watch.group,
        rule=spoken.rule,
        budgeted=True,
        state=_state(reading, evidence, severity),
        severity=severity,
        evidence=_finite(evidence.log_m),
        threshold=needed,
        log_e=_finite(evidence.log_e),
        value=reading.value,
        low=None,
        high=None,
        reference=reading.reference,
        n=reading.n,
        text=_text(reading, evidence, needed, severity),
    )


def _state(reading: Reading, evidence: Evidence, severity: Severity | None) -> State:
    if severity is not None:
        return State.MOVED
    if reading.inside or evidence.log_e <= 0.0:
        return State.HELD
    return State.UNSURE


def _finite(value: float) -> float | None:
    return value if math.isfinite(value) else None


def _text(
    reading: Reading, evidence: Evidence, needed: float, severity: Severity | None
) -> str:
    so_far = f"evidence {_times(evidence.log_m)}, of {_times(needed)} that is needed"
    if severity is None:
        return f"{reading.text}; {so_far}"
    return f"{reading.text}; {so_far}: {severity.value}"


def _times(log: float) -> str:
    """Evidence as people read it: 12, 3,400, 10^17."""
    if log < _THOUSAND:
        return f"{math.exp(log):.3g}"
    if log < 2.0 * _THOUSAND:
        return f"{math.exp(log):,.0f}"
    return f"10^{log / math.log(10.0):.0f}"
