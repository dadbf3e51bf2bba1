"""Whether a column of weights can weigh rows.

Place: beside profiling, before any row is counted. Must not know what is weighed.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from leeboard.engines.values import kind_of, numbers
from leeboard.errors import FrameError
from leeboard.schema import Kind, Role, Schema
from leeboard.sources import Source

__all__ = ["check_weights"]


def check_weights(source: Source, schema: Schema) -> None:
    """Refuse weights that are no weights, in every column that a schema calls one.

    Columns that are taken for weights by their name alone say so in ``why`` and are not
    looked at: a name is a guess.

    Raises
    ------
    FrameError
        At the first row that is missing, negative or infinite; or if all are zero.
    """
    for column in schema.columns:
        if column.role is Role.WEIGHT and not column.why:
            _check(source, column.name)


def _check(source: Source, name: str) -> None:
    if name not in source.schema.names or name in source.problems:
        return
    found = source.schema.field(name).type
    if kind_of(found) not in (Kind.NUMERIC, None):
        raise _bad(source, name, None, f"values of type {found}")
    rows, some = 0, False
    for block in source.blocks([name]):
        array = block.columns[name]
        if array.null_count:
            valid = array.is_valid().to_numpy(zero_copy_only=False)
            raise _bad(source, name, rows + int(np.argmin(valid)), "no value")
        values = numbers(array)[0]
        # a comparison with NaN is false, so this catches NaN too
        odd = ~(values >= 0) | (values == np.inf)
        if odd.any():
            row = int(np.argmax(odd))
            raise _bad(source, name, rows + row, _said(values[row]))
        rows += block.rows
        some = some or bool(values.any())
    if rows and not some:
        raise _bad(source, name, 0, "0 in every row")


def _said(value: Any) -> str:
    return "NaN" if np.isnan(value) else f"{value:g}"


def _bad(source: Source, name: str, row: int | None, found: str) -> FrameError:
    place = f"column {name!r} of {source.name}"
    return FrameError(
        code="bad_weights",
        where=place if row is None else f"{place}, row {row}",
        found=found,
        expected="a finite number of at least 0 in each row, and not all of them 0",
        fix=f"Mend the weights, or give {name!r} another role in the schema.",
    )
