"""Counters that never go down, over counts that may.

A log forgets events (retention, erasure), and a query that takes a drop for a restart
would count all that is left once more. So what was exposed is kept in the state beside
what was seen, and only what is more than that is added.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from leeboard.exposition.families import Buckets

__all__ = ["KEY", "Totals"]

KEY = "exposed"
"""Key of the document in the state."""

_FORMAT = 1


@dataclass(frozen=True, slots=True)
class Totals:
    """What was exposed of one model so far.

    Parameters
    ----------
    counts : mapping of name to (seen, exposed)
        What the store held when it was read last, and the counter then.
    histograms : mapping of family to Buckets
        Sums over the windows up to ``upto``.
    upto : datetime or None
        End of the latest window that is in them.
    """

    counts: Mapping[str, tuple[int, int]] = field(default_factory=dict)
    histograms: Mapping[str, Buckets] = field(default_factory=dict)
    upto: datetime | None = None

    def value(self, name: str) -> int:
        """Return a counter; 0 before it was seen."""
        return self.counts.get(name, (0, 0))[1]

    def seen(self, now: Mapping[str, int]) -> Totals:
        """Add what is more than was there the last time."""
        counts = dict(self.counts)
        for name, count in now.items():
            before, exposed = counts.get(name, (0, 0))
            counts[name] = (count, exposed + max(0, count - before))
        return Totals(counts, self.histograms, self.upto)

    def added(self, observed: Iterable[tuple[str, Buckets]], upto: datetime) -> Totals:
        """Add the observations of one more window."""
        histograms = dict(self.histograms)
        for family, one in observed:
            before = histograms.get(family)
            histograms[family] = one if before is None else _sum(before, one)
        return Totals(self.counts, histograms, upto)

    def to_text(self) -> str:
        """Return what ``from_text`` reads."""
        return json.dumps(
            {
                "format": _FORMAT,
                "counts": {name: list(pair) for name, pair in self.counts.items()},
                "histograms": {
                    name: {"counts": list(one.counts), "total": one.total}
                    for name, one in self.histograms.items()
                },
                "upto": None if self.upto is None else self.upto.isoformat(),
            }
        )

    @classmethod
    def from_text(cls, text: str | None) -> Totals:
        """Read what was kept; from nothing where it cannot be read."""
        try:
            kept = json.loads(text or "{}")
            return cls._read(kept) if kept.get("format") == _FORMAT else cls()
        except (ValueError, TypeError, KeyError, AttributeError):
            return cls()  # counters begin anew, as after a restart

    @classmethod
    def _read(cls, kept: Mapping[str, Any]) -> Totals:
        return cls(
            {name: (int(a), int(b)) for name, (a, b) in kept["counts"].items()},
            {
                name: Buckets(tuple(map(int, one["counts"])), float(one["total"]))
                for name, one in kept["histograms"].items()
            },
            None if kept["upto"] is None else datetime.fromisoformat(kept["upto"]),
        )


def _sum(one: Buckets, other: Buckets) -> Buckets:
    if len(one.counts) != len(other.counts):
        return other  # kept by a release with other bounds: begun anew
    counts = (a + b for a, b in zip(one.counts, other.counts, strict=True))
    # scores below 0 would let the sum fall, which no counter may
    return Buckets(tuple(counts), one.total + max(0.0, other.total))
