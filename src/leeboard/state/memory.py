"""A store of results in memory: the twin of the databases, for tests and examples."""

from __future__ import annotations

import threading
from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

import pyarrow as pa

from leeboard.databases import clean
from leeboard.errors import Note, StateError
from leeboard.state._alarm_memory import MemoryAlarms
from leeboard.state._audit_memory import MemoryAudit
from leeboard.state._blot import row_blotted
from leeboard.state._key_memory import MemoryKeys
from leeboard.state._lease import Lease
from leeboard.state._rows import (
    MEASURED,
    any_of,
    check_filter,
    measured_row,
    measured_table,
    once,
    packed_row,
)
from leeboard.state._state import Done, Held, Measured, Packed
from leeboard.state._tables import MEASUREMENTS, PROFILES
from leeboard.state._user_memory import MemoryUsers
from leeboard.windows import Window
from leeboard.words import blotted, blotter

__all__ = ["MemoryState"]

_Rows = list[tuple[Any, ...]]


class MemoryState:
    """Results in memory, gone with the process."""

    def __init__(self) -> None:
        self.notes: tuple[Note, ...] = ()
        self._lock = threading.Lock()
        self._places: dict[str, int] = {}
        self._documents: dict[tuple[str, str], str] = {}
        self._leases: dict[str, Lease] = {}
        self._done: dict[tuple[str, Window], tuple[Done, _Rows, _Rows]] = {}
        self._alarms = MemoryAlarms(self._lock, self._refuse_lost, self._keep)
        self._keys = MemoryKeys(self._lock)
        self.users = MemoryUsers(self._lock)
        self.audit = MemoryAudit(self._lock)

    @property
    def alarms(self) -> MemoryAlarms:
        """Verdicts, incidents and messages."""
        return self._alarms

    @property
    def keys(self) -> MemoryKeys:
        """Keys to the server."""
        return self._keys

    def place(self, model: str) -> int:
        """How far into the log the last pass of a model read; 0 before the first."""
        return self._places.get(clean(model), 0)

    def put(
        self,
        lease: Lease,
        done: Sequence[tuple[Done, Sequence[Packed], Sequence[Measured]]],
        *,
        model: str,
        place: int,
        replaces: Sequence[Window] = (),
    ) -> None:
        """Replace those windows and move the place, in one transaction."""
        name = clean(model)
        new = {
            (name, one.window): (
                one,
                once([packed_row(name, one.window, p) for p in packed], 4),
                once([measured_row(name, one, m) for m in measured], 8),
            )
            for one, packed, measured in done
        }
        with self._lock:
            self._refuse_lost(lease)
            for window in replaces:
                self._done.pop((name, window), None)
            self._done.update(new)
            self._places[name] = place

    def _refuse_lost(self, lease: Lease) -> None:
        held = self._leases.get(lease.name)
        if held is None or (held.holder, held.token) != (lease.holder, lease.token):
            raise StateError(
                code="lease_lost",
                where="state in memory",
                found=f"the right to {lease.name!r} with another holder",
                expected=f"it to be still with {lease.holder!r}",
                fix="Nothing was written; the other holder goes on with the work.",
            )

    def _of(
        self, model: str | None, span: Window | Collection[Window] | None
    ) -> list[tuple[Done, _Rows, _Rows]]:
        begin = None if span is None else _begins(span)
        with self._lock:
            return [
                held
                for (name, window), held in sorted(
                    self._done.items(), key=lambda item: item[0]
                )
                if (model is None or name == model) and (begin is None or begin(window))
            ]

    def windows(self, model: str, span: Window | None = None) -> Sequence[Done]:
        """Windows that were counted, in order of time."""
        return [done for done, _, _ in self._of(clean(model), span)]

    def ends(self, model: str) -> tuple[Window, Window] | None:
        """Return the first and the last window that were counted; None without any."""
        found = self.windows(model)
        return (found[0].window, found[-1].window) if found else None

    def mark(self, model: str) -> str:
        """Return a text that changes whenever a window is counted or dropped."""
        found = self.windows(model)
        latest = max((one.computed_at for one in found), default=None)
        return f"{len(found)} {latest} {sum(one.revision for one in found)}"

    def profiles(
        self,
        model: str,
        span: Window | None = None,
        segment: str | Collection[str] | None = None,
    ) -> Sequence[tuple[Window, str, Packed]]:
        """Counts of one segment, or several; None: all segments."""
        wanted = None if segment is None else any_of(segment)
        return [
            (done.window, done.fingerprint, Packed(name, rows, data))
            for done, packed, _ in self._of(clean(model), span)
            for *_, name, rows, data in sorted(packed, key=lambda row: row[3] != "")
            if wanted is None or name in wanted
        ]

    def measurements(
        self,
        where: Mapping[str, str | Collection[str]],
        span: Window | Collection[Window] | None = None,
    ) -> pa.Table:
        """Figures as a table, filtered by one value a column, or several."""
        check_filter(where)
        wanted = [(MEASURED.names.index(n), any_of(v)) for n, v in where.items()]
        return measured_table(
            [
                row
                for _, _, measured in self._of(None, span)
                for row in measured
                if all(row[at] in values for at, values in wanted)
            ]
        )

    def drop(self, model: str, windows: Sequence[Window]) -> None:
        """Forget windows, as when hours have been added into days."""
        with self._lock:
            for window in windows:
                self._done.pop((clean(model), window), None)

    def keep(
        self, model: str, key: str, document: str | None, lease: Lease | None = None
    ) -> None:
        """Keep a document of a model under a key; None removes it."""
        with self._lock:
            if lease is not None:
                self._refuse_lost(lease)
            self._keep(clean(model), key, document)

    def _keep(self, model: str, key: str, document: str | None) -> None:
        self._documents.pop((model, clean(key)), None)
        if document is not None:
            self._documents[model, clean(key)] = clean(document)

    def kept(self, model: str, key: str) -> str | None:
        """Return the document under a key, or None."""
        return self._documents.get((clean(model), clean(key)))

    def lease(
        self, name: str, holder: str, now: datetime, seconds: float
    ) -> Lease | None:
        """Take or renew a lease; None while another holder has it."""
        with self._lock:
            held = self._leases.get(name)
            if held is None:
                token = 1
            elif held.holder == holder:
                token = held.token
            elif held.holder == "" or held.until <= now:
                token = held.token + 1
            else:
                return None
            own = Lease(name, holder, token, now + timedelta(seconds=seconds))
            self._leases[name] = own
            return own

    def leased(self, name: str) -> Lease | None:
        """Who has a lease, expired or not; None where it was given back."""
        with self._lock:
            held = self._leases.get(name)
        return None if held is None or held.holder == "" else held

    def release(self, lease: Lease) -> None:
        """Give a lease back; one that has gone to another is left alone."""
        with self._lock:
            held = self._leases.get(lease.name)
            if held is not None and (held.holder, held.token) == (
                lease.holder,
                lease.token,
            ):
                self._leases[lease.name] = Lease(lease.name, "", held.token, held.until)

    def held(self, model: str) -> Held:
        """How much room a model's results take, and over what time."""
        found = self._of(clean(model), None)
        taken = sum(
            sum(len(value) if isinstance(value, str | bytes) else 8 for value in row)
            for _, packed, measured in found
            for row in (*packed, *measured)
        )
        first = min((done.window.start for done, _, _ in found), default=None)
        last = max((done.window.end for done, _, _ in found), default=None)
        return Held(taken, first, last)

    def blot(
        self,
        texts: Sequence[str],
        spelt: Sequence[str],
        leases: Sequence[Lease] = (),
    ) -> None:
        """Replace texts wherever words are kept."""
        blot = blotter([*texts, *spelt])
        with self._lock:
            for lease in leases:
                self._refuse_lost(lease)
            for key, (done, held, figures) in self._done.items():
                self._done[key] = (
                    blotted(done, blot),
                    [row_blotted(PROFILES, row, blot) for row in held],
                    [row_blotted(MEASUREMENTS, row, blot) for row in figures],
                )
            self._alarms.blot(blot)

    def rid(self) -> Mapping[str, str]:
        """Do nothing: what was replaced is nowhere."""
        return {}

    def search(self, spelt: Sequence[bytes]) -> Mapping[str, str]:
        """Look for texts in documents and figures."""
        held = repr((self._documents, self._done, self._places))
        texts = [one.decode("utf-8", "replace") for one in spelt]
        return {"memory": "results" if any(one in held for one in texts) else ""}

    def close(self) -> None:
        """Nothing is held open."""


def _begins(span: Window | Collection[Window]) -> Callable[[Window], bool]:
    if isinstance(span, Window):
        return lambda window: span.start <= window.start < span.end
    starts = {one.start for one in span}
    return lambda window: window.start in starts
