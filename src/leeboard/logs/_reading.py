"""What one read of a folder log covers: sound segments, and frames not committed yet.

Place: between the chain of manifests and the queries. All parts are of one moment:
an event that a committer moves meanwhile is not missed.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pyarrow as pa

from leeboard.logs._chain import Chain
from leeboard.logs._failures import as_log_errors
from leeboard.logs._files import Files, SegmentFile
from leeboard.logs._log import Batch
from leeboard.logs._losses import Loss, set_aside_losses
from leeboard.logs._manifest import Contents, Segment
from leeboard.logs._spool import Spool, SpoolFile
from leeboard.logs._tables import QUARANTINED, dropped_of, each_once, of_model
from leeboard.logs._verified import Verified
from leeboard.logs.committer import batch_of
from leeboard.windows import Window

__all__ = ["Reader", "Reading", "loss_of", "time_of"]

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_TRIES = 20
_MOST = 1 << 40


@dataclass(frozen=True, slots=True, eq=False)
class Reading:
    """What a read covers.

    Parameters
    ----------
    contents : Contents
    files : Files
        Of one model and of feedback that names none, or of all models.
    set_aside : tuple of (Segment, str)
        Files of quarantined events, of the model and of none, and where they lie.
    lost : tuple of (Segment, str)
        Segments that cannot be read, and why.
    fresh : Batch or None
        Frames that are not committed yet, of all models.
    """

    contents: Contents
    files: Files
    set_aside: tuple[tuple[Segment, str], ...]
    lost: tuple[tuple[Segment, str], ...]
    fresh: Batch | None

    def quarantined(
        self,
        model: str | None,
        span: Window | Sequence[Window] | None = None,
        *,
        unnamed: bool = False,
    ) -> pa.Table:
        """Quarantined events, each once; those that name no model if they are wanted.

        Of files whose events were all received outside a span, none need come.
        """
        import pyarrow.parquet as pq

        tables = [
            pq.read_table(path, schema=QUARANTINED)
            for one, path in self.set_aside
            if model is None or one.model in ({model, ""} if unnamed else {model})
            if loss_of(one, "").touches(span)
        ]
        if self.fresh is not None:
            tables.append(of_model(self.fresh.quarantined, model, unnamed=unnamed))
        return each_once(tables)

    def losses(self, model: str, span: Window | Sequence[Window] | None) -> list[Loss]:
        """Events of a model that this read lacks."""
        found = [loss_of(one, why) for one, why in self.lost]
        aside = self.quarantined(model, span, unnamed=True)
        found = [one for one in found if one.touches(span)]
        return [*found, *set_aside_losses(aside, span)]

    def refused(self, model: str) -> Counter[str]:
        """Count what is not served of a model, by reason: each event by one."""
        reasons: Counter[str] = Counter()
        unreadable = set()
        for segment, why in self.lost:
            unreadable.add(segment.name)
            if segment.model == model or segment.kind == "feedback":
                reasons[why] += segment.rows
        for segment in self.contents.segments.values():
            if segment.model == model and segment.name not in unreadable:
                reasons.update(segment.reasons)
        if self.fresh is not None:
            own = of_model(self.fresh.quarantined, model)
            reasons.update(own.column("reason").to_pylist())
        return reasons

    def dropped(self, model: str) -> Counter[str]:
        """Count what a model's loggers dropped, by reason."""
        accounts = dict(self.contents.accounts)
        if self.fresh is not None:
            accounts.update(self.fresh.accounts)
        return dropped_of(accounts, model)


class Reader:
    """Gathers what a read covers.

    Parameters
    ----------
    chain : Chain
    verified : Verified
    spool : Spool or None
    clock : callable
        Gives the time in seconds since 1970.
    """

    def __init__(
        self,
        chain: Chain,
        verified: Verified,
        spool: Spool | None,
        clock: Callable[[], float],
    ) -> None:
        self._chain = chain
        self._verified = verified
        self._spool = spool
        self._clock = clock
        self._decoded: tuple[object, Batch | None] = ((), None)

    def read(self, model: str | None, *, fresh: bool = True) -> Reading:
        """Return what a read of one model, or of all, covers now."""
        with as_log_errors("log_unreadable"):
            return self._read(model, fresh=fresh)

    def _read(self, model: str | None, *, fresh: bool) -> Reading:
        number = -1
        while True:
            # listed before the manifests: what is committed and removed in between is
            # then in a manifest that is read
            spooled = self._spool.files() if self._spool is not None and fresh else ()
            contents = self._chain.contents()
            final = contents.number == number
            try:
                new = self._fresh(spooled, contents)
                return self._reading(contents, model, new, final=final)
            except FileNotFoundError:
                number = contents.number

    def _reading(
        self, contents: Contents, model: str | None, new: Batch | None, *, final: bool
    ) -> Reading:
        found: dict[str, list[SegmentFile]] = {"predictions": [], "feedback": []}
        aside: list[tuple[Segment, str]] = []
        lost: list[tuple[Segment, str]] = []
        for segment in contents.segments.values():
            unnamed = segment.kind != "predictions" and not segment.model
            if model is not None and segment.model != model and not unnamed:
                continue
            try:
                path = self._verified.path(segment)
                reason = "damaged_segment"
            except FileNotFoundError:
                if not final:
                    raise
                path, reason = None, "missing_segment"
            if path is None:
                lost.append((segment, reason))
            elif segment.kind == "quarantined":
                aside.append((segment, path))
            else:
                found[segment.kind].append(_file(segment, path))
        files = Files(
            predictions=tuple(found["predictions"]),
            feedback=tuple(found["feedback"]),
            new_predictions=new and of_model(new.predictions, model),
            new_feedback=new and of_model(new.feedback, model, unnamed=True),
        )
        return Reading(contents, files, tuple(aside), tuple(lost), new)

    def _fresh(self, spooled: Sequence[SpoolFile], contents: Contents) -> Batch | None:
        marks = contents.marks
        unread = [f for f in spooled if f.size > marks.get(f.source, 0)]
        if not unread or self._spool is None:
            return None
        key = tuple((file, marks.get(file.source, 0)) for file in unread)
        if self._decoded[0] == key:
            return self._decoded[1]
        reads = [self._spool.read(f, marks.get(f.source, 0), _MOST) for f in unread]
        batch = batch_of(reads, datetime.fromtimestamp(self._clock(), UTC))
        self._decoded = (key, batch)
        return batch


def _file(segment: Segment, path: str) -> SegmentFile:
    return SegmentFile(
        path=path,
        sequence=segment.sequence,
        first=time_of(segment.first),
        last=time_of(segment.last),
        rows=segment.rows,
        ids=(segment.low, segment.high),
        sha256=segment.sha256,
    )


def loss_of(segment: Segment, reason: str) -> Loss:
    """Return what a segment that cannot be read costs."""
    kind = "feedback" if segment.kind == "feedback" else "predictions"
    first, last = time_of(segment.first), time_of(segment.last)
    return Loss(kind, reason, segment.rows, first, last)


def time_of(microseconds: int) -> datetime:
    """Return a stored time as an aware one."""
    return _EPOCH + timedelta(microseconds=microseconds)
