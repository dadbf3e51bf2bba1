"""Of several schedulers on one store one leads, and makes the passes.

Place: beside the scheduler, in a thread of its own, so that the lead is kept while a
pass takes long. Whoever is paused beyond its time has lost the lead to the next; what
such a one still writes is refused by the lease of the pass itself.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime

from leeboard.errors import LeeboardError
from leeboard.monitor.holder import LEAD, taken
from leeboard.state import Lease, State

__all__ = ["LEAD_S", "Leading"]

_LOG = logging.getLogger("leeboard.server")
LEAD_S = 30.0
"""Seconds after which a leader that is not heard of, on another host, is followed."""

_LOOKS = 6
"""How often in that time a leader is heard of, and others look."""


class Leading:
    """Takes the lead where nobody has it, and keeps it.

    Parameters
    ----------
    open_store : callable
        Opens the store of results, which is closed again after each look.
    seconds : float, optional
        How long the lead lasts; by default `LEAD_S`.
    """

    def __init__(
        self, open_store: Callable[[], State], seconds: float | None = None
    ) -> None:
        self._open_store = open_store
        self._seconds = LEAD_S if seconds is None else seconds
        self._lease: Lease | None = None
        self._ending = threading.Event()
        self._led = threading.Event()
        self._thread = threading.Thread(
            target=self._work, name="leeboard-lead", daemon=True
        )

    def start(self) -> None:
        """Look once, and then on and on."""
        self._safely_look()
        self._thread.start()

    @property
    def leads(self) -> bool:
        """Tell whether this process leads, now."""
        lease = self._lease
        return lease is not None and datetime.now(UTC) < lease.until

    def wait(self, seconds: float) -> bool:
        """Wait for the lead at most so long; tell whether it is ours."""
        if not self.leads:
            self._led.clear()
            self._led.wait(seconds)
        return self.leads

    def close(self) -> None:
        """Give the lead back, so that the next need not wait."""
        self._ending.set()
        self._led.set()
        if self._thread.ident is not None:
            self._thread.join()
        lease, self._lease = self._lease, None
        if lease is not None:
            try:
                with closing(self._open_store()) as state:
                    state.release(lease)
            except LeeboardError as error:
                _LOG.warning("the lead could not be given back: %s", error)

    def _work(self) -> None:
        while not self._ending.wait(self._seconds / _LOOKS):
            self._safely_look()

    def _safely_look(self) -> None:
        try:
            self._look()
        except LeeboardError as error:
            _LOG.warning("who leads cannot be read: %s", error)
        except Exception:  # noqa: BLE001 - logged whole; the next look may do
            _LOG.exception("who leads cannot be read")

    def _look(self) -> None:
        with closing(self._open_store()) as state:
            before = self._lease
            if before is None:
                fresh = taken(state, LEAD, self._seconds)
            else:
                now = datetime.now(UTC)
                fresh = state.lease(LEAD, before.holder, now, self._seconds)
        if before is not None and (fresh is None or fresh.token != before.token):
            _LOG.warning("the lead has gone to another scheduler")
        self._lease = fresh
        if fresh is not None:
            self._led.set()
