"""What happens to the loggers of a process when it forks and when it ends."""

from __future__ import annotations

import atexit
import os
import sys
from typing import Protocol

from leeboard_logger.ids import reseed

__all__ = ["forget", "leave_with_worker", "remember"]


class _Logger(Protocol):
    def close(self) -> None: ...

    def begin_anew(self) -> None: ...


# Not weakly: a logger that nobody holds any more still has events to send.
_living: set[_Logger] = set()
_watching = False


def remember(logger: _Logger) -> None:
    """Look after one more logger."""
    global _watching  # noqa: PLW0603  # hooks of a process are set once
    _living.add(logger)
    if not _watching:
        _watching = True
        os.register_at_fork(after_in_child=_forked)
        atexit.register(_close_all)


def forget(logger: _Logger) -> None:
    """Look no longer after a logger that is closed."""
    _living.discard(logger)


def leave_with_worker(logger: _Logger) -> None:
    """Close a logger when a child of `multiprocessing` ends.

    Such a child leaves by ``os._exit`` after its own finalizers: atexit never runs.
    The name is among the modules where this is such a child, so nothing is loaded.
    """
    module = sys.modules.get("multiprocessing.util")
    process = sys.modules.get("multiprocessing.process")
    if module is None or process is None or process.parent_process() is None:
        return
    module.Finalize(logger, logger.close, exitpriority=100)


def _forked() -> None:
    reseed()
    for logger in list(_living):
        logger.begin_anew()


def _close_all() -> None:
    for logger in list(_living):
        logger.close()
