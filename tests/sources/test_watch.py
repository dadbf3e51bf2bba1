from __future__ import annotations

import pyarrow as pa
import pytest

from leeboard.sources._watch import TextWatch


def look(*cells: str | None) -> dict[str, str]:
    """Return the warnings about one text column, by code."""
    watch = TextWatch("train.csv")
    seen = watch.look("a", pa.array(cells, pa.string()), 0)
    assert seen.to_pylist() == list(cells)
    return {note.code: note.text for note in watch.notes()}


@pytest.mark.parametrize(
    ("cells", "words"),
    [
        (["007", "013"], "leading zeros"),
        (["1,5", "2,25"], "decimal comma"),
        (["1.234,5", "2.000,0"], "decimal comma"),
        (["1,234.5", "12,000.0"], "thousands"),
        (["0x1F", "0xff"], "hexadecimal"),
        (["1_000", "20_000"], "underscores"),
        (["1.5", "2.5"], "plain numbers"),
        (["31.12.2025", "1.2.2026 10:00"], "before the year"),
        (["12/31/2025"], "before the year"),
        (["1.5", "2.5"], "write 1234.5, and nothing where one is missing"),
        (["31.12.2025"], "write 2025-12-31"),
        (["007", "013"], "codes may stay so"),
    ],
)
def test_numbers_in_text_are_told(cells: list[str], words: str) -> None:
    """Text that looks numeric is told with the way it is written."""
    assert words in look(*cells)["text_looks_numeric"]


@pytest.mark.parametrize(
    "cells", [["a", "b1"], ["1", "2"], ["2020-01-01"], ["1.2.34"], [None]]
)
def test_other_text_is_left_in_peace(cells: list[str | None]) -> None:
    """Words, a few short codes and dates come without a warning."""
    assert look(*cells) == {}


def test_null_like_words_are_counted_once() -> None:
    """Words for missing are counted over blocks, and not twice for the same rows."""
    watch = TextWatch("train.csv")
    array = pa.array(["NA", "x", "NA", ""])
    for _ in range(2):
        watch.look("a", array, 0)
    watch.look("a", array.dictionary_encode(), 4)
    (note,) = watch.notes()
    assert note.where == "column 'a' of train.csv"
    assert note.text == "kept as text, not missing: 2 '', 4 'NA'"
    watch.begin("a")
    assert watch.notes() == []


def test_levels_no_row_has_are_not_counted() -> None:
    """A dictionary may hold words that no row uses."""
    array = pa.DictionaryArray.from_arrays(pa.array([0, 0], pa.int32()), ["x", "NA"])
    watch = TextWatch("f")
    watch.look("a", array, 0)
    assert watch.notes() == []
