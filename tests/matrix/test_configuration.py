"""Configuration that is wrong: one test for each row of the list of bad input."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

import leeboard as lb
from leeboard.config import load_plan, load_schema, load_suite
from leeboard.errors import ConfigError, LeeboardError, SchemaError

TABLE = pa.table({"age": [float(i % 50) for i in range(200)], "city": ["a", "b"] * 100})


def _file(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "file.toml"
    path.write_text(text, encoding="utf-8")
    return path


def _refused(tmp_path: Path, text: str, load: Any = load_suite) -> LeeboardError:
    with pytest.raises(LeeboardError) as caught:
        load(_file(tmp_path, text))
    assert "file.toml" in caught.value.where
    return caught.value


def test_k1_unknown_key(tmp_path: Path) -> None:
    """K1: an unknown key is refused with its line and the name that was meant."""
    error = _refused(tmp_path, '[[condition]]\nfail = "moved"\nseverty = "error"\n')
    assert (error.code, error.where[-6:]) == ("unknown_key", "line 3")
    assert error.fix == "Did you mean 'severity'?"
    text = '[columns.age]\nkind = "numeric"\nneglijible = 0.1\n'
    error = _refused(tmp_path, text, load_schema)
    assert (error.code, error.where[-6:]) == ("unknown_key", "line 3")
    assert error.fix == "Did you mean 'negligible'?"
    assert _refused(tmp_path, "[[conditions]]\n").fix == "Did you mean 'condition'?"


@pytest.mark.parametrize("value", ['"0.1"', "true", "[0.1]", "1979-05-27", "{ x = 1 }"])
def test_k2_wrong_type(tmp_path: Path, value: str) -> None:
    """K2: a value of another type is refused with its line; nothing is converted."""
    text = f'[columns.age]\nkind = "numeric"\nlarge = {value}\n'
    error = _refused(tmp_path, text, load_schema)
    assert (error.code, error.where[-6:]) == ("wrong_type", "line 3")
    assert error.expected == "a number"


@pytest.mark.parametrize("word", ["yes", "no", "on", "off", "~"])
def test_k2_bare_words(tmp_path: Path, word: str) -> None:
    """K2: a bare yes, no or on is no value, and the parser's line is told."""
    error = _refused(tmp_path, f'[[condition]]\nfail = "moved"\nname = {word}\n')
    assert error.code == "not_toml"
    assert "line 3" in error.found


@pytest.mark.parametrize(
    ("key", "value"),
    [("columns", '"age"'), ("columns", "[1]"), ("fail", "0.2"), ("severity", "true")],
)
def test_k2_wrong_type_in_a_suite(tmp_path: Path, key: str, value: str) -> None:
    """K2: in a suite too."""
    other = "" if key == "fail" else 'fail = "moved"'
    error = _refused(tmp_path, f"[[condition]]\n{other}\n{key} = {value}\n")
    assert (error.code, error.where[-6:]) == ("wrong_type", "line 3")


def test_k3_duplicate_keys(tmp_path: Path) -> None:
    """K3: a key that stands twice is refused with both lines."""
    text = '[[condition]]\nfail = "moved"\nname = "a"\nfail = "held"\n'
    error = _refused(tmp_path, text)
    assert (error.code, error.where[-13:]) == ("duplicate_key", "lines 2 and 4")


@pytest.mark.parametrize(
    ("rule", "expected"),
    [
        ("psi > nan", "a finite number"),
        ("psi > -0.1", "0 or more"),
        ("ks p < 1.5", "from 0 to 1"),
        ("ks p < -0.1", "from 0 to 1"),
        ("missing > 5", "from 0 to 1"),
    ],
)
def test_k4_numbers_out_of_range(tmp_path: Path, rule: str, expected: str) -> None:
    """K4: a number that cannot occur is refused with its line and what can."""
    error = _refused(tmp_path, f'[[condition]]\nfail = "{rule}"\n')
    assert expected in error.expected
    assert "line 2" in error.where


def test_k5_column_not_in_data(tmp_path: Path) -> None:
    """K5: a column that the data does not have is refused with close names."""
    path = _file(tmp_path, '[[condition]]\nfail = "moved"\ncolumns = ["agee"]\n')
    with pytest.raises(ConfigError, match="Did you mean 'age'"):
        lb.check(TABLE, TABLE, suite=path)


def test_k5_column_of_a_schema_not_in_data(tmp_path: Path) -> None:
    """K5: a column that only the schema has fails with close names; others go on."""
    text = '[columns.agee]\nkind = "numeric"\n[columns.city]\nkind = "categorical"\n'
    report = lb.check(TABLE, TABLE, schema=_file(tmp_path, text))
    assert (report.failed, report.held) == (("agee",), ("city",))
    assert "Did you mean 'age'?" in report["agee"].verdict.reason.text
    assert not report.passed


