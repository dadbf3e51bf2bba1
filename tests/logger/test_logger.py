"""What a call of the logger promises, in each mode."""

from __future__ import annotations

import asyncio
import copy
import errno
import json
import pickle
import sys
import threading
import time
import uuid
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from leeboard_logger import EventId, Logger
from leeboard_logger._core import Edges
from leeboard_logger.frames import Frame, read_frames
from tests.logger.faults import FakeClock, Plan, faulty

MODES = ("buffered", "spooled", "durable")


def payloads(folder: Path, kind: str = "p") -> list[dict[str, object]]:
    """Return the records of one kind that lie in a spool, in order."""
    found = []
    for path in sorted((folder / "spool").glob("*.frames")):
        for piece in read_frames(path.read_bytes()):
            assert isinstance(piece, Frame), "a gap"
            if piece.payload[:1] == kind.encode():
                found.append(json.loads(piece.payload[1:]))
    return found


@pytest.mark.parametrize("mode", MODES)
def test_an_event_lies_in_the_spool_as_the_frames_say(
    tmp_path: Path, mode: str
) -> None:
    """Prediction and label are written with all that was given, and say so."""
    with Logger(tmp_path, model="demand", version="1.2.3", mode=mode) as log:
        pid = log.log_prediction(
            {"temp": 3.5, "city": "DC"},
            412.0,
            scores={"high": 0.25},
            at=1_700_000_000.5,
            segments={"city": "DC"},
            metadata={"request": "r1"},
            latency_s=0.004,
        )
        fid = log.log_feedback(pid, 398.0, observed_at=1_700_000_060)
        assert log.flush(5)
    assert pid.stored
    assert fid.stored
    assert fid == pid
    assert payloads(tmp_path) == [
        {
            "id": pid,
            "model": "demand",
            "version": "1.2.3",
            "made_at": 1_700_000_000_500_000,
            "prediction": 412.0,
            "features": {"temp": 3.5, "city": "DC"},
            "scores": {"high": 0.25},
            "segments": {"city": "DC"},
            "metadata": {"request": "r1"},
            "latency_s": 0.004,
        }
    ]
    assert payloads(tmp_path, "f") == [
        {
            "id": pid,
            "model": "demand",
            "label": 398.0,
            "observed_at": 1_700_000_060_000_000,
        }
    ]
    stats = log.stats()
    assert (stats.logged, stats.acknowledged, stats.queued) == (2, 2, 0)
    assert stats.dropped == {}


def test_ids_are_unique_ordered_texts(tmp_path: Path) -> None:
    """A fresh id is a UUID of version 7 with the time of the call in it."""
    with Logger(tmp_path, model="m", mode="spooled") as log:
        ids = [log.log_prediction({"x": 1}) for _ in range(1000)]
    assert len(set(ids)) == 1000
    now = time.time() * 1000
    for one in ids:
        made = uuid.UUID(one)
        assert (made.version, made.variant) == (7, uuid.RFC_4122)
        assert 0 <= now - (made.int >> 80) < 60_000
    milliseconds = [uuid.UUID(one).int >> 80 for one in ids]
    assert milliseconds == sorted(milliseconds)


def test_an_id_is_a_text_that_can_be_handed_on(tmp_path: Path) -> None:
    """It serialises, copies and pickles, and a copy keeps the answer of its moment."""
    with Logger(tmp_path, model="m", mode="spooled") as log:
        pid = log.log_prediction({"x": 1})
    assert json.loads(json.dumps({"id": pid})) == {"id": str(pid)}
    for twin in (copy.copy(pid), pickle.loads(pickle.dumps(pid))):
        assert twin == pid
        assert isinstance(twin, EventId)
        assert twin.stored


