"""Saved profiles: small, whole or refused."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

import leeboard as lb
from leeboard.profiles.document import to_text


def _table(rows: int = 400, columns: int = 20) -> pa.Table:
    rng = np.random.default_rng(5)
    data: dict[str, Any] = {f"n{i}": rng.normal(size=rows) for i in range(columns - 5)}
    for i in range(5):
        data[f"c{i}"] = [f"level {k}" for k in rng.integers(0, 30, rows)]
    return pa.table(data)


def test_a_profile_read_back_gives_the_same_answers(tmp_path: Path) -> None:
    """Saving loses nothing a check needs: the report is the same to the byte."""
    table, now = _table(), _table().slice(100, 200)
    profile = lb.profile(table)
    profile.save(str(tmp_path / "saved.json"))
    read = lb.Profile.load(str(tmp_path / "saved.json"))
    assert to_text(read) == to_text(profile)
    assert lb.check(read, now).to_json() == lb.check(profile, now).to_json()


def test_twenty_columns_take_less_than_a_hundred_kilobytes(tmp_path: Path) -> None:
    """The size of a profile does not depend on its rows."""
    for rows in (400, 40_000):
        path = tmp_path / f"{rows}.json"
        lb.profile(_table(rows)).save(str(path))
        assert path.stat().st_size <= 100_000


def test_any_changed_character_of_the_counts_is_noticed(tmp_path: Path) -> None:
    """A flipped digit anywhere does not pass for the truth."""
    text = to_text(lb.profile(_table(60, 6)))
    contents = json.loads(text)
    digits = [i for i in range(len(text)) if text[i].isdigit()]
    path = tmp_path / "flipped.json"
    for i in digits[::37]:
        flipped = text[:i] + ("1" if text[i] != "1" else "2") + text[i + 1 :]
        if json.loads(flipped) == contents:
            continue  # beyond the last digit of a float: the same number
        path.write_text(flipped)
        with pytest.raises(lb.LeeboardError) as caught:
            lb.Profile.load(str(path))
        assert caught.value.code in {"damaged_profile", "newer_format"}


@pytest.mark.parametrize("share", [0.0, 0.1, 0.5, 0.9, 0.999])
def test_a_truncated_profile_is_refused(tmp_path: Path, share: float) -> None:
    """Half a file is no profile."""
    text = to_text(lb.profile(_table(60, 6)))
    path = tmp_path / "half.json"
    path.write_text(text[: int(share * len(text))])
    with pytest.raises(lb.LeeboardError, match=r"saved profile|JSON|hash"):
        lb.Profile.load(str(path))


def test_a_newer_format_is_refused_with_both_versions(tmp_path: Path) -> None:
    """The message says which format was found and which can be read."""
    document = json.loads(to_text(lb.profile(_table(60, 6))))
    document["leeboard_profile"] = 7
    path = tmp_path / "newer.json"
    path.write_text(json.dumps(document))
    with pytest.raises(lb.LeeboardError, match=r"format 7.*format 1") as caught:
        lb.Profile.load(str(path))
    assert caught.value.code == "newer_format"


def test_pieces_and_whole_carry_the_same_hash() -> None:
    """Floating-point sums stay out of the hash, so adding does not change it."""
    table = _table(300, 8)
    reference = lb.profile(table)
    whole = lb.profile(table, reference=reference)
    pieces = [
        lb.profile(table.slice(start, 100), reference=reference)
        for start in (0, 100, 200)
    ]
    added = pieces[0] + pieces[1] + pieces[2]
    hashes = [json.loads(to_text(one))["hash"] for one in (whole, added)]
    assert hashes[0] == hashes[1]


def test_a_profile_that_is_not_there_is_named(tmp_path: Path) -> None:
    """The error says which path was asked for."""
    with pytest.raises(lb.LeeboardError, match=r"nowhere\.json") as caught:
        lb.Profile.load(str(tmp_path / "nowhere.json"))
    assert caught.value.code == "unreadable_profile"
