"""Boosted regression trees: grown by scikit-learn, kept as plain numbers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

__all__ = ["Boosted", "Grove", "grow"]

_Array = np.ndarray[Any, Any]
_TREES = 50
_BLOCK = 50_000
"""Ways down that are taken at once: they stay in a processor's cache."""
_GOING = 0.7
"""Share of ways that must go on, or those that have ended are put aside."""
_LEAVES = 31
_TREE_ROWS = 5000


@dataclass(frozen=True, slots=True, eq=False)
class Boosted:
    """A sum of regression trees, all nodes in one table.

    Parameters
    ----------
    base : float
        Prediction before the first tree.
    rate : float
        What the value of a leaf counts.
    roots : ints, shape (trees,)
        First node of each tree.
    feature : ints, shape (nodes,)
        Column that a node looks at; -1 for a leaf.
    threshold : float64, shape (nodes,)
        Rows at most this go left.
    left, right : ints, shape (nodes,)
        Nodes that follow; a leaf follows itself.
    value : float64, shape (nodes,)
    """

    base: float
    rate: float
    roots: _Array
    feature: _Array
    threshold: _Array
    left: _Array
    right: _Array
    value: _Array

    def predict(self, table: _Array) -> _Array:
        """Sum of the trees, equal to the last bit to that of their grower.

        Parameters
        ----------
        table : float32, shape (n, columns), finite

        Returns
        -------
        float64, shape (n,)
        """
        found: _Array = Grove((self,)).predict(table)[0]
        return found


class Grove:
    """Several sums of trees, asked together: rows go down all trees at once.

    Parameters
    ----------
    models : sequence of Boosted
    """

    def __init__(self, models: Sequence[Boosted]) -> None:
        sizes = np.array([len(one.feature) for one in models])
        shifts = np.cumsum(sizes) - sizes

        def nodes(name: str) -> _Array:
            pairs = zip(models, shifts, strict=True)
            return np.concatenate(
                [getattr(one, name) + shift for one, shift in pairs], dtype=np.intp
            )

        self._bases = [one.base for one in models]
        self._ends = np.cumsum([len(one.roots) for one in models]).tolist()
        self._roots = nodes("roots")
        self._feature = np.concatenate([m.feature for m in models], dtype=np.intp)
        self._threshold = _below(np.concatenate([one.threshold for one in models]))
        self._next = np.column_stack([nodes("left"), nodes("right")]).ravel()
        self._value = np.concatenate([one.rate * one.value for one in models])

    def predict(self, table: _Array) -> _Array:
        """Sum of the trees of each model.

        Parameters
        ----------
        table : float32, shape (n, columns), finite

        Returns
        -------
        float64, shape (models, n)
        """
        out = np.empty((len(self._bases), len(table)))
        step = max(1, _BLOCK // len(self._roots))
        for start in range(0, len(table), step):
            block = table[start : start + step]
            values = self._value.take(self._leaves(block))
            first = 0
            for own, base, end in zip(out, self._bases, self._ends, strict=True):
                values[first] += base
                # the same order of addition as the grower's
                sums = np.add.accumulate(values[first:end])
                own[start : start + step] = sums[-1]
                first = end
        return out

    def _leaves(self, block: _Array) -> _Array:
        """Leaf of each row in each tree, shape (trees, n)."""
        n, width = block.shape
        flat = block.ravel()
        found = np.repeat(self._roots, n)
        node, place = found.copy(), np.arange(len(found))
        row = np.tile(np.arange(n) * width, len(self._roots))
        while len(node):
            column = self._feature.take(node)
            inner = np.flatnonzero(column >= 0)
            if len(inner) < _GOING * len(node):
                # most ways are short: only the long ones go on
                found[place] = node
                node, place, row = (one.take(inner) for one in (node, place, row))
                column = column.take(inner)
            # a leaf that still goes along follows itself, whatever it looks at
            values = flat.take(row + np.maximum(column, 0))
            goes_right = values > self._threshold.take(node)
            node = self._next.take(2 * node + goes_right)
        return found.reshape(len(self._roots), n)


def _below(threshold: _Array) -> _Array:
    """Thresholds as 32 bits that the same rows of 32 bits are at most."""
    rounded = threshold.astype(np.float32)
    lower = np.nextafter(rounded, np.float32(-np.inf))
    return np.where(rounded > threshold, lower, rounded)


def grow(table: _Array, target: _Array, seed: int) -> Boosted:
    """Fit boosted trees by least squares.

    Fifty trees of at most 31 leaves of at least 20 rows, rate 0.1, each on half of the
    rows, drawn at random; on fewer of more than 10,000, but at least a quarter.

    Parameters
    ----------
    table : float32, shape (n, columns), finite
    target : float64, shape (n,), finite
    seed : int

    References
    ----------
    Friedman, 2002, Stochastic gradient boosting, algorithm 1.
    """
    from sklearn.ensemble import GradientBoostingRegressor

    fitted = GradientBoostingRegressor(
        n_estimators=_TREES,
        max_leaf_nodes=_LEAVES,
        max_depth=None,
        min_samples_leaf=min(20, max(1, len(target) // 10)),
        subsample=min(0.5, max(0.25, _TREE_ROWS / len(target))),
        random_state=seed,
    ).fit(table, target)
    return _of_fitted(fitted)


def _of_fitted(fitted: Any) -> Boosted:
    """Take the public arrays of a fitted ``GradientBoostingRegressor``."""
    trees = [one.tree_ for one in fitted.estimators_[:, 0]]
    sizes = np.array([tree.node_count for tree in trees])
    roots = np.cumsum(sizes) - sizes
    own = np.arange(sizes.sum())
    leaf = np.concatenate([tree.children_left for tree in trees]) < 0
    shift = np.repeat(roots, sizes)

    def follow(name: str) -> _Array:
        child = np.concatenate([getattr(tree, name) for tree in trees])
        return np.where(leaf, own, child + shift).astype(np.int32)

    feature = np.concatenate([tree.feature for tree in trees])
    return Boosted(
        base=float(np.ravel(fitted.init_.constant_)[0]),
        rate=float(fitted.learning_rate),
        roots=roots.astype(np.int32),
        feature=np.where(leaf, -1, feature).astype(np.int16),
        threshold=np.concatenate([tree.threshold for tree in trees]),
        left=follow("children_left"),
        right=follow("children_right"),
        value=np.where(leaf, np.concatenate([t.value[:, 0, 0] for t in trees]), 0.0),
    )
