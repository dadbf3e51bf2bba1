"""A log in a folder or a bucket: Parquet segments, and manifests that name them.

Place: the default log. It decides what is part of a read; the queries themselves are
``_join``'s.
"""

from __future__ import annotations

import math
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime

import pyarrow as pa

from leeboard.errors import LogError
from leeboard.logs import _join as queries
from leeboard.logs._chain import Chain
from leeboard.logs._compact import compact, forget, sweep
from leeboard.logs._counts import Counts, changes
from leeboard.logs._failures import as_log_errors
from leeboard.logs._log import Batch, Changes, Summary, Taken
from leeboard.logs._losses import Loss
from leeboard.logs._manifest import FOLDER as MANIFESTS
from leeboard.logs._manifest import Change, Contents
from leeboard.logs._objects import Folder, Objects
from leeboard.logs._prune import ids_with, rid, search, seen, take_out
from leeboard.logs._reading import Reader
from leeboard.logs._repair import Repaired, repair
from leeboard.logs._segments import KINDS, segments_of
from leeboard.logs._spool import Spool
from leeboard.logs._tables import models_of
from leeboard.logs._tally import Tally
from leeboard.logs._verified import Verified
from leeboard.logs._wanted import Wanted
from leeboard.windows import Window

__all__ = ["FolderLog", "summary_of"]

_SLOWEST_S = 3600.0
"""Seconds a commit may take: files that no manifest names are swept a day later."""

_SWEPT_S = 3600.0


