"""Predictions whose labels come late, by a known law."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import numpy as np

NOW = datetime(2026, 3, 1, tzinfo=UTC)
DAY = 86_400.0


@dataclass(frozen=True)
class Late:
    """Times in microseconds since 1970; NaN where the label never comes."""

    made_at: Any
    known_at: Any


def micros_of(seconds_from_now: Any) -> Any:
    """Times in microseconds of offsets from NOW in seconds."""
    return np.round(NOW.timestamp() * 1e6 + np.asarray(seconds_from_now) * 1e6)


def late_labels(
    rng: np.random.Generator,
    n: int,
    *,
    days: float,
    ever: float | Any = 1.0,
    scale_days: float | Any = 2.0,
    shape: float = 1.3,
) -> Late:
    """Predictions spread over some days before NOW, with Weibull delays."""
    made = -rng.random(n) * days * DAY
    delay = rng.weibull(shape, n) * scale_days * DAY
    known = np.where(rng.random(n) < ever, made + delay, np.nan)
    return Late(micros_of(made), micros_of(known))
