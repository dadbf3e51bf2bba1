"""``leeboard init`` writes what a person reviews, and a profile of the rows."""

from __future__ import annotations

import json
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

import leeboard as lb
from leeboard.config import load_schema
from tests.cli._command import inside, outside
from tests.cli.conftest import Files

Capsys = pytest.CaptureFixture[str]


def test_both_files_serve_the_next_check(
    files: Files, tmp_path: Path, capsys: Capsys
) -> None:
    """The profile beside the schema gives the verdicts that the rows give."""
    schema = tmp_path / "s.toml"
    ended = inside(capsys, "init", files.reference, "--schema", str(schema))
    assert (ended.code, ended.err) == (0, "")
    profile = tmp_path / "reference.profile.json"
    assert f"Wrote {schema}" in ended.out
    assert f"leeboard check {profile} NEW" in ended.out
    assert sorted(tmp_path.iterdir()) == sorted([schema, profile])
    assert load_schema(schema).names == ("age", "income, net", "city")
    by_rows = inside(capsys, "check", files.reference, files.moved, "--json", "-")
    by_profile = inside(capsys, "check", str(profile), files.moved, "--json", "-")
    one, two = (json.loads(text.out)["verdicts"] for text in (by_rows, by_profile))
    assert [(v["subject"], v["state"]) for v in one] == [
        (v["subject"], v["state"]) for v in two
    ]


def test_files_are_not_replaced_unasked(
    files: Files, tmp_path: Path, capsys: Capsys
) -> None:
    """A reviewed file is somebody's work: only --force replaces it."""
    schema = tmp_path / "s.toml"
    schema.write_text("# mine\n", encoding="utf-8")
    call = ("init", files.reference, "--schema", str(schema))
    ended = inside(capsys, *call)
    assert (ended.code, ended.out) == (2, "")
    assert "--force" in ended.err
    assert schema.read_text(encoding="utf-8") == "# mine\n"
    assert list(tmp_path.iterdir()) == [schema]
    assert inside(capsys, *call, "--force").code == 0
    assert len(load_schema(schema).columns) == 3


def test_an_edited_schema_makes_the_profile(
    files: Files, tmp_path: Path, capsys: Capsys
) -> None:
    """With --reviewed the schema is read, not written, and the profile obeys it."""
    schema, profile = tmp_path / "s.toml", tmp_path / "p.json"
    call = ("init", files.reference, "--schema", str(schema), "--profile", str(profile))
    assert inside(capsys, *call).code == 0
    text = schema.read_text(encoding="utf-8")
    edited = text.replace('role = "feature"', 'role = "ignore"', 1)
    assert edited != text
    schema.write_text(edited, encoding="utf-8")
    assert inside(capsys, *call, "--reviewed").code == 0
    assert schema.read_text(encoding="utf-8") == edited
    assert [c.name for c in lb.Profile.load(str(profile)).schema.compared] == [
        "income, net",
        "city",
    ]
    assert inside(capsys, "check", str(profile), files.moved).code == 0


def test_a_schema_beside_a_profile_is_refused(
    files: Files, tmp_path: Path, capsys: Capsys
) -> None:
    """A saved profile has its schema; another one would be silently ignored."""
    schema = tmp_path / "s.toml"
    inside(capsys, "init", files.reference, "--schema", str(schema))
    profile = str(tmp_path / "reference.profile.json")
    ended = inside(capsys, "check", profile, files.same, "--schema", str(schema))
    assert ended.code == 2
    assert "--reviewed" in ended.err
    call = ("check", files.reference, files.same, "--schema", str(schema))
    assert inside(capsys, *call).code == 0


def test_segments_are_counted(files: Files, tmp_path: Path, capsys: Capsys) -> None:
    """A profile saved with a segment serves checks by that segment."""
    path = str(tmp_path / "s.toml")
    inside(capsys, "init", files.reference, "--schema", path, "--segment", "city")
    profile = str(tmp_path / "reference.profile.json")
    call = ("check", profile, files.moved, "--segment", "city", "--json", "-")
    found = json.loads(inside(capsys, *call).out)["verdicts"]
    assert {verdict["segment"] for verdict in found} == {None, "Bonn", "Kiel", "Ulm"}
    inside(capsys, "init", files.reference, "--schema", path, "--force")
    ended = inside(capsys, *call)
    assert ended.code == 2
    assert "leeboard init REFERENCE --segment city --force" in ended.err


