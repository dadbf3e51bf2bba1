"""The fake takes what the logger takes, and keeps what the logger would store."""

from __future__ import annotations

import inspect
import math
import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from leeboard_logger import Logger, LoggerError, NotDurable
from leeboard_logger.testing import FakeLogger, Feedback, Prediction

NAMES = [name for name in dir(Logger) if not name.startswith("_")]


@pytest.mark.parametrize("name", NAMES)
def test_signatures_are_those_of_the_logger(name: str) -> None:
    """Each public method of the fake is called as the logger's is."""
    ours, theirs = getattr(FakeLogger, name), getattr(Logger, name)
    assert inspect.signature(ours) == inspect.signature(theirs)
    assert inspect.iscoroutinefunction(ours) == inspect.iscoroutinefunction(theirs)


def test_every_setting_of_the_logger_is_taken(tmp_path: Path) -> None:
    """A fake may stand wherever a logger is made, whatever it is made with."""
    settings = {
        name: parameter.default
        for name, parameter in inspect.signature(Logger).parameters.items()
        if not name.startswith("_") and parameter.default is not parameter.empty
    }
    for target in (str(tmp_path / "monitor"), "https://there.example"):
        for mode in ("buffered", "spooled", "durable"):
            more = {"mode": mode, "spool": tmp_path / "spool", "key": "0123456789"}
            with FakeLogger(target, model="demand", **{**settings, **more}) as log:
                assert log.log_prediction({"x": 1.0}, 2.0).stored
    assert list(tmp_path.iterdir()) == []


def test_a_wrong_setting_is_refused_as_the_logger_does() -> None:
    """A test finds a mistake in how the logger is made."""
    with pytest.raises(LoggerError, match="bad_mode"):
        FakeLogger(mode="sometimes")
    with pytest.raises(TypeError):
        FakeLogger(sort="demand")


def test_events_are_kept_as_they_would_be_stored() -> None:
    """At once, in order, copied, with times, and numbers that JSON lacks."""
    log = FakeLogger(model="demand", version="2")
    features = {"temp": math.nan, "a.b": -math.inf, "city": "Graz"}
    at = datetime(2026, 1, 31, 12, tzinfo=UTC)
    pid = log.log_prediction(
        features, math.inf, scores=0.25, id="a", at=at, segments={"city": "Graz"}
    )
    features["city"] = "Lyon"
    log.log_feedback(pid, math.nan, observed_at=at + timedelta(days=2))
    log.log_feedback(pid, None, observed_at=0)
    assert repr(log.predictions) == repr(
        [
            Prediction(
                id="a",
                model="demand",
                version="2",
                made_at=at,
                prediction=math.inf,
                features={"temp": math.nan, "a.b": -math.inf, "city": "Graz"},
                scores={"score": 0.25},
                segments={"city": "Graz"},
            )
        ]
    )
    assert [one.label for one in log.feedback][1:] == [None]
    assert math.isnan(log.feedback[0].label)
    assert log.feedback[0].observed_at == at + timedelta(days=2)
    assert isinstance(log.feedback[0], Feedback)
    assert log.stats().acknowledged == 3


def test_redaction_and_sampling_are_seen_by_tests() -> None:
    """What would not be written is not kept either."""
    log = FakeLogger(redact=["name"], truncate={"note": 3}, sample=0.5)
    for n in range(100):
        log.log_prediction({"name": "Ada", "note": "abcdef"}, 1.0, id=f"{n}")
    assert 25 < len(log.predictions) < 75
    assert log.stats().sampled == 100 - len(log.predictions)
    assert {p.rate for p in log.predictions} == {0.5}
    assert all(p.features == {"note": "abc"} for p in log.predictions)


def test_a_fake_can_be_told_to_refuse() -> None:
    """Refused events are counted under the reason; durable mode raises it."""
    log = FakeLogger()
    log.refuse("spool_full")
    assert not log.log_prediction({"x": 1.0}).stored
    assert log.predictions == []
    assert log.stats().dropped == {"spool_full": 1}
    log.refuse("")
    assert log.log_prediction({"x": 1.0}).stored
    durable = FakeLogger(mode="durable")
    durable.refuse("unreachable")
    with pytest.raises(NotDurable, match="unreachable"):
        durable.log_feedback("a", 1)


def test_what_a_logger_refuses_a_fake_refuses() -> None:
    """An id that is none, and anything after closing, are counted and not kept."""
    log = FakeLogger()
    assert not log.log_prediction({"x": 1.0}, id="a\nb").stored
    log.close()
    assert not log.log_prediction({"x": 1.0}).stored
    assert log.predictions == []
    assert log.stats().dropped == {"invalid": 1, "shutdown": 1}


def test_whole_frames_are_kept_row_by_row() -> None:
    """Rows of a frame and their labels are there in order; refused ones are counted."""
    log = FakeLogger()
    frame = {"id": ["a", "b\n", "c"], "temp": [1.0, 2.0, 3.0], "prediction": [4, 5, 6]}
    ids = log.log_predictions(frame, id="id")
    assert [pid.stored for pid in ids] == [True, False, True]
    assert [(p.id, p.features, p.prediction) for p in log.predictions] == [
        ("a", {"temp": 1.0}, 4),
        ("c", {"temp": 3.0}, 6),
    ]
    log.log_feedbacks({"id": ["a", "c"], "label": [7.0, 8.0]})
    assert [(f.id, f.label) for f in log.feedback] == [("a", 7.0), ("c", 8.0)]
    log.refuse("queue_full")
    log.log_feedbacks({"id": ["a", "c"], "label": [7.0, 8.0]})
    assert log.stats().dropped == {"invalid": 1, "queue_full": 2}


def test_a_fake_starts_no_thread_and_writes_no_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Tests that use it need no waiting and no cleaning up."""
    monkeypatch.chdir(tmp_path)
    before = threading.active_count()
    log = FakeLogger("./monitor")
    log.log_prediction({"x": 1.0})
    assert log.flush(0.1)
    log.close()
    assert threading.active_count() == before
    assert list(tmp_path.iterdir()) == []


def test_a_fake_logs_where_logging_is_switched_off(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The kill switch of a test machine does not make its tests fail."""
    monkeypatch.setenv("LEEBOARD_DISABLED", "1")
    assert FakeLogger().log_prediction({"x": 1.0}).stored


def test_the_fake_is_found_beside_the_logger() -> None:
    """``leeboard.testing`` has the fake, as ``leeboard`` has the logger."""
    from leeboard import testing

    assert testing.FakeLogger is FakeLogger