def test_k6_one_column_two_roles(tmp_path: Path) -> None:
    """K6: a column cannot be feature and label: not in one entry, not in two."""
    text = '[columns.y]\nkind = "numeric"\nrole = ["feature", "label"]\n'
    error = _refused(tmp_path, text, load_schema)
    assert (error.code, error.where[-6:]) == ("two_roles", "line 3")
    text = (
        '[columns.y]\nkind = "numeric"\nrole = "feature"\n'
        '[columns."y"]\nkind = "numeric"\nrole = "label"\n'
    )
    error = _refused(tmp_path, text, load_schema)
    assert error.where.endswith("lines 1 and 4")
    twice = (lb.Column("y", lb.Kind.NUMERIC), lb.Column("y", lb.Kind.NUMERIC))
    with pytest.raises(SchemaError, match="the name twice"):
        lb.Schema(twice)


SECRETS = [
    "AKIA" + "ABCDEFGHIJKLMNOP",
    "ghp_" + "a1" * 18,
    "https://user:" + "hunter22@example.org/",
    "password=" + "correcthorse",
    "-----BEGIN " + "RSA PRIVATE KEY-----",
]


@pytest.mark.parametrize("secret", SECRETS)
def test_k9_secret_in_file(tmp_path: Path, secret: str) -> None:
    """K9: what looks like a secret is a warning with its line, an error if strict."""
    path = _file(tmp_path, f'[[condition]]\nfail = "rows < 1"\nname = "{secret}"\n')
    report = lb.check(TABLE, TABLE, suite=path)
    (note,) = report.findings.notes
    assert (note.code, note.where[-6:]) == ("secret_in_file", "line 3")
    assert secret not in note.text
    with pytest.raises(ConfigError) as caught:
        load_suite(path, strict=True)
    assert secret not in str(caught.value)
    text = f'[columns.age]\nkind = "numeric"\nunit = "{secret}"\n'
    path = _file(tmp_path, text)
    notes = lb.check(TABLE, TABLE, schema=path).findings.notes
    assert [n.where[-6:] for n in notes if n.code == "secret_in_file"] == ["line 3"]
    with pytest.raises(SchemaError):
        load_schema(path, strict=True)


PLAN = 'log = "l"\n[model.a]\nreference = "r.json"\n'


@pytest.mark.parametrize(
    ("line", "fix"),
    [
        ('time_zone = "Europe/Viena"', "Europe/Vienna"),
        ('time_zone = "CEST"', "CET"),
        ('time_zone = "UTC+2"', "UTC"),
        ('time_zone = "../../etc/passwd"', "tzdata"),
        ('time_zone = ""', "name"),
        ('window = "0 * * * *"', "m, h, d, w or mo"),
        ('window = "1 fortnight"', "m, h, d, w or mo"),
    ],
)
def test_k8_zones_and_schedules_that_are_none(
    tmp_path: Path, line: str, fix: str
) -> None:
    """K8: a zone, or how often, that means nothing is told with its line and a way."""
    error = _refused(tmp_path, f"{PLAN}{line}\n", load_plan)
    key, _, value = line.partition(" = ")
    assert error.code in {"bad_zone", "bad_length"}
    assert error.where[-6:] == "line 4"
    assert error.found.startswith(f"{key} = ")
    assert value.strip('"') in error.found
    assert error.expected
    assert fix in error.fix


def test_k9_plain_texts_are_no_secrets(tmp_path: Path) -> None:
    """K9: names and rules of everyday are left alone."""
    text = '[[condition]]\nfail = "rows < 1"\nname = "token count per secret ballot"\n'
    assert load_suite(_file(tmp_path, text)).notes == ()


