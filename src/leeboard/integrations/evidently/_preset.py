"""What a script asks for: the presets, with the options that can be kept."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from leeboard.errors import ConfigError

__all__ = [
    "DataDrift",
    "DataDriftTests",
    "DataQualityTests",
    "TargetDrift",
    "refuse_other",
]


@dataclass(frozen=True, slots=True)
class DataDrift:
    """Every compared column, or those named."""

    columns: tuple[str, ...] | None
    drift_share: float


@dataclass(frozen=True, slots=True)
class TargetDrift:
    """The target and the prediction, where the data has them."""


@dataclass(frozen=True, slots=True)
class DataDriftTests:
    """One test for each compared column, and one on their share."""

    columns: tuple[str, ...] | None
    drift_share: float


@dataclass(frozen=True, slots=True)
class DataQualityTests:
    """One test for each limit that the reference suggests."""

    columns: tuple[str, ...] | None


def refuse_other(owner: str, options: dict[str, Any], known: Sequence[str]) -> None:
    """Refuse options that would change how drift is decided.

    Raises
    ------
    ConfigError
    """
    for name, value in options.items():
        if value is None:
            continue
        raise ConfigError(
            code="not_carried_over",
            where=owner,
            found=f"{name}={value!r:.60}",
            expected=" and ".join(known) or "no options",
            fix='Ask leeboard.check for it: suite=["psi > 0.1"], or negligible=….',
        )
