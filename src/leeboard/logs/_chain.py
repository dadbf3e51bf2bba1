"""The chain of manifests: what a log consists of now, and how one commit changes it.

Place: over a store of pieces and the manifests' form, under the log.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from contextlib import suppress
from itertools import pairwise

from leeboard.errors import LogError
from leeboard.logs._failures import as_log_errors
from leeboard.logs._manifest import (
    EMPTY,
    EVERY,
    FOLDER,
    Change,
    Contents,
    applied,
    name_of,
    number_of,
    packed,
    unpacked,
)
from leeboard.logs._objects import Objects

__all__ = ["KEPT_S", "Chain"]

KEPT_S = 3600.0
"""Seconds for which a manifest stays once a later one repeats the whole."""

_TRIES = 100


class Chain:
    """Reads and continues the manifests of one log; safe to share between threads.

    Parameters
    ----------
    objects : Objects
    """

    def __init__(self, objects: Objects) -> None:
        self._objects = objects
        self._known = EMPTY
        self._lock = threading.Lock()

    def contents(self) -> Contents:
        """Return what the log consists of now.

        Raises
        ------
        LogError
            A manifest is damaged or missing, or of a newer Leeboard.
        """
        with self._lock:
            return self._newest()

    def commit(self, make: Callable[[Contents], Change | None]) -> Contents:
        """Make a change to what is there now, whoever else commits meanwhile.

        Parameters
        ----------
        make : callable
            Of the contents before; called again when another commit came between. None
            changes nothing.

        Raises
        ------
        LogError
            As ``contents``; or others commit all the time (``log_busy``).
        """
        with self._lock:
            for _ in range(_TRIES):
                before = self._newest()
                change = make(before)
                if change is None:
                    return before
                if self._created(before, change):
                    self._known = applied(before, change)
                    return self._known
        raise LogError(
            code="log_busy",
            where="the log",
            found=f"another commit at each of {_TRIES} tries",
            expected="a moment without one",
            fix="Let one committer write it.",
        )

    def copied(self) -> tuple[Contents, dict[str, bytes]]:
        """Return what the log consists of, and the manifests that say so, by name."""
        for _ in range(_TRIES):
            contents = self.contents()
            first = max(1, contents.number // EVERY * EVERY)
            names = [name_of(n) for n in range(first, contents.number + 1)]
            with as_log_errors("log_unreadable"), suppress(FileNotFoundError):
                return contents, {name: self._objects.get(name) for name in names}
        raise LogError(
            code="log_busy",
            where="the log",
            found=f"manifests that were trimmed at each of {_TRIES} tries",
            expected="a moment without that",
            fix="Try again.",
        )

    def begin_anew(self) -> None:
        """Forget what is known: others' manifests have taken the place of all."""
        with self._lock:
            self._known = EMPTY

    def trim(self, now: float) -> None:
        """Remove manifests that a later one repeats, the oldest first."""
        last = self.contents().number // EVERY * EVERY
        for piece in self._objects.pieces(FOLDER):
            number = number_of(piece.name)
            if number is None or number >= last:
                continue
            if now - piece.modified < KEPT_S:
                return
            self._objects.remove(piece.name)

    def _created(self, before: Contents, change: Change) -> bool:
        name = name_of(before.number + 1)
        if not self._objects.create(name, packed(before, change)):
            return False
        if before.number and not self._objects.exists(name_of(before.number)):
            # trimmed while this process slept: the number may have been taken long ago
            self._objects.remove(name)
            self._known = EMPTY
            return False
        return True

    def _newest(self) -> Contents:
        for _ in range(_TRIES):
            # a file that is absent was trimmed between listing and reading
            with as_log_errors("log_unreadable"), suppress(FileNotFoundError):
                found = self._followed()
                if found is not None:
                    self._known = found
                    return found
            self._known = EMPTY
        raise LogError(
            code="missing_manifest",
            where="the log",
            found="a gap in the numbers of its manifests",
            expected="each number once",
            fix="Put the missing file back from a backup.",
        )

    def _followed(self) -> Contents | None:
        """Go on from what is known to the newest manifest; None at a gap."""
        known = self._known
        listed = self._objects.pieces(FOLDER, after=name_of(known.number))
        numbers = [n for n in (number_of(piece.name) for piece in listed) if n]
        if not numbers:
            there = not known.number or self._objects.exists(name_of(known.number))
            return known if there else None
        whole = numbers[-1] // EVERY * EVERY
        if whole > known.number:
            numbers = [number for number in numbers if number >= whole]
            first = numbers[0] == whole
        else:
            first = numbers[0] == known.number + 1
        if not first or any(later != former + 1 for former, later in pairwise(numbers)):
            return None
        for number in numbers:
            read = unpacked(self._objects.get(name_of(number)), name_of(number))
            known = read if isinstance(read, Contents) else applied(known, read)
        return known
