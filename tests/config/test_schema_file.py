"""The schema file: what is written comes back, and what cannot be meant is refused."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

import leeboard as lb
from leeboard.config import load_schema, schema_to_toml, write_schema
from leeboard.errors import SchemaError
from leeboard.schema import Column, Kind, Role, Schema, Task

HOSTILE = [
    "a.b",
    'quote"d',
    "back\\slash",
    "new\nline",
    "tab\t",
    "[columns.x]",
    "#no comment",
    "naïve ✓",
    "\u202eright to left",
    "</script>",
    "__proto__",
    "'''",
    '"""',
    " ",
    "",
    "\x7f",
    "\x85",
    "\u2028",
    "1e5",
    "=",
    "n" * 300,
]

TEXTS = st.one_of(
    st.sampled_from(HOSTILE), st.text(st.characters(exclude_categories=["Cs"]))
)
LINES = st.one_of(
    st.just((None, None)),
    st.tuples(st.floats(0, 1), st.floats(2, 1e300)),
    st.tuples(st.none(), st.floats(0, 1e300)),
)


@st.composite
def columns(draw: st.DrawFn, name: str) -> Column:
    """Draw any column that a schema file can hold."""
    low, high = draw(LINES)
    return Column(
        name,
        draw(st.sampled_from(Kind)),
        draw(st.sampled_from(Role)),
        draw(TEXTS),
        low,
        high,
        draw(TEXTS),
    )


@st.composite
def schemas(draw: st.DrawFn) -> Schema:
    """Draw any schema with at least one column."""
    names = draw(st.lists(TEXTS, min_size=1, max_size=6, unique=True))
    every = tuple(draw(columns(name)) for name in names)
    return Schema(every, draw(st.sampled_from(Task)), draw(TEXTS))


@given(schema=schemas())
def test_a_schema_comes_back(
    tmp_path_factory: pytest.TempPathFactory, schema: Schema
) -> None:
    """Whatever the names and texts, the schema read is the schema written, in order."""
    path = tmp_path_factory.getbasetemp() / "schema.toml"
    write_schema(schema, path)
    assert load_schema(path) == schema


def test_hostile_names_come_back_with_comments(tmp_path: Path) -> None:
    """Names and levels in comments cannot end a comment or begin a key."""
    names = [name for name in HOSTILE if name.strip() and name.isprintable()]
    levels = ["x\nrole = 'time'", '"', "\u2028kind = 'text'", "\x00", "]"]
    table = pa.table(dict.fromkeys(names, levels * 20))
    profile = lb.profile(table)
    text = schema_to_toml(profile.schema, profile)
    path = tmp_path / "schema.toml"
    path.write_text(text, encoding="utf-8")
    assert load_schema(path) == profile.schema


def test_comments_tell_what_a_column_holds() -> None:
    """Beside the keys stand type, rows, missing values, range and levels."""
    draw = np.random.default_rng(0)
    table = pa.table(
        {
            "fare": pa.array([None, 1.5, *draw.uniform(1, 9, 298).tolist()]),
            "city": draw.choice([f"c{i:02}" for i in range(12)], 300),
        }
    )
    profile = lb.profile(table)
    text = schema_to_toml(profile.schema, profile)
    assert "# double, 300 rows, 1 missing\n# from 1." in text
    assert ' and 6 more\nkind = "categorical"' in text


def test_a_schema_file_is_the_law(tmp_path: Path) -> None:
    """A check reads the data by the file: kinds, roles and lines are those in it."""
    path = tmp_path / "schema.toml"
    path.write_text(
        '[columns.code]\nkind = "categorical"\nnegligible = 0.3\nlarge = 0.9\n'
        '[columns.y]\nkind = "numeric"\nrole = "label"\n'
        '[columns.z]\nkind = "numeric"\nrole = "ignore"\nwhy = "a leak"\n',
        encoding="utf-8",
    )
    table = pa.table({"code": [1, 2, 3] * 100, "y": range(300), "z": range(300)})
    report = lb.check(table, table, schema=path)
    code = report["code"].verdict
    assert (code.kind, code.lines.negligible, code.lines.large) == (
        "categorical",
        0.3,
        0.9,
    )
    assert report["y"].verdict.role == "label"
    assert [(s.name, s.reason.text) for s in report.findings.skipped] == [
        ("z", "a leak")
    ]


def test_half_a_character_is_refused() -> None:
    """A name that is no Unicode text cannot be written, and the error says so."""
    schema = Schema((Column("bad\udc80", Kind.NUMERIC),))
    with pytest.raises(SchemaError, match="half a character"):
        schema_to_toml(schema)


REFUSED = {
    "a kind is needed": (
        '[columns.a]\nrole = "label"\n',
        "missing_key",
        "line 1",
    ),
    "an unknown kind": (
        '[columns.a]\nkind = "numerical"\n',
        "unknown_value",
        "Did you mean 'numeric'",
    ),
    "lines the wrong way round": (
        '[columns.a]\nkind = "numeric"\nnegligible = 0.2\nlarge = 0.1\n',
        "out_of_range",
        "line 4",
    ),
    "a negative line": (
        '[columns.a]\nkind = "numeric"\nnegligible = -0.2\n',
        "out_of_range",
        "line 3",
    ),
    "an infinite line": (
        '[columns.a]\nkind = "numeric"\nlarge = inf\n',
        "out_of_range",
        "line 3",
    ),
    "no columns": ('task = "binary"\n', "no_columns", "leeboard init"),
    "columns that are none": ("columns = 3\n", "wrong_type", "line 1"),
    "a column that is none": ("[columns]\na = 3\n", "wrong_type", "line 2"),
    "an unknown task": (
        'task = "regresio"\n[columns.a]\nkind = "numeric"\n',
        "unknown_value",
        "Did you mean 'regression'",
    ),
}


@pytest.mark.parametrize("what", REFUSED)
def test_what_cannot_be_meant_is_refused(tmp_path: Path, what: str) -> None:
    """The error names the file, the line, and what would be right."""
    text, code, told = REFUSED[what]
    path = tmp_path / "schema.toml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(SchemaError) as caught:
        load_schema(path)
    assert caught.value.code == code
    assert told in str(caught.value)
    assert "schema.toml" in caught.value.where


def test_a_schema_is_no_dict() -> None:
    """What is neither a path nor a Schema is refused in the words of the library."""
    with pytest.raises(SchemaError, match=r"type dict.*leeboard init"):
        lb.check({"x": [1.0]}, {"x": [1.0]}, schema={"x": "numeric"})  # type: ignore[arg-type]  # on purpose
