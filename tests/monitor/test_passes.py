"""A pass over a real log and state: what is counted when, and what repeats nothing."""

from __future__ import annotations

from contextlib import closing
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from leeboard import Monitor
from leeboard.logs import open_log
from leeboard.monitor.delays import kept_labels
from leeboard.monitor.labels import labels_of
from leeboard.monitor.passes import Passed
from leeboard.state import Done, open_state
from tests.monitor._world import CONFIG, DAY, START, World, hours, world

HOUR = timedelta(hours=1)


@pytest.fixture
def model(tmp_path: Path) -> World:
    """A monitor that was just begun."""
    return world(tmp_path)


def _pass(monitor: Monitor, day: float) -> Passed:
    """Run as if so many days after the start, and the delay of an hour."""
    (one,) = monitor.run(now=START + day * DAY + HOUR).passes
    return one


def _figures(monitor: Monitor, **where: Any) -> pa.Table:
    return pa.Table.from_pandas(monitor.measurements(**where), preserve_index=False)


def _value(monitor: Monitor, metric: str, day: int, **where: str) -> dict[str, object]:
    rows = _figures(monitor, metric=metric, segment="", **where).to_pylist()
    (row,) = [r for r in rows if r["window_start"] == START + day * DAY]
    return dict(row)


def test_a_window_is_counted_once_it_is_over(model: World) -> None:
    """Nothing is judged in part: neither today nor within the delay."""
    model.predict(hours(0, 300))
    model.predict(hours(1, 100), first=300)
    early = model.monitor.run(now=START + DAY + timedelta(minutes=59)).passes[0]
    assert (early.counted, early.waiting) == (0, 2)
    assert _pass(model.monitor, 1) == Passed("demand", counted=1, waiting=1)
    assert _value(model.monitor, "count", 0)["value"] == 300.0


