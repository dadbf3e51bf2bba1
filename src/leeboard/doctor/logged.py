"""The log and its spool: readable, sound, emptied, and what was set aside."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from datetime import timedelta

from leeboard.doctor.case import Case
from leeboard.doctor.finding import Finding
from leeboard.doctor.forms import not_to_open
from leeboard.errors import LeeboardError
from leeboard.logs import log_version, open_log, sound, waiting
from leeboard.pages.words import bytes_in_words, plural
from leeboard.windows import duration_in_words

__all__ = ["events", "log", "segments", "spool"]

_NEWEST = 20
_SLOW, _LOST = timedelta(hours=1), timedelta(days=1)


def log(case: Case) -> Iterator[Finding]:
    """Open the log, if nothing has to be made or changed for that, and count."""
    if case.plan is None:
        return
    try:
        seen, head = log_version(case.plan.log) or ("", "")
        left = not_to_open("log", seen, head)
        if left is not None:
            yield left
            if seen is None:  # it has taken nothing yet
                case.marks, case.summaries = {}, []
            return
        case.log = open_log(case.plan.log, spool=case.plan.spool or None)
        case.marks = case.log.marks()
        case.summaries = list(case.log.summary())
    except LeeboardError as error:
        yield Finding.of("log", error)
        return
    n = sum(one.predictions for one in case.summaries)
    yield Finding("log", f"can be read; {n:,} predictions")


def segments(case: Case) -> Iterator[Finding]:
    """Compare the newest segments, or all of them, with their checksums."""
    if case.log is None or case.plan is None or case.plan.log.startswith("postgres"):
        return
    try:
        seen = sound(case.log, None if case.deep else _NEWEST)
    except LeeboardError as error:
        yield Finding.of("segments", error)
        return
    for name in seen.damaged:
        yield Finding.fail(
            "segments",
            f"{name} is missing, or holds other bytes than were written",
            "the bytes whose checksum the log has",
            "Look at the disk; bring the log back with leeboard restore FILE."
            " Until then its events are in no read.",
        )
    if not seen.segments:
        yield Finding("segments", "none yet: the first pass with events makes one")
    elif not seen.damaged:
        rest = seen.segments - seen.looked
        more = f"; {rest:,} older ones not looked at (--deep)" if rest else ""
        yield Finding("segments", f"{seen.looked:,} checked, all sound{more}")


def spool(case: Case) -> Iterator[Finding]:
    """Look for frames that nobody commits."""
    if case.plan is None or not case.plan.spool or case.marks is None:
        return
    path = case.plan.spool
    if not os.path.lexists(path):
        yield Finding("spool", f"{path} is not there yet: the first logger makes it")
        return
    try:
        found = waiting(path, case.marks)
    except LeeboardError as error:
        yield Finding.of("spool", error)
        return
    for name, why in found.refused.items():
        yield Finding.warn(
            "spool",
            f"{name} is never read: {why}",
            "files of the user that runs Leeboard alone",
            f"Look who writes into {path}; remove the file, or give it to that user.",
        )
    age = timedelta(0) if found.since is None else case.now - found.since
    text = f"{plural(found.files, 'file')} with {bytes_in_words(found.bytes)}"
    if age < _SLOW:
        text = f"{text} for the next pass" if found.files else "empty"
        yield Finding("spool", text)
        return
    finding = Finding.fail if age >= _LOST else Finding.warn
    yield finding(
        "spool",
        f"{text} not committed, the oldest for {duration_in_words(age)}",
        "a commit every pass",
        "Start leeboard serve, or let cron call leeboard run; leeboard ship commits"
        " them now.",
    )


def events(case: Case) -> Iterator[Finding]:
    """Look at what was set aside, what was lost, and models without events."""
    if case.plan is None or case.summaries is None:
        return
    by_model = {one.model: one for one in case.summaries}
    for model in case.plan.models:
        one = by_model.pop(model.name, None)
        if one is None or not one.predictions:
            yield Finding.warn(
                "events",
                f"{model.name}: no predictions",
                "predictions under this name",
                f'Log with Logger(…, model="{model.name}"), or leeboard import.',
            )
        elif not one.labels and model.no_event is None:
            yield Finding.warn(
                "labels",
                f"{model.name}: {one.predictions:,} predictions, and no label",
                "labels, without which no performance is measured",
                "Send feedback with the predictions' ids; leeboard sample chooses"
                " which to ask for.",
            )
        if one is not None:
            yield from _aside(model.name, one.quarantined, one.dropped)
    for name, one in by_model.items():
        if one.predictions:
            yield Finding.warn(
                "events",
                f"the log has {one.predictions:,} predictions of {name!r}",
                "models that the configuration names",
                f"Correct the logger's model=, or add [model.{name}].",
            )
        yield from _aside(name or "no model", one.quarantined, one.dropped)


def _aside(
    name: str, quarantined: Mapping[str, int], dropped: Mapping[str, int]
) -> Iterator[Finding]:
    if quarantined:
        yield Finding.warn(
            "quarantine",
            f"{name}: set aside: {_reasons(quarantined)}",
            "none",
            "Look at them: leeboard quarantine show; then replay or drop them.",
        )
    if dropped:
        yield Finding.warn(
            "losses",
            f"{name}: lost by loggers: {_reasons(dropped)}",
            "none",
            "Look at the logger's disk and queue; see docs/logging.md.",
        )


def _reasons(counts: Mapping[str, int]) -> str:
    return ", ".join(f"{why} {n:,}" for why, n in sorted(counts.items()))
