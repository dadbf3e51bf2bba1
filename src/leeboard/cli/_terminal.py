"""Standard output and standard error: what is written there, and how plainly.

Answers go to standard output, everything else to standard error. Must not know what
it writes.
"""

from __future__ import annotations

import contextlib
import os
import sys
import unicodedata
from collections.abc import Iterator
from typing import TYPE_CHECKING, TextIO

if TYPE_CHECKING:
    from rich.console import Console

__all__ = ["clean", "console", "say", "tell", "working"]

_PIPE_COLUMNS = 100
"""Width where nobody sees a terminal: logs of build machines are at least this wide."""

_LONGEST = 2000


def clean(text: str) -> str:
    """Return text that cannot steer a terminal: one line, no control or bidi signs.

    Control characters (C0, C1), line breaks and format characters such as the
    right-to-left override are shown as escapes.
    """
    return "".join(
        sign if sign == " " or sign.isprintable() else _escape(sign) for sign in text
    )


def _escape(sign: str) -> str:
    if sign == "\n":
        return " "
    # no-break and other spaces are not "printable", and harmless
    if unicodedata.category(sign) == "Zs":
        return sign
    return sign.encode("unicode_escape").decode("ascii")


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
    """Return standard output as Rich sees it; in a pipe it is 100 columns wide."""
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
    """Return text the stream's encoding can write; others shown as escapes."""
    encoding = stream.encoding or "utf-8"
    return text.encode(encoding, "backslashreplace").decode(encoding)


@contextlib.contextmanager
def working(what: str) -> Iterator[None]:
    """Show on a terminal that work goes on, and for how long; nothing elsewhere."""
    if not sys.stderr.isatty() or os.environ.get("TERM") == "dumb":
        yield
        return
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

    columns = (
        TextColumn("{task.description}", markup=False),
        BarColumn(bar_width=24),
        TimeElapsedColumn(),
    )
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        bar.add_task(clean(what), total=None)
        yield
