"""What a log of events promises to whoever writes and reads it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

import pyarrow as pa

from leeboard.windows import Window

__all__ = ["Batch", "Changes", "Log", "Summary"]


@dataclass(frozen=True, slots=True, eq=False)
class Batch:
    """Events to be stored together, or not at all.

    Parameters
    ----------
    predictions, feedback : Table
        Columns as in ``leeboard.events``; may have no rows.
    quarantined : Table
        Columns ``reason`` (a stable code), ``detail``, ``model``, ``received_at`` and
        ``payload`` (binary, what came).
    marks : mapping of source to offset
        Up to where each spool file (or other source) is in the log once this batch is:
        kept in the same commit, so that a crash repeats nothing. A negative offset
        forgets a source that is gone.
    accounts : mapping of logger token to mapping
        The last accounting frame of each logger: ``model``, ``logged``,
        ``acknowledged``, ``queued`` and ``dropped`` (a mapping of reason to count).
    """

    predictions: pa.Table
    feedback: pa.Table
    quarantined: pa.Table
    marks: Mapping[str, int] = field(default_factory=dict)
    accounts: Mapping[str, Mapping[str, object]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Changes:
    """What came into the log since a place in it.

    Parameters
    ----------
    upto : int
        The place in the log that these changes lead to; give it next time.
    minutes : frozenset of int
        Minutes since 1970 (UTC) whose joined rows changed: of new predictions, and of
        the predictions that new feedback is about.
    """

    upto: int
    minutes: frozenset[int]


@dataclass(frozen=True, slots=True)
class Summary:
    """What the log holds of one model, each event once.

    ``quarantined`` and ``dropped`` count by reason, ``conflicts`` ids that came with
    several contents, of which one counts.
    """

    model: str
    predictions: int
    labels: int
    joined: int
    quarantined: Mapping[str, int]
    dropped: Mapping[str, int]
    first: datetime | None
    last: datetime | None
    last_received: datetime | None
    conflicts: int = 0


class Log(Protocol):
    """A log of events at rest.

    One id is one prediction: of several with the same id the one with the earliest
    ``made_at`` counts, then the one with the smallest contents (its other columns, one
    after the other in order of their names; a missing value before all others), and of
    equal ones the first that was received. The label of an id is that of the
    feedback with the latest ``observed_at``; feedback without a label takes the label
    back. Of several at that time a retraction counts, else the greatest label (text
    above numbers above booleans), and of equal ones the first that was received.
    Neither depends on the order of arrival.
    """

    def write(self, batch: Batch) -> None:
        """Store a batch whole; writing it again changes nothing that can be read."""
        ...

    def marks(self) -> Mapping[str, int]:
        """Up to where each source is in the log."""
        ...

    def models(self) -> Sequence[str]:
        """Names of the models that have predictions, in order."""
        ...

    def changes(self, model: str, after: int) -> Changes:
        """What came since a place in the log; 0 is its beginning."""
        ...

    def joined(
        self,
        model: str,
        span: Window,
        *,
        columns: Sequence[str] | None = None,
        received_before: datetime | None = None,
    ) -> pa.RecordBatchReader:
        """Predictions made in a span, each once, with its label if one has come.

        Columns are those of ``leeboard.events`` for predictions, and ``label#…``,
        ``observed_at``, ``label_received_at``; typed columns that no file has are
        absent. Events received at or after ``received_before`` are left out.
        """
        ...

    def events(self, kind: str, model: str | None = None) -> pa.RecordBatchReader:
        """All ``predictions`` or ``feedback``, each once; or the ``quarantined``."""
        ...

    def summary(self) -> Sequence[Summary]:
        """What there is of each model."""
        ...

    def tidy(self) -> None:
        """Merge small parts and remove what no read needs; nothing read changes."""
        ...
