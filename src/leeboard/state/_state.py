"""What a store of results promises, and the rows it keeps."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

import pyarrow as pa

from leeboard.alarms.missing import Missing
from leeboard.errors import Note
from leeboard.state._alarms import Alarms
from leeboard.state._audit import Audit
from leeboard.state._keys import Keys
from leeboard.state._lease import Lease
from leeboard.state._users import Users
from leeboard.windows import Window
from leeboard.words import Segment, Words

__all__ = ["Done", "Held", "Measured", "Packed", "State"]


@dataclass(frozen=True, slots=True)
class Done:
    """One window of one model, as it was last counted.

    Parameters
    ----------
    model : str
    window : Window
    revision : int
        1 when the window was first counted; 1 more each time late events changed it.
    rows, labels : int
        Predictions, and those of them that have a label.
    completeness : float or None
        Labels by predictions that are expected to get one; None without predictions.
    provisional : bool
        Labels are still expected in number: the figures may move.
    fingerprint : str
        Of the reference whose cells were used.
    digest : str
        Of what was counted: a revision with the same one changed nothing.
    first_at, computed_at : datetime
        When the window was counted first, and last.
    late : int
        Predictions that came when the window no longer took any; they are not counted.
    notes : tuple of (str, str)
        Code and text of what a reader should know.
    lost, lost_most : int
        Predictions that came and cannot be read: about so many, if what a damaged file
        held lies evenly over its time, and at most.
    lost_labels : int
        Labels that may belong to the window and cannot be read, at most.
    """

    model: str
    window: Window
    revision: int
    rows: int
    labels: int
    completeness: float | None
    provisional: bool
    fingerprint: str
    digest: str
    first_at: datetime
    computed_at: datetime
    late: int = 0
    notes: tuple[tuple[str, Words], ...] = ()
    lost: int = 0
    lost_most: int = 0
    lost_labels: int = 0

    def missing(self, *, labelled: bool = False) -> Missing:
        """Share of its events that are lost; of its labels too where they matter."""
        found = Missing.of(self.rows, self.lost, self.lost_most)
        if not labelled:
            return found
        return found | Missing.of(self.labels, self.lost_labels, self.lost_labels)


@dataclass(frozen=True, slots=True)
class Measured:
    """One figure of one window.

    Parameters
    ----------
    segment : str
        ``column=level``, or empty for all rows.
    subject : str
        The column, or ``performance``, ``labels``, ``prediction`` …
    metric : str
    basis : str
        ``realised`` from labels, ``provisional`` from labels not yet complete,
        ``estimated`` without labels, ``corrected`` by the labels that have come, or
        ``counted`` for figures that need no label.
    value, low, high : float or None
        Interval at 95 %; None where undefined, and then ``reason`` says why.
    reference : float or None
        The same figure of the reference.
    n_reference, n_current : int
    reason : str
    """

    segment: Segment
    subject: str
    metric: str
    basis: str
    value: float | None
    low: float | None
    high: float | None
    reference: float | None
    n_reference: int
    n_current: int
    reason: Words = ""


@dataclass(frozen=True, slots=True)
class Packed:
    """Counts of one segment of one window (empty segment: all rows), packed."""

    segment: Segment
    rows: int
    data: bytes


@dataclass(frozen=True, slots=True)
class Held:
    """What the results of one model take.

    Parameters
    ----------
    bytes : int
        Of their rows, indexes apart; an estimate in SQLite.
    first, last : datetime or None
        From the beginning of the first window to the end of the last; None without any.
    """

    bytes: int
    first: datetime | None
    last: datetime | None

    @property
    def per_year(self) -> float | None:
        """Bytes that a year of such windows takes; None where there are none."""
        if self.first is None or self.last is None:
            return None
        return self.bytes * (timedelta(days=365.25) / (self.last - self.first))


class State(Protocol):
    """A store of results.

    A ``span`` chooses the windows that begin in it. Text that no database holds (NUL,
    half a character) is kept with a replacement sign.
    """

    @property
    def notes(self) -> tuple[Note, ...]:
        """What should be known of where it lies."""
        ...

    @property
    def alarms(self) -> Alarms:
        """Verdicts, incidents and messages."""
        ...

    @property
    def keys(self) -> Keys:
        """Keys to the server."""
        ...

    @property
    def users(self) -> Users:
        """People who sign in with a password."""
        ...

    @property
    def audit(self) -> Audit:
        """What people did, never changed."""
        ...

    def place(self, model: str) -> int:
        """How far into the log the last pass of a model read; 0 before the first."""
        ...

    def put(
        self,
        lease: Lease,
        done: Sequence[tuple[Done, Sequence[Packed], Sequence[Measured]]],
        *,
        model: str,
        place: int,
        replaces: Sequence[Window] = (),
    ) -> None:
        """Replace those windows and move the place, in one transaction.

        Windows that others replace, as a day its hours, are forgotten in it too.

        Raises
        ------
        StateError
            If the lease has gone to another holder (code ``lease_lost``).
        """
        ...

    def windows(self, model: str, span: Window | None = None) -> Sequence[Done]:
        """Windows that were counted, in order of time."""
        ...

    def ends(self, model: str) -> tuple[Window, Window] | None:
        """Return the first and the last window that were counted; None without any."""
        ...

    def mark(self, model: str) -> str:
        """Return a text that changes whenever a window is counted or dropped."""
        ...

    def profiles(
        self,
        model: str,
        span: Window | None = None,
        segment: str | Collection[str] | None = None,
    ) -> Sequence[tuple[Window, str, Packed]]:
        """Counts of one segment or several, with window and reference's fingerprint.

        In order of windows, all rows (an empty name) first; None: all segments.
        """
        ...

    def measurements(
        self,
        where: Mapping[str, str | Collection[str]],
        span: Window | Collection[Window] | None = None,
    ) -> pa.Table:
        """Figures as a table, filtered by one value a column, or several.

        Several windows instead of a span choose those that begin as one of them.
        """
        ...

    def drop(self, model: str, windows: Sequence[Window]) -> None:
        """Forget windows, as when hours have been added into days."""
        ...

    def keep(
        self, model: str, key: str, document: str | None, lease: Lease | None = None
    ) -> None:
        """Keep a document of a model under a key; None removes it.

        Raises
        ------
        StateError
            If a lease is given, and has gone to another holder (code ``lease_lost``).
        """
        ...

    def kept(self, model: str, key: str) -> str | None:
        """Return the document under a key, or None."""
        ...

    def lease(
        self, name: str, holder: str, now: datetime, seconds: float
    ) -> Lease | None:
        """Take or renew a lease; None while another holder has it."""
        ...

    def leased(self, name: str) -> Lease | None:
        """Who has a lease, expired or not; None where it was given back."""
        ...

    def release(self, lease: Lease) -> None:
        """Give a lease back."""
        ...

    def held(self, model: str) -> Held:
        """How much room a model's results take, and over what time."""
        ...

    def blot(
        self,
        texts: Sequence[str],
        spelt: Sequence[str],
        leases: Sequence[Lease] = (),
    ) -> None:
        """Replace texts wherever words are kept; documents are others' to write.

        Parameters
        ----------
        texts, spelt : sequence of str
            What goes, and ways in which it may be written; the longest goes first.
        leases : sequence of Lease
            Of those who could write words back that they have read.

        Raises
        ------
        StateError
            If a lease has gone to another holder (code ``lease_lost``).
        """
        ...

    def rid(self) -> Mapping[str, str]:
        """Remove for good what was replaced or dropped.

        Returns
        -------
        mapping of str to str
            Places that may hold some of it still, and why.
        """
        ...

    def search(self, spelt: Sequence[bytes]) -> Mapping[str, str]:
        """Look for texts, however they may be spelt, wherever results lie.

        Returns
        -------
        mapping of str to str
            Every place that was searched, and what stands there; empty for nothing.
        """
        ...

    def close(self) -> None:
        """Let go of connections."""
        ...
