"""How often one may ask: token buckets by key, and by address for strangers.

Place: before the routes. Knows no request and no store; what it keeps is bounded.
"""

from __future__ import annotations

import ipaddress
import math
import threading
import time
from collections import OrderedDict
from collections.abc import Callable

from leeboard.config.plan import ServePlan
from leeboard.server.refusal import Refusal

__all__ = ["Buckets", "Limits", "network_of"]

_MOST = 10_000
_BURST_S = 2.0
_STRANGERS_PER_S = 100.0
_BY_NAME = 2.0
"""Tries of one name, from all addresses together, by those of one address."""


class Buckets:
    """Token buckets by name: each holds ``burst``, and gains ``per_s`` a second.

    Parameters
    ----------
    per_s, burst : float
    most : int
        Names that are kept at most. One that is forgotten begins with a full bucket
        again: of many, those go first that were not asked for longest.
    clock : callable
        Seconds that never run back.
    """

    def __init__(
        self,
        per_s: float,
        burst: float,
        *,
        most: int = _MOST,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._per_s, self._burst, self._most = per_s, burst, most
        self._clock = clock
        self._lock = threading.Lock()
        self._left: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def __len__(self) -> int:
        return len(self._left)

    def take(self, name: str) -> float:
        """Take a token; return 0, or the seconds until there is one to take."""
        with self._lock:
            now = self._clock()
            left = self._now(name, now)
            taken = left >= 1.0
            self._left[name] = (left - 1.0 if taken else left, now)
            self._left.move_to_end(name)
            while len(self._left) > self._most:
                self._left.popitem(last=False)
            return 0.0 if taken else (1.0 - left) / self._per_s

    def give(self, name: str) -> None:
        """Give a token back: what it was taken for was sound."""
        with self._lock:
            if name in self._left:
                now = self._clock()
                left = min(self._now(name, now) + 1.0, self._burst)
                self._left[name] = (left, now)

    def _now(self, name: str, now: float) -> float:
        left, at = self._left.get(name, (self._burst, now))
        return min(left + max(now - at, 0.0) * self._per_s, self._burst)


class Limits:
    """All limits of a server.

    Parameters
    ----------
    plan : ServePlan
    clock : callable
        Seconds that never run back.
    """

    def __init__(
        self, plan: ServePlan, clock: Callable[[], float] = time.monotonic
    ) -> None:
        rate, tries = plan.requests_per_s, plan.tries_per_min
        self._keys = Buckets(rate, max(rate * _BURST_S, 1.0), clock=clock)
        self._strangers = Buckets(
            _STRANGERS_PER_S, _STRANGERS_PER_S * _BURST_S, clock=clock
        )
        self._tries = Buckets(tries / 60.0, tries, clock=clock)
        by_name = tries * _BY_NAME
        self._names = Buckets(by_name / 60.0, by_name, clock=clock)

    def known(self, key: str) -> None:
        """Count a request of a key, or of a person.

        Raises
        ------
        Refusal
            429.
        """
        _refuse(self._keys.take(key), "requests", "fewer a second")

    def stranger(self, address: str) -> None:
        """Count a request for what is open to everybody.

        Raises
        ------
        Refusal
            429.
        """
        wait = self._strangers.take(network_of(address))
        _refuse(wait, "requests", "fewer a second")

    def failed(self, address: str) -> None:
        """Count a key that opened nothing. A key that holds is never held up by it.

        Raises
        ------
        Refusal
            429, in the place of 401.
        """
        _refuse(self._tries.take(network_of(address)), *_TRIES)

    def trying(self, address: str, name: str = "") -> None:
        """Count a try to sign in, before it is looked at.

        Raises
        ------
        Refusal
            429: whether it would have opened is not told.
        """
        self.failed(address)
        if name:
            _refuse(self._names.take(name), *_TRIES)

    def opened(self, address: str, name: str = "") -> None:
        """Take a try that opened out of the count."""
        self._tries.give(network_of(address))
        self._names.give(name)


_TRIES = "tries with what opens nothing", "fewer a minute"


def network_of(address: str) -> str:
    """Return what is counted as one address: of IPv6 the network of 64 bits."""
    try:
        found = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return address
    if isinstance(found, ipaddress.IPv4Address):
        return str(found)
    if found.ipv4_mapped is not None:
        return str(found.ipv4_mapped)
    return str(ipaddress.IPv6Network((int(found) >> 64 << 64, 64)))


def _refuse(wait_s: float, what: str, expected: str) -> None:
    if wait_s > 0.0:
        raise Refusal(
            429,
            code="too_many",
            where="server",
            found=f"too many {what}",
            expected=expected,
            fix="Send the same request again after Retry-After.",
            retry_s=max(math.ceil(wait_s), 1),
        )
