"""How to tell a saved profile from data."""

from __future__ import annotations

import os
from os import PathLike

from leeboard.profiles.document import MARK

__all__ = ["is_profile"]


def is_profile(path: str | PathLike[str]) -> bool:
    """Tell whether a path leads to a saved profile: its text begins with the mark."""
    if not os.path.isfile(path):
        return False
    with open(path, "rb") as file:
        return file.read(len(MARK)) == MARK.encode()
