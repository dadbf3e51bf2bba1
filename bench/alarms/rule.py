"""What a rule of the bench is."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

import numpy as np
from bench.alarms.seen import Reference, Window

__all__ = ["Rule", "alarms", "path", "step"]


class Rule(Protocol):
    """Gives each window a score; at its threshold or above there is an alarm.

    Attributes
    ----------
    name, family : str
    threshold : float
        As shipped; set by ``fit``.
    remembers : bool
        Earlier windows matter.
    dial : bool
        Another threshold gives another rate of alarms: it can be retuned.
    change : str
        The label of the one change that the rule was told; empty: of none.
    """

    name: str
    family: str
    threshold: float
    remembers: bool
    dial: bool
    change: str

    def fit(
        self, reference: Reference, history: Sequence[Window], promise: float
    ) -> None:
        """Learn from windows in control; ``promise``: windows between false alarms."""
        ...

    def score(self, window: Window) -> float:
        """Take in one window."""
        ...

    def restart(self) -> None:
        """Forget the evidence, as after an alarm."""
        ...


def step(rule: Rule, window: Window, threshold: float) -> bool:
    """Take in one window; after an alarm the rule starts anew."""
    fired = rule.score(window) >= threshold
    if fired:
        rule.restart()
    return fired


def alarms(rule: Rule, windows: Sequence[Window], threshold: float) -> list[int]:
    """Return the numbers of the windows with an alarm."""
    return [k for k, window in enumerate(windows) if step(rule, window, threshold)]


def path(rule: Rule, windows: Sequence[Window]) -> np.ndarray:
    """Return the scores from a fresh start on, with no alarm between."""
    rule.restart()
    return np.array([rule.score(window) for window in windows])