def test_a_pass_without_a_ripe_window_reads_no_labels(
    model: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What comes all day is remembered; its labels are read when the day is counted."""
    from leeboard.monitor import passes

    read: list[object] = []
    real = labels_of

    def noted(*given: Any) -> Any:
        read.append(given)
        return real(*given)

    monkeypatch.setattr(passes, "labels_of", noted)
    for hour in range(4):
        model.predict([START + hour * HOUR], first=hour)
        model.monitor.run(now=START + (hour + 1) * HOUR)
    assert read == []
    assert _pass(model.monitor, 1) == Passed("demand", counted=1)
    assert len(read) == 1
    assert _value(model.monitor, "count", 0)["value"] == 4.0


def test_a_second_pass_changes_nothing(model: World) -> None:
    """With nothing new, tables are the same to the byte."""
    model.predict(hours(0, 300))
    _pass(model.monitor, 1)
    before = _figures(model.monitor)
    assert _pass(model.monitor, 1) == Passed("demand")
    assert _figures(model.monitor).equals(before)


def test_of_many_predictions_a_sample_tells_how_late_labels_are(
    model: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A pass reads no more of a large log, unless labels are rare in it."""
    for day in range(6):
        model.labelled_day(day, n=400)
    plan, log = model.monitor.plan.models[0], open_log(model.monitor.plan.log)
    now = START + 6 * DAY
    whole = labels_of(log, plan, (), now).delays.pooled()
    monkeypatch.setattr("leeboard.monitor.labels._MOST", 1_500)
    assert labels_of(log, plan, (), now).delays.pooled().rows == 2_400
    monkeypatch.setattr("leeboard.monitor.labels._ENOUGH", 500)
    some = labels_of(log, plan, (), now).delays.pooled()
    assert whole.rows == 2_400
    assert 750 <= some.rows <= 1_500
    late = timedelta(hours=3)
    assert some.completeness_at(late) == pytest.approx(
        whole.completeness_at(late), abs=0.02
    )


@pytest.mark.parametrize("most", [1_500, 200_000])
def test_delays_of_a_large_log_serve_for_a_while(
    model: World, monkeypatch: pytest.MonkeyPatch, most: int
) -> None:
    """For a hundredth of the horizon; of a small log they are counted in every pass."""
    from leeboard.monitor import passes

    monkeypatch.setattr("leeboard.monitor.labels._MOST", most)
    monkeypatch.setattr("leeboard.monitor.labels._ENOUGH", 500)
    read: list[datetime] = []
    real = labels_of

    def noted(*given: Any) -> Any:
        read.append(given[-1])
        return real(*given)

    monkeypatch.setattr(passes, "labels_of", noted)
    for day in range(6):
        model.labelled_day(day, n=400)
    first = START + 6 * DAY
    moments = [first + i * HOUR for i in range(4)]
    for i, now in enumerate(moments):
        # a window of its own to count
        model.predict([START + 5 * DAY], first=90_000 + i)
        model.monitor.run(now=now)
    anew = [moments[0], moments[3]]  # 2.4 hours of a horizon of ten days
    assert read == (anew if most == 1_500 else moments)
    plan = model.monitor.plan.models[0]
    with closing(open_state(model.monitor.plan.state)) as state:
        served = [kept_labels(state, plan, (), at) is not None for at in moments]
        assert kept_labels(state, replace(plan, horizon=DAY), (), moments[3]) is None
        assert kept_labels(state, plan, ("no", "yes"), moments[3]) is None
    assert served == [False, False, False, most == 1_500]


def test_labels_restate_a_window(model: World) -> None:
    """Labels that come later give it a revision, and the figures their label."""
    ids = model.predict(hours(0, 300))
    _pass(model.monitor, 1)
    assert _figures(model.monitor, metric="mae", basis="realised").num_rows == 0
    truth = 20 + 6 * np.random.default_rng(1).normal(15, 5, 300) + 3.0
    model.label(ids, list(truth), [START + 2 * DAY] * 300)
    assert _pass(model.monitor, 2) == Passed("demand", revised=1)
    row = _value(model.monitor, "mae", 0, basis="realised")
    assert row["value"] == pytest.approx(3.0)
    assert row["revision"] == 2
    assert row["n_current"] == 300


def test_few_labels_are_provisional_until_the_horizon(model: World) -> None:
    """Figures from a third of the labels say so; time alone makes them final."""
    ids = model.predict(hours(0, 300))
    model.label(ids[:100], [100.0] * 100, [START + DAY] * 100)
    _pass(model.monitor, 1)
    assert _value(model.monitor, "mae", 0, basis="provisional")["n_current"] == 100
    status = model.monitor.status(now=START + 2 * DAY)
    assert status.models[0].provisional == 1
    assert _pass(model.monitor, 9) == Passed("demand")
    done = _pass(model.monitor, 11)
    assert (done.counted, done.revised, done.unchanged) == (0, 0, 1)
    assert _value(model.monitor, "mae", 0, basis="realised")["n_current"] == 100
    assert model.monitor.status(now=START + 11 * DAY).models[0].provisional == 0
    assert _pass(model.monitor, 12) == Passed("demand")


def test_predictions_past_the_grace_are_late_and_counted_as_such(model: World) -> None:
    """Within the grace they enter the window; past it they do not, and are told."""
    model.predict(hours(0, 300))
    _pass(model.monitor, 1)
    model.predict(hours(0, 20), received_at=START + 2.5 * DAY, first=300, seed=2)
    assert _pass(model.monitor, 2.5) == Passed("demand", revised=1)
    assert _value(model.monitor, "count", 0)["value"] == 320.0
    model.predict(hours(0, 7), received_at=START + 4 * DAY, first=320, seed=3)
    assert _pass(model.monitor, 4) == Passed("demand", unchanged=1, late=7)
    assert _value(model.monitor, "count", 0)["value"] == 320.0
    assert model.monitor.status(now=START + 4 * DAY).models[0].late == 7


def test_history_in_an_empty_monitor_is_not_late(model: World) -> None:
    """What was there when a window was first counted is in it, however old."""
    model.predict(hours(0, 300), received_at=START + 300 * DAY)
    assert _pass(model.monitor, 300) == Passed("demand", counted=1)
    assert _value(model.monitor, "count", 0)["value"] == 300.0


def test_a_retracted_label_leaves_the_figures(model: World) -> None:
    """Feedback without a label takes the label back."""
    ids = model.predict(hours(0, 300))
    model.label(ids, [100.0] * 300, [START + DAY] * 300)
    _pass(model.monitor, 1)
    model.label(ids[:100], [None] * 100, [START + 2 * DAY] * 100)
    assert _pass(model.monitor, 2).revised == 1
    assert _value(model.monitor, "rmse", 0, basis="provisional")["n_current"] == 200


def test_segments_add_up(model: World) -> None:
    """Rows of the levels are the rows of the whole, in counts and in outcomes."""
    model.configure(CONFIG + 'segments = ["city"]\n')
    ids = model.predict(hours(0, 301))
    model.label(ids, [100.0] * 301, [START + DAY] * 301)
    _pass(model.monitor, 1)
    for metric in ("count", "mae"):
        rows = _figures(model.monitor, metric=metric).to_pylist()
        rows = [r for r in rows if r["basis"] in ("counted", "realised")]
        n = {row["segment"]: row["n_current"] for row in rows}
        assert n == {"": 301, "city=Graz": 151, "city=Lyon": 150}


def test_columns_without_a_reference_are_compared_with_their_first_window(
    model: World,
) -> None:
    """Latency has no training data; the first window stands in for it."""
    model.predict(hours(0, 300))
    model.predict(hours(1, 300), first=300, seed=2)
    _pass(model.monitor, 2)
    rows = _figures(model.monitor, column="latency_s", metric="psi").to_pylist()
    first, second = sorted(rows, key=lambda r: r["window_start"])
    assert first["value"] == 0.0
    assert second["value"] > 0.0
    assert second["n_reference"] == 300


def test_hours_become_days_when_they_are_old(model: World) -> None:
    """The day's counts and errors are those of one window of a day; hours are gone."""
    ids = model.predict(hours(0, 480))
    truth = list(np.random.default_rng(5).normal(110, 30, 480))
    model.label(ids, truth, [START + DAY] * 480)
    _pass(model.monitor, 12)
    whole = {
        metric: _value(model.monitor, metric, 0, basis="realised")["value"]
        for metric in ("mae", "rmse", "r2", "mean_residual")
    }
    psi = _value(model.monitor, "psi", 0, column="temp")["value"]
    other = World(model.folder)
    other.configure(CONFIG.replace('"1d"', '"1h"'))
    (model.folder / "monitor" / "results.db").unlink()
    made = _pass(other.monitor, 12)
    assert (made.counted, made.days) == (24, 0)
    other.configure(CONFIG.replace('"1d"', '"1h"') + 'hours_for = "5d"\n')
    other.predict(hours(11, 10), first=480, seed=9)
    assert _pass(other.monitor, 13).days == 1
    first = _done(other)[0]
    assert first.window.end - first.window.start == DAY
    for metric, value in whole.items():
        found = _value(other.monitor, metric, 0, basis="realised")["value"]
        assert found == pytest.approx(value, rel=1e-12)
    assert _value(other.monitor, "psi", 0, column="temp")["value"] == pytest.approx(psi)


def test_errors_of_few_labels_an_hour_outlive_the_hours(model: World) -> None:
    """Without a labelled reference the day's error is the mean of its hours'."""
    config = CONFIG.replace('"1d"', '"1h"') + 'hours_for = "5d"\n'
    config = config.replace('baseline = "demand.baseline.json"\n', "")
    model.configure(config)
    ids = model.predict(hours(0, 240))
    truth = list(np.random.default_rng(5).normal(110, 30, 240))
    model.label(ids, truth, [START + DAY] * 240)
    assert _pass(model.monitor, 3).counted == 24
    hourly = model.monitor.measurements(metric="mae", segment="")
    model.predict(hours(11, 10), first=240, seed=9)
    assert _pass(model.monitor, 13).days == 1
    day = _value(model.monitor, "mae", 0, basis="realised")
    assert day["n_current"] == 240
    assert day["value"] == pytest.approx(hourly["value"].mean(), rel=1e-12)
    assert day["low"] == pytest.approx(hourly["low"].mean(), rel=1e-12)


def _done(model: World) -> list[Done]:
    state = open_state(model.monitor.plan.state)
    try:
        return list(state.windows("demand"))
    finally:
        state.close()


def test_labels_that_have_not_come_are_not_missing(model: World) -> None:
    """Residuals and labels are counted over labelled rows; no share of them is lost."""
    ids = model.predict(hours(0, 600))
    model.label(ids[:300], [100.0] * 300, [START + DAY] * 300)
    _pass(model.monitor, 1)
    for column in ("residual", "label"):
        rows = _figures(model.monitor, column=column).to_pylist()
        assert {row["metric"] for row in rows} == {"psi", "mean"}
        assert {row["n_current"] for row in rows} == {300}


def test_no_event_by_the_horizon_is_a_label_where_it_is_said(model: World) -> None:
    """Silence becomes the label of the configuration once the horizon has passed."""
    model.configure(CONFIG + 'no_event = "0"\n')
    ids = model.predict(hours(0, 300))
    model.label(ids[:30], [90.0] * 30, [START + DAY] * 30)
    _pass(model.monitor, 2)
    assert _value(model.monitor, "mae", 0, basis="provisional")["n_current"] == 30
    assert _pass(model.monitor, 11).revised == 1
    assert _value(model.monitor, "mae", 0, basis="realised")["n_current"] == 300
