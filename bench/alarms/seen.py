"""What a rule gets to see: a reference, and windows with their rows and counts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from bench.alarms.streams import CELLS, Stream

__all__ = ["Reference", "Window", "column", "reference", "windows"]

Array = np.ndarray[Any, Any]


@dataclass(frozen=True, slots=True)
class Reference:
    """The reference of one run.

    Parameters
    ----------
    rows : array, shape (n,) or (n, columns)
    kind : str
        As of the stream.
    edges : array or None
        Between the cells of a number: order statistics of the reference.
    counts : ints, shape (k,)
        Rows of the reference in each cell.
    window : int
        Rows in a window at its time.
    columns : tuple of Reference
        Of a table.
    """

    rows: Array
    kind: str
    edges: Array | None
    counts: Array
    window: int
    columns: tuple[Reference, ...] = ()

    def cells(self, rows: Array) -> Array:
        """Count rows in the cells, shape (k,)."""
        if self.edges is None:
            return np.bincount(rows.astype(np.int64), minlength=len(self.counts))
        inside = np.searchsorted(self.edges, rows, side="left")
        return np.bincount(inside, minlength=len(self.edges) + 1)


@dataclass(frozen=True, slots=True)
class Window:
    """One window.

    Parameters
    ----------
    rows : array, shape (m,) or (m, columns)
    counts : ints, shape (k,)
        In the cells of the reference; empty for a table.
    u : float
        In [0, 1), its own; breaks ties.
    stratum : int
        Its place in the season.
    columns : tuple of Window
        Of a table.
    """

    rows: Array
    counts: Array
    u: float
    stratum: int
    columns: tuple[Window, ...] = ()


def reference(stream: Stream, rows: Array, window: int) -> Reference:
    """Fix the cells on the rows of a reference."""
    none = np.zeros(0, np.int64)
    if stream.kind == "table":
        bare = Reference(rows, "table", None, none, window)
        parts = tuple(column(bare, k) for k in range(rows.shape[1]))
        return Reference(rows, "table", None, none, window, parts)
    if stream.kind == "number":
        edges = _edges(rows)
        bare = Reference(rows, "number", edges, none, window)
        return Reference(rows, "number", edges, bare.cells(rows), window)
    counts = np.bincount(rows.astype(np.int64), minlength=stream.levels)
    return Reference(rows, stream.kind, None, counts, window)


def _edges(rows: Array) -> Array:
    """Distinct order statistics that cut the rows into ten equal parts."""
    places = np.arange(1, CELLS) * len(rows) // CELLS - 1
    return np.unique(np.partition(rows, places)[places])


def windows(
    known: Reference, drawn: Sequence[Array], start: int, season: int, seed: int
) -> list[Window]:
    """Put windows before a reference; ``start`` is the number of the first."""
    ties = np.random.default_rng(seed).random(len(drawn))
    return [
        _window(known, rows, float(u), (start + k) % season)
        for k, (rows, u) in enumerate(zip(drawn, ties, strict=True))
    ]


def _window(known: Reference, rows: Array, u: float, stratum: int) -> Window:
    if known.kind != "table":
        return Window(rows, known.cells(rows), u, stratum)
    each = zip(known.columns, np.ascontiguousarray(rows.T), strict=True)
    parts = tuple(Window(own, one.cells(own), u, stratum) for one, own in each)
    return Window(rows, np.zeros(0, np.int64), u, stratum, parts)


def column(known: Reference, k: int) -> Reference:
    """Return one column of a table as a reference of its own."""
    rows = np.ascontiguousarray(known.rows[:, k])
    edges = _edges(rows)
    bare = Reference(rows, "number", edges, np.zeros(0, np.int64), known.window)
    return Reference(rows, "number", edges, bare.cells(rows), known.window)
