"""Passes on time: one thread that calls, waits, and calls again.

Place: beside the intake. What a pass does, and that only one is made at a time over all
processes, is the monitor's.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from leeboard.errors import LeeboardError

__all__ = ["Health", "Scheduler"]

_LOG = logging.getLogger("leeboard.server")
_LOOK_S = 1.0


@dataclass(frozen=True, slots=True)
class Health:
    """How the passes went.

    Parameters
    ----------
    passes, failures, failed : int
        So far; failures in a row, up to the last pass; and all that failed.
    began_at, ended_at : datetime or None
        Of the last pass; ``ended_at`` is None while the first is under way.
    took_s : float
    error : str
        Code of what the last pass failed by; empty if it did not.
    sound_at : datetime or None
        When the last pass that did not fail ended.
    waits : bool
        Another scheduler leads, and makes the passes.
    """

    passes: int = 0
    failures: int = 0
    failed: int = 0
    began_at: datetime | None = None
    ended_at: datetime | None = None
    took_s: float = 0.0
    error: str = ""
    sound_at: datetime | None = None
    waits: bool = False


class Scheduler:
    """Makes a pass at once, and then one every so many seconds.

    A pass that takes longer than that is followed by the next without rest; those that
    were missed are not made up for, since a pass does all that is due.

    Parameters
    ----------
    make_pass : callable
    every_s : float
    leads : callable, optional
        Given seconds, waits at most so long for the right to make passes, and tells
        whether it is there; by default it always is.
    meanwhile : callable, optional
        What is done as often while another makes the passes.
    after : callable, optional
        Called after each of them, once its health is known.
    """

    def __init__(
        self,
        make_pass: Callable[[], object],
        every_s: float,
        leads: Callable[[float], bool] = lambda _: True,
        meanwhile: Callable[[], object] = lambda: None,
        *,
        after: Callable[[], object] = tuple,
    ) -> None:
        self._make_pass = make_pass
        self._meanwhile = meanwhile
        self._again = time.monotonic()
        self._leads = leads
        self._after = after
        self._every_s = every_s
        self._ending = threading.Event()
        self._thread = threading.Thread(
            target=self._work, name="leeboard-passes", daemon=True
        )
        self.health = Health()

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def stop(self, timeout_s: float) -> bool:
        """Let a pass under way end, and make no other; tell whether it has ended."""
        self._ending.set()
        if self._thread.ident is not None:
            self._thread.join(timeout_s)
        return not self._thread.is_alive()

    def _work(self) -> None:
        due = time.monotonic()
        while not self._ending.is_set():
            if not self._leads(_LOOK_S):
                self._stand_by()
                due = time.monotonic()
                continue
            if self._ending.is_set():
                break
            self._pass(self._make_pass, waits=False)
            due = max(due + self._every_s, time.monotonic())
            self._ending.wait(due - time.monotonic())

    def _stand_by(self) -> None:
        if time.monotonic() >= self._again:
            self._again = time.monotonic() + self._every_s
            self._pass(self._meanwhile, waits=True)

    def _pass(self, make: Callable[[], object], *, waits: bool) -> None:
        start = time.monotonic()
        before = self.health
        began_at = before.began_at if waits else datetime.now(UTC)
        self.health = replace(before, began_at=began_at, waits=waits)
        error = ""
        try:
            make()
        except LeeboardError as failure:
            error = failure.code
            _LOG.warning("a pass failed: %s", failure)
        except Exception:  # noqa: BLE001 - logged whole; the next pass may do
            error = "defect"
            _LOG.exception("a pass failed")
        ended = datetime.now(UTC)
        self.health = replace(
            self.health, failures=before.failures + 1 if error else 0, error=error
        )
        if not waits:  # what is done meanwhile is no pass
            self.health = replace(
                self.health,
                passes=before.passes + 1,
                failed=before.failed + bool(error),
                ended_at=ended,
                took_s=time.monotonic() - start,
                sound_at=before.sound_at if error else ended,
            )
        try:
            self._after()
        except Exception:  # noqa: BLE001 - as above
            _LOG.exception("what follows a pass failed")
