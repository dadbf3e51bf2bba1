"""Who tells the log of deeds what happens at the server, and what it only counts.

Place: beside the routes. What people do is written at once; what others may do a
million times (keys that open nothing, ids that conflict) is counted, and written once a
minute in few rows, so that nobody can fill the disk by being refused.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Sequence
from datetime import UTC, datetime

from leeboard.errors import LeeboardError
from leeboard.state import Deed

__all__ = ["Witness"]

_LOG = logging.getLogger("leeboard.server")
_EVERY_S = 60.0
_ROWS = 20
_COUNTED = 1_000
_HELD_BACK = 1_000
_OTHERS = "elsewhere"

_What = tuple[str, str, str, str, str]


class Witness:
    """Writes deeds, from any thread.

    Parameters
    ----------
    add : callable
        Keeps some deeds.
    every_s : float
        From one writing of what was counted to the next.
    """

    def __init__(
        self, add: Callable[[Sequence[Deed]], None], every_s: float = _EVERY_S
    ) -> None:
        self._add, self._every_s = add, every_s
        self._lock = threading.Lock()
        self._counts: dict[_What, int] = {}
        self._back: list[Deed] = []
        self._ended = threading.Event()
        self._thread = threading.Thread(
            target=self._work, name="leeboard-witness", daemon=True
        )

    def start(self) -> None:
        """Begin to write what is counted."""
        self._thread.start()

    def close(self) -> None:
        """Write what was counted, and end."""
        self._ended.set()
        if self._thread.ident is not None:
            self._thread.join()
        self.flush()

    def tell(
        self,
        what: str,
        *,
        who: str = "",
        via: str = "",
        address: str = "",
        subject: str = "",
        detail: str = "",
    ) -> None:
        """Write a deed now, or with the next where the store is away: no failure."""
        now = datetime.now(UTC)
        self._write([Deed(now, who, via, address, what, subject, detail)])

    def count(
        self,
        what: str,
        *,
        who: str = "",
        via: str = "",
        address: str = "",
        subject: str = "",
        times: int = 1,
    ) -> None:
        """Count something that happens often; never waits for the store."""
        key = (what, who, via, address, subject)
        with self._lock:
            if key not in self._counts and len(self._counts) >= _COUNTED:
                key = (what, "", "", _OTHERS, "")
            self._counts[key] = self._counts.get(key, 0) + times

    def flush(self) -> None:
        """Write what was counted."""
        with self._lock:
            counts, self._counts = self._counts, {}
        now = datetime.now(UTC)
        rows: list[Deed] = []
        rest: dict[str, int] = {}
        seen: dict[str, int] = {}
        for key, times in sorted(counts.items(), key=lambda one: -one[1]):
            what, who, via, address, subject = key
            seen[what] = seen.get(what, 0) + 1
            if seen[what] > _ROWS:
                rest[what] = rest.get(what, 0) + times
                continue
            rows.append(Deed(now, who, via, address, what, subject, _times(times)))
        rows += [
            Deed(now, "", "", _OTHERS, what, "", _times(times))
            for what, times in rest.items()
        ]
        self._write(rows)

    def _write(self, deeds: list[Deed]) -> None:
        with self._lock:
            waiting, self._back = self._back + deeds, []
        try:
            self._add(waiting)
        except (LeeboardError, OSError) as error:
            _LOG.warning("the audit log takes nothing for now: %s", error)
            with self._lock:
                self._back = (waiting + self._back)[:_HELD_BACK]

    def _work(self) -> None:
        while not self._ended.wait(self._every_s):
            self.flush()


def _times(number: int) -> str:
    return "once" if number == 1 else f"{number:,} times"
