"""Standard output and standard error: what is written there, and how plainly.

Answers go to standard output, everything else to standard error. Must not know what
it writes.
"""

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import Iterator
from typing import TYPE_CHECKING, TextIO

if TYPE_CHECKING:
    from rich.console import Console

__all__ = ["clean", "console", "say", "shows_progress", "tell"]

_PIPE_COLUMNS = 120
"""Width where nobody sees a terminal: logs of build machines are at least this wide."""

_LONGEST = 2000

_PLAIN = str.maketrans(
    {"▲": "!", "○": "?", "●": "=", "✗": "x", "…": "...", "–": "-", "−": "-"}
)


def clean(text: str) -> str:
    """Return one line that cannot steer a terminal: the unseen is written out."""
    from leeboard.pages.printable import printable

    return printable(" ".join(text.splitlines()))


def say(text: str) -> None:
    """Write an answer to standard output; a reader who has left is no failure."""
    with _reader_may_leave():
        sys.stdout.write(_writable(text, sys.stdout))
        sys.stdout.flush()


def tell(message: str) -> None:
    """Write one line about the work itself to standard error."""
    if len(message) > _LONGEST:
        message = message[:_LONGEST] + " …"
    with contextlib.suppress(OSError):
        sys.stderr.write(_writable(clean(message), sys.stderr) + "\n")
        sys.stderr.flush()


def console() -> Console:
    """Return standard output as Rich sees it; in a pipe it is 120 columns wide."""
    from rich.console import Console

    if sys.stdout.isatty() or "COLUMNS" in os.environ:
        return Console(highlight=False, soft_wrap=False)
    return Console(highlight=False, soft_wrap=False, width=_PIPE_COLUMNS)


@contextlib.contextmanager
def _reader_may_leave() -> Iterator[None]:
    """Let the pipe close early, as ``| head`` does: the exit code stands."""
    try:
        yield
    except BrokenPipeError:
        # what is still in the buffer would fail again when Python ends
        nowhere = os.open(os.devnull, os.O_WRONLY)
        with contextlib.suppress(OSError, ValueError):
            os.dup2(nowhere, sys.stdout.fileno())
        os.close(nowhere)


def _writable(text: str, stream: TextIO) -> str:
    """Return text in what the stream can write, plain signs for drawn ones."""
    encoding = stream.encoding or "utf-8"
    try:
        text.encode(encoding)
    except UnicodeEncodeError:
        text = text.translate(_PLAIN)
        return text.encode(encoding, "backslashreplace").decode(encoding)
    return text


def shows_progress() -> bool:
    """Tell whether somebody watches standard error."""
    return sys.stderr.isatty() and os.environ.get("TERM") != "dumb"
