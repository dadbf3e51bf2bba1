"""Boosted regression trees: grown by scikit-learn, kept as plain numbers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

__all__ = ["Boosted", "grow"]

_Array = np.ndarray[Any, Any]
_TREES = 50
_BLOCK = 4096
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
        out = np.full(len(table), self.base)
        for start in range(0, len(table), _BLOCK):
            block = table[start : start + _BLOCK]
            total = out[start : start + _BLOCK]
            for values in self.value[self._leaves(block)]:
                # the same order of addition as the grower's
                total += self.rate * values
        return out

    def _leaves(self, block: _Array) -> _Array:
        """Leaf of each row in each tree, shape (trees, n); all descend at once."""
        rows = np.arange(len(block))
        node = np.repeat(self.roots[:, None], len(block), axis=1)
        column = self.feature[node]
        while (column >= 0).any():
            goes_left = block[rows, column] <= self.threshold[node]
            node = np.where(goes_left, self.left[node], self.right[node])
            column = self.feature[node]
        return node


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
