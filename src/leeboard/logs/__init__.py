"""Events at rest: frames become an immutable, checksummed log, and are read from it.

Place: an edge, below the monitor. Each log is one file with one small protocol.
"""

from leeboard.logs._log import Changes, Log, Summary

__all__ = ["Changes", "Log", "Summary"]