class FolderLog:
    """A log of Parquet segments in a store of pieces.

    Parameters
    ----------
    objects : Objects
    spool : str or None
        Folder of frames that are part of reads though they are not committed yet.
    clock : callable
        Gives the time in seconds since 1970.
    """

    def __init__(
        self,
        objects: Objects,
        spool: str | None = None,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._objects = objects
        self._clock = clock
        self._chain = Chain(objects)
        self._verified = Verified(objects)
        frames = Spool(spool) if spool is not None else None
        self._swept = -math.inf
        self._tallies: dict[str, Tally] = {}
        self._reader = Reader(self._chain, self._verified, frames, clock)

    @classmethod
    def at(cls, folder: str) -> FolderLog:
        """Open the log whose pieces lie in a folder, without a spool."""
        return cls(Folder(folder))

    @property
    def objects(self) -> Objects:
        """The store of its pieces."""
        return self._objects

    def write(self, batch: Batch) -> None:
        """Store a batch whole; writing it again changes nothing that can be read.

        Raises
        ------
        LogError
            The disk or bucket refuses (``log_unwritable``), or the log is damaged.
        """
        with as_log_errors("log_unwritable"):
            self._write(batch)

    def _write(self, batch: Batch) -> None:
        started = time.monotonic()
        if _is_in(batch, self._chain.contents()):
            return
        added = []
        tables = (batch.predictions, batch.feedback, batch.quarantined)
        for kind, table in zip(KINDS, tables, strict=True):
            for segment, data in segments_of(table, kind):
                self._objects.put(segment.name, data)
                added.append(segment)

        def change(contents: Contents) -> Change | None:
            if time.monotonic() - started > _SLOWEST_S:
                raise _too_slow()
            if _is_in(batch, contents):
                return None
            return Change(
                add=tuple(added),
                marks=batch.marks,
                accounts=_with_losses(batch.accounts),
            )

        self._chain.commit(change)

    def marks(self) -> Mapping[str, int]:
        """Up to where each source is in the log."""
        return self._chain.contents().marks

    def models(self) -> Sequence[str]:
        """Names of the models that have predictions, in order."""
        reading = self._reader.read(None)
        segments = reading.contents.segments.values()
        names = {s.model for s in segments if s.kind == "predictions"}
        if reading.fresh is not None:
            names.update(models_of(reading.fresh.predictions))
        return sorted(names)

    def changes(self, model: str, after: int) -> Changes:
        """What came since a place in the log; 0 is its beginning.

        Frames that are not committed yet have not come. After a merge of segments the
        minutes may hold some that did not change.
        """
        reading = self._reader.read(model, fresh=False)
        found = changes(reading.files, after)
        return Changes(reading.contents.number, found.minutes)

    def joined(
        self,
        model: str,
        span: Window,
        *,
        columns: Sequence[str] | None = None,
        received_before: datetime | None = None,
        most: int | None = None,
    ) -> pa.RecordBatchReader:
        """Predictions made in a span, each once, with its label if one has come."""
        files = self._reader.read(model).files
        return queries.joined(
            files, span, columns=columns, received_before=received_before, most=most
        )

    def events(self, kind: str, model: str | None = None) -> pa.RecordBatchReader:
        """All ``predictions`` or ``feedback``, each once; or the ``quarantined``."""
        reading = self._reader.read(model)
        if kind == "quarantined":
            return reading.quarantined(model).to_reader()
        return queries.events(reading.files, kind)

    def summary(self) -> Sequence[Summary]:
        """What there is of each model, and of events that name none."""
        reading = self._reader.read(None)
        names = {segment.model for segment in reading.contents.segments.values()}
        accounts = dict(reading.contents.accounts)
        if reading.fresh is not None:
            accounts.update(reading.fresh.accounts)
            for table in (reading.fresh.predictions, reading.fresh.quarantined):
                names.update(models_of(table))
        # a model whose loggers could keep nothing is known by their accounts alone
        names.update(str(account.get("model", "")) for account in accounts.values())
        found = [self._summary(model) for model in sorted(names)]
        return [one for one in found if one.model or one.quarantined]

    def losses(
        self, model: str, span: Window | Sequence[Window] | None = None
    ) -> Sequence[Loss]:
        """Events of a model that came, and that no read gives."""
        with as_log_errors("log_unreadable"):
            return self._reader.read(model).losses(model, span)

    def tidy(self) -> None:
        """Merge small segments and remove what no read needs."""
        now = self._clock()
        with as_log_errors("log_unwritable"):
            compact(self._objects, self._chain, self._verified, now)
            forget(self._objects, self._chain, now)
            if now - self._swept > _SWEPT_S:
                self._swept = now
                sweep(self._objects, self._chain, now)
                self._chain.trim(now)

    def take_out(self, wanted: Wanted, batch: Batch | None = None) -> Taken:
        """Take events out of the log, and store a batch in the same commit.

        Frames that are not committed yet are left as they are.

        Raises
        ------
        LogError
            The disk or bucket refuses, or others rewrite the log all the time.
        """
        with as_log_errors("log_unwritable"):
            now = self._clock()
            return take_out(
                self._objects, self._chain, self._verified, wanted, now, batch
            )

    def ids_with(self, wanted: Wanted) -> frozenset[tuple[str, str]]:
        """Return model and id of predictions that have the value that is wanted."""
        if not wanted.column:
            return frozenset()
        with as_log_errors("log_unreadable"):
            return ids_with(self._chain, self._verified, wanted)

    def rid(self, wanted: Wanted) -> Mapping[str, str]:
        """Remove files that are not needed any more and may hold what is wanted."""
        with as_log_errors("log_unwritable"):
            now = self._clock()
            return rid(self._objects, self._chain, self._verified, wanted, now)

    def search(self, wanted: Wanted, spelt: Sequence[bytes]) -> Mapping[str, str]:
        """Look into every piece of the log, Parquet decoded and all as bytes."""
        with as_log_errors("log_unreadable"):
            return search(self._objects, wanted, spelt)

    def would_take(self, wanted: Wanted) -> Taken:
        """Tell what ``take_out`` would take."""
        with as_log_errors("log_unreadable"):
            return seen(self._chain, self._verified, wanted)

    def copies(self) -> Iterator[tuple[str, bytes]]:
        """Yield name and bytes of all pieces that make the log as of one moment.

        Segments come first, then the manifests that name them. Some segments may come
        that no manifest names: they were merged meanwhile.
        """
        given: set[str] = set()
        with as_log_errors("log_unreadable"):
            while True:
                contents, manifests = self._chain.copied()
                try:
                    for name in contents.segments:
                        if name not in given:
                            yield name, self._objects.get(name)
                            given.add(name)
                except FileNotFoundError:
                    if self._chain.contents().number == contents.number:
                        raise
                    continue
                yield from manifests.items()
                return

    def fill(self, folder: str) -> None:
        """Hold the pieces that lie in a folder, and no others; nobody may write now."""
        source = Folder(folder)
        folders = (MANIFESTS, "models")
        with as_log_errors("log_unwritable"):
            for own in folders:
                for piece in reversed(self._objects.pieces(own)):
                    self._objects.remove(piece.name)
            # manifests last, so that none names a segment that is not there
            for own in reversed(folders):
                for piece in source.pieces(own):
                    self._objects.put(piece.name, source.get(piece.name))
        self._chain.begin_anew()

    def repair(self) -> Repaired:
        """Make a log readable again whose manifests are damaged; see ``Repaired``."""
        with as_log_errors("log_unwritable"):
            return repair(self._objects, self._chain)

    def _summary(self, model: str) -> Summary:
        reading = self._reader.read(model)
        tally = self._tallies.setdefault(model, Tally(self._verified.still))
        counted = tally.counts(reading.files)
        refused = reading.refused(model)
        return summary_of(model, counted, refused, reading.dropped(model))


def summary_of(
    model: str, counted: Counts, quarantined: Counter[str], dropped: Counter[str]
) -> Summary:
    """Return what was counted of one model, together."""
    return Summary(
        model=model,
        predictions=counted.predictions,
        labels=counted.labels,
        joined=counted.joined,
        quarantined=quarantined,
        dropped=dropped,
        first=counted.first,
        last=counted.last,
        last_received=counted.last_received,
        conflicts=counted.conflicts,
    )


def _is_in(batch: Batch, contents: Contents) -> bool:
    """Tell whether all that a batch was read from is in the log already."""
    marks = {source: offset for source, offset in batch.marks.items() if offset >= 0}
    there = contents.marks
    return bool(marks) and all(there.get(s, -1) >= o for s, o in marks.items())


def _with_losses(
    accounts: Mapping[str, Mapping[str, object]],
) -> dict[str, dict[str, object]]:
    """Return the accounts that tell of losses, and of them what is asked later."""
    return {
        logger: {"model": account.get("model"), "dropped": account["dropped"]}
        for logger, account in accounts.items()
        if account.get("dropped")
    }


def _too_slow() -> LogError:
    return LogError(
        code="slow_commit",
        where="the log",
        found=f"a commit that took more than {_SLOWEST_S:.0f} s",
        expected="less: its files may be swept as left behind",
        fix="Commit again; it is not stored.",
    )