def test_k10_nothing_is_read_from_the_environment(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """K10: no setting takes a variable; one is a wrong type, or a text like others."""
    monkeypatch.setenv("LIMIT", "hidden")
    error = _refused(tmp_path, '[[condition]]\nfail = { env = "LIMIT" }\n')
    assert (error.code, error.where[-6:]) == ("wrong_type", "line 2")
    assert "environment" in error.fix
    assert "hidden" not in str(error)
    error = _refused(tmp_path, '[[condition]]\nfail = "psi > ${LIMIT}"\n')
    assert error.code == "bad_number"
    assert "hidden" not in str(error)


def test_k11_bombs(tmp_path: Path) -> None:
    """K11: a huge file, deep nesting and an include are refused, and at once."""
    start = time.perf_counter()
    error = _refused(tmp_path, "#" * 10_000_000)
    assert (error.code, error.found) == ("unreadable", "more than 1 MiB")
    assert _refused(tmp_path, "x = " + "[" * 100_000).code == "not_toml"
    assert _refused(tmp_path, 'include = "file.toml"\n').code == "unknown_key"
    _refused(tmp_path, "a.b = 1\n" * 100_000)
    assert time.perf_counter() - start < 10


def test_k12_two_conditions_of_one_name(tmp_path: Path) -> None:
    """K12: two conditions of one name are refused with both lines."""
    one = '[[condition]]\nfail = "moved"\nname = "weather"\n'
    error = _refused(tmp_path, one + one)
    assert (error.code, error.where[-13:]) == ("duplicate_condition", "lines 3 and 6")


def test_k14_patterns_cannot_backtrack(tmp_path: Path) -> None:
    """K14: a regular expression is refused; the worst glob is matched in no time."""
    error = _refused(tmp_path, '[[condition]]\nfail = "moved"\npattern = "(a+)+$"\n')
    assert (error.code, "line 3" in error.where) == ("regex", True)
    name = "a" * 5000
    table = pa.table({name: [1.0, 2.0] * 100})
    start = time.perf_counter()
    worst = lb.Condition("rows < 1", pattern=None)
    globs = [lb.Condition("moved", pattern="*a" * 100 + "b"), worst]
    report = lb.check(table, table, suite=globs)
    assert report.findings.conditions[0].reason.code == "no_columns"
    assert time.perf_counter() - start < 5


def _profile_text() -> str:
    from leeboard.profiles.document import to_text

    return to_text(lb.profile(TABLE))


def _edited(tmp_path: Path, change: Any) -> Path:
    """Write a saved profile, changed by hand by someone who mended the hash too."""
    import json

    from leeboard.profiles.document import _digest, _hash, _json

    document = json.loads(_profile_text())
    change(document)
    version = document.pop("leeboard_profile")
    del document["hash"], document["checksum"]
    head = {"leeboard_profile": version, "hash": _hash(document)}
    head["checksum"] = _digest(document)
    path = tmp_path / "profile.json"
    path.write_text(_json({**head, **document}), encoding="utf-8")
    return path


def _swap(document: Any) -> None:
    edges = document["cells"]["age"]["edges"]
    edges[3], edges[4] = edges[4], edges[3]


def _repeat(document: Any) -> None:
    edges = document["cells"]["age"]["edges"]
    edges[5] = edges[4]


def _single(document: Any) -> None:
    document["cells"]["age"]["edges"] = [1.0]
    document["cells"]["age"]["atoms"] = []


def _nan(document: Any) -> None:
    document["cells"]["age"]["edges"][2] = float("nan")


def _uncovered(document: Any) -> None:
    document["parts"][0]["counts"]["age"]["max"] = 1e6


def _short(document: Any) -> None:
    del document["parts"][0]["counts"]["age"]["cells"][3]


def _negative(document: Any) -> None:
    document["parts"][0]["counts"]["age"]["cells"][3] = -1


def _atom(document: Any) -> None:
    document["cells"]["age"]["atoms"] = [1000]


def _ragged(document: Any) -> None:
    document["parts"][0]["counts"]["age"]["cells"][3] = [1, 2]


def _level_twice(document: Any) -> None:
    document["cells"]["city"]["levels"] = ["a", "a"]


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (_swap, "edge 4"),
        (_repeat, "edge 5"),
        (_single, "1 edge"),
        (_nan, "edge 2"),
        (_uncovered, "outside"),
        (_short, "counts"),
        (_negative, "cell 3"),
        (_level_twice, "level 1"),
    ],
)
def test_k15_cells_that_cannot_be(tmp_path: Path, change: Any, told: str) -> None:
    """K15: cells not ascending, fewer than one, or not covering are told by index."""
    path = _edited(tmp_path, change)
    with pytest.raises(LeeboardError) as caught:
        lb.Profile.load(str(path))
    assert caught.value.code == "bad_cells"
    assert told in caught.value.found
    assert "column 'age'" in caught.value.where or "column 'city'" in caught.value.where


@pytest.mark.parametrize("change", [_atom, _ragged])
def test_k15_parts_that_cannot_be_read(tmp_path: Path, change: Any) -> None:
    """K15: what does not even have the form of cells is a damaged profile."""
    with pytest.raises(LeeboardError) as caught:
        lb.Profile.load(str(_edited(tmp_path, change)))
    assert caught.value.code == "damaged_profile"


def test_k15_untouched_profile_is_read(tmp_path: Path) -> None:
    """K15: the same way of writing, with nothing changed, is read."""
    path = _edited(tmp_path, lambda _: None)
    assert lb.Profile.load(str(path)).rows == 200
