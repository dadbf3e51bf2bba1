"""How often, how soon and how long a message is tried.

Place: arithmetic for delivery. The jitter is a digest of channel, key and attempt, so
that a replay rests as long as the pass it repeats, and two messages do not.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import timedelta

from leeboard.notify._outbox import Row

__all__ = ["Limits", "rest"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """Limits of delivery.

    Parameters
    ----------
    per_hour : int
        Messages that one channel gets at most in any hour, digests included. The last
        quarter is for pages alone.
    attempts : int
        After so many a message is given up.
    give_up_after : timedelta
        A message that is older is given up when an attempt fails; each is tried once.
    broken_after : int
        At this attempt another channel is told.
    first, longest : timedelta
        Rest after the first failure, doubled after each, up to the longest.
    hold : timedelta
        How long what is over the cap waits before it is looked at again.
    """

    per_hour: int = 20
    attempts: int = 60
    give_up_after: timedelta = timedelta(hours=24)
    broken_after: int = 2
    first: timedelta = timedelta(seconds=30)
    longest: timedelta = timedelta(hours=1)
    hold: timedelta = timedelta(minutes=10)

    def ended(self, attempts: int, age: timedelta) -> bool:
        """Whether a message that failed again is given up."""
        return attempts >= self.attempts or age >= self.give_up_after


def rest(tried: Row, retry_after: float | None, limits: Limits) -> timedelta:
    """Return how long a message rests after a failed attempt.

    Between half of the exponential rest and the whole of it; at least what the receiver
    asked for. One that is of no use to try until somebody has mended something
    (``retry_after`` is None) is tried at the longest rest: nobody tells us of the
    mending.
    """
    doubled = limits.first * 2 ** min(tried.attempts - 1, 20)
    whole = limits.longest if retry_after is None else min(doubled, limits.longest)
    facts = f"{tried.channel}\x1f{tried.message.key}\x1f{tried.attempts}"
    digest = hashlib.blake2b(facts.encode("utf-8", "surrogatepass"), digest_size=8)
    jitter = int.from_bytes(digest.digest(), "big") / 2**64
    rested = whole * (0.5 + 0.5 * jitter)
    return max(rested, timedelta(seconds=retry_after or 0.0))
