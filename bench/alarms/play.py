"""Plays streams to rules, and notes when they speak."""

from __future__ import annotations

from dataclasses import dataclass, field
from time import process_time
from typing import Any

import numpy as np
from bench.alarms.rule import Rule, alarms, path
from bench.alarms.rules import competing
from bench.alarms.score import (
    breaks,
    delay,
    lorden,
    mean_time,
    restricted_mean,
    spans,
    tuned,
)
from bench.alarms.seen import Window, reference, windows
from bench.alarms.streams import Change, Stream

__all__ = ["FULL", "QUICK", "Plan", "play"]

Array = np.ndarray[Any, Any]
WARM = 20  # windows in control before a change


@dataclass(frozen=True, slots=True)
class Plan:
    """How much is played.

    Parameters
    ----------
    promise : int
        Windows between false alarms that rules with a promise are asked for.
    references, windows : int
        Independent references, and windows in control after each.
    changed, after : int
        Runs with each change, and windows in which it may be told.
    """

    promise: int
    references: int
    windows: int
    changed: int
    after: int
    seed: int = 1


QUICK = Plan(promise=100, references=12, windows=300, changed=12, after=60)
FULL = Plan(promise=500, references=100, windows=1500, changed=100, after=100)


@dataclass
class _Notes:
    """What was noted of one rule."""

    rule: Rule
    spans: list[tuple[Array, Array]] = field(default_factory=list)
    paths: list[Array] = field(default_factory=list)
    again: list[int] = field(default_factory=list)
    watched: int = 0
    retuned: float | None = None
    delays: dict[tuple[str, bool], list[int | None]] = field(default_factory=dict)
    seconds: float = 0.0
    scored: int = 0


def _fit(stream: Stream, seed: Any, notes: list[_Notes], promise: int) -> Any:
    """Draw a reference and a history, and fit every rule to them."""
    rng = np.random.default_rng(seed)
    start = -stream.reference - stream.history
    drawn = stream.quiet(rng, start, 0)
    rows = np.concatenate(drawn[: stream.reference])
    known = reference(stream, rows, stream.size(0))
    past = drawn[stream.reference :]
    history = windows(
        known, past, -stream.history, stream.season, int(rng.integers(2**31))
    )
    for note in notes:
        note.rule.fit(known, history, promise)
    return rng, known


def _quiet(stream: Stream, plan: Plan, notes: list[_Notes], r: int) -> None:
    """Play one reference's windows in control."""
    tuning = r < plan.references // 2
    rng, known = _fit(stream, [plan.seed, 0, r], notes, plan.promise)
    drawn = stream.quiet(rng, 0, plan.windows)
    seen = windows(known, drawn, 0, stream.season, r)
    for note in notes:
        began = process_time()
        rule = note.rule
        if rule.remembers:
            found = alarms(rule, seen, rule.threshold)
        else:
            scores = path(rule, seen)
            found = list(np.flatnonzero(scores >= rule.threshold))
        note.seconds += process_time() - began
        note.scored += len(seen)
        note.spans.append(spans(np.array(found), len(seen)))
        if not rule.dial:
            continue
        if tuning:
            note.paths.append(path(rule, seen) if rule.remembers else scores)
        elif note.retuned is not None:
            note.again.append(len(_retuned(rule, seen, note.retuned)))
            note.watched += len(seen)


def _retuned(rule: Rule, seen: list[Window], threshold: float) -> list[int]:
    rule.restart()
    return alarms(rule, seen, threshold)


