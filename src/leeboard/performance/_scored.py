"""Scores beside labels, counted into cells. Private to performance."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from leeboard.performance._cells import OutcomeCells
from leeboard.performance._moments import Moments
from leeboard.performance._outcomes import Outcomes
from leeboard.schema import Task

__all__ = ["LOSSES", "Reliability", "Scored", "losses", "scored"]

_Array = np.ndarray[Any, Any]

LOSSES = ("log_loss", "brier")
"""Losses of a row, in the order of their moments."""


@dataclass(frozen=True, slots=True, eq=False)
class Reliability:
    """Rows by cells of a score: how many, and how often it came true.

    Parameters
    ----------
    rows, hits : arrays, shape (m,), int64
        Rows in each cell, and those of them whose class came true.
    sums, hit_sums, squares : arrays, shape (m,)
        Sums of the score over the rows and over the hits, and of its square.
    """

    rows: _Array
    hits: _Array
    sums: _Array
    hit_sums: _Array
    squares: _Array

    @classmethod
    def of(cls, scores: _Array, hit: _Array, cuts: _Array) -> Reliability:
        """Count scores of rows, shape (n,), of which some came true."""
        cell, size = np.searchsorted(cuts, scores, side="right"), len(cuts) + 1

        def count(weights: _Array) -> _Array:
            return np.bincount(cell, weights, size)

        return cls(
            np.bincount(cell, minlength=size).astype(np.int64),
            np.bincount(cell[hit], minlength=size).astype(np.int64),
            count(scores),
            count(np.where(hit, scores, 0.0)),
            count(scores * scores),
        )

    def __add__(self, other: Reliability) -> Reliability:
        return Reliability(
            self.rows + other.rows,
            self.hits + other.hits,
            self.sums + other.sums,
            self.hit_sums + other.hit_sums,
            self.squares + other.squares,
        )


@dataclass(frozen=True, slots=True, eq=False)
class Scored:
    """What scores and labels add up to.

    Parameters
    ----------
    reliability : Reliability
        Of the positive class's score; for several classes, of the confidence in the
        likeliest.
    ranks : tuple of arrays, each of shape (2, m), int64
        For several classes: rows of other classes, and of this, by cells of its score.
    losses : Moments
        Of log loss and Brier score of a row.
    """

    reliability: Reliability
    ranks: tuple[_Array, ...]
    losses: Moments

    def __add__(self, other: Scored) -> Scored:
        pairs = zip(self.ranks, other.ranks, strict=True)
        return Scored(
            self.reliability + other.reliability,
            tuple(one + two for one, two in pairs),
            self.losses + other.losses,
        )


def scored(outcomes: Outcomes, cells: OutcomeCells) -> Scored | None:
    """Count scores; None without scores or cells for them."""
    if outcomes.scores is None or not cells.scores:
        return None
    moments = Moments.of(losses(outcomes))
    if outcomes.task is Task.BINARY:
        hit = outcomes.labels == len(outcomes.classes) - 1
        table = Reliability.of(outcomes.scores, hit, cells.scores[0])
        return Scored(table, (), moments)
    likeliest = outcomes.scores.argmax(axis=1)
    confidence = outcomes.scores.max(axis=1)
    hit = likeliest == outcomes.labels
    table = Reliability.of(confidence, hit, cells.scores[0])
    ranks = []
    for name, cuts in zip(cells.classes, cells.scores[1:], strict=True):
        known = name in outcomes.classes
        code = outcomes.classes.index(name) if known else -1
        # what these outcomes do not know of was never thought possible
        score = outcomes.scores[:, code] if known else np.zeros(outcomes.rows)
        cell = np.searchsorted(cuts, score, side="right")
        of = outcomes.labels == code
        size = len(cuts) + 1
        both = [np.bincount(cell[side], minlength=size) for side in (~of, of)]
        ranks.append(np.stack(both).astype(np.int64))
    return Scored(table, tuple(ranks), moments)


def losses(outcomes: Outcomes) -> _Array:
    """Log loss and Brier score of each row, shape (n, 2).

    The probability of what came true is taken as no less than the distance from 1 to
    the next number, 2.2e-16, as scikit-learn does. Brier's score of several classes
    sums the squares over all of them (Brier, 1950), that of two takes the positive
    class's alone.
    """
    scores = outcomes.scores
    if scores is None:
        return np.empty((0, 2))
    least = np.finfo(np.float64).eps
    if outcomes.task is Task.BINARY:
        hit = outcomes.labels == len(outcomes.classes) - 1
        true = np.where(hit, scores, 1.0 - scores)
        brier = (scores - hit) ** 2
    else:
        row = np.arange(outcomes.rows)
        true = scores[row, outcomes.labels]
        brier = (scores**2).sum(axis=1) - true**2 + (1.0 - true) ** 2
    return np.stack([-np.log(np.clip(true, least, 1.0)), brier], axis=1)
