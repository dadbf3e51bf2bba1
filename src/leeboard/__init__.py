"""Leeboard: what changed, how sure that is, and whether it matters.

Events fall into windows, windows are counted into profiles, metrics compare two
profiles, verdicts judge the measurements, incidents gather the verdicts, and people are
told.
"""

from __future__ import annotations

import sys
from types import ModuleType
from typing import TYPE_CHECKING, Any

from leeboard._version import __version__ as __version__

if TYPE_CHECKING:
    from leeboard.check import check, profile
    from leeboard.errors import LeeboardError
    from leeboard.measure import measure
    from leeboard.metrics import metrics
    from leeboard.monitor.monitor import Monitor
    from leeboard.performance import performance_metrics
    from leeboard.profiles.profile import Profile
    from leeboard.report import Report
    from leeboard.schema import Column, Kind, Role, Schema
    from leeboard.verdicts.suite import Condition
    from leeboard_logger import Logger

_HOME = {
    "Column": "leeboard.schema",
    "Condition": "leeboard.verdicts.suite",
    "Kind": "leeboard.schema",
    "LeeboardError": "leeboard.errors",
    "Logger": "leeboard_logger",
    "Monitor": "leeboard.monitor.monitor",
    "Profile": "leeboard.profiles.profile",
    "Report": "leeboard.report",
    "Role": "leeboard.schema",
    "Schema": "leeboard.schema",
    "check": "leeboard.check",
    "measure": "leeboard.measure",
    "metrics": "leeboard.metrics",
    "performance_metrics": "leeboard.performance",
    "profile": "leeboard.check",
}

__all__ = [
    "Column",
    "Condition",
    "Kind",
    "LeeboardError",
    "Logger",
    "Monitor",
    "Profile",
    "Report",
    "Role",
    "Schema",
    "check",
    "measure",
    "metrics",
    "performance_metrics",
    "profile",
]


def __getattr__(name: str) -> Any:
    """Load a public name when it is first asked for, so that importing costs little."""
    if name not in _HOME:
        message = f"module 'leeboard' has no attribute {name!r}"
        raise AttributeError(message)
    from importlib import import_module

    value = getattr(import_module(_HOME[name]), name)
    globals()[name] = value
    return value


class _Package(ModuleType):
    """Keeps ``leeboard.check`` the function, whoever imports the module of that name.

    Importing a module sets it as an attribute of its package. Where a public name is
    that of its module, the attribute becomes what the module holds under the name.
    """

    def __setattr__(self, name: str, value: object) -> None:
        if name in _HOME and isinstance(value, ModuleType):
            value = getattr(value, name)
        super().__setattr__(name, value)


sys.modules[__name__].__class__ = _Package


def __dir__() -> list[str]:
    return sorted(__all__)
