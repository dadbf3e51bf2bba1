"""Frames that are on the disk before anybody is told so: a collector's side of a spool.

The files are those of a logger in durable mode, so that a committer reads both alike.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from os import PathLike, fspath

from leeboard_logger._edges import Clock, Folder
from leeboard_logger._sink import ACKNOWLEDGED
from leeboard_logger._spool import Spool, Terms

__all__ = ["DurableSpool"]

_CAP_BYTES = 1 << 30


class DurableSpool:
    """Appends payloads to the frames of a folder; for one thread at a time.

    Parameters
    ----------
    path : path
        Made if it is not there; must be this user's alone (mode 0700).
    cap_bytes : int
        What the folder may hold; also at most a tenth of what would be free without it.

    Raises
    ------
    OSError
        The folder can never be written. A disk that is full may empty.
    """

    def __init__(
        self, path: str | PathLike[str], *, cap_bytes: int = _CAP_BYTES
    ) -> None:
        folder = os.path.abspath(fspath(path))
        token = os.urandom(4).hex()
        self._spool = Spool(
            lambda: Folder(folder),
            lambda: b"",
            lambda: token,
            Clock(),
            Terms(cap_bytes, durable=True),
        )
        self._spool.probe()

    def append(self, payloads: Sequence[bytes]) -> tuple[int, str]:
        """Have payloads on the disk.

        Parameters
        ----------
        payloads : sequence of bytes
            One byte of kind and a JSON text each; see ``leeboard_logger.frames``.

        Returns
        -------
        tuple of (int, str)
            How many are stored, from the first on; and why the rest is not, such as
            ``disk_full``. Of the rest some may stand in the file all the same.
        """
        settled = self._spool.store(payloads).settled
        for place, outcome in enumerate(settled):
            if outcome != ACKNOWLEDGED:
                return place, outcome
        return len(settled), ""

    def trouble(self) -> str:
        """Tell why payloads could not be stored now, such as ``disk_full``; or nothing.

        Tries it with a file that is taken away again.
        """
        return self._spool.trouble()

    def tick(self) -> None:
        """Begin another file where the present one is a minute old."""
        self._spool.tick()

    def close(self) -> None:
        """End the file, so that a committer may remove it."""
        self._spool.close()
