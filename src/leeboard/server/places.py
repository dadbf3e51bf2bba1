"""Where a server keeps what it has taken until it is committed.

Place: below its parts and whoever examines an installation: both ask here.
"""

from __future__ import annotations

import os

from leeboard.config import Plan
from leeboard.errors import ConfigError

__all__ = ["ledger_of", "lock_of", "spool_of"]


def spool_of(plan: Plan) -> str:
    """Return the folder in which events wait.

    Raises
    ------
    ConfigError
        ``no_spool``: the log is not on this machine, and no folder is named.
    """
    if plan.spool:
        return plan.spool
    raise ConfigError(
        code="no_spool",
        where=plan.path,
        found="no folder in which events can wait",
        expected='spool = "…", since the log is not on this machine',
        fix='Add a line such as spool = "./spool" at the top.',
    )


def ledger_of(spool: str) -> str:
    """Path of the ids that were taken."""
    return os.path.join(os.path.dirname(spool), "collector.db")


def lock_of(ledger: str) -> str:
    """Path of the lock that the server of a ledger holds as long as it lives."""
    return f"{ledger}.lock"
