"""Memory that a server has used and freed goes back to the system.

Each pass reads tables and drops them. Arrow's own pools and an arena of the C library a
thread would each keep their largest, and a server that runs for weeks would grow with
every new coincidence. Place: once, before the first thread.
"""

from __future__ import annotations

import ctypes
import sys

import pyarrow as pa

__all__ = ["keep_little"]

_M_ARENA_MAX = -8  # as in malloc.h of glibc
_ARENAS = 2


def keep_little() -> None:
    """Let the C library allocate for all; where it is glibc, from few places."""
    pa.set_memory_pool(pa.system_memory_pool())
    if sys.platform == "linux":
        library = ctypes.CDLL(None)
        if hasattr(library, "gnu_get_libc_version"):
            library.mallopt(_M_ARENA_MAX, _ARENAS)
