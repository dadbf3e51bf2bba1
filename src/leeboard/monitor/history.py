"""When passes were made: what tells that they are late, also after a restart.

Place: written at the end of a run, read by whoever shows or examines an installation.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from statistics import median

from leeboard.state import State

__all__ = ["Made", "expected_every", "late_after", "note_pass", "passes_made"]

_KEY = "passes"
_KEPT = 20
_FEW = 4
_INTERVALS = 3
_SLACK = timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class Made:
    """One pass over all models.

    Parameters
    ----------
    began_at, ended_at : datetime
    by : str
        Host and process.
    every_s : float or None
        Seconds from pass to pass that a scheduler keeps; None: somebody else called.
    """

    began_at: datetime
    ended_at: datetime
    by: str
    every_s: float | None = None


def note_pass(state: State, made: Made) -> None:
    """Keep that a pass was made, beside the latest before it."""
    rows = [*passes_made(state), made][-_KEPT:]
    plain = [
        [one.began_at.isoformat(), one.ended_at.isoformat(), one.by, one.every_s]
        for one in rows
    ]
    state.keep("", _KEY, json.dumps(plain))


def passes_made(state: State) -> Sequence[Made]:
    """Return the latest passes in order of time."""
    text = state.kept("", _KEY)
    return [
        Made(_moment(began), _moment(ended), by, every)
        for began, ended, by, every in (json.loads(text) if text else [])
    ]


def expected_every(passes: Sequence[Made]) -> timedelta | None:
    """Return the time from pass to pass: what the scheduler said, or what is usual.

    None where there were too few to tell.
    """
    if not passes:
        return None
    said = passes[-1].every_s
    if said is not None:
        return timedelta(seconds=said)
    if len(passes) < _FEW:
        return None
    gaps = [later.began_at - before.began_at for before, later in pairwise(passes)]
    return timedelta(seconds=median(gap.total_seconds() for gap in gaps))


def late_after(every: timedelta) -> timedelta:
    """Return how long after the last pass ended the next one is late."""
    return _INTERVALS * every + _SLACK


def _moment(text: str) -> datetime:
    return datetime.fromisoformat(text).astimezone(UTC)
