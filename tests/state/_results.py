"""Results to be kept, made from a few numbers."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from leeboard.state import Done, Lease, Measured, Packed, State
from leeboard.windows import Window

__all__ = ["NOW", "done", "hour", "leased", "measured", "packed"]

NOW = datetime(2026, 3, 1, tzinfo=UTC)


def hour(number: int, hours: int = 1) -> Window:
    """Return the window that begins so many hours after ``NOW``."""
    start = NOW + timedelta(hours=number)
    return Window(start, start + timedelta(hours=hours))


def done(
    window: Window, model: str = "demand", revision: int = 1, **changed: Any
) -> Done:
    """Return a counted window."""
    facts: dict[str, Any] = {
        "rows": 100,
        "labels": 40,
        "completeness": 0.4,
        "provisional": True,
        "fingerprint": "f" * 64,
        "digest": f"d{revision}",
        "first_at": NOW,
        "computed_at": NOW + timedelta(microseconds=5),
        "late": 3,
        "notes": (("few_labels", 'few labels: "40"'),),
        "lost": 7,
        "lost_most": 2**40,
        "lost_labels": 2,
    }
    return Done(model, window, revision, **{**facts, **changed})


def measured(metric: str = "rmse", segment: str = "", **changed: Any) -> Measured:
    """Return one figure."""
    facts: dict[str, Any] = {
        "subject": "performance",
        "basis": "realised",
        "value": 0.1 + 0.2,
        "low": 5e-324,
        "high": float("inf"),
        "reference": None,
        "n_reference": 10**12,
        "n_current": 100,
    }
    return Measured(segment=segment, metric=metric, **{**facts, **changed})


def packed(segment: str = "") -> Packed:
    """Return the bytes of some counts, each byte there is among them."""
    return Packed(segment, 7, bytes(range(256)))


def leased(state: State, holder: str = "one") -> Lease:
    """Return the lease of a holder who must get it."""
    lease = state.lease("pass", holder, NOW, 60.0)
    assert lease is not None
    return lease
