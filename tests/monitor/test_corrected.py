"""Figures of windows whose labels have come in part."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.monitor._world import DAY, START, World, hours, world

ROWS = 800


def _label(
    model: World, day: int, ids: list[str], until: datetime, *, delays: bool = True
) -> float:
    """Label what is known by a time; small predictions sooner, and with less error.

    Returns
    -------
    float
        Mean absolute error that the whole day will have.
    """
    draw = np.random.default_rng(1000 + day)
    prediction = 20 + 6 * np.random.default_rng(day).normal(15, 5, len(ids))
    large = prediction > 110
    error = draw.normal(0, np.where(large, 20.0, 5.0))
    wait = draw.exponential(np.where(large, 4.0, 0.7)) if delays else np.zeros(len(ids))
    known = [
        (one, value, at + timedelta(days=float(days)))
        for one, value, at, days in zip(
            ids, prediction + error, hours(day, len(ids)), wait, strict=True
        )
        if at + timedelta(days=float(days)) <= until
    ]
    model.label(*map(list, zip(*known, strict=True)))
    return float(np.abs(error).mean())


def _row(model: World, day: int, basis: str) -> dict[str, Any]:
    table = model.monitor.measurements(metric="mae", segment="", basis=basis)
    rows = table[table["window_start"] == START + day * DAY].to_dict("records")
    (row,) = rows
    return dict(row)


def test_early_labels_that_differ_are_weighed(tmp_path: Path) -> None:
    """The corrected error holds what the day will show; the provisional one is low."""
    model = world(tmp_path)
    now = START + 40 * DAY + timedelta(hours=1)
    truths = {}
    for day in range(40):
        ids = model.predict(hours(day, ROWS), first=ROWS * day, seed=day)
        truths[day] = _label(model, day, ids, now)
    model.monitor.run(now=now)
    low = high = held = 0
    for day in (36, 37, 38):
        naive, one = _row(model, day, "provisional"), _row(model, day, "corrected")
        low += naive["high"] < truths[day]
        high += abs(one["value"] - truths[day]) < abs(naive["value"] - truths[day])
        held += one["low"] <= truths[day] <= one["high"]
    assert (low, high, held) == (3, 3, 3)


def test_kinds_without_a_label_are_not_spoken_for(tmp_path: Path) -> None:
    """Where half of the predictions are never heard of, nothing is corrected."""
    model = world(tmp_path)
    now = START + 14 * DAY + timedelta(hours=1)
    for day in range(14):
        ids = model.predict(hours(day, ROWS), first=ROWS * day, seed=day)
        if day < 3:
            _label(model, day, ids, now)
            continue
        prediction = 20 + 6 * np.random.default_rng(day).normal(15, 5, ROWS)
        small = [one for one, value in zip(ids, prediction, strict=True) if value < 100]
        model.label(small, [90.0] * len(small), [START + (day + 1) * DAY] * len(small))
    model.monitor.run(now=now)
    row = _row(model, 12, "corrected")
    assert np.isnan(row["value"])
    assert row["reason"] == "unheard_kinds"


def test_missing_labels_are_made_up_for_by_estimates(tmp_path: Path) -> None:
    """After the horizon, a fifth of the labels and estimates give the day's error."""
    model = world(tmp_path)
    ids = model.predict(hours(0, 2000), seed=3)
    draw = np.random.default_rng(5)
    prediction = 20 + 6 * np.random.default_rng(3).normal(15, 5, 2000)
    truth = prediction + draw.normal(0, 12, 2000)
    some = draw.random(2000) < 0.2
    chosen = [one for one, yes in zip(ids, some, strict=True) if yes]
    model.label(chosen, list(truth[some]), [START + DAY] * len(chosen))
    model.monitor.run(now=START + 11 * DAY)
    one, few = _row(model, 0, "corrected"), _row(model, 0, "realised")
    whole = float(np.abs(truth - prediction).mean())
    assert one["low"] <= whole <= one["high"]
    assert one["n_current"] == few["n_current"] == len(chosen)
    assert one["value"] == pytest.approx(few["value"], abs=few["high"] - few["value"])


def test_labels_that_were_asked_for_speak_for_their_kind(tmp_path: Path) -> None:
    """Of 3,000 predictions 300 are drawn where errors are large; the mean is right."""
    model = world(tmp_path)
    ids = model.predict(hours(0, 3000), seed=3)
    prediction = 20 + 6 * np.random.default_rng(3).normal(15, 5, 3000)
    draw = np.random.default_rng(5)
    truth = prediction + draw.normal(0, np.where(prediction > 110, 25.0, 5.0))
    drawn = model.monitor.sample(300, now=START + DAY).table
    places = [int(name[1:]) for name in drawn["id"].to_pylist()]
    model.label(
        [ids[i] for i in places], list(truth[places]), [START + 2 * DAY] * len(places)
    )
    model.monitor.run(now=START + 11 * DAY)
    one = _row(model, 0, "corrected")
    whole = float(np.abs(truth - prediction).mean())
    assert one["n_current"] == 300
    assert one["low"] <= whole <= one["high"]
