"""What a log of events promises to whoever writes and reads it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

import pyarrow as pa

from leeboard.logs._losses import Loss
from leeboard.logs._wanted import Wanted
from leeboard.windows import Window

__all__ = ["Batch", "Changes", "Log", "Summary", "Taken"]


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


@dataclass(frozen=True, slots=True)
class Taken:
    """What was taken out.

    Parameters
    ----------
    predictions, feedback, quarantined : int
        Events, with repetitions.
    minutes : frozenset of int
        Minutes since 1970 in which the predictions were made.
    unreadable : tuple of str
        Parts that are damaged or missing, in which nobody can look.
    """

    predictions: int = 0
    feedback: int = 0
    quarantined: int = 0
    minutes: frozenset[int] = field(default_factory=frozenset)
    unreadable: tuple[str, ...] = ()

    @property
    def events(self) -> int:
        """All of them."""
        return self.predictions + self.feedback + self.quarantined


class Log(Protocol):
    """A log of events at rest.

    One id is one prediction: of several with the same id the one with the earliest
    ``made_at`` counts, then the one with the smallest contents (its other columns, one
    after the other in order of their names; a missing value before all others), and of
    equal ones the first that was received. The label of an id is that of the
    feedback with the latest ``observed_at``; feedback without a label takes the label
    back. Of several at that time a retraction counts, else the greatest label (text
    above numbers above booleans), and of equal ones the first that was received; of
    those the one that names its model.
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
        most: int | None = None,
    ) -> pa.RecordBatchReader:
        """Predictions made in a span, each once, with its label if one has come.

        Columns are those of ``leeboard.events`` for predictions, and ``label#…``,
        ``observed_at``, ``label_received_at``; typed columns that no file has are
        absent. Events received at or after ``received_before`` are left out. Where
        there are more than ``most`` predictions, a sample of them comes, which depends
        on their ids alone.
        """
        ...

    def events(self, kind: str, model: str | None = None) -> pa.RecordBatchReader:
        """All ``predictions`` or ``feedback``, each once; or the ``quarantined``."""
        ...

    def summary(self) -> Sequence[Summary]:
        """What there is of each model."""
        ...

    def losses(
        self, model: str, span: Window | Sequence[Window] | None = None
    ) -> Sequence[Loss]:
        """Events of a model that came, and that no read gives.

        Those of files that cannot be read, and those that were set aside; each event
        counts for one of the two. Set aside events that name no model may be of any.
        Several spans are in order, and none touches another.
        """
        ...

    def tidy(self) -> None:
        """Merge small parts and remove what no read needs; nothing read changes."""
        ...

    def take_out(self, wanted: Wanted, batch: Batch | None = None) -> Taken:
        """Take events out, and store a batch in the same commit.

        What is left of them keeps its place in the log: no read takes it for new. Of
        events that are too old, those that are so by less than a day may stay.
        """
        ...

    def would_take(self, wanted: Wanted) -> Taken:
        """Tell what ``take_out`` would take."""
        ...

    def ids_with(self, wanted: Wanted) -> frozenset[tuple[str, str]]:
        """Return model and id of predictions that have the value that is wanted."""
        ...

    def rid(self, wanted: Wanted) -> Mapping[str, str]:
        """Remove for good what was taken out, with all that no read needs.

        Returns
        -------
        mapping of str to str
            Places that may hold what is wanted still, and why.
        """
        ...

    def search(self, wanted: Wanted, spelt: Sequence[bytes]) -> Mapping[str, str]:
        """Look for what is wanted wherever events lie, and for texts by their bytes.

        Parameters
        ----------
        wanted : Wanted
        spelt : sequence of bytes
            Ways in which the texts may be written.

        Returns
        -------
        mapping of str to str
            Every place that was searched, and what stands there; empty for nothing.
        """
        ...

    def copies(self) -> Iterator[tuple[str, bytes]]:
        """Yield name and bytes of the pieces of a log in a folder that holds the same.

        Of one moment, while others write. Segments come before the manifests that name
        them.
        """
        ...

    def fill(self, folder: str) -> None:
        """Hold what the log whose pieces lie in a folder holds, and nothing else.

        Places in it stay what they are; see ``changes``.
        """
        ...
