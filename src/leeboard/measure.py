"""One metric on two arrays, columns or profiles: the shortest way in.

Place: beside the check, above engines. It knows how to find the values, and nothing of
what a metric computes.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pyarrow as pa

from leeboard.engines.profiling import profile_current
from leeboard.engines.rows import open_rows
from leeboard.errors import MetricError, ProfileError
from leeboard.metrics import metrics
from leeboard.metrics._call import check_kind, of_counts, of_types
from leeboard.metrics._metric import Measurement, undefined
from leeboard.profiles.profile import Profile
from leeboard.sources import Source, open_source
from leeboard.verdicts.effects import pair_up

__all__ = ["measure"]

_VALUE = "value"
"""Name that a bare array gets as the one column of a table."""


def measure(
    metric: str,
    reference: Any,
    current: Any,
    *,
    column: str | None = None,
    **options: Any,
) -> Measurement:
    """Measure how two columns differ, by one metric.

    Parameters
    ----------
    metric : str
        Name of a metric; ``leeboard.metrics()`` has them all.
    reference, current : array, frame or Profile
        Lists, NumPy and Arrow arrays, Series; or frames and paths with ``column``; or
        profiles with the same cells. NULL and NaN are missing, infinities are values.
        Arrays of text or of true and false are categories.
    column : str, optional
        Which column of frames or profiles; not needed where there is one, or where the
        metric is of the whole table.
    **options
        Of the metric, such as ``base=2`` for ``js``.

    Returns
    -------
    Measurement
        With value None, and the reason, where the metric is undefined.

    Raises
    ------
    MetricError
        If there is no such metric, option or column, or the metric is of another kind.

    Examples
    --------
    >>> from leeboard.measure import measure
    >>> measure("ks", [1, 2, 3, 4], [3, 4, 5, 6]).value
    0.5
    """
    if isinstance(reference, Profile):
        if not isinstance(current, Profile):
            current = profile_current(open_source(current, name="current"), reference)
        return _of_profiles(metric, reference, current, column, options)
    if isinstance(current, Profile):
        raise MetricError(
            code="mixed_sides",
            where="reference",
            found="rows to compare with a profile of the current data",
            expected="rows on both sides, or a profile as reference",
            fix="Profile the reference first: leeboard.profile(reference).",
        )
    sources = [
        _source(data, name, column)
        for data, name in ((reference, "reference"), (current, "current"))
    ]
    declared = metrics()[metric]
    named = None
    if declared.on_table is None:
        named = column or _only(declared.name, sources[0].schema.names)
    measured = open_rows(sources[0], sources[1]).measure(metric, named, **options)
    bare = named == _VALUE and column is None
    return replace(measured, subject="") if bare else measured


def _source(data: Any, name: str, column: str | None) -> Source:
    array = isinstance(data, list | tuple | range | np.ndarray | pa.Array)
    array = (
        array or isinstance(data, pa.ChunkedArray) or type(data).__name__ == "Series"
    )
    if not array:
        return open_source(data, name=name)
    if isinstance(data, range):
        data = list(data)
    return open_source({column or _VALUE: data}, name=name)


def _only(metric: str, names: Any) -> str:
    if len(names) == 1:
        return str(names[0])
    raise MetricError(
        code="no_column",
        where=f"metric {metric!r}",
        found=f"{len(names)} columns",
        expected="the name of one: " + ", ".join(map(repr, list(names)[:20])),
        fix="Name it with column=.",
    )


def _of_profiles(
    metric: str,
    reference: Profile,
    current: Profile,
    column: str | None,
    options: dict[str, Any],
) -> Measurement:
    declared = metrics()[metric]
    if reference.fingerprint != current.fingerprint:
        raise ProfileError(
            code="other_cells",
            where="current profile",
            found=f"cells {current.fingerprint[:12]}",
            expected=f"cells {reference.fingerprint[:12]}",
            fix="Profile the current rows with reference=….",
        )
    if declared.on_table is not None:
        text = f"{metric} needs rows, and a profile holds counts"
        sizes = reference.rows, current.rows
        return undefined(metric, *sizes, code="needs_rows", text=text)
    name = column or _only(metric, list(reference.cells))
    if name not in reference.cells:
        raise MetricError(
            code="missing_column",
            where=f"column {name!r}",
            found="no cells for it in the reference profile",
            expected="one of " + ", ".join(map(repr, list(reference.cells)[:20])),
            fix="Name a compared column.",
        )
    forms = [profile.types.get(name) for profile in (reference, current)]
    kinds = [form.kind if form else None for form in forms]
    typed = of_types(declared, kinds[0], kinds[1], **options) if all(forms) else None
    if typed is not None:
        measured = typed
    elif name in reference.problems or name in current.problems:
        problem = reference.problems.get(name) or current.problems[name]
        sizes = reference.rows, current.rows
        measured = undefined(metric, *sizes, code=problem.code, text=str(problem))
    else:
        check_kind(declared, reference.schema[name].kind, f"column {name!r}")
        parts = reference.parts[None], current.parts[None]
        pair = pair_up(name, reference.cells[name], *parts, fixed=reference.fixed)
        measured = of_counts(declared, pair, **options)
    return replace(measured, subject=name)
