"""How much may be read: bounds against data made to exhaust a machine.

Place: read by file sources. The environment is read once for each source.
"""

from __future__ import annotations

import os
from dataclasses import dataclass, fields

from leeboard.errors import ConfigError

__all__ = ["Limits", "setting"]

_MIB = 1 << 20


@dataclass(frozen=True, slots=True)
class Limits:
    """Bounds on files; each has an environment variable of the same name.

    ``max_line_bytes`` is set by ``LEEBOARD_MAX_LINE_BYTES``, and so on.

    Parameters
    ----------
    max_line_bytes : int
        Longest line of a text file.
    max_columns : int
        Most columns of a file.
    max_unpacked_bytes : int
        Most bytes a compressed file may unpack to, if ``max_ratio`` is passed too.
    max_ratio : int
        How many times its bytes on disk a compressed file may unpack to.
    max_table_bytes : int
        Most bytes a Parquet or Arrow file may claim to hold: rows times width.
    keep_bytes : int
        Text files up to this size are kept in memory once parsed; larger ones go
        through a temporary Parquet file.
    """

    max_line_bytes: int = 16 * _MIB
    max_columns: int = 10_000
    max_unpacked_bytes: int = 1024 * _MIB
    max_ratio: int = 200
    max_table_bytes: int = 256 * 1024 * _MIB
    keep_bytes: int = 1024 * _MIB

    @classmethod
    def from_environment(cls) -> Limits:
        """Return the limits the environment sets, else the defaults.

        Raises
        ------
        ConfigError
            A value that is no positive integer.
        """
        given: dict[str, int] = {}
        for field in fields(cls):
            key = setting(field.name)
            text = os.environ.get(key)
            if text is None:
                continue
            if not text.isascii() or not text.isdigit() or int(text) < 1:
                raise ConfigError(
                    code="bad_setting",
                    where=f"environment variable {key}",
                    found=repr(text),
                    expected="a positive whole number",
                    fix="Correct it, or unset it for the default.",
                )
            given[field.name] = int(text)
        return cls(**given)


def setting(field: str) -> str:
    """Return the environment variable that sets a limit."""
    return f"LEEBOARD_{field.upper()}"
