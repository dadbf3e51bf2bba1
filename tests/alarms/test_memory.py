"""Memories as text."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leeboard.alarms.judged import Subject
from leeboard.alarms.memory import memories_from_text, memories_to_text
from leeboard.errors import AlarmError

NUMBERS = st.lists(st.floats(allow_nan=False), max_size=9).map(tuple)
SUBJECTS = st.builds(Subject, st.text(), st.text(), st.text())


@given(st.dictionaries(SUBJECTS, NUMBERS, max_size=6))
def test_memories_come_back_to_the_last_bit(
    memories: dict[Subject, tuple[float, ...]],
) -> None:
    """Infinite ones too, in the same order, for whatever names users give."""
    back = memories_from_text(memories_to_text(memories))
    assert back == memories
    assert list(back) == list(memories)


def test_no_text_is_no_memory() -> None:
    """Before the first window nothing is kept."""
    assert memories_from_text(None) == {}


def test_memories_of_the_first_format_are_read() -> None:
    """What an earlier Leeboard kept goes on."""
    text = (
        '{"format": 1, "of": [["", "x", "missing", 2]], "numbers'
        '": "c${NkK!6V{_6`69ngMh"}'
    )
    assert memories_from_text(text) == {Subject("", "x", "missing"): (1.0, 2.5)}


@pytest.mark.parametrize(
    "change", [("2]", "3]"), ('"format": 2', '"format": 9'), ("numbers", "lumber")]
)
def test_damaged_memories_are_refused(change: tuple[str, str]) -> None:
    """Evidence that cannot be read is not begun anew in silence."""
    text = memories_to_text({Subject("", "x", "missing"): (1.0, 2.0)})
    with pytest.raises(AlarmError, match="damaged_memory"):
        memories_from_text(text.replace(*change))
