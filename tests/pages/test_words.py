"""Numbers in words, and characters that cannot be seen."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from leeboard.pages.printable import printable, shorten
from leeboard.pages.words import (
    brief,
    bytes_in_words,
    in_words,
    moment,
    number,
    p_in_words,
    share,
    size_in_words,
)
from leeboard.verdicts.verdict import State, Verdict
from tests.pages.findings import levels, numbers, verdict


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0.0, "0"),
        (-0.0, "0"),
        (1.0, "1"),
        (0.31, "0.31"),
        (1234567.0, "1,234,567"),
        (-2.5, "−2.5"),
        (0.000123456, "0.0001235"),
        (1e-9, "1e−9"),
        (1e308, "1e308"),
        (math.inf, "∞"),
        (math.nan, "undefined"),
        (None, "–"),
    ],
)
def test_numbers_are_written_short(value: float | None, text: str) -> None:
    """Four significant digits, grouped thousands, a real minus sign."""
    assert number(value) == text


@pytest.mark.parametrize(
    ("part", "text"),
    [
        (0.0, "0 %"),
        (1e-9, "< 0.01 %"),
        (0.00123, "0.12 %"),
        (0.5, "50 %"),
        (0.3333, "33.3 %"),
        (0.999999, "> 99.99 %"),
        (1.0, "100 %"),
    ],
)
def test_shares_never_round_to_nothing_or_all(part: float, text: str) -> None:
    """A row in a million is not 0 %, and all but one is not 100 %."""
    assert share(part) == text


def test_moments_far_away_are_numbers() -> None:
    """A moment no calendar holds is still written."""
    assert moment(0) == "1970-01-01"
    assert moment(1.5e15 + 1) == "2017-07-14 02:40"
    assert moment(9e18).endswith("µs")


def test_small_p_values_are_bounds() -> None:
    """A p-value is never 0."""
    assert p_in_words(0.0) == "< 0.0001"
    assert p_in_words(0.0123) == "0.012"


def test_names_in_words() -> None:
    """Lists of names are cut once cutting saves more than it hides."""
    assert in_words([]) == ""
    assert in_words(["a"]) == "a"
    assert in_words(["a", "b", "c", "d"]) == "a, b, c and d"
    assert in_words(["a", "b", "c", "d", "e"]) == "a, b, c and 2 more"


@given(st.text())
def test_printable_texts_hold_nothing_unseen(text: str) -> None:
    """No control, format or surrogate character is left, and it can be written."""
    shown = printable(text)
    assert isinstance(shown.encode("utf-8"), bytes)
    assert not any(c in shown for c in "\x00\x1b\n\r\x7f\x9b\u200b\u202e\u2028\ufeff")
    assert printable(shown) == shown


@given(st.text(max_size=40))
def test_plain_texts_stay_as_they_are(text: str) -> None:
    """Letters, digits and signs of any script are shown as they are."""
    if text.isprintable() and text.isascii():
        assert printable(text) == text


def test_turned_names_are_told() -> None:
    """A name that reads otherwise than it is written shows how it is written."""
    assert printable("gpj\u202eexe") == "gpj⟨U+202E⟩exe"
    assert printable("a\nb") == "a⟨U+000A⟩b"
    assert printable("Größe 温度 température") == "Größe 温度 température"


@given(st.text(max_size=400), st.integers(8, 60))
def test_shortened_texts_are_short(text: str, length: int) -> None:
    """Never longer than asked for."""
    assert len(shorten(text, length)) <= length


def _judged(size: float | None, state: State, *, numeric: bool = True) -> Verdict:
    values = np.arange(50.0)
    if numeric:
        return verdict(numbers("x", values, values, size=size, state=state))
    return verdict(levels("x", {"a": 9}, {"a": 9}, size=size, state=state))


def test_sizes_are_told_as_readers_feel_them() -> None:
    """Standard deviations for numbers, the two lines for categories."""
    assert size_in_words(_judged(0.09, State.MOVED)) == "about 0.3 standard deviations"
    assert size_in_words(_judged(1.0, State.MOVED)) == "about 1 standard deviation"
    assert size_in_words(_judged(0.5, State.MOVED, numeric=False)) == "large"
    assert size_in_words(_judged(0.01, State.HELD)) == "negligible"
    assert size_in_words(_judged(None, State.FAILED)) == "not measured"


def test_unsure_sizes_are_ranges() -> None:
    """An unsure size is never called negligible, nor given as one number."""
    told = size_in_words(_judged(0.01, State.UNSURE))
    assert told == "0.07 to 0.2 standard deviations"
    told = size_in_words(_judged(0.08, State.UNSURE, numeric=False))
    assert told == "more than negligible"
    assert size_in_words(_judged(0.0, State.UNSURE, numeric=False)) == "not large"


@pytest.mark.parametrize(
    ("n", "text"),
    [
        (0, "0 bytes"),
        (1, "1 byte"),
        (999, "999 bytes"),
        (1000, "1.0 kB"),
        (100 << 20, "104.9 MB"),
        (1 << 30, "1.1 GB"),
        (3 * 10**12, "3.0 TB"),
    ],
)
def test_bytes_by_thousands(n: int, text: str) -> None:
    """In the largest unit that they fill."""
    assert bytes_in_words(n) == text


@pytest.mark.parametrize(
    ("values", "texts"),
    [
        ([0.0, 50_000.0, 100_000.0], ("0", "50k", "100k")),
        ([-80_000.0, 0.0, 5_000.0], ("−80k", "0", "5k")),
        ([0.0, 500_000.0, 1_500_000.0], ("0", "0.5M", "1.5M")),
        ([0.0, 5_000.0], ("0", "5,000")),
        ([0.0, 0.0002], ("0", "2e−4")),
        ([-2e17, 0.0], ("−2e17", "0")),
        ([], ()),
    ],
)
def test_labels_of_an_axis_are_brief_and_of_one_unit(
    values: list[float], texts: tuple[str, ...]
) -> None:
    """From 10,000 on in thousands or more; nothing is longer than a margin."""
    assert brief(values) == texts
