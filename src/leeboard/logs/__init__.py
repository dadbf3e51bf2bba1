"""Events at rest: frames become an immutable, checksummed log, and are read from it.

Place: an edge, below the monitor. Each log is one file with one small protocol.
"""

from leeboard.logs._horizon import with_horizon
from leeboard.logs._log import Batch, Changes, Log, Summary
from leeboard.logs._open import open_log
from leeboard.logs.committer import Shipped, ship

__all__ = [
    "Batch",
    "Changes",
    "Log",
    "Shipped",
    "Summary",
    "open_log",
    "ship",
    "with_horizon",
]
