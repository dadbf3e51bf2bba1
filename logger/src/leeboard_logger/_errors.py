"""The two errors a logger may raise."""

from __future__ import annotations

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


class NotDurable(RuntimeError):  # noqa: N818  # it tells a state, and is part of the contract
    """A record that durable mode could not vouch for in time.

    It may still have been stored: sending it again with the same id is safe.

    Parameters
    ----------
    reason : str
        As in ``Stats.dropped``, or ``timeout``.
    """

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason

    def __str__(self) -> str:
        return f"the record is not known to be durable: {self.reason}"
