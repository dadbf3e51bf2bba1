"""Files that people edit, and how to tell a saved profile from data."""

from __future__ import annotations

from os import PathLike, fspath
from typing import Any

from leeboard.profiles.document import MARK
from leeboard.schema import Schema
from leeboard.verdicts.suite import Condition

__all__ = ["is_profile", "load_schema", "load_suite"]


def is_profile(path: str | PathLike[str]) -> bool:
    """Tell whether a path leads to a saved profile: its text begins with the mark."""
    import os

    if not os.path.isfile(path):
        return False
    with open(fspath(path), "rb") as file:
        return file.read(len(MARK)) == MARK.encode()


def load_schema(path: str | PathLike[str]) -> Schema:
    """Read a schema file."""
    raise NotImplementedError


def load_suite(suite: Any) -> tuple[Condition, ...]:
    """Read a suite file, or take a list of conditions."""
    if suite is None:
        return ()
    raise NotImplementedError
