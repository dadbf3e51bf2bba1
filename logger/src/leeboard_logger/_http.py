"""The sink that posts to a collector: entries in, what became of each out."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence

from leeboard_logger._http_batch import STORED
from leeboard_logger._http_courier import DEADLINE_S, Courier
from leeboard_logger._http_target import Key, Target
from leeboard_logger._http_wire import Exchange
from leeboard_logger._sink import ACKNOWLEDGED, Answer, Entry
from leeboard_logger._version import __version__

__all__ = ["HttpSink", "courier_to"]

_UNREACHABLE = "unreachable"


def courier_to(url: str, key: str | None) -> Courier:
    """Make what takes payloads to the collector at a URL.

    Raises
    ------
    LoggerError
        The URL or the key is none.
    """
    target = Target.parse(url)
    secret = None if key is None else Key(key)
    agent = f"leeboard-logger/{__version__}"
    return Courier(Exchange(target, secret, agent=agent), str(target))


class HttpSink:
    """Sends entries to a collector.

    Parameters
    ----------
    courier : Courier
        See `courier_to`.
    within_s : float
        Seconds that one call of `send` takes at most, name look-up apart.
    clock : callable
        Seconds that never run back.
    """

    def __init__(
        self,
        courier: Courier,
        *,
        within_s: float = DEADLINE_S,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._courier = courier
        self._within_s = within_s
        self._clock = clock

    def __repr__(self) -> str:
        return f"HttpSink({self._courier.where})"

    def send(self, batch: Sequence[Entry]) -> Answer:
        """Post a batch in as many requests as it takes, until one fails.

        Where a later entry was settled before an earlier one could be, it is sent
        again: the collector knows it by its id.
        """
        deadline = self._clock() + self._within_s
        outcomes: dict[int, str] = {}
        left = list(range(len(batch)))
        while left and (within_s := deadline - self._clock()) > 0:
            payloads = [batch[place].payload for place in left]
            attempt = self._courier.attempt(payloads, within_s=within_s)
            for index, outcome in attempt.settled:
                outcomes[left[index]] = ACKNOWLEDGED if outcome == STORED else outcome
            left = [place for place in left if place not in outcomes]
            if attempt.auth:
                # nobody will take these; what waits would only crowd out the queue
                outcomes.update(dict.fromkeys(left, "auth"))
                return Answer(_first(outcomes, len(batch)))
            if attempt.failure:
                settled = _first(outcomes, len(batch))
                return Answer(settled, attempt.wait_s, _UNREACHABLE)
        return Answer(_first(outcomes, len(batch)))

    def tick(self) -> bool:
        """Tell that there is nothing to do: what is sent is sent."""
        return False

    def close(self) -> None:
        """Close the connection."""
        self._courier.close()

    def abandon(self) -> None:
        """Forget the parent's connection without a word to the other side."""
        self._courier.close()


def _first(outcomes: dict[int, str], length: int) -> list[str]:
    """Outcomes from the first entry on, up to one that has none."""
    settled: list[str] = []
    while len(settled) < length and len(settled) in outcomes:
        settled.append(outcomes[len(settled)])
    return settled
