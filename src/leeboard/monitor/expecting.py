"""Changes that people have announced, as they are kept.

Place: under judging and the command line.
"""

from __future__ import annotations

import json
import time

from leeboard.incidents.expected import Expectation
from leeboard.monitor.holder import taken
from leeboard.state import State

__all__ = ["announce", "announced"]

_KEY = "expected"
_PAUSE_S = 0.02


def announced(state: State, model: str) -> tuple[Expectation, ...]:
    """All changes that were announced for a model, the oldest first."""
    text = state.kept(model, _KEY)
    return tuple(map(Expectation.from_json, json.loads(text) if text else ()))


def announce(state: State, one: Expectation) -> None:
    """Keep one more; two people who announce at once wait for one another."""
    lease = None
    while lease is None:
        lease = taken(state, f"announce:{one.model}")
        if lease is None:
            time.sleep(_PAUSE_S)
    try:
        kept = [*announced(state, one.model), one]
        state.keep(one.model, _KEY, json.dumps([each.to_json() for each in kept]))
    finally:
        state.release(lease)
