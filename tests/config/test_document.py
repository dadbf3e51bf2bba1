"""Lines of a TOML file, and files that are none."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leeboard.config._document import read_document
from leeboard.config._lines import places
from leeboard.errors import ConfigError

TEXT = '''\
# a comment with = and [brackets]
top = """
inner = 1
[not.a.table]
"""
list = [  # "quoted
  "a]", 'b#',
  { x = "}" },
]
a.b."c.d" = 1   # [x]

[table]
key = 'literal "'
"quoted \\u0041" = 2

[[many]]
one = { two = [1,
  2] }
[[many]]
one = 1
[many.sub]
deep = """x"""
'''


def test_lines_of_keys_and_headers() -> None:
    """Each header and key is found on its line, whatever the values look like."""
    found = {place.path: place.line for place in places(TEXT)}
    assert found == {
        ("top",): 2,
        ("list",): 6,
        ("a", "b", "c.d"): 10,
        ("table",): 12,
        ("table", "key"): 13,
        ("table", "quoted A"): 14,
        ("many", 0): 16,
        ("many", 0, "one"): 17,
        ("many", 1): 19,
        ("many", 1, "one"): 20,
        ("many", 1, "sub"): 21,
        ("many", 1, "sub", "deep"): 22,
    }


def _leaves(value: Any, path: tuple[Any, ...] = ()) -> set[tuple[Any, ...]]:
    if isinstance(value, dict) and value:
        return {leaf for k, v in value.items() for leaf in _leaves(v, (*path, k))}
    return {path}


KEYS = st.text(st.characters(exclude_categories=["Cs"]), max_size=8)
STRINGS = st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=12)


@given(st.dictionaries(KEYS, STRINGS, max_size=5), st.sampled_from(["'''", '"""']))
def test_every_key_is_found(values: dict[str, str], quotes: str) -> None:
    """The keys found are the keys that the standard parser reads."""
    from leeboard.config._schema_file import quoted

    lines = []
    for key, value in values.items():
        inside = value.replace("'", "").replace('"', "").replace("\\", "")
        lines.append(f"{quoted(key)} = {quotes}\n{inside} = [\n{quotes}  # {inside}")
    text = "\n".join(lines)
    assert {p.path for p in places(text)} == _leaves(tomllib.loads(text)) - {()}


@given(st.text(max_size=80))
def test_no_text_breaks_the_finder(text: str) -> None:
    """Whatever the text, finding keys ends."""
    list(places(text))


def test_a_file_that_cannot_be_read(tmp_path: Path) -> None:
    """A missing file, a folder, and bytes that are no text are refused by name."""
    with pytest.raises(ConfigError, match=r"gone\.toml.*no such file"):
        read_document(tmp_path / "gone.toml")
    with pytest.raises(ConfigError, match="Is a directory"):
        read_document(tmp_path)
    path = tmp_path / "latin.toml"
    path.write_bytes(b'a = 1\nb = "na\xefve"\n')
    with pytest.raises(ConfigError, match="no UTF-8 on line 2"):
        read_document(path)


def test_line_ends_of_windows(tmp_path: Path) -> None:
    """Lines are counted the same with carriage returns and a byte-order mark."""
    path = tmp_path / "windows.toml"
    path.write_bytes(b"\xef\xbb\xbfa = 1\r\nb = 2\r\n")
    document = read_document(path)
    assert document.where("b").endswith("line 2")
