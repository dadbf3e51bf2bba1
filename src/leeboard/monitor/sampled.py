"""Mean losses of a window from the labels that were asked for, at known chances.

Place: beside ``corrected``. A sample was drawn within kinds of predictions; each of its
labels stands for as many rows as its kind has for each label in it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pyarrow as pa

from leeboard.estimates.corrected import LABELS, Corrected, correct_sample
from leeboard.estimates.strata import Strata
from leeboard.monitor.outcomes import Labelled
from leeboard.monitor.sampling import EXPECTED, Draw, segments_at

__all__ = ["by_sample"]

_Array = np.ndarray[Any, Any]


def by_sample(
    rows: pa.Table,
    labelled: Labelled,
    losses: Mapping[str, _Array],
    expected: _Array,
    draws: Sequence[Draw],
) -> dict[str, Corrected]:
    """Correct by the latest draw that asked for enough of a window's labels.

    Parameters
    ----------
    rows : Table
        Joined events of the window.
    labelled : Labelled
    losses : mapping of metric to array, shape (labelled,)
        Of the losses that the estimator expects.
    expected : array, shape (rows,)
        Estimated loss of each row, by which the sample was drawn; NaN where unknown.
    draws : sequence of Draw

    Returns
    -------
    mapping of metric to Corrected
        Empty where no draw asked for at least 50 labels that have come.
    """
    ids = rows["id"].to_pylist()
    known = np.isfinite(expected)
    for draw in reversed(draws):
        if draw.by != EXPECTED:
            continue
        asked = np.array([name in draw.chosen for name in ids])
        marks = np.zeros(len(ids), bool)
        marks[labelled.places] = asked[labelled.places]
        if int((marks & known).sum()) < LABELS:
            continue
        segments = segments_at(rows, draw.segment)
        codes = Strata.from_text(draw.strata).codes(expected, segments)
        found = {}
        for name, loss in losses.items():
            every = np.zeros(len(ids))
            every[labelled.places] = loss
            found[name] = correct_sample(
                every[known], marks[known], expected[known], strata=codes[known]
            )
        return found
    return {}