@pytest.mark.parametrize(
    ("given", "text"),
    [
        ("order 7/ä", "order 7/ä"),
        (7, "7"),
        (uuid.UUID(int=7), str(uuid.UUID(int=7))),
        ("x" * 128, "x" * 128),
        ("", None),
        ("x" * 129, None),
        ("a\n", None),
        ("a\x9f", None),
        ("a\u202eb", None),
        ("a\ud800", None),
        (True, None),
        (1.5, None),
        (b"a", None),
    ],
)
def test_given_ids(tmp_path: Path, given: object, text: str | None) -> None:
    """A printable text is kept as it is; of anything else the call gets a fresh id."""
    with Logger(tmp_path, model="m", mode="spooled") as log:
        pid = log.log_prediction({"x": 1}, id=given)
        fid = log.log_feedback(given, 1)
    assert pid.stored == fid.stored == (text is not None)
    if text is None:
        assert uuid.UUID(pid).version == 7
        assert log.stats().dropped == {"invalid": 2}
    else:
        assert pid == fid == text


@pytest.mark.parametrize(
    ("at", "micros"),
    [
        (datetime(2023, 11, 14, 22, 13, 20, 5, tzinfo=UTC), 1_700_000_000_000_005),
        (
            datetime(2023, 11, 14, 23, 13, 20, tzinfo=timezone(timedelta(hours=1))),
            1_700_000_000_000_000,
        ),
        (1_700_000_000, 1_700_000_000_000_000),
        (1_700_000_000.25, 1_700_000_000_250_000),
        (np.float64(1_700_000_000.25), 1_700_000_000_250_000),
        (np.datetime64("2023-11-14T22:13:20", "ns"), 1_700_000_000_000_000),
        (pd.Timestamp("2023-11-14T22:13:20Z"), 1_700_000_000_000_000),
        (datetime(2023, 11, 14, 22, 13, 20), None),  # noqa: DTZ001
        (pd.Timestamp("2023-11-14T22:13:20"), None),
        (pd.NaT, None),
        (float("nan"), None),
        (-1, None),
        (1e12, None),
        (7_258_118_400, None),
        (datetime(1969, 12, 31, tzinfo=UTC), None),
        (True, None),
        ("2023-11-14", None),
    ],
    ids=str,
)
def test_times_are_aware_or_seconds(
    tmp_path: Path, at: object, micros: int | None
) -> None:
    """A moment is kept to the microsecond; one without a zone is refused."""
    with Logger(tmp_path, model="m", mode="spooled") as log:
        pid = log.log_prediction({"x": 1}, at=at)
        log.log_feedback(pid, 1, observed_at=at)
    if micros is None:
        assert log.stats().dropped == {"invalid": 2}
    else:
        assert [one["made_at"] for one in payloads(tmp_path)] == [micros]
        assert [one["observed_at"] for one in payloads(tmp_path, "f")] == [micros]


def test_numbers_that_json_lacks_are_told_aside(tmp_path: Path) -> None:
    """NaN and infinities are null in place, with their meaning under ``special``."""
    nan, inf = float("nan"), float("inf")
    with Logger(tmp_path, model="m", mode="spooled") as log:
        log.log_prediction({"a.b": nan, "c": [nan]}, inf, scores={"x": -inf})
        log.log_feedback("i", np.float32("nan"))
    (one,) = payloads(tmp_path)
    assert one["features"] == {"a.b": None, "c": [None]}
    assert one["prediction"] is None
    assert one["special"] == {
        "features.a.b": "nan",
        "prediction": "inf",
        "scores.x": "-inf",
    }
    (label,) = payloads(tmp_path, "f")
    assert (label["label"], label["special"]) == (None, {"label": "nan"})


def test_scores_have_names(tmp_path: Path) -> None:
    """One probability is called ``score``; a row of them goes by its places."""
    with Logger(tmp_path, model="m", mode="spooled") as log:
        several = [[0.25, 0.75], np.array([0.25, 0.75]), np.array([[0.25, 0.75]])]
        for scores in (0.25, np.float64(0.25), *several):
            log.log_prediction({"x": 1}, scores=scores)
        log.log_prediction({"x": 1}, scores={"a": 1, "b": "high", "c": None})
    *named, odd = [one["scores"] for one in payloads(tmp_path)]
    assert odd == {"a": 1.0, "b": None, "c": None}
    assert log.stats().values_dropped == 1
    assert named == [{"score": 0.25}] * 2 + [{"0": 0.25, "1": 0.75}] * 3


