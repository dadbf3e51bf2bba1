"""Counts of a growing log are those of a log that is counted anew, and cost less."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from leeboard.logs import Batch, _tally
from leeboard.logs._counts import Counts, counts
from leeboard.logs._files import Files, SegmentFile
from leeboard.logs._tables import FEEDBACK_PLAIN, PREDICTIONS_PLAIN, QUARANTINED
from leeboard.logs._tally import Tally
from leeboard.logs.folder import FolderLog
from tests.logs._reference import at, feedback, log, prediction, table, written

_Rows = list[dict[str, Any]]

_keys = st.sampled_from("abcdefgh")
_said = st.builds(
    lambda key, made, received, value: prediction(
        key, made, received, **{"prediction#d": value}
    ),
    _keys,
    st.integers(0, 5),
    st.integers(0, 9),
    st.sampled_from([1.0, 2.0]),
)
_told = st.builds(
    lambda key, seen, received, label, model: {
        **feedback(key, seen, received, **label),
        "model": model,
    },
    st.sampled_from("abcdefghij"),
    st.integers(-1, 4),
    st.integers(0, 9),
    st.sampled_from([{}, {"d": 1.0}, {"d": 2.0}, {"s": "a"}]),
    st.sampled_from(["m", ""]),
)
_part = st.tuples(st.lists(_said, max_size=4), st.lists(_told, max_size=4))
_pieces = st.lists(_part, min_size=1, max_size=6)
_steps = st.lists(
    st.tuples(st.sets(st.integers(0, 5)), st.none() | _part), min_size=1, max_size=5
)


def _there(file: SegmentFile) -> bool:
    return Path(file.path).exists()


def _chosen(files: Sequence[SegmentFile], kept: set[int]) -> tuple[SegmentFile, ...]:
    return tuple(file for file in files if file.sequence - 1 in kept)


@pytest.fixture
def _always_by_difference(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_tally, "_SHARE", 1e9)


@pytest.mark.usefixtures("_always_by_difference")
@settings(max_examples=30, deadline=None)
@given(_pieces, _steps)
def test_counts_after_files_came_and_went_are_those_of_all(
    pieces: Sequence[tuple[_Rows, _Rows]],
    steps: Sequence[tuple[set[int], tuple[_Rows, _Rows] | None]],
) -> None:
    """Whatever came and went between two reads, in files or as frames."""
    with TemporaryDirectory() as name:
        every = log(Path(name), [p for p, _ in pieces], [f for _, f in pieces])
        tally = Tally(_there)
        for kept, loose in steps:
            files = Files(
                _chosen(every.predictions, kept), _chosen(every.feedback, kept)
            )
            if loose is not None:
                files = replace(
                    files,
                    new_predictions=table(loose[0], PREDICTIONS_PLAIN),
                    new_feedback=table(loose[1], FEEDBACK_PLAIN),
                )
            assert tally.counts(files) == counts(files)


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[bool]:
    """Whether each count was of all ids."""
    found: list[bool] = []

    def counted(files: Files, **given: Any) -> Counts:
        found.append(given.get("among") is None)
        return counts(files, **given)

    monkeypatch.setattr(_tally, "counts", counted)
    return found


def _many(folder: Path, days: int) -> Files:
    said = [
        [prediction(f"{day:03d}-{n}", day, day) for n in range(20)]
        for day in range(days)
    ]
    told = [
        [feedback(f"{day:03d}-{n}", day, day, d=1.0) for n in range(0, 20, 2)]
        for day in range(days)
    ]
    return log(folder, said, told)


def test_only_what_came_is_counted(tmp_path: Path, asked: list[bool]) -> None:
    """All are counted once, and nothing where nothing came."""
    files = _many(tmp_path, 6)
    tally = Tally(_there)
    tally.counts(Files(files.predictions[:5], files.feedback[:4]))
    assert asked == [True]
    found = tally.counts(files)
    assert asked == [True, False, False]
    assert found == Counts(120, 60, 60, at(0), at(5), at(5))
    assert tally.counts(files) == found
    assert len(asked) == 3


def test_merged_files_are_counted_by_their_ids(
    tmp_path: Path, asked: list[bool]
) -> None:
    """What went is subtracted, and what it was merged into is added."""
    files = _many(tmp_path, 8)
    tally = Tally(_there)
    before = tally.counts(files)
    folder = tmp_path / "merged"
    folder.mkdir()
    rows = [prediction(f"{day:03d}-{n}", day, day) for day in (2, 3) for n in range(20)]
    (merged,) = written(folder, [rows], "predictions")
    kept = (*files.predictions[:2], *files.predictions[4:], merged)
    assert tally.counts(replace(files, predictions=kept)) == before
    assert asked == [True, False, False]


def test_where_what_went_is_gone_all_is_counted(
    tmp_path: Path, asked: list[bool]
) -> None:
    """Its ids cannot be read any more."""
    files = _many(tmp_path, 8)
    tally = Tally(_there)
    tally.counts(files)
    Path(files.predictions[3].path).unlink()
    kept = (*files.predictions[:3], *files.predictions[4:])
    left = replace(files, predictions=kept)
    assert tally.counts(left) == counts(left)
    assert asked[-1]


@pytest.mark.usefixtures("_always_by_difference")
def test_an_end_that_moved_inward_is_looked_for(
    tmp_path: Path, asked: list[bool]
) -> None:
    """Without its first file a log begins later, which other ids tell than those."""
    days = [[prediction("a", 0, 0)], [prediction("b", 1, 1)], [prediction("a", 2, 2)]]
    files = log(tmp_path, days, [])
    tally = Tally(_there)
    assert tally.counts(files).first == at(0)
    left = Files(files.predictions[1:])
    assert tally.counts(left).first == at(1)
    assert asked[-1]


def test_frames_are_counted_on_top_and_not_kept(tmp_path: Path) -> None:
    """They are in a file the next time, or their process died before it wrote them."""
    files = _many(tmp_path, 4)
    rows = [prediction("new", 9, 9), prediction("000-0", 0, 0)]
    tally = Tally(_there)
    loose = replace(files, new_predictions=table(rows, PREDICTIONS_PLAIN))
    assert tally.counts(loose).predictions == 81
    assert tally.counts(files).predictions == 80


def test_a_log_counts_as_a_new_one_while_a_file_is_damaged_and_after(
    tmp_path: Path,
) -> None:
    """Damaged bytes are not read again to subtract what they said before."""
    draw = Random(1)
    log = FolderLog.at(str(tmp_path))
    for day in range(6):
        ids = [f"{draw.getrandbits(60):x}" for _ in range(100)]
        said = table([prediction(one, day, day) for one in ids], PREDICTIONS_PLAIN)
        told = table([feedback(one, day, day, d=1.0) for one in ids], FEEDBACK_PLAIN)
        log.write(Batch(said, told, QUARANTINED.empty_table()))
    (before,) = log.summary()
    (path, *_) = sorted(tmp_path.rglob("predictions-*.parquet"))
    sound = path.read_bytes()
    for place in range(40, len(sound) - 400, len(sound) // 30):
        path.write_bytes(sound[:place] + bytes([sound[place] ^ 4]) + sound[place + 1 :])
        assert log.summary() == FolderLog.at(str(tmp_path)).summary()
        path.write_bytes(sound)
        assert log.summary() == [before]
