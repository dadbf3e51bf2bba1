"""A light start: pyarrow loads pandas where it is installed, and the command needs none.

Place: once, before a command of a process of its own reads data. Must never run inside
somebody's program: pyarrow asks for pandas once and remembers the answer.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence

__all__ = ["keep_pandas_out"]

_READS_DATA = frozenset({"check", "demo", "init", "suggest"})


class _NotNow:
    """Finds no pandas, whatever is installed."""

    @staticmethod
    def find_spec(name: str, *_: object) -> None:
        """Refuse pandas, and leave every other module to the next finder."""
        if name == "pandas":
            raise ModuleNotFoundError(name)


def keep_pandas_out(arguments: Sequence[str]) -> None:
    """Have pyarrow ask for pandas while there is none: 0.4 s less of every command.

    Whoever imports pandas later, such as a metric of another package, gets it.
    """
    if not arguments or arguments[0] not in _READS_DATA or "--help" in arguments:
        return
    finder = _NotNow()
    sys.meta_path.insert(0, finder)  # type: ignore[arg-type]  # all that is asked of it
    try:
        import pyarrow as pa

        pa.array([0.0]).to_numpy(zero_copy_only=False)
    finally:
        sys.meta_path.remove(finder)  # type: ignore[arg-type]
