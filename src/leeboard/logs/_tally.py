"""What a growing log holds in number, without counting again what was counted before.

Every number of ``Counts`` is a sum over ids: an id adds what its own events say. So a
file that came or went changes the sums by its own ids alone: what they add now, less
what they added before. Place: over the counts, kept by a log between its reads.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from datetime import datetime

from leeboard.errors import LogError
from leeboard.logs._counts import Counts, counts
from leeboard.logs._files import Files, SegmentFile
from leeboard.logs._query import Limits

__all__ = ["Tally"]

_Moment = datetime | None

_SHARE = 0.5
"""Of the events: where more than these came or went, all are counted anew."""

_LITTLE = Limits(memory_mb=256)
"""A server counts beside its other work; more than this goes to a scratch folder."""


class Tally:
    """Counts of one model's files, as ``counts`` gives them; several threads may ask.

    Parameters
    ----------
    still : callable
        Tells whether a file that went, as it was merged, can be read as before; one
        that went since it was damaged cannot.
    """

    def __init__(self, still: Callable[[SegmentFile], bool]) -> None:
        self._still = still
        self._lock = threading.Lock()
        self._files = Files()
        self._counts = Counts(0, 0, 0, None, None, None)

    def counts(self, files: Files) -> Counts:
        """Count what files hold."""
        with self._lock:
            # frames that are in no file yet are counted on top, and not kept
            settled = Files(files.predictions, files.feedback)
            self._counts = self._moved(settled)
            self._files = settled
            return self._moved(files)

    def _moved(self, files: Files) -> Counts:
        """Count files from what was counted last."""
        apart = Files(
            _apart(self._files.predictions, files.predictions),
            _apart(self._files.feedback, files.feedback),
            files.new_predictions,
            files.new_feedback,
        )
        if not _rows(apart):
            return self._counts
        if _rows(apart) <= _SHARE * _rows(files) and self._readable(files):
            found = self._by_difference(files, apart)
            if found is not None:
                return found
        return counts(files, limits=_LITTLE)

    def _readable(self, files: Files) -> bool:
        """Tell whether all that went can be read, to subtract it."""
        there = {one.path for one in (*files.predictions, *files.feedback)}
        before = (*self._files.predictions, *self._files.feedback)
        return all(one.path in there or self._still(one) for one in before)

    def _by_difference(self, files: Files, apart: Files) -> Counts | None:
        """Count by the ids of what came or went; None where they do not tell all."""
        try:
            before = counts(self._files, among=apart, limits=_LITTLE)
            after = counts(files, among=apart, limits=_LITTLE)
            return _added(self._counts, before, after)
        except (LogError, _UnknownError):  # what went may go from the disk meanwhile
            return None


class _UnknownError(Exception):
    """The end of the whole lay in what changed, and the new one may lie elsewhere."""


def _added(whole: Counts, before: Counts, after: Counts) -> Counts:
    """Counts of the whole after some of its ids went from one state to another."""

    def moved(name: str) -> int:
        there, was, now = (getattr(one, name) for one in (whole, before, after))
        total: int = there - was + now
        return total

    return Counts(
        predictions=moved("predictions"),
        labels=moved("labels"),
        joined=moved("joined"),
        first=_end(whole.first, before.first, after.first, min),
        last=_end(whole.last, before.last, after.last, max),
        last_received=_end(
            whole.last_received, before.last_received, after.last_received, max
        ),
        conflicts=moved("conflicts"),
    )


def _end(
    there: _Moment,
    was: _Moment,
    now: _Moment,
    pick: Callable[[datetime, datetime], datetime],
) -> _Moment:
    if there is None:
        return now
    if was != there:  # not among what changed: it is still there
        return pick(there, now or there)
    if now is None or pick(now, there) != now:
        raise _UnknownError
    return now


def _apart(
    some: Sequence[SegmentFile], others: Sequence[SegmentFile]
) -> tuple[SegmentFile, ...]:
    """Files that are in one of two lists only."""
    paths = {one.path for one in some} ^ {one.path for one in others}
    return tuple(one for one in (*some, *others) if one.path in paths)


def _rows(files: Files) -> int:
    rows = sum(one.rows for one in (*files.predictions, *files.feedback))
    for table in (files.new_predictions, files.new_feedback):
        rows += 0 if table is None else int(table.num_rows)
    return rows
