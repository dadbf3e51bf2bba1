"""One column of a scene: what is usual, what is seen, and how far rows hang together.

Place: on the path, below the causes.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import exp, lgamma
from typing import Any

import numpy as np

from leeboard.incidents.scene import Scene
from leeboard.profiles.cells import Cells
from leeboard.profiles.counts import Counts
from leeboard.profiles.part import Part
from leeboard.schema import Column
from leeboard.verdicts.effects import pair_up

__all__ = ["View", "view_of"]

_Array = np.ndarray[Any, Any]
_ENOUGH = 50
"""Rows of good windows from which they say better than the reference what is usual."""


@dataclass(frozen=True, slots=True, eq=False)
class View:
    """One column.

    Parameters
    ----------
    column : Column
    cells : Cells
    reference : Counts
        Of the reference.
    usual : Counts
        Of good windows shortly before, or again of the reference.
    current : Counts
    previous : Counts or None
        Of the window just before.
    n, m : float
        Usual and current rows, as many as independent ones would be.
    rho : float
        Intra-block correlation, in [0, 1]; 0 where it is unknown.
    """

    column: Column
    cells: Cells
    reference: Counts
    usual: Counts
    current: Counts
    previous: Counts | None
    n: float
    m: float
    rho: float

    @property
    def name(self) -> str:
        """The column's name."""
        return self.column.name

    @property
    def shares(self) -> tuple[_Array, _Array]:
        """Shares of the present values by cell, usual and current; missing left out."""
        usual, current = self.usual.cells[:-1], self.current.cells[:-1]
        return usual / max(usual.sum(), 1), current / max(current.sum(), 1)

    @property
    def present(self) -> int:
        """Current rows with a value."""
        return self.current.rows - self.current.missing

    def all_alike(self, share: float) -> float:
        """Chance that all present rows have what a share of them has usually.

        Rows of a block are drawn as from Pólya's urn, whose intra-block correlation is
        ``rho``: a beta-binomial law.
        """
        m = self.present
        if self.rho >= 1.0:
            return share
        if self.rho <= 0.0 or share >= 1.0:
            return float(share**m)
        size = (1.0 - self.rho) / self.rho
        a = size * share
        up = lgamma(a + m) - lgamma(a) if a > 0.0 else -np.inf
        return exp(up - lgamma(size + m) + lgamma(size))


def view_of(scene: Scene, column: Column) -> View | None:
    """Look at one column; None if it was not counted on both sides."""
    name, cells = column.name, scene.reference.cells.get(column.name)
    if cells is None or name not in scene.current.counts:
        return None
    reference = scene.usual
    usual = _usual(scene, name)
    fixed = scene.reference.fixed and usual is reference
    pair = pair_up(name, cells, usual, scene.current, fixed=fixed)
    previous = scene.previous
    return View(
        column=column,
        cells=cells,
        reference=reference.counts[name],
        usual=pair.reference,
        current=pair.current,
        previous=previous.counts.get(name) if previous is not None else None,
        n=pair.reference.rows / pair.design_reference,
        m=pair.current.rows / pair.design_current,
        rho=_rho(scene, name),
    )


def _usual(scene: Scene, name: str) -> Part:
    baseline = scene.baseline
    if baseline is None or name not in baseline.counts:
        return scene.usual
    counts = baseline.counts[name]
    return baseline if counts.rows - counts.missing >= _ENOUGH else scene.usual


def _rho(scene: Scene, name: str) -> float:
    blocks = scene.usual.blocks.get(name)
    return (blocks.correlation or 0.0) if blocks is not None else 0.0
