"""Kinds of predictions: tenths of a score, within segments.

Place: on the path; arrays in, codes out. Labels of one kind are taken to come alike,
and a sample is drawn within each kind.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

import numpy as np

from leeboard.errors import MetricError, ProfileError

__all__ = ["Strata", "cut_strata"]

_Array = np.ndarray[Any, Any]


@dataclass(frozen=True, slots=True)
class Strata:
    """Borders of kinds of predictions.

    Parameters
    ----------
    edges : tuple of float, ascending
        A value up to the first edge, that included, is in part 0; one above the last in
        the last, and a missing one as well.
    segments : tuple of str
        A row of a segment that is not here counts to the first.
    """

    edges: tuple[float, ...] = ()
    segments: tuple[str, ...] = ("",)

    @property
    def size(self) -> int:
        """Number of kinds."""
        return (len(self.edges) + 1) * len(self.segments)

    def codes(self, values: _Array, segments: _Array | None = None) -> _Array:
        """Kind of each row, shape (n,): parts of one segment stand side by side.

        Parameters
        ----------
        values : array, shape (n,)
        segments : array of str, shape (n,), or None
            None: all rows are of the first segment.
        """
        edges = np.array(self.edges, np.float64)
        part = np.searchsorted(edges, np.asarray(values, np.float64), side="left")
        if segments is None:
            return part
        if len(segments) != len(values):
            raise MetricError(
                code="lengths_differ",
                where="segments",
                found=f"{len(segments)} segments of {len(values)} rows",
                expected="one segment a row",
                fix="Give arrays of one length.",
            )
        place = {name: i for i, name in enumerate(self.segments)}
        names, which = np.unique(np.asarray(segments, np.str_), return_inverse=True)
        codes = np.array([place.get(str(name), 0) for name in names], np.int64)
        return codes[which] * (len(edges) + 1) + part if len(names) else part

    def name(self, code: int) -> str:
        """Words for one kind."""
        segment, part = divmod(code, len(self.edges) + 1)
        which = f"part {part + 1} of {len(self.edges) + 1}"
        return f"{self.segments[segment]}, {which}" if self.segments[segment] else which

    def to_text(self) -> str:
        """Write as JSON."""
        return json.dumps({"edges": self.edges, "segments": self.segments})

    @classmethod
    def from_text(cls, text: str) -> Strata:
        """Read what ``to_text`` wrote.

        Raises
        ------
        ProfileError
            If it is damaged.
        """
        try:
            given = json.loads(text)
            edges = tuple(float(edge) for edge in given["edges"])
            segments = tuple(str(name) for name in given["segments"])
        except (ValueError, TypeError, KeyError) as error:
            raise _damaged(type(error).__name__) from error
        if list(edges) != sorted(set(edges)) or len(set(segments)) != len(segments):
            raise _damaged("borders that do not ascend, or a segment twice")
        if not segments:
            raise _damaged("no segment")
        return cls(edges, segments)


def cut_strata(
    values: _Array, segments: _Array | None = None, *, parts: int = 10
) -> Strata:
    """Cut at quantiles of the values, so that parts have about as many rows each.

    Parameters
    ----------
    values : array, shape (n,)
        Score, or expected loss; missing and infinite ones do not place edges.
    segments : array of str, shape (n,), or None
    parts : int, at least 1
        Equal values stay together, so there may be fewer.
    """
    finite = np.asarray(values, np.float64)
    finite = finite[np.isfinite(finite)]
    edges: tuple[float, ...] = ()
    if len(finite):
        shares = np.arange(1, parts) / parts
        found = np.unique(np.quantile(finite, shares, method="inverted_cdf"))
        edges = tuple(found[found < finite.max()].tolist())
    if segments is None or len(segments) == 0:
        return Strata(edges)
    return Strata(edges, tuple(np.unique(np.asarray(segments, np.str_)).tolist()))


def _damaged(found: str) -> ProfileError:
    return ProfileError(
        code="damaged_profile",
        where="kinds of predictions",
        found=f"text that is not what was written ({found})",
        expected="borders and segments as JSON",
        fix="Cut them anew from the reference.",
    )
