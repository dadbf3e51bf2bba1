"""What a log has lost of a span: files that cannot be read, and events set aside.

Place: beside the reads. A loss has a number of events and a stretch of time, and never
more: what the events said is what is lost.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pyarrow as pa
import pyarrow.compute as pc

from leeboard.windows import Window

__all__ = ["SEGMENT_REASONS", "Loss", "set_aside_losses"]

SEGMENT_REASONS = frozenset({"damaged_segment", "missing_segment"})
"""Why a whole file of events cannot be read."""

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MINUTE = timedelta(minutes=1)
_MINUTE_US = 60_000_000


@dataclass(frozen=True, slots=True)
class Loss:
    """Events that came, and that no read gives.

    Parameters
    ----------
    kind : str
        ``predictions`` or ``feedback``; what cannot be told apart is the first.
    reason : str
    rows : int
        Events, repetitions counted.
    first, last : datetime
        Between which they lie: by ``made_at`` or ``observed_at`` where a file tells it,
        else by when they were received.
    """

    kind: str
    reason: str
    rows: int
    first: datetime
    last: datetime

    def touches(self, span: Window | Sequence[Window] | None) -> bool:
        """Tell whether any of them may lie in a span; None: in all of time.

        Several spans are in order, and none touches another.
        """
        if span is None:
            return True
        spans = (span,) if isinstance(span, Window) else span
        at = bisect_right(spans, self.last, key=lambda one: one.start)
        return at > 0 and self.first < spans[at - 1].end


def set_aside_losses(
    quarantined: pa.Table, span: Window | Sequence[Window] | None
) -> Iterator[Loss]:
    """Yield events that were set aside, by reason and by the minute they came in.

    Parameters
    ----------
    quarantined : Table
        Each event once.
    span : Window, several, or None
        See ``Loss.touches``.
    """
    at = quarantined.column("received_at").cast(pa.int64())
    label = pc.equal(pc.binary_slice(quarantined.column("payload"), 0, 1), b"f")
    table = pa.table(
        {
            "label": label,
            "reason": quarantined.column("reason"),
            "minute": pc.divide(at, _MINUTE_US),
        }
    )
    counted = table.group_by(table.column_names).aggregate([([], "count_all")])
    rows = sorted(counted.to_pylist(), key=lambda one: (one["minute"], one["reason"]))
    for row in rows:
        start = _EPOCH + row["minute"] * _MINUTE
        kind = "feedback" if row["label"] else "predictions"
        loss = Loss(kind, row["reason"], row["count_all"], start, start)
        if loss.touches(span):
            yield loss
