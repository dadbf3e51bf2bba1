"""Words lose a text wherever it stands; what is no word stays as it is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leeboard.words import ERASED, Segment, Words, blotted, blotter, marked


@dataclass(frozen=True, slots=True)
class _Place:
    name: str
    said: Words


@dataclass(frozen=True, slots=True)
class _Kept:
    id: str
    title: Words
    where: Segment
    lines: tuple[Words, ...]
    facts: tuple[tuple[str, Words], ...]
    levels: Mapping[Segment, Words]
    fields: Mapping[str, Words]
    place: _Place | None = None
    places: tuple[_Place, ...] = ()


@pytest.mark.parametrize(
    ("texts", "said", "left"),
    [
        (["customer-1", "customer-12"], "customer-12", "(erased)"),
        (["customer-12", "customer-1"], "of customer-12, too", "of (erased), too"),
        (["customer-1"], "customer-1customer-1!", "(erased)(erased)!"),
        (["abcdef", "defghi"], "«abcdefghi»", "«(erased)»"),
        (["abcdefgh", "cdefghij", "ef"], "abcdefghij", "(erased)"),
        (["(erased)", "erased", "person"], "a person", "a (erased)"),
        (["a.c"], "abc a.c", "abc (erased)"),
        ([], "as it was", "as it was"),
    ],
)
def test_no_half_of_a_text_is_left(texts: list[str], said: str, left: str) -> None:
    """The longest goes first, and all that several cover together."""
    assert blotter(texts)(said) == left


LETTERS = st.text("ab-[]^\\\n𝄞", min_size=1, max_size=5)


@given(st.lists(LETTERS, max_size=40), st.text("ab-[]^\\\n𝄞", max_size=40))
def test_what_texts_cover_goes_and_nothing_else(texts: list[str], said: str) -> None:
    """Letter by letter: a run of what begins within another is one."""
    covered: set[int] = set()
    left, end = "", 0
    for at, letter in enumerate(said):
        found = max((len(t) for t in texts if said.startswith(t, at)), default=0)
        if found and at >= end:
            left += ERASED
        if found:
            end = max(end, at + found)
            covered.update(range(at, end))
        left += "" if at in covered else letter
    assert blotter(texts)(said) == left


def test_only_words_are_blotted() -> None:
    """Also within what a value holds; a key where it is data, not where it names."""
    said = {"marker": "a marker"}
    kept = _Kept(
        id="marker",
        title="the marker rose",
        where="marker=of marker",
        lines=("marker", "two"),
        facts=(("marker", "a marker"),),
        levels={"user=marker": "a marker", "marker": "no level"},
        fields=said,
        place=_Place("marker", "marker"),
        places=(_Place("marker", "so"),),
    )
    after = blotted(kept, blotter(["marker"]))
    assert after == _Kept(
        id="marker",
        title="the (erased) rose",
        where="marker=of (erased)",
        lines=("(erased)", "two"),
        facts=(("marker", "a (erased)"),),
        levels={"user=(erased)": "a (erased)", "marker": "no level"},
        fields={"marker": "a (erased)"},
        place=_Place("marker", "(erased)"),
        places=(_Place("marker", "so"),),
    )


def test_fields_of_one_text_are_named() -> None:
    """Those that a column of a table may hold."""
    assert set(marked(_Kept)) == {"title", "where"}
