"""How predictions and feedback are named at rest."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from leeboard.events import GROUPS, TYPES, Stored, columns_of

names = st.text(max_size=20)


@given(st.sampled_from(["", *GROUPS]), names, st.sampled_from(TYPES))
def test_a_name_survives_the_way_to_a_column_and_back(
    group: str, name: str, kind: str
) -> None:
    """Group, name and type are read back as written, whatever the name holds."""
    stored = Stored(group, name if group else "label", kind)
    assert Stored.parse(str(stored)) == stored


def test_plain_columns_are_no_typed_ones() -> None:
    """What has no mark of a type, or another mark, is a plain column."""
    assert Stored.parse("made_at") is None
    assert Stored.parse("features.a#x") is None


def test_columns_of_one_name_are_found_by_type() -> None:
    """A feature that was number and text has a column for each."""
    columns = ["id", "features.a#d", "features.a#s", "segments.a#s", "features.aa#d"]
    assert columns_of(columns, "features", "a") == {
        "d": "features.a#d",
        "s": "features.a#s",
    }
