"""What becomes of failures: one message on standard error and an exit code.

Place: around every command. Must not know what the commands do.
"""

from __future__ import annotations

import os
from collections.abc import Sequence

from leeboard.cli._terminal import tell
from leeboard.errors import LeeboardError

__all__ = ["INTERRUPTED", "NO_ANSWER", "TRACEBACK", "guarded"]

NO_ANSWER = 2
"""Exit code where there is no answer: bad input, wrong usage, or a defect."""

INTERRUPTED = 130

TRACEBACK = "LEEBOARD_TRACEBACK"
"""Set to 1 in the environment: failures show where in the code they happened."""


def guarded(arguments: Sequence[str]) -> int:
    """Run the commands on these arguments; return the exit code."""
    from typer.main import get_command

    from leeboard.cli.commands import app

    command = get_command(app)
    try:
        command.main(args=list(arguments), prog_name="leeboard", standalone_mode=True)
    except SystemExit as end:
        return _code(end.code)
    except KeyboardInterrupt:
        return INTERRUPTED
    except Exception as error:
        if os.environ.get(TRACEBACK) == "1":
            raise
        return _said(error)
    return 0


def _code(code: object) -> int:
    if code is None:
        return 0
    return code if isinstance(code, int) else NO_ANSWER


def _said(error: Exception) -> int:
    if isinstance(error, LeeboardError):
        tell(f"error: {error}")
    elif isinstance(error, PermissionError) and error.filename is not None:
        tell(
            f"error: {error.filename}: found {error.strerror}; expected a file and"
            " folder that this user may read and write. Name another place, or mend"
            " their permissions. [no_rights]"
        )
    elif isinstance(error, OSError) and error.filename is not None:
        tell(f"error: {error.filename}: {error.strerror} [{type(error).__name__}]")
    elif isinstance(error, MemoryError):
        tell("error: out of memory; compare fewer columns or a saved profile [memory]")
    else:
        kind, text = type(error).__name__, " ".join(str(error).split())
        tell(
            f"error: this is a defect of Leeboard: {kind}: {text}. "
            f"Run again with {TRACEBACK}=1 to see where it happened. [defect]"
        )
    return NO_ANSWER