def test_what_to_review_is_said(tmp_path: Path) -> None:
    """Codes in numbers' dress are named, and columns that are not compared."""
    path = tmp_path / "x.parquet"
    rows = {
        "row": list(range(300)),
        "code": [1, 2, 3] * 100,
        "size": [i % 150 for i in range(300)],
        "half": [0.5, 1.5, 2.5] * 100,
    }
    pq.write_table(pa.table(rows), path)
    ended = outside("init", str(path), "--schema", str(tmp_path / "s.toml"))
    assert ended.code == 0
    assert "Codes rather than quantities? code." in ended.out
    assert "not compared: row (" in ended.out


@pytest.mark.parametrize(
    ("reference", "name"),
    [
        ("data/train.csv.gz", "train.profile.json"),
        ("logs/2011/", "2011.profile.json"),
        ("logs/*.parquet", "reference.profile.json"),
        (".", "reference.profile.json"),
    ],
)
def test_the_profile_is_named_after_the_reference(reference: str, name: str) -> None:
    """A file or folder gives the profile its name; a pattern is no name."""
    from leeboard.cli._init import Request, _profile_of

    request = Request(reference, "x/s.toml", None, None, reviewed=False, force=False)
    assert _profile_of(request) == f"x/{name}"


@pytest.fixture
def hires(tmp_path: Path) -> Path:
    """A file of one's own: German dates, NA in numbers, and words."""
    lines = ["day,amount,comment,x"]
    for i in range(200):
        amount = "NA" if i % 9 == 0 else str(i * 3 % 71)
        words = f"the seat {i} broke again"
        lines.append(
            f"{i % 28 + 1:02d}.{i % 12 + 1:02d}.2025,{amount},{words},{i % 31}"
        )
    path = tmp_path / "hires.csv"
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def test_words_are_no_identifier(hires: Path, capsys: Capsys) -> None:
    """Sentences that are short are free text all the same."""
    schema = str(hires.parent / "s.toml")
    ended = inside(capsys, "init", str(hires), "--schema", schema)
    assert "comment (free text; its words are not compared)" in ended.out
    assert "looks_like_id" not in ended.out


def test_a_reason_that_was_reviewed_away_is_not_told(
    hires: Path, capsys: Capsys
) -> None:
    """What was taken for an identifier and declared a text is told as a text."""
    schema = hires.parent / "s.toml"
    call = ("init", str(hires), "--schema", str(schema))
    inside(capsys, *call)
    text = schema.read_text(encoding="utf-8")
    head, _, tail = text.partition("[columns.comment]")
    _, mark, rest = tail.partition("[columns.x]")
    mended = 'kind = "text"\nrole = "feature"\nwhy = "an identifier: all differ"\n'
    schema.write_text(f"{head}[columns.comment]\n{mended}\n{mark}{rest}", "utf-8")
    ended = inside(capsys, *call, "--reviewed")
    assert "comment (free text; its words are not compared)" in ended.out


@pytest.mark.parametrize("more", [(), ("--model", "hires")])
@pytest.mark.parametrize(
    ("column", "kind"), [("day", "datetime"), ("amount", "numeric")]
)
def test_a_kind_that_the_reference_cannot_have_is_refused(
    hires: Path, capsys: Capsys, column: str, kind: str, more: tuple[str, ...]
) -> None:
    """When it is reviewed, not at the first check; nothing is written."""
    schema = hires.parent / "s.toml"
    call = ["init", str(hires), *more]
    if more:
        schema = hires.parent / "hires.schema.toml"
        call += ["--config", str(hires.parent / "leeboard.toml")]
    else:
        call += ["--schema", str(schema)]
    assert inside(capsys, *call).code == 0
    before = {path: path.read_bytes() for path in hires.parent.glob("*.json")}
    text = schema.read_text(encoding="utf-8")
    head, mark, tail = text.partition(f"[columns.{column}]")
    tail = tail.replace('"categorical"', f'"{kind}"', 1)
    schema.write_text(head + mark + tail, encoding="utf-8")
    ended = inside(capsys, *call, "--reviewed")
    assert ended.code == 2
    assert f"{column!r}" in ended.err
    assert schema.name in ended.err
    assert 'role = "ignore"' in ended.err
    assert {path: path.read_bytes() for path in hires.parent.glob("*.json")} == before