def test_what_a_model_says_of_one_row_is_one_prediction(tmp_path: Path) -> None:
    """An array of one is its element; of more there is no prediction, and a count."""
    with Logger(tmp_path, model="m", mode="spooled") as log:
        for said in (np.array([3.0]), [3.0], np.array([1.0, 2.0])):
            log.log_prediction({"x": 1}, said)
    assert [one["prediction"] for one in payloads(tmp_path)] == [3.0, 3.0, None]
    assert log.stats().values_dropped == 1


class Events(Plan):
    """Tells writes that hold an event from those that account for them."""

    def __call__(
        self, name: str, call: Callable[..., object], given: tuple[object, ...]
    ) -> object:
        """Do a step, or fail; remember it."""
        found = super().__call__(name, call, given)
        if name == "write" and b'"prediction"' in bytes(given[1]):  # type: ignore[call-overload]  # bytes
            self.calls[-1] = "event"
        return found


@pytest.fixture
def hasty() -> Iterator[None]:
    """Let threads take turns as often as they can."""
    usual = sys.getswitchinterval()
    sys.setswitchinterval(1e-5)
    yield
    sys.setswitchinterval(usual)


@pytest.mark.parametrize("mode", ["buffered", "spooled"])
def test_a_flush_has_all_on_the_disk(tmp_path: Path, mode: str, hasty: None) -> None:
    """Events are written, then synced, whatever the worker was at; errors are told."""
    plan = Events()
    edges = Edges(folder=faulty(plan))
    for number in range(40):
        plan.calls.clear()
        folder = tmp_path / str(number)
        with Logger(folder, model="m", mode=mode, flush_s=600, _edges=edges) as log:
            log.log_prediction({"x": number})
            assert log.flush(5)
            calls = list(plan.calls)
            assert "sync" in calls[calls.index("event") :]
            assert "sync_names" in calls[calls.index("rename") :]
            log.log_prediction({"x": 1})
            plan.errors = {"sync": errno.EIO}
            assert not log.flush(5)
            plan.errors = {}


def test_a_label_of_none_takes_it_back_and_no_other_does(tmp_path: Path) -> None:
    """What cannot be written is refused, so that it is not taken for a retraction."""
    with Logger(tmp_path, model="m", mode="spooled") as log:
        assert log.log_feedback("a", None).stored
        assert not log.log_feedback("b", object()).stored
        assert not log.log_feedback("c", pd.NA).stored
        assert not log.log_feedback("d", [1, 2]).stored
        assert not log.log_feedback(None, 1).stored
    assert [one["id"] for one in payloads(tmp_path, "f")] == ["a"]


def test_records_are_bounded(tmp_path: Path) -> None:
    """More than 1,000 features or 64 KiB is refused as too large, in every mode."""
    for mode in ("buffered", "spooled"):
        with Logger(tmp_path / mode, model="m", mode=mode) as log:
            log.log_prediction({str(k): k for k in range(1001)})
            log.log_prediction({f"x{k}": "y" * 1024 for k in range(100)})
            assert log.log_prediction({str(k): k for k in range(1000)}) != ""
            log.flush(5)
        assert log.stats().dropped == {"too_large": 2}
        assert log.stats().acknowledged == 1


def test_what_the_caller_changes_later_is_not_logged(tmp_path: Path) -> None:
    """Values are copied at the call, also where they wait in the queue."""
    features = {"x": 1.0, "y": 2.0}
    with Logger(tmp_path, model="m") as log:
        log.log_prediction(features)
        features["x"] = 9.0
        log.flush(5)
    assert payloads(tmp_path)[0]["features"] == {"x": 1.0, "y": 2.0}


