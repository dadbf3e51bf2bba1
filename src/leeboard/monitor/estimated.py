"""Performance of a window before its labels, and corrected by those that came.

Place: after the join, beside the realised figures. The same rows give the same figures:
what is drawn is seeded by the window.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache

import numpy as np

from leeboard.errors import LeeboardError, Note
from leeboard.estimates import Unlabelled
from leeboard.estimates.estimator import Estimator
from leeboard.monitor.baseline import Baseline
from leeboard.monitor.frame import Frame
from leeboard.monitor.outcomes import Labelled, features_of
from leeboard.monitor.realised import PERFORMANCE
from leeboard.performance import routine
from leeboard.schema import Kind, Role, Schema
from leeboard.state import Measured
from leeboard.windows import Window

__all__ = [
    "ESTIMATED",
    "estimated_of",
    "forms_of",
    "read_estimator",
    "seeded",
    "unlabelled_of",
]

ESTIMATED = "estimated"


def forms_of(schema: Schema) -> dict[str, str]:
    """Features an estimator may look at, and whether they are numbers or texts."""
    forms = {Kind.NUMERIC: "number", Kind.CATEGORICAL: "text", Kind.BOOLEAN: "text"}
    return {
        column.name: forms[column.kind]
        for column in schema.columns
        if column.role is Role.FEATURE and column.kind in forms
    }


def seeded(model: str, window: Window) -> np.random.Generator:
    """Return the generator of a window: the same each time it is counted."""
    text = f"{model} {window.start.isoformat()}"
    return np.random.default_rng(zlib.crc32(text.encode()))


def estimated_of(
    frame: Frame,
    labelled: Labelled,
    baseline: Baseline,
    names: Sequence[str],
    generator: np.random.Generator,
) -> Iterator[Measured | Note]:
    """Estimate the window's performance without its labels.

    Yields
    ------
    Measured or Note
        A note where it cannot be estimated, and why.
    """
    if baseline.estimator is None:
        return
    estimator = read_estimator(baseline.estimator)
    rows = unlabelled_of(frame, labelled, baseline.reference.schema)
    wanted = set(names or routine(estimator.task))
    try:
        found = estimator.estimate(rows, generator, wanted)
    except LeeboardError as error:
        yield Note(error.code, "estimated performance", f"{error.found}")
        return
    for one in found:
        yield Measured(
            "",
            PERFORMANCE,
            one.metric,
            ESTIMATED,
            one.value,
            one.low,
            one.high,
            baseline.figures.get(one.metric),
            baseline.rows,
            one.n,
            "" if one.reason is None else one.reason.code,
        )


def unlabelled_of(frame: Frame, labelled: Labelled, schema: Schema) -> Unlabelled:
    """All rows of a window, as an estimator takes them."""
    features: Mapping[str, np.ndarray] = features_of(frame, forms_of(schema))
    return Unlabelled(labelled.predictions, labelled.scores, features)


@lru_cache(32)
def read_estimator(text: str) -> Estimator:
    """Read an estimator as it was kept; the same text is read once."""
    return Estimator.from_text(text)
