"""The ``leeboard`` command: arguments in, answers and exit codes out.

Place: the outermost layer. Computes nothing itself; each command asks the library.
Nothing heavy is imported here, so that ``leeboard --version`` answers at once.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from leeboard._version import __version__

if TYPE_CHECKING:
    from leeboard.cli.commands import app

__all__ = ["app", "main"]


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code.

    Parameters
    ----------
    arguments : sequence of str, optional
        None: those of the process.

    Returns
    -------
    int
        0: fine. 1: a condition failed, or a column is in a state that fails the check.
        2: no answer, because of bad input, wrong usage or a defect; one message on
        standard error. 130: interrupted.
    """
    given = list(sys.argv[1:] if arguments is None else arguments)
    if given == ["--version"]:  # without the 0.1 s that parsing arguments costs to load
        sys.stdout.write(f"leeboard {__version__}\n")
        return 0
    from leeboard.cli._guard import guarded

    return guarded(given)


def __getattr__(name: str) -> Any:
    """Load the declaration of the commands when it is asked for."""
    if name != "app":
        message = f"module 'leeboard.cli' has no attribute {name!r}"
        raise AttributeError(message)
    from leeboard.cli.commands import app

    return app


def __dir__() -> list[str]:
    return sorted(__all__)
