"""Waiting for what has to come."""

from __future__ import annotations

import time
from collections.abc import Callable

__all__ = ["until"]


def until(true: Callable[[], object], seconds: float = 60.0) -> None:
    """Wait until something is so; fail where it does not come."""
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end
        time.sleep(0.02)
