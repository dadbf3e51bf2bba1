"""Memory that a server has used and freed goes back to the system.

Each pass reads tables and drops them, and now and then segments are merged. Arrow's own
pools, and an arena of the C library for each thread, would keep the most that each ever
held. Place: before anything that loads Arrow, which looks at its settings then.
"""

from __future__ import annotations

import ctypes
import os
import sys

__all__ = ["keep_little"]

_M_ARENA_MAX = -8  # as in malloc.h of glibc
_ARENAS = 2


def keep_little() -> None:
    """Let the C library allocate for all; where it is glibc, from few places."""
    os.environ.setdefault("ARROW_DEFAULT_MEMORY_POOL", "system")
    if sys.platform == "linux":
        library = ctypes.CDLL(None)
        if hasattr(library, "gnu_get_libc_version"):
            library.mallopt(_M_ARENA_MAX, _ARENAS)
