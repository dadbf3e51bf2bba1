"""The first look at a reference column."""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from leeboard.engines.study import study
from leeboard.schema import Role


def test_the_ends_of_int64_are_no_row_number() -> None:
    """First and last value as far apart as integers go: a feature, and no overflow."""
    ends = np.iinfo(np.int64)
    column = pa.chunked_array([np.array([ends.min, ends.max] * 50)])
    assert study("x", column, None).column.role is Role.FEATURE
    steps = pa.chunked_array([np.arange(ends.max - 99, ends.max)])
    assert study("x", steps, None).column.role is Role.ID
