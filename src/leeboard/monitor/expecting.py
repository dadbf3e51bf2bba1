"""Changes that people have announced, as they are kept.

Place: under judging and the command line.
"""

from __future__ import annotations

import json
import time
from collections.abc import Iterable

from leeboard.incidents.expected import Expectation
from leeboard.monitor.holder import taken
from leeboard.state import State
from leeboard.words import Blot, blotted

__all__ = ["ANNOUNCING", "EXPECTED", "announce", "announced", "announced_without"]

ANNOUNCING = "announce"
"""Begins the name of the lease of who announces a change."""

EXPECTED = "expected"
"""Document of a model that holds the changes."""

_PAUSE_S = 0.02


def announced(state: State, model: str) -> tuple[Expectation, ...]:
    """All changes that were announced for a model, the oldest first."""
    text = state.kept(model, EXPECTED)
    return _read(text) if text else ()


def announce(state: State, one: Expectation) -> None:
    """Keep one more; two people who announce at once wait for one another."""
    lease = None
    while lease is None:
        lease = taken(state, f"{ANNOUNCING}:{one.model}")
        if lease is None:
            time.sleep(_PAUSE_S)
    try:
        kept = [*announced(state, one.model), one]
        state.keep(one.model, EXPECTED, _text(kept))
    finally:
        state.release(lease)


def announced_without(text: str, blot: Blot) -> str:
    """Return the document with its words, and levels of segments, without texts."""
    return _text([blotted(one, blot) for one in _read(text)])


def _read(text: str) -> tuple[Expectation, ...]:
    return tuple(map(Expectation.from_json, json.loads(text)))


def _text(every: Iterable[Expectation]) -> str:
    return json.dumps([one.to_json() for one in every])
