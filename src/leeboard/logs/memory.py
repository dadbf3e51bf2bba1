"""A log that lives in memory and is gone with the process: for trying out and tests.

Place: beside the other logs; it answers by the same queries.
"""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime

import pyarrow as pa
import pyarrow.compute as pc

from leeboard.logs import _join as queries
from leeboard.logs._counts import counts
from leeboard.logs._files import Files
from leeboard.logs._log import Batch, Changes, Summary, Taken
from leeboard.logs._losses import Loss, set_aside_losses
from leeboard.logs._portable import Part, Whole, pieces_of
from leeboard.logs._segments import KINDS, PLAIN
from leeboard.logs._tables import (
    FEEDBACK_PLAIN,
    PREDICTIONS_PLAIN,
    dropped_of,
    each_once,
    models_of,
    of_model,
    together,
)
from leeboard.logs._wanted import Wanted, marked
from leeboard.logs.folder import summary_of
from leeboard.windows import Window

__all__ = ["MemoryLog"]


class MemoryLog:
    """A log in memory, safe to share between threads."""

    def __init__(self) -> None:
        self._batches: tuple[Batch, ...] = ()
        self._marks: dict[str, int] = {}
        self._accounts: dict[str, Mapping[str, object]] = {}
        self._lock = threading.Lock()

    def write(self, batch: Batch) -> None:
        """Store a batch whole; writing it again changes nothing that can be read."""
        with self._lock:
            self._batches = (*self._batches, batch)
            marks = {**self._marks, **batch.marks}
            self._marks = {s: offset for s, offset in marks.items() if offset >= 0}
            self._accounts = {**self._accounts, **batch.accounts}

    def marks(self) -> Mapping[str, int]:
        """Up to where each source is in the log."""
        return self._marks

    def models(self) -> Sequence[str]:
        """Names of the models that have predictions, in order."""
        return sorted(models_of(self._predictions()))

    def changes(self, model: str, after: int) -> Changes:
        """What came since a place in the log; 0 is its beginning."""
        batches = self._batches
        new = self._of(lambda batch: batch.predictions, PREDICTIONS_PLAIN, after)
        told = self._of(lambda batch: batch.feedback, FEEDBACK_PLAIN, after)
        chunks = [*new.column("id").chunks, *told.column("id").chunks]
        ids = pa.chunked_array(chunks, pa.string())
        held = of_model(self._predictions(), model)
        touched = held.filter(pc.is_in(held.column("id"), value_set=ids))
        minutes = pc.divide(touched.column("made_at").cast(pa.int64()), 60_000_000)
        return Changes(len(batches), frozenset(pc.unique(minutes).to_pylist()))

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
        return queries.joined(
            self._files(model),
            span,
            columns=columns,
            received_before=received_before,
            most=most,
        )

    def events(self, kind: str, model: str | None = None) -> pa.RecordBatchReader:
        """All ``predictions`` or ``feedback``, each once; or the ``quarantined``."""
        if kind == "quarantined":
            tables = [of_model(batch.quarantined, model) for batch in self._batches]
            return each_once(tables).to_reader()
        return queries.events(self._files(model), kind)

    def summary(self) -> Sequence[Summary]:
        """What there is of each model, and of events that name none."""
        names: set[str] = set()
        for batch in self._batches:
            for table in (batch.predictions, batch.feedback, batch.quarantined):
                names.update(models_of(table))
        names.update(str(one.get("model", "")) for one in self._accounts.values())
        found = [self._summary(model) for model in sorted(names)]
        return [one for one in found if one.model or one.quarantined]

    def losses(
        self, model: str, span: Window | Sequence[Window] | None = None
    ) -> Sequence[Loss]:
        """Events of a model that came, and that no read gives."""
        tables = [of_model(b.quarantined, model, unnamed=True) for b in self._batches]
        return list(set_aside_losses(each_once(tables), span))

    def tidy(self) -> None:
        """Do nothing: there is nothing to merge."""

    def take_out(self, wanted: Wanted, batch: Batch | None = None) -> Taken:
        """Take events out, and store a batch in the same commit."""
        with self._lock:
            taken, self._batches = _without(self._batches, wanted)
        if batch is not None:
            self.write(batch)
        return taken

    def would_take(self, wanted: Wanted) -> Taken:
        """Tell what ``take_out`` would take."""
        return _without(self._batches, wanted)[0]

    def ids_with(self, wanted: Wanted) -> frozenset[tuple[str, str]]:
        """Return model and id of predictions that have the value that is wanted."""
        if not wanted.column:
            return frozenset()
        found: set[tuple[str, str]] = set()
        for batch in self._batches:
            marks = pa.array(marked(wanted, "predictions", batch.predictions))
            rows = batch.predictions.filter(marks).select(["model", "id"])
            found.update((one["model"], one["id"]) for one in rows.to_pylist())
        return frozenset(found)

    def rid(self, wanted: Wanted) -> Mapping[str, str]:  # noqa: ARG002
        """Do nothing: what was taken out is nowhere."""
        return {}

    def search(
        self,
        wanted: Wanted,
        spelt: Sequence[bytes],  # noqa: ARG002 - all is decoded
    ) -> Mapping[str, str]:
        """Look for events that are wanted."""
        return {"memory": "events" if self.would_take(wanted).events else ""}

    def copies(self) -> Iterator[tuple[str, bytes]]:
        """Yield name and bytes of the pieces of a log in files that holds the same."""
        with self._lock:
            batches, marks, accounts = self._batches, self._marks, self._accounts
        parts = (
            Part(kind, place, getattr(batch, kind))
            for place, batch in enumerate(batches, 1)
            for kind in KINDS
        )
        return pieces_of(parts, len(batches), marks, accounts)

    def fill(self, folder: str) -> None:
        """Hold what the log whose pieces lie in a folder holds, and nothing else."""
        whole = Whole(folder)
        held: dict[tuple[int, str], list[pa.Table]] = {}
        for part in whole.parts():
            held.setdefault((part.place, part.kind), []).append(part.table)
        batches = []
        for place in range(1, whole.number + 1):
            tables = (
                together(held.get((place, kind), []), PLAIN[kind]) for kind in KINDS
            )
            batches.append(Batch(*tables))
        with self._lock:
            self._batches = tuple(batches)
            self._marks, self._accounts = dict(whole.marks), dict(whole.accounts)

    def _summary(self, model: str) -> Summary:
        quarantined = self.events("quarantined", model).read_all()
        return summary_of(
            model,
            counts(self._files(model)),
            Counter(quarantined.column("reason").to_pylist()),
            dropped_of(self._accounts, model),
        )

    def _predictions(self) -> pa.Table:
        return self._of(lambda batch: batch.predictions, PREDICTIONS_PLAIN)

    def _files(self, model: str | None, after: int = 0) -> Files:
        predictions = self._of(
            lambda batch: batch.predictions, PREDICTIONS_PLAIN, after
        )
        feedback = self._of(lambda batch: batch.feedback, FEEDBACK_PLAIN, after)
        return Files(
            new_predictions=of_model(predictions, model),
            new_feedback=of_model(feedback, model, unnamed=True),
        )

    def _of(
        self, part: Callable[[Batch], pa.Table], plain: pa.Schema, after: int = 0
    ) -> pa.Table:
        return together([part(batch) for batch in self._batches[after:]], plain)


def _without(
    batches: Sequence[Batch], wanted: Wanted
) -> tuple[Taken, tuple[Batch, ...]]:
    """Batches without what is wanted, each in its place, and what that is."""
    left = []
    counts = dict.fromkeys(KINDS, 0)
    minutes: set[int] = set()
    for number, batch in enumerate(batches, 1):
        rest = {}
        for kind in KINDS if wanted.upto is None or number <= wanted.upto else ():
            table = getattr(batch, kind)
            marks = marked(wanted, kind, table)
            counts[kind] += int(marks.sum())
            rest[kind] = table.filter(pa.array(~marks))
            if kind == "predictions":
                made_at = table.filter(pa.array(marks)).column("made_at")
                minute = pc.divide(made_at.cast(pa.int64()), 60_000_000)
                minutes.update(pc.unique(minute).to_pylist())
        left.append(replace(batch, **rest))
    predictions, feedback, quarantined = counts.values()
    taken = Taken(predictions, feedback, quarantined, frozenset(minutes))
    return taken, tuple(left)
