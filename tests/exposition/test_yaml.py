"""What is written as YAML is read back as it was, by a parser that is not ours."""

from __future__ import annotations

from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from leeboard.exposition.yaml import to_yaml

TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
VALUE = st.recursive(
    TEXT,
    lambda inside: (
        st.lists(inside, min_size=1, max_size=3)
        | st.dictionaries(TEXT, inside, min_size=1, max_size=3)
    ),
    max_leaves=8,
)


@given(st.dictionaries(TEXT, VALUE, min_size=1, max_size=3))
def test_what_is_written_is_read_back(document: dict[str, Any]) -> None:
    """Any texts as names and values; a comment above changes nothing."""
    for head in ("", "Written: by - us"):
        assert yaml.safe_load(to_yaml(document, head=head)) == document


ODD = (
    *("", " ", "no", "Null", "~", "1", "1e3", "0x1f", "1:30", "2026-01-01", "=", "<<"),
    *("- a", "a: b", "# a", "a #b", "'", '"', "\\", "&a", "*a", "!a", "%", "@", "`"),
    *("\n", "a\nb", "\t", "\r", "\x85", "\u2028", "\ufeff", "\x00", "\U0001f600"),
)


@pytest.mark.parametrize("text", ODD)
def test_texts_that_could_be_something_else_stay_texts(text: str) -> None:
    """As a name, as a value, in a list."""
    document: dict[str, Any] = {text: {"value": text, "list": [text, {"inside": text}]}}
    assert yaml.safe_load(to_yaml(document)) == document
