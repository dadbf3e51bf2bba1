"""What became of the events: the accounting identity, counted one event at a time.

    logged = acknowledged + queued + the sum of dropped

holds for predictions and for feedback at every moment. Each term is counted where its
event happens; none is computed from the others.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

__all__ = ["Counts", "Side", "Stats", "Tally", "account"]


@dataclass(frozen=True, slots=True)
class Tally:
    """What became of the events of one kind; ``dropped`` counts by reason."""

    logged: int
    acknowledged: int
    queued: int
    dropped: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Stats:
    """What a logger has done in this process.

    Parameters
    ----------
    predictions, feedback : Tally
        The identity, for each kind.
    sampled : int
        Calls that sampling left out; they are not in ``logged``.
    disabled : int
        Calls made while ``LEEBOARD_DISABLED`` is set; not in ``logged`` either.
    degraded : int
        Calls in spooled mode that were queued in memory, as the disk was slow or full.
    values_cut, values_dropped : int
        Texts cut to their limit, and values left out as nothing defined can be written.
    trouble : str
        Why the place where events go takes none just now; empty when it does.
    """

    predictions: Tally
    feedback: Tally
    sampled: int
    disabled: int
    degraded: int
    values_cut: int
    values_dropped: int
    trouble: str

    @property
    def logged(self) -> int:
        """Events that were handed over, of both kinds."""
        return self.predictions.logged + self.feedback.logged

    @property
    def acknowledged(self) -> int:
        """Events whose write has returned."""
        return self.predictions.acknowledged + self.feedback.acknowledged

    @property
    def queued(self) -> int:
        """Events on their way."""
        return self.predictions.queued + self.feedback.queued

    @property
    def dropped(self) -> Mapping[str, int]:
        """Events that were refused or lost, by reason."""
        return dict(Counter(self.predictions.dropped) + Counter(self.feedback.dropped))


class Side:
    """The running tally of one kind. Whoever changes it holds the lock of its owner."""

    __slots__ = ("acknowledged", "dropped", "logged", "queued")

    def __init__(self) -> None:
        self.logged = 0
        self.acknowledged = 0
        self.queued = 0
        self.dropped: dict[str, int] = {}

    def drop(self, reason: str) -> None:
        """Count one event under a reason."""
        self.dropped[reason] = self.dropped.get(reason, 0) + 1

    def tally(self) -> Tally:
        """Return what there is now."""
        return Tally(self.logged, self.acknowledged, self.queued, dict(self.dropped))


class Counts:
    """All counters of one logger in one process."""

    __slots__ = ("degraded", "disabled", "sampled", "sides")

    def __init__(self) -> None:
        self.sides = {"p": Side(), "f": Side()}
        self.sampled = 0
        self.disabled = 0
        self.degraded = 0

    def stats(self, *, cut: int, dropped: int, trouble: str) -> Stats:
        """Return a copy that no longer changes."""
        return Stats(
            predictions=self.sides["p"].tally(),
            feedback=self.sides["f"].tally(),
            sampled=self.sampled,
            disabled=self.disabled,
            degraded=self.degraded,
            values_cut=cut,
            values_dropped=dropped,
            trouble=trouble,
        )


def account(stats: Stats, token: str, model: str) -> bytes:
    """Write an accounting payload, as `leeboard_logger.frames` describes it.

    Empty where nothing has happened yet.
    """
    if not (stats.logged or stats.sampled):
        return b""
    record = {
        "logger": token,
        "model": model,
        "logged": stats.logged,
        "acknowledged": stats.acknowledged,
        "queued": stats.queued,
        "dropped": stats.dropped,
        "sampled": stats.sampled,
        "degraded": stats.degraded,
        "values_cut": stats.values_cut,
        "values_dropped": stats.values_dropped,
    }
    return b"a" + json.dumps(record, separators=(",", ":")).encode()
