"""Which columns are compared, and by whose schema."""

from __future__ import annotations

import numpy as np
import pytest

import leeboard as lb
from leeboard.errors import InputError
from leeboard.schema import Column, Kind, Schema

ROWS = {"age": np.arange(300.0) % 77, "income": np.arange(300.0) % 53}


def test_one_name_alone_is_one_column() -> None:
    """A text is the name of a column, not a list of letters."""
    assert [c.name for c in lb.check(ROWS, ROWS, columns="age")] == ["age"]
    assert [c.name for c in lb.check(ROWS, ROWS, ignore="age")] == ["income"]


def test_a_schema_beside_a_saved_profile_is_refused() -> None:
    """A profile has its own schema; another one would change nothing, silently."""
    schema = Schema((Column("age", Kind.NUMERIC, negligible=5.0, large=9.0),))
    with pytest.raises(InputError, match="schema_with_profile"):
        lb.check(lb.profile(ROWS), ROWS, schema=schema)
