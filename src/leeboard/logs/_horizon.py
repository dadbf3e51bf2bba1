"""No event by a horizon as a label, where that is what silence means.

Place: on joined events, before they are measured. Knows no clock: now is an argument.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

import pyarrow as pa
import pyarrow.compute as pc

from leeboard.events import LABEL, Stored, columns_of
from leeboard.logs._tables import ARROW, TIME

__all__ = ["with_horizon"]

_TRUTHS = {"true": True, "false": False, "1": True, "0": False}
_READ: dict[str, Callable[[str], bool | int | float | str]] = {
    "b": lambda text: _TRUTHS[text.strip().lower()],
    "i": int,
    "d": float,
    "s": str,
}


def with_horizon(
    joined: pa.Table, now: datetime, horizon: timedelta, negative: str
) -> pa.Table:
    """Give predictions that are older than a horizon and have no label a negative one.

    Parameters
    ----------
    joined : Table
        As ``Log.joined`` gives it, with ``made_at`` and ``observed_at``.
    now : datetime
    horizon : timedelta
        From a prediction until its event counts as one that did not happen.
    negative : str
        The label of such a prediction. It is stored as the other labels are: ``0`` is a
        number among numbers, false among booleans, and a text among texts.

    Returns
    -------
    Table
        The same rows. A label by horizon was observed, and received, at the horizon.

    Notes
    -----
    A label that was taken back is no label; it becomes a negative one too. An event
    that comes later than the horizon still counts as what it is.
    """
    labels = columns_of(joined.column_names, "", LABEL)
    silent = pc.less_equal(joined["made_at"], pa.scalar(now - horizon, TIME))
    for column in labels.values():
        silent = pc.and_(silent, pc.is_null(joined[column]))
    kind, value = _stored_as(negative, joined, labels)
    passed = pc.add(joined["made_at"], pa.scalar(horizon, pa.duration("us")))
    fills = {
        str(Stored("", LABEL, kind)): (ARROW[kind], pa.scalar(value, ARROW[kind])),
        "observed_at": (TIME, passed),
        "label_received_at": (TIME, passed),
    }
    columns = dict(zip(joined.column_names, joined.columns, strict=True))
    for name, (type_, fill) in fills.items():
        kept = columns.get(name, pa.nulls(joined.num_rows, type_))
        columns[name] = pc.if_else(silent, fill, kept)
    return pa.table(columns)


def _stored_as(
    text: str, joined: pa.Table, labels: dict[str, str]
) -> tuple[str, bool | int | float | str]:
    """Type and value of a label given as text: as most labels are, if it can be."""
    held = {kind: len(joined) - joined[c].null_count for kind, c in labels.items()}
    used = sorted((k for k in held if held[k]), key=lambda k: (-held[k], k))
    for kind in used or ("i", "d", "b"):
        try:
            return kind, _READ[kind](text)
        except (ValueError, KeyError):
            continue
    return "s", text
