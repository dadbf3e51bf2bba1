"""How the estimates of a model have done, against the labels that came later.

Place: reads kept results alone.
"""

from __future__ import annotations

from leeboard.estimates.record import Pair, Record, record
from leeboard.monitor.estimated import ESTIMATED
from leeboard.monitor.realised import PERFORMANCE, REALISED
from leeboard.state import State

__all__ = ["record_of"]


def record_of(state: State, model: str, metric: str) -> Record:
    """Sum up the estimates of one figure over all windows whose labels are there."""
    where = {
        "model": model,
        "metric": metric,
        "subject": PERFORMANCE,
        "segment": "",
    }
    estimated, realised = (
        {
            (row["window_start"], row["window_end"]): row
            for row in state.measurements({**where, "basis": basis}).to_pylist()
            if row["value"] is not None and row["low"] is not None
        }
        for basis in (ESTIMATED, REALISED)
    )
    pairs = [
        Pair(
            said["value"],
            said["low"],
            said["high"],
            came["value"],
            (came["low"], came["high"]),
            came["n_current"],
        )
        for window, said in estimated.items()
        if (came := realised.get(window)) is not None
    ]
    return record(metric, pairs)
