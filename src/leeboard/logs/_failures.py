"""What a disk or bucket refuses, as errors that say what to do."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from leeboard.errors import LogError

__all__ = ["as_log_errors"]

_FIXES = {
    "log_unwritable": "Check room and permissions there; nothing was lost.",
    "log_unreadable": "Check that it can be reached and read.",
    "spool_unwritable": "Check room and permissions there; its frames stay.",
}


@contextmanager
def as_log_errors(code: str, where: str = "log") -> Iterator[None]:
    """Turn an error of the operating system into a LogError of a code."""
    try:
        yield
    except OSError as error:
        raise LogError(
            code=code,
            where=error.filename if isinstance(error.filename, str) else where,
            found=error.strerror or str(error),
            expected="a place that takes and gives what a log needs",
            fix=_FIXES[code],
        ) from error
