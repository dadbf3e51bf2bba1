"""How far the reading has come, on a terminal; nothing elsewhere."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from leeboard.cli._terminal import shows_progress
from leeboard.config import is_profile
from leeboard.pages.printable import shorten
from leeboard.sources import Source, Watched, open_source

if TYPE_CHECKING:
    from rich.progress import Progress

__all__ = ["watched", "working"]

_NAME = 30


def _bar() -> Progress:
    """Return a bar on standard error that is wiped away at the end."""
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

    columns = (
        TextColumn("{task.description}", markup=False),
        BarColumn(bar_width=24),
        TimeElapsedColumn(),
    )
    return Progress(*columns, console=Console(stderr=True), transient=True)


@contextlib.contextmanager
def working(what: str) -> Iterator[None]:
    """Show that work goes on, and for how long, where nobody can say how far it is."""
    if not shows_progress():
        yield
        return
    with _bar() as progress:
        progress.add_task(what, total=None)
        yield


@contextlib.contextmanager
def watched(*paths: str) -> Iterator[tuple[str | Watched, ...]]:
    """Return the data to read, which moves a bar while somebody watches.

    Saved profiles, and everything where nobody watches, stay the paths they are.
    """
    if not shows_progress():
        yield paths
        return
    with _bar() as progress:
        yield tuple(
            path if is_profile(path) else _watched(path, progress) for path in paths
        )


def _watched(path: str, progress: Progress) -> Watched:
    task = progress.add_task(
        f"Reading {shorten(os.path.basename(path), _NAME)}", total=None
    )
    source = open_source(path)
    # set once the rows are counted; a bar without an end only says that work goes on
    progress.update(task, total=_values(source))
    return Watched(source, _advance(progress, task))


def _values(source: Source) -> int | None:
    return source.rows * len(source.schema.names) if source.rows else None


def _advance(progress: Progress, task: object) -> Callable[[int], None]:
    return lambda values: progress.advance(task, values)  # type: ignore[arg-type]  # its own id
