"""Python's search for cycles of objects, kept out of the way of whoever waits.

Place: the process that serves. A search of everything holds up a page for a tenth of a
second, to find next to nothing: what a request makes is freed as it ends.
"""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager

__all__ = ["SELDOM", "few_collections"]

SELDOM = 10_000
"""Objects made and not freed, after which there is a search; Python's own is 700."""


@contextmanager
def few_collections() -> Iterator[None]:
    """Search seldom, and not among what the whole program is made of.

    What a host has set is kept where it asks for less, and is there again afterwards.
    """
    before, frozen = gc.get_threshold(), gc.get_freeze_count()
    if before[0]:  # not where it was turned off
        gc.set_threshold(max(SELDOM, before[0]), *before[1:])
    if not frozen:
        gc.collect()
        gc.freeze()
    try:
        yield
    finally:
        gc.set_threshold(*before)
        if not frozen:
            gc.unfreeze()
