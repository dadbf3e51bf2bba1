from __future__ import annotations

import unicodedata

import pytest

from leeboard.errors import FrameError, InputError
from leeboard.sources._names import check_names


def names(*raw: object) -> tuple[tuple[str, ...], list[str]]:
    """Return the accepted names and the codes of their notes."""
    accepted, notes = check_names(raw, where="train.csv", error=FrameError)
    return accepted, [note.code for note in notes]


@pytest.mark.parametrize(
    "name",
    ['a"; drop table t; --', "two\nlines", "x" * 300, "__proto__", "</script>", "é"],
)
def test_odd_but_printable_names_pass_unchanged(name: str) -> None:
    """Quotes, line ends, markup and length are the user's business."""
    assert names(name) == ((name,), [])


def test_names_that_are_no_text_get_one() -> None:
    """Integers, tuples, None and NaN become text, each with a warning."""
    accepted, codes = names(0, ("x", 1), None, float("nan"))
    assert accepted == ("0", "x, 1", "None", "NaN")
    assert codes == ["name_not_text"]


@pytest.mark.parametrize("name", ["", "  ", "a\0b", "a\x1bb", "\ud800"])
def test_unprintable_names_are_refused_with_their_position(name: str) -> None:
    """Empty names and control characters are refused, saying which column."""
    with pytest.raises(FrameError) as caught:
        names("ok", name)
    assert caught.value.code == "bad_column_name"
    assert caught.value.where == "column 2 of train.csv"


def test_twins_are_refused_and_listed() -> None:
    """Names that occur twice are refused with all their positions."""
    with pytest.raises(FrameError) as caught:
        names("a", "b", "a", "b", "c")
    assert caught.value.code == "duplicate_columns"
    assert "'a' (columns 1, 3), 'b' (columns 2, 4)" in caught.value.found


def test_a_number_and_its_text_are_twins() -> None:
    """A column named 0 and one named '0' cannot be told apart."""
    with pytest.raises(InputError):
        names(0, "0")


def test_near_twins_are_kept_apart_with_a_warning() -> None:
    """Names equal but for case, spaces or Unicode form stay two columns."""
    composed = unicodedata.normalize("NFC", "é")
    apart = unicodedata.normalize("NFD", "é")
    for pair in (("Age", "age"), ("age", "age "), (composed, apart)):
        assert names(*pair) == (pair, ["similar_names"])


def test_no_columns_is_an_error() -> None:
    """Data without columns is refused."""
    with pytest.raises(FrameError) as caught:
        names()
    assert caught.value.code == "no_columns"
