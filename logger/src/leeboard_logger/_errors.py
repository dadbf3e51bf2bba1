"""The two errors a logger may raise."""

from __future__ import annotations

from collections.abc import Sequence

from leeboard_logger.ids import EventId

__all__ = ["LoggerError", "NotDurable"]


class LoggerError(ValueError):
    """A logger that cannot be set up as asked; raised when it is made, never later.

    Parameters
    ----------
    code : str
        Stable name of the failure, such as ``bad_mode``.
    where : str
        The setting.
    found, expected : str
        What stood there, and what should have.
    fix : str
        One thing to do.
    """

    def __init__(
        self, *, code: str, where: str, found: str, expected: str, fix: str
    ) -> None:
        super().__init__(code, where, found, expected, fix)
        self.code = code
        self.where = where
        self.found = found
        self.expected = expected
        self.fix = fix

    def __str__(self) -> str:
        return (
            f"{self.where}: found {self.found}; expected {self.expected}. {self.fix} "
            f"[{self.code}]"
        )

    def __reduce__(self) -> tuple[object, ...]:
        # keyword-only arguments do not survive the default pickling of exceptions
        facts = (self.code, self.where, self.found, self.expected, self.fix)
        return _rebuild, facts


def _rebuild(code: str, where: str, found: str, expected: str, fix: str) -> LoggerError:
    return LoggerError(code=code, where=where, found=found, expected=expected, fix=fix)


class NotDurable(RuntimeError):  # noqa: N818  # a state, and the contract's word
    """Events that durable mode could not vouch for in time.

    They may still have been stored: to send them again under the same ids is safe.

    Parameters
    ----------
    reason : str
        As in ``Stats.dropped``, or ``timeout``.
    ids : sequence of EventId
        Of the events of the call, those that are stored among them.
    """

    def __init__(self, reason: str, ids: Sequence[EventId] = ()) -> None:
        super().__init__(reason, tuple(ids))
        self.reason = reason
        self.ids = tuple(ids)

    def __str__(self) -> str:
        return f"not known to be durable: {self.reason}"