def test_sampling_keeps_labels_where_it_keeps_predictions(tmp_path: Path) -> None:
    """A hash of the id decides, near the rate, and the rate is written."""
    with Logger(tmp_path, model="m", mode="spooled", sample=0.25) as log:
        for number in range(2000):
            log.log_prediction({"x": 1}, id=number)
            log.log_feedback(number, 1)
    kept = payloads(tmp_path)
    assert {one["id"] for one in kept} == {one["id"] for one in payloads(tmp_path, "f")}
    # Binomial(2000, 0.25) has a standard deviation of 19.4: five of them.
    assert abs(len(kept) - 500) < 97
    assert {one["rate"] for one in kept} == {0.25}
    stats = log.stats()
    assert stats.logged == 2 * len(kept)
    assert stats.sampled == 4000 - 2 * len(kept)


def test_private_columns_stay_in_the_process(tmp_path: Path) -> None:
    """Nothing of a redacted value is in any file, in any mode and any group."""
    secret = "s3cr3t-value"
    for mode in MODES:
        with Logger(
            tmp_path / mode,
            model="m",
            mode=mode,
            redact=["email"],
            hash=["user"],
            truncate={"note": 2},
            hash_key=b"0123456789abcdef",
        ) as log:
            group = {"email": secret, "user": secret, "note": f"ab{secret}"}
            log.log_prediction(group, 1, segments=group, metadata=dict(group, x=[1]))
            log.log_predictions(
                {**{k: [v] for k, v in group.items()}, "prediction": [1]}
            )
            log.flush(5)
        data = b"".join(p.read_bytes() for p in (tmp_path / mode / "spool").iterdir())
        assert secret.encode() not in data
        assert len(payloads(tmp_path / mode)) == 2


def test_the_log_at_rest_reads_what_the_logger_writes(tmp_path: Path) -> None:
    """The account in the files ends with what the logger itself last said."""
    with Logger(tmp_path, model="m") as log:
        for number in range(10):
            log.log_prediction({"x": number})
        log.log_prediction({}, id="\n")
    (*_, last) = payloads(tmp_path, "a")
    assert last == {
        "logger": last["logger"],
        "model": "m",
        "logged": 11,
        "acknowledged": 10,
        "queued": 0,
        "dropped": {"invalid": 1},
        "sampled": 0,
        "degraded": 0,
        "values_cut": 0,
        "values_dropped": 0,
    }


def test_async_calls(tmp_path: Path) -> None:
    """Awaited calls log as the others do, and never hold the loop."""

    async def both(log: Logger) -> tuple[EventId, EventId]:
        pid = await log.log_prediction_async({"x": 1}, 1.0)
        return pid, await log.log_feedback_async(pid, 1.0)

    for mode in MODES:
        with Logger(tmp_path / mode, model="m", mode=mode, timeout=10) as log:
            ids = asyncio.run(both(log))
            log.flush(5)
        assert [one.stored for one in ids] == [True, True]


def test_durable_calls_share_a_sync(tmp_path: Path) -> None:
    """Callers that wait at once are acknowledged by one sync, not one each."""
    plan = Plan()
    edges = Edges(folder=faulty(plan))
    with Logger(tmp_path, model="m", mode="durable", timeout=30, _edges=edges) as log:
        threads = [
            threading.Thread(
                target=lambda: [log.log_prediction({"x": 1}) for _ in range(25)]
            )
            for _ in range(8)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert log.stats().acknowledged == 200
    assert plan.calls.count("sync") < 200


def test_times_come_from_the_clock_that_is_given(tmp_path: Path) -> None:
    """A step of the clock shows in the events, and in nothing else."""
    clock = FakeClock()
    edges = Edges(clock=clock)
    with Logger(tmp_path, model="m", mode="spooled", _edges=edges) as log:
        for step_s in (0, 3600, -7200, 600):
            clock.day_ns += step_s * 1_000_000_000
            assert log.log_prediction({"x": 1}).stored
    start = 1_700_000_000
    made = [one["made_at"] for one in payloads(tmp_path)]
    assert made == [(start + s) * 1_000_000 for s in (0, 3600, -3600, -3000)]
