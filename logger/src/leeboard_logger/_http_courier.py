"""Takes records to a collector: how many at once, when again, and when no more.

One attempt at a time, and no waiting: what it returns says which records are settled
and how long to leave the collector alone, and who calls decides what to do meanwhile.
"""

from __future__ import annotations

import logging
import random
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

from leeboard_logger._http_batch import PATHS, Item, body_of, item_of, outcomes_of
from leeboard_logger._http_wire import Answer, TooLong, Unreachable

__all__ = ["DEADLINE_S", "Attempt", "Courier", "Poster"]

DEADLINE_S = 5.0
"""Seconds from the first byte of a request to the last of its answer."""

_MOST = 500  # results without errors fit well into the 64 KiB of an answer
_MOST_BYTES = 1 << 20
_FIRST_WAIT_S = 1.0
_LAST_WAIT_S = 60.0
_AUTH_WAIT_S = 300.0
_WARN_EVERY_S = 60.0
_YIELD_EVERY = 64
_LOG = logging.getLogger("leeboard_logger")

_spread = random.SystemRandom().uniform  # children of a fork draw differently


class Poster(Protocol):
    """What carries one body; ``Exchange`` over a network, a twin in tests."""

    def post(self, path: str, body: bytes, *, within_s: float) -> Answer:
        """Send a body and return the whole answer, or raise ``Unreachable``."""
        ...

    def close(self) -> None:
        """Let go of the connection."""
        ...


@dataclass(frozen=True, slots=True)
class Attempt:
    """What became of one attempt.

    Parameters
    ----------
    settled : tuple of (int, str)
        Places of the payloads that need no more, and their outcomes: ``STORED`` or
        the reason of a drop.
    wait_s : float
        Seconds to leave the collector alone; 0 after a success.
    failure : str
        Why nothing could be told; empty after an answer.
    auth : bool
        Whether it was the key that was refused.
    """

    settled: tuple[tuple[int, str], ...] = ()
    wait_s: float = 0.0
    failure: str = ""
    auth: bool = False


class Courier:
    """Posts payloads with backoff; a circuit that half-opens with one batch.

    Parameters
    ----------
    poster : Poster
    where : str
        The collector's address, for warnings.
    clock : callable
        Seconds that never run back.
    spread : callable
        ``spread(a, b)``: a random number between the two.
    """

    def __init__(
        self,
        poster: Poster,
        where: str,
        *,
        clock: Callable[[], float] = time.monotonic,
        spread: Callable[[float, float], float] = _spread,
    ) -> None:
        self._poster = poster
        self.where = where
        self._clock = clock
        self._spread = spread
        self._most = _MOST
        self._failures = 0
        self._not_before = -float("inf")
        self._rest = Attempt()
        self._warned_at = -float("inf")

    def attempt(
        self, payloads: Sequence[bytes], *, within_s: float = DEADLINE_S
    ) -> Attempt:
        """Post one batch from the front of what waits.

        While the collector is left alone nothing is sent, and the attempt says how
        much longer that lasts.
        """
        left = self._not_before - self._clock()
        if left > 0:
            return Attempt((), left, self._rest.failure, self._rest.auth)
        places, items, settled = self._pick(payloads)
        if not items:
            return Attempt(tuple(settled))
        try:
            path = PATHS[items[0].kind]
            answer = self._poster.post(path, body_of(items), within_s=within_s)
        except Unreachable as error:
            if isinstance(error, TooLong):
                self._most = max(1, len(places) // 2)
            return self._failed(str(error), None, settled)
        # Only these may speak of single records: the body of an error page may not.
        if 200 <= answer.status < 300 or answer.status in {400, 422}:
            outcomes = outcomes_of(answer.body, items)
            if outcomes is not None:
                self._answered()
                settled += zip(places, outcomes, strict=True)
                return Attempt(tuple(settled))
        return self._unsettled(answer, places, settled)

    def close(self) -> None:
        """Let go of the connection."""
        self._poster.close()

    def _pick(
        self, payloads: Sequence[bytes]
    ) -> tuple[list[int], list[Item], list[tuple[int, str]]]:
        """Choose the first records of the first kind, as many as may go at once."""
        places: list[int] = []
        items: list[Item] = []
        settled: list[tuple[int, str]] = []
        size = 0
        for place, payload in enumerate(payloads):
            if items and payload[:1] != items[0].kind.encode():
                continue
            if place % _YIELD_EVERY == 0:
                time.sleep(2e-5)  # a caller that waits for the interpreter has it now
            item = item_of(payload)
            if item is None:
                settled.append((place, "invalid"))
                continue
            size += len(item.text)
            if items and (len(items) == self._most or size > _MOST_BYTES):
                break
            places.append(place)
            items.append(item)
        return places, items, settled

    def _unsettled(
        self, answer: Answer, places: list[int], settled: list[tuple[int, str]]
    ) -> Attempt:
        """Decide what follows from an answer that says nothing of single records."""
        status = answer.status
        if status in {400, 413, 422}:
            # One of them may be what it minds: halve until that one stands alone.
            if len(places) > 1:
                self._most = len(places) // 2
            else:
                self._failures = 0
                reason = "too_large" if status == 413 else "rejected"
                settled.append((places[0], reason))
                self._warn(f"refuses records ({status}); they are dropped as {reason}")
            return Attempt(tuple(settled))
        if status in {401, 403}:
            self._warn(f"refuses the key ({status}); it is asked again every 5 minutes")
            return self._rested(_AUTH_WAIT_S, f"status {status}", settled, auth=True)
        if 200 <= status < 300:
            self._most = max(1, len(places) // 2)
            return self._failed("an answer that does not fit", None, settled)
        wait = answer.retry_after_s if status in {429, 503} else None
        return self._failed(f"status {status}", wait, settled)

    def _answered(self) -> None:
        self._failures = 0
        self._most = min(_MOST, self._most * 2)

    def _failed(
        self, why: str, asked_s: float | None, settled: list[tuple[int, str]]
    ) -> Attempt:
        """Rest for a random part of a time that doubles, or for what was asked."""
        bound = min(_LAST_WAIT_S, _FIRST_WAIT_S * 2.0 ** min(self._failures, 10))
        self._failures += 1
        wait = self._spread(0.0, bound)
        if asked_s is not None:
            # all clients were told the same time: they still come back one by one
            wait = asked_s + self._spread(0.0, min(bound, 1.0 + asked_s / 10))
        self._warn(f"does not take records ({why}); they wait")
        return self._rested(wait, why, settled)

    def _rested(
        self,
        wait: float,
        why: str,
        settled: list[tuple[int, str]],
        *,
        auth: bool = False,
    ) -> Attempt:
        self._not_before = self._clock() + wait
        self._rest = Attempt(tuple(settled), wait, why, auth)
        return self._rest

    def _warn(self, what: str) -> None:
        now = self._clock()
        if now - self._warned_at >= _WARN_EVERY_S:
            self._warned_at = now
            _LOG.warning("the collector at %s %s", self.where, what)
