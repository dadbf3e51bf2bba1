from __future__ import annotations

import datetime as dt
import decimal
import uuid
from typing import Any

import numpy as np
import pandas as pd
import pytest

from leeboard.sources._objects import is_missing, read_objects
from leeboard.sources._readable import UnreadableCell

UTC = dt.UTC
EAST = dt.timezone(dt.timedelta(hours=2))


@pytest.mark.parametrize(
    "value",
    [
        None,
        float("nan"),
        np.nan,
        pd.NA,
        pd.NaT,
        np.datetime64("NaT", "us"),
        np.float32("nan"),
    ],
)
def test_every_spelling_of_missing_is_missing(value: object) -> None:
    """None, NaN, NaT and NA are missing, and nothing else about them matters."""
    assert is_missing(value)
    assert read_objects([value, 1]).array.to_pylist() == [None, 1]


@pytest.mark.parametrize("value", ["", "nan", "None", 0, False])
def test_values_that_look_empty_are_not_missing(value: object) -> None:
    """Empty and null-like text, zero and False are values."""
    assert not is_missing(value)


@pytest.mark.parametrize(
    ("values", "expected", "kind"),
    [
        ([1, None, 2], [1, None, 2], "int64"),
        ([1, 2.5], [1.0, 2.5], "double"),
        ([True, None], [True, None], "bool"),
        ([decimal.Decimal("1.5"), 2], [1.5, 2.0], "double"),
        ([np.int8(3), np.int64(4)], [3, 4], "int64"),
        (["a", None], ["a", None], "string"),
        ([None, None], [None, None], "null"),
        ([dt.date(2020, 1, 2)], [dt.date(2020, 1, 2)], "date32[day]"),
        ([dt.timedelta(1)], [dt.timedelta(1)], "duration[us]"),
        ([uuid.UUID(int=1)], [str(uuid.UUID(int=1))], "string"),
    ],
)
def test_cells_of_one_family_keep_it(
    values: list[Any], expected: list[Any], kind: str
) -> None:
    """Objects of one kind become a column of that kind."""
    objects = read_objects(values)
    assert objects.array.to_pylist() == expected
    assert str(objects.array.type) == kind
    assert objects.notes == ()


def test_text_and_numbers_stay_apart() -> None:
    """The number 1 and the text '1' are two levels, and a warning says so."""
    objects = read_objects([1, "1", None, 2.5, True])
    expected = ["1 (int)", "1", None, "2.5 (float)", "True (bool)"]
    assert objects.array.to_pylist() == expected
    ((code, text),) = objects.notes
    assert code == "mixed_types"
    assert "1 str" in text


def test_true_and_one_stay_apart() -> None:
    """A column of True and 1 is mixed, though Python holds them equal."""
    assert read_objects([True, 1]).array.to_pylist() == ["True (bool)", "1 (int)"]


@pytest.mark.parametrize("cell", [[1], {"a": 1}, {1}, (1,), 1j, object(), np.zeros(2)])
def test_cells_no_column_can_hold_are_named_by_row(cell: object) -> None:
    """Lists, dicts, sets, complex numbers and unknown objects are refused by row."""
    with pytest.raises(UnreadableCell) as caught:
        read_objects([None, 1, cell])
    assert caught.value.row == 2
    assert type(cell).__name__ in caught.value.found


def test_integers_past_64_bits_become_floats() -> None:
    """Integers that no 64-bit column holds are read as floats, with a warning."""
    objects = read_objects([2**64, -1, 10**400])
    assert objects.array.to_pylist() == [2.0**64, -1.0, float("inf")]
    assert objects.notes[0][0] == "big_integers"


def test_decimals_warn_where_digits_are_lost() -> None:
    """Decimals of more digits than a float holds are told; the others are not."""
    for digits, codes in (
        ("1.50", []),
        ("0.1234567890123456789", ["decimal_precision"]),
    ):
        objects = read_objects([decimal.Decimal(digits), decimal.Decimal("NaN"), 2])
        assert [code for code, _ in objects.notes] == codes
        assert objects.array.to_pylist()[1:] == [None, 2.0]


def test_integers_at_the_edges_of_64_bits_stay_exact() -> None:
    """The largest and smallest 64-bit integers are read as they are."""
    edges = [2**63 - 1, -(2**63)]
    assert read_objects(edges).array.to_pylist() == edges


def test_offsets_are_brought_to_utc() -> None:
    """Times of several offsets are the moments they were, in UTC, with a warning."""
    moment = dt.datetime(2020, 1, 1, 12, tzinfo=UTC)
    objects = read_objects([moment, moment.astimezone(EAST), None])
    assert objects.array.to_pylist() == [moment, moment, None]
    assert [code for code, _ in objects.notes] == ["mixed_offsets"]


def test_times_without_a_zone_among_others_are_counted() -> None:
    """Times without a zone among times with one are taken for UTC and counted."""
    naive = dt.datetime(2020, 1, 1)  # noqa: DTZ001 - the case tested
    objects = read_objects([naive, naive.replace(tzinfo=UTC)])
    assert [code for code, _ in objects.notes] == ["timezone_mixed"]


def test_far_years_do_not_overflow() -> None:
    """The first and last year of the calendar are kept, to the microsecond."""
    far = [dt.datetime(1, 1, 1), dt.datetime(9999, 12, 31, 23)]  # noqa: DTZ001
    assert read_objects(far).array.to_pylist() == far
    aware = [dt.datetime(9999, 12, 31, 23, tzinfo=dt.timezone(-dt.timedelta(hours=5)))]
    assert len(read_objects(aware).array) == 1


def test_half_a_character_is_named_by_row() -> None:
    """Text that is not Unicode is refused by row, not by a decoder's failure."""
    with pytest.raises(UnreadableCell) as caught:
        read_objects(["fine", "\ud800"])
    assert caught.value.row == 1
