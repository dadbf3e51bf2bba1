"""Causes by what they look at, in order of rank: a registry is a folder of files.

Place: on the path, below ``incidents.diagnosis``.
"""

from __future__ import annotations

import pkgutil
from functools import cache
from importlib import import_module

from leeboard.incidents.causes._cause import ColumnCause, ShiftCause

__all__ = ["column_causes", "shift_causes"]

_PACKAGE = "leeboard.incidents.causes"


def column_causes() -> tuple[ColumnCause, ...]:
    """Every cause that looks at one column."""
    found = (one for one in _all() if isinstance(one, ColumnCause))
    return tuple(sorted(found, key=lambda one: one.rank))


def shift_causes() -> tuple[ShiftCause, ...]:
    """Every cause that looks at what moved and what did not."""
    found = (one for one in _all() if isinstance(one, ShiftCause))
    return tuple(sorted(found, key=lambda one: one.rank))


@cache
def _all() -> tuple[ColumnCause | ShiftCause, ...]:
    package = import_module(_PACKAGE)
    names = (module.name for module in pkgutil.iter_modules(package.__path__))
    causes = (
        import_module(f"{_PACKAGE}.{name}").CAUSE
        for name in names
        if not name.startswith("_")
    )
    return tuple(causes)
