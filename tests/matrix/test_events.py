"""Events and labels as they really come: late, twice, contradictory, out of shape."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from leeboard import Logger, Monitor
from tests.monitor._world import DAY, START, World, hours, world

NOW = START + 9 * DAY


@pytest.fixture
def model(tmp_path: Path) -> World:
    """A monitor that was just begun."""
    return world(tmp_path)


def _logger(model: World) -> Logger:
    return Logger(model.folder / "monitor", model="demand", mode="spooled")


def _row(monitor: Monitor, metric: str, **where: Any) -> dict[str, Any]:
    table = monitor.measurements(metric=metric, segment="", **where)
    (row,) = table.to_dict("records")
    return dict(row)


def _features(n: int = 0) -> dict[str, float]:
    return {"temp": 15.0 + n % 7}


def _shipped(model: World) -> dict[str, Any]:
    model.monitor.ship()
    return dict(model.monitor.status(now=NOW).to_dict()["models"]["demand"])


def test_p15_the_same_event_twice_is_one(model: World) -> None:
    """A resend of what was stored changes nothing that can be read."""
    with _logger(model) as log:
        for _ in range(3):
            log.log_prediction(_features(), prediction=100.0, id="a", at=START)
            log.log_feedback("a", 101.0, observed_at=START + DAY)
    found = _shipped(model)
    assert (found["predictions"], found["labels"], found["joined"]) == (1, 1, 1)


def test_p16_one_id_with_two_contents_is_one_prediction(model: World) -> None:
    """The earlier one counts, whichever came first, so that order decides nothing."""
    later, earlier = START + timedelta(hours=2), START + timedelta(hours=1)
    with _logger(model) as log:
        log.log_prediction(_features(), prediction=200.0, id="a", at=later)
        log.log_prediction(_features(), prediction=100.0, id="a", at=earlier)
    found = _shipped(model)
    assert (found["predictions"], found["conflicts"]) == (1, 1)
    (row,) = model.monitor.export("predictions").read_all().to_pylist()
    assert (row["prediction"], row["made_at"]) == (100.0, earlier)


@pytest.mark.parametrize(
    "bad", ["", "x" * 129, "line\nbreak", "right\u202eto left", "nul\0"]
)
def test_p17_ids_that_cannot_be_shown_are_refused(model: World, bad: str) -> None:
    """A fresh id comes back, not stored, and the refusal is counted."""
    with _logger(model) as log:
        given = log.log_prediction(_features(), prediction=1.0, id=bad, at=START)
        assert not given.stored
        assert str(given) != bad
    found = _shipped(model)
    assert found["predictions"] == 0
    assert found["dropped_by"] == {"invalid": 1}


@pytest.mark.parametrize(
    "good", ["a/b", "x" * 128, "naïve-😀", "C:\\temp", "../../etc"]
)
def test_p17_any_printable_id_is_data(model: World, good: str) -> None:
    """Slashes, emoji and traversal are text, and join like any other."""
    with _logger(model) as log:
        log.log_prediction(_features(), prediction=1.0, id=good, at=START)
        log.log_feedback(good, 2.0)
    assert _shipped(model)["joined"] == 1


def test_p18_a_time_without_a_zone_is_refused(model: World) -> None:
    """No zone is guessed; the event is counted as dropped."""
    with _logger(model) as log:
        naive = datetime(2026, 3, 1, 12)  # noqa: DTZ001 - what is tested
        assert not log.log_prediction(_features(), prediction=1.0, at=naive).stored
    assert _shipped(model)["dropped_by"] == {"invalid": 1}


def test_p18_a_missing_time_is_now(model: World) -> None:
    """An event without a time was made when it was logged."""
    before = datetime.now(START.tzinfo)
    with _logger(model) as log:
        log.log_prediction(_features(), prediction=1.0)
    model.monitor.ship()
    (row,) = model.monitor.export("predictions").read_all().to_pylist()
    assert before - timedelta(seconds=1) <= row["made_at"]
    assert row["made_at"] <= datetime.now(START.tzinfo)


def test_p20_unknown_and_missing_features_are_kept_and_told(model: World) -> None:
    """A new feature is logged and exported; the one that is gone is a figure."""
    with _logger(model) as log:
        for i in range(300):
            log.log_prediction({"tmp": 15.0}, prediction=110.0, at=hours(0, 300)[i])
    model.monitor.run(now=NOW)
    assert "tmp" in model.monitor.export("predictions").schema.names
    gone = _row(model.monitor, "counted", column="temp")
    assert gone["reason"] == "missing_column"
    assert _row(model.monitor, "count")["value"] == 300.0


def test_p21_a_type_that_changed_is_told_and_the_rest_counted(model: World) -> None:
    """Texts among numbers are kept as they came, missing among numbers, and named."""
    with _logger(model) as log:
        for i in range(300):
            temp = "15,5" if i < 30 else 15.5
            log.log_prediction({"temp": temp}, prediction=113.0, at=hours(0, 300)[i])
    model.monitor.run(now=NOW)
    assert _row(model.monitor, "missing", column="temp")["value"] == pytest.approx(0.1)
    exported = model.monitor.export("predictions").read_all()
    assert exported["temp"].to_pylist().count("15,5") == 30


def test_p22_p23_labels_wait_for_their_prediction(model: World) -> None:
    """A label before its prediction joins later; one for an unknown id waits."""
    model.label(["p0", "nobody"], [111.0, 5.0], [START + DAY] * 2)
    assert model.monitor.run(now=NOW).passes[0].counted == 0
    model.predict(hours(0, 300))
    model.monitor.run(now=NOW)
    found = _shipped(model)
    assert (found["labels"], found["joined"]) == (2, 1)


def test_p24_a_contradictory_label_restates_the_figures(model: World) -> None:
    """The label observed last counts, also when it arrives first."""
    ids = model.predict(hours(0, 300))
    model.label(ids, [200.0] * 300, [START + 3 * DAY] * 300)
    model.monitor.run(now=START + 4 * DAY)
    first = _row(model.monitor, "mae", basis="realised")
    model.label(ids, [0.0] * 300, [START + 2 * DAY] * 300)
    model.monitor.run(now=START + 5 * DAY)
    assert _row(model.monitor, "mae", basis="realised")["value"] == first["value"]
    model.label(ids, [0.0] * 300, [START + 4 * DAY] * 300)
    model.monitor.run(now=START + 6 * DAY)
    last = _row(model.monitor, "mae", basis="realised")
    assert last["value"] != first["value"]
    assert last["revision"] == first["revision"] + 1


def test_p26_a_null_label_takes_the_label_back(model: World) -> None:
    """The row has no label again, and is in no figure."""
    ids = model.predict(hours(0, 300))
    model.label(ids, [100.0] * 300, [START + DAY] * 300)
    with _logger(model) as log:
        for one in ids[:10]:
            log.log_feedback(one, None, observed_at=START + 2 * DAY)
    model.monitor.run(now=START + 11 * DAY)
    assert _row(model.monitor, "mae", basis="realised")["n_current"] == 290
