"""The windows on which the copies of other tools' rules are proved equal."""

from __future__ import annotations

from typing import Any

import numpy as np
from bench.alarms.streams import Change, Stream

__all__ = ["WINDOWS", "sample"]

QUIET, CHANGED = 20, 32
WINDOWS = QUIET + CHANGED


def sample(stream: Stream) -> tuple[np.ndarray[Any, Any], list[np.ndarray[Any, Any]]]:
    """Return a reference and 52 windows: 20 in control, 32 with a growing change."""
    rng = np.random.default_rng([7, *stream.code.encode()])
    past = stream.quiet(rng, -stream.reference, 0)
    change = Change("", stream.changes[-1].size, "ramp")
    quiet = stream.quiet(rng, 0, QUIET)
    return np.concatenate(past), [
        *quiet,
        *stream.changed(rng, change, QUIET, CHANGED),
    ]
