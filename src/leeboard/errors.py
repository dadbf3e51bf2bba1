"""Everything that can go wrong in a way a user can mend, as one tree.

    LeeboardError
    ├── InputError          data that cannot be read or compared
    │   ├── FileError       … in a file: where = file and line, row group or byte
    │   └── FrameError      … in a frame: where = column and row
    ├── SchemaError         a schema that cannot be used
    ├── ConfigError         a suite or setting that cannot be used
    ├── ProfileError        a saved profile that is damaged, newer, or does not fit
    ├── MetricError         a metric asked for what it cannot give
    ├── LogError            a log of events that cannot be written or read
    ├── StateError          a store of results that cannot be written or read
    ├── AlarmError          a rule, incident or verdict asked for what it cannot give
    └── NotifyError         a message that was not taken

An error takes facts, not a sentence: what was found, where, what was expected and
what to do about it. The shell shows one line and exits with 2.
"""

from __future__ import annotations

from dataclasses import dataclass

__all__ = [
    "AlarmError",
    "ConfigError",
    "FileError",
    "FrameError",
    "InputError",
    "LeeboardError",
    "LogError",
    "MetricError",
    "Note",
    "NotifyError",
    "Problem",
    "ProfileError",
    "SchemaError",
    "StateError",
]


class LeeboardError(ValueError):
    """A failure that says what was found, where, what was expected, and the way out.

    Parameters
    ----------
    code : str
        Stable name of the failure, such as ``missing_column``.
    where : str
        Place: column, row, file and line, or key of a configuration.
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
        return _rebuild, (type(self), *facts)


def _rebuild(
    kind: type[LeeboardError],
    code: str,
    where: str,
    found: str,
    expected: str,
    fix: str,
) -> LeeboardError:
    return kind(code=code, where=where, found=found, expected=expected, fix=fix)


class InputError(LeeboardError):
    """Data that cannot be read or compared."""


class FileError(InputError):
    """A file that cannot be read."""


class FrameError(InputError):
    """A frame in memory that cannot be read."""


class SchemaError(LeeboardError):
    """A schema that cannot be used."""


class ConfigError(LeeboardError):
    """A suite or setting that cannot be used."""


class ProfileError(LeeboardError):
    """A saved profile that is damaged, newer than this Leeboard, or does not fit."""


class MetricError(LeeboardError):
    """A metric asked for what it cannot give."""


class LogError(LeeboardError):
    """A log of events that cannot be written or read."""


class StateError(LeeboardError):
    """A store of results that cannot be written or read."""


class AlarmError(LeeboardError):
    """A detector, rule, verdict or incident asked for what it cannot give."""


class NotifyError(LeeboardError):
    """A message that was not taken.

    ``retry_after`` is the number of seconds after which it may be tried again; None:
    trying again is of no use until somebody has mended what is wrong.
    """

    retry_after: float | None = None

    def within(self, seconds: float | None) -> NotifyError:
        """Say when to try again."""
        self.retry_after = seconds
        return self


@dataclass(frozen=True, slots=True)
class Note:
    """A warning: the result stands, and this should be known beside it."""

    code: str
    where: str
    text: str


@dataclass(frozen=True, slots=True)
class Problem:
    """Why one column could not be used; the other columns go on."""

    code: str
    where: str
    found: str
    expected: str
    fix: str

    def __str__(self) -> str:
        return f"{self.where}: found {self.found}; expected {self.expected}. {self.fix}"
