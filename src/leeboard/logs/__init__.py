"""Events at rest: frames become an immutable, checksummed log, and are read from it.

Place: an edge, below the monitor. Each log is one file with one small protocol.
"""

from leeboard.logs._decode import decode
from leeboard.logs._horizon import with_horizon
from leeboard.logs._log import Batch, Changes, Log, Summary, Taken
from leeboard.logs._losses import SEGMENT_REASONS, Loss
from leeboard.logs._open import local_folder, log_version, open_log
from leeboard.logs._sound import Sound, Waiting, sound, waiting
from leeboard.logs._spool import blank_committed, spool_copies
from leeboard.logs._wanted import SHORTEST, Wanted, digest_of, spellings
from leeboard.logs.committer import Shipped, ship

__all__ = [
    "SEGMENT_REASONS",
    "SHORTEST",
    "Batch",
    "Changes",
    "Log",
    "Loss",
    "Shipped",
    "Sound",
    "Summary",
    "Taken",
    "Waiting",
    "Wanted",
    "blank_committed",
    "decode",
    "digest_of",
    "local_folder",
    "log_version",
    "open_log",
    "ship",
    "sound",
    "spellings",
    "spool_copies",
    "waiting",
    "with_horizon",
]