def _changed(
    stream: Stream, plan: Plan, notes: list[_Notes], change: Change, r: int
) -> None:
    """Play one change, from 20 windows in control on."""
    rng, known = _fit(stream, [plan.seed, 1, r], notes, plan.promise)
    # anywhere in the season, and where a product that grows has grown some
    start = 200 + int(rng.integers(stream.season)) if callable(stream.rows) else 0
    before = stream.quiet(rng, start, start + WARM)
    after = stream.changed(rng, change, start + WARM, plan.after)
    seen = windows(known, [*before, *after], start, stream.season, r)
    for note in notes:
        rule = note.rule
        if rule.change not in {"", change.label}:
            continue
        for again, threshold in ((False, rule.threshold), (True, note.retuned)):
            if threshold is not None:
                rule.restart()
                warm = alarms(rule, seen[:WARM], threshold)
                del warm  # false alarms: counted where nothing changes
                at = _told(rule, seen[WARM:], threshold)
                note.delays.setdefault((change.label, again), []).append(at)


def _told(rule: Rule, seen: list[Window], threshold: float) -> int | None:
    for k, window in enumerate(seen):
        if rule.score(window) >= threshold:
            return k + 1
    return None


def play(stream: Stream, plan: Plan) -> dict[str, Any]:
    """Play a stream to all its rules."""
    notes = [_Notes(rule) for rule in competing(stream)]
    half = plan.references // 2
    for r in range(plan.references):
        if r == half:
            for note in notes:
                remembers = note.rule.remembers
                if note.paths:
                    note.retuned = tuned(note.paths, plan.promise, remembers=remembers)
                    note.paths = []
        _quiet(stream, plan, notes, r)
    for change in stream.changes:
        for r in range(plan.changed):
            _changed(stream, plan, notes, change, r)
    return {
        "stream": stream.code,
        "title": stream.title,
        "rules": [_summed(stream, plan, note) for note in notes],
    }


def _summed(stream: Stream, plan: Plan, note: _Notes) -> dict[str, Any]:
    """Sum up what was noted of a rule."""
    rule = note.rule
    durations = np.concatenate([lengths for lengths, _ in note.spans])
    ended = np.concatenate([ends for _, ends in note.spans])
    shipped = mean_time(int(durations.sum()), int(ended.sum()))
    apart = [mean_time(int(a.sum()), int(b.sum())) for a, b in note.spans]
    retuned = mean_time(note.watched, sum(note.again)) if note.watched else None
    return {
        "rule": rule.name,
        "family": rule.family,
        "told": rule.change,
        "assumed": rule.name in stream.meets or rule.family == "yardstick",
        "promises": rule.family in {"Leeboard", "yardstick"},
        "time": _time(shipped),
        "restricted_mean": round(restricted_mean(durations, ended), 1),
        "references_that_break": sum(breaks(one, plan.promise) for one in apart),
        "references": len(apart),
        "breaks_promise": breaks(shipped, plan.promise),
        "retuned_time": _time(retuned) if retuned else None,
        "microseconds": round(1e6 * note.seconds / note.scored, 1),
        "changes": [
            _told_of(stream, plan, note, change)
            for change in stream.changes
            if rule.change in {"", change.label}
        ],
    }


def _time(time: Any) -> dict[str, Any]:
    def whole(value: float | None) -> float | None:
        return None if value is None or not np.isfinite(value) else round(value, 1)

    return {
        "mean": whole(time.value),
        "low": whole(time.low),
        "high": whole(time.high),
        "upper_99": whole(time.upper),
        "windows": time.windows,
        "alarms": time.alarms,
    }


def _told_of(
    stream: Stream, plan: Plan, note: _Notes, change: Change
) -> dict[str, Any]:
    bound = None
    if change.kl is not None and isinstance(stream.rows, int):
        bound = round(lorden(plan.promise, change.kl * stream.rows), 2)
    out: dict[str, Any] = {"change": change.label, "bound": bound}
    for again in (False, True):
        found = note.delays.get((change.label, again))
        if found:
            d = delay(found)
            times = d.median / bound if bound and d.median else None
            out["retuned" if again else "shipped"] = {
                "median": d.median,
                "most": d.most,
                "missed": d.missed,
                "runs": d.runs,
                "times_bound": None if times is None else round(times, 2),
            }
    return out
