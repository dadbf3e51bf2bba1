"""Folders and clocks that do what the real ones rarely do."""

from __future__ import annotations

import os
from collections.abc import Callable

from leeboard_logger._edges import Clock, Folder

__all__ = ["STEPS", "Crash", "FakeClock", "Faulty", "Plan", "faulty"]

STEPS = (
    "begin",
    "hold",
    "rename",
    "write",
    "truncate",
    "sync",
    "sync_names",
    "close",
)
"""What a folder does for a writer, by the names of its methods."""


class FakeClock(Clock):
    """A clock that stands until it is told otherwise."""

    __slots__ = ("day_ns", "mono")

    def __init__(self) -> None:
        self.day_ns = 1_700_000_000_000_000_000
        self.mono = 1000.0

    def time_ns(self) -> int:
        """Return the time of the day it was set to."""
        return self.day_ns

    def monotonic(self) -> float:
        """Return the seconds it was set to."""
        return self.mono

    def pass_s(self, seconds: float) -> None:
        """Let time pass."""
        self.mono += seconds
        self.day_ns += round(seconds * 1e9)


class Crash:
    """Ends the process at one step: before it, after it, or halfway through a write."""

    def __init__(self, step: int, when: str) -> None:
        self._step = step
        self._when = when
        self.steps: list[str] = []

    def __call__(
        self, name: str, call: Callable[..., object], given: tuple[object, ...]
    ) -> object:
        """Do a step, or end."""
        here = len(self.steps) == self._step
        self.steps.append(name)
        if here and self._when == "before":
            os._exit(78 if name == "write" else 77)
        if here and self._when == "half" and name == "write":
            file, data = given
            assert isinstance(data, bytes)
            call(file, data[: len(data) // 2])
            os._exit(77)
        found = call(*given)
        if here:
            os._exit(77)
        return found


class Plan:
    """Raises errors at chosen steps, for as long as it is told to."""

    def __init__(self) -> None:
        self.errors: dict[str, int] = {}
        self.short = False
        """Whether a failing write takes half of its bytes first."""
        self.interrupts = False
        """Whether a write ends in an exception of a signal's handler."""
        self.slow_s = 0.0
        """Seconds a write takes on ``clock``."""
        self.clock = FakeClock()
        self.calls: list[str] = []

    def __call__(
        self, name: str, call: Callable[..., object], given: tuple[object, ...]
    ) -> object:
        """Do a step, or fail."""
        self.calls.append(name)
        number = self.errors.get(name)
        if number is None:
            found = call(*given)
            if name == "write":
                self.clock.pass_s(self.slow_s)
                if self.interrupts:
                    raise KeyboardInterrupt
            return found
        if name == "write" and self.short:
            file, data = given
            assert isinstance(data, bytes)
            if len(data) > 1:
                return call(file, data[: len(data) // 2 or 1])
        raise OSError(number, os.strerror(number))


class Faulty(Folder):
    """A folder whose every step goes through somebody else first."""

    __slots__ = ("_through",)

    def __init__(self, path: str, through: Crash | Plan) -> None:
        super().__init__(path)
        self._through = through

    def begin(self, name: str) -> int:
        """Create a file."""
        found = self._through("begin", super().begin, (name,))
        assert isinstance(found, int)
        return found

    def hold(self, file: int) -> None:
        """Lock a file."""
        self._through("hold", super().hold, (file,))

    def rename(self, old: str, new: str) -> None:
        """Name a file."""
        self._through("rename", super().rename, (old, new))

    def write(self, file: int, data: bytes) -> int:
        """Append to a file."""
        found = self._through("write", super().write, (file, data))
        assert isinstance(found, int)
        return found

    def truncate(self, file: int, size: int) -> None:
        """Cut a file."""
        self._through("truncate", super().truncate, (file, size))

    def sync(self, file: int) -> None:
        """Sync a file."""
        self._through("sync", super().sync, (file,))

    def sync_names(self) -> None:
        """Sync the folder."""
        self._through("sync_names", super().sync_names, ())

    def close(self, file: int) -> None:
        """Close a file."""
        self._through("close", super().close, (file,))


def faulty(through: Crash | Plan) -> Callable[[str], Folder]:
    """Return what opens such a folder."""
    return lambda path: Faulty(path, through)
