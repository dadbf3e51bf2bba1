"""What is kept between pages is never older than the store."""

from __future__ import annotations

import json
import os
import re
import time
from dataclasses import replace
from datetime import timedelta
from html import unescape
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import numpy as np
import pytest

from leeboard.dashboard.reading import Reader
from leeboard.logs import open_log
from leeboard.monitor.baseline import FORMAT
from leeboard.state import open_state
from leeboard.state.memory import MemoryState
from leeboard.windows import Window
from tests.dashboard._board import board
from tests.dashboard._made import NOW, START, fill, plan_of
from tests.monitor._world import hours, world
from tests.pages.findings import findings, numbers

HOUR = timedelta(hours=1)


def _reader(folder: Path) -> Reader:
    values = np.arange(60.0)
    built = numbers("x", values, values)
    state = MemoryState()
    fill(state, "m", ["x"], windows=30)
    return Reader(plan_of(folder, findings([built]).reference, ["m"]), state)


def test_windows_are_kept_until_one_is_counted_or_dropped(tmp_path: Path) -> None:
    """Read once while nothing happens; hours that became a day are not shown again."""
    reader = _reader(tmp_path)
    before = reader.windows("m")
    assert reader.windows("m") is before
    lease = reader.state.lease("roll", "test", NOW, 60.0)
    assert lease is not None
    hours = [one.window for one in before[:24]]
    day = replace(before[0], window=Window(START, START + 24 * HOUR))
    place = reader.state.place("m")
    batch: list[Any] = [(day, [], [])]
    reader.state.put(lease, batch, model="m", place=place, replaces=hours)
    assert [one.window for one in reader.windows("m")] == [
        day.window,
        *(one.window for one in before[24:]),
    ]
    reader.state.drop("m", [day.window])
    assert len(reader.windows("m")) == 6


def test_the_version_before_an_incident_is_looked_for_once(tmp_path: Path) -> None:
    """A page does not read the log at each look; a window counted since may tell."""
    model = world(tmp_path)
    model.predict(hours(0, 60), version="1.2")
    model.predict(hours(1, 60), first=100, version="1.3")
    model.monitor.run(now=hours(2, 1)[0] + timedelta(hours=3))
    state = open_state(model.monitor.plan.state)
    log = open_log(model.monitor.plan.log)
    asked: list[Any] = []

    class Counted:
        broken = True

        def joined(self, *given: Any, **more: Any) -> Any:
            if self.broken:
                raise OSError("the disk is away")
            asked.append(given)
            return log.joined(*given, **more)

    reader = Reader(model.monitor.plan, state, log)
    window = state.windows("demand")[1].window
    counted: Any = Counted()
    assert reader._good(counted, "demand", window) == ""
    counted.broken = False
    for _ in range(3):
        assert reader._good(counted, "demand", window) == "1.2"
    assert len(asked) == 2
    state.drop("demand", [state.windows("demand")[0].window])
    assert reader._good(counted, "demand", window) == "1.2"
    assert len(asked) == 4
    state.close()


@pytest.mark.parametrize(("long", "reads"), [(60.0, 3), (0.05, 1)])
def test_what_takes_long_to_count_is_not_counted_at_each_look(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, long: float, reads: int
) -> None:
    """A log is counted anew for each page only where that is quick."""
    monkeypatch.setattr("leeboard.dashboard.reading._LONG_S", long)
    model = world(tmp_path)
    model.predict(hours(0, 60))
    log = open_log(model.monitor.plan.log)
    asked: list[float] = []

    class Slow:
        def summary(self) -> Any:
            asked.append(long)
            time.sleep(0.2)
            return log.summary()

    state = open_state(model.monitor.plan.state)
    slow: Any = Slow()
    reader = Reader(model.monitor.plan, state, slow)
    for _ in range(3):
        found = reader.logged("demand")
        assert found is not None
        assert found.predictions == 60
    assert len(asked) == reads
    assert reader.summaries()["demand"].predictions == 60
    assert len(asked) == reads + 1
    state.close()


def test_recent_windows_are_the_latest(tmp_path: Path) -> None:
    """As many as asked for at most, and when the first of all began."""
    reader = _reader(tmp_path)
    every = reader.state.windows("m")
    assert reader.recent("m", 7) == (START, every[-7:])
    assert reader.recent("m", 100) == (START, every)
    assert reader.recent("nobody", 7) == (None, ())


def test_figures_of_the_reference_are_read_alone(tmp_path: Path) -> None:
    """They are those of its file, read again when that changes; none without one."""
    reader = _reader(tmp_path)
    (plan,) = reader.plan.models
    assert reader.reference_figures(plan) == {}
    path = tmp_path / "m.baseline.json"
    own = replace(plan, baseline=str(path), reference="gone.profile.json")
    for at, value in enumerate((3.5, 4.5)):
        text = json.dumps({"leeboard_baseline": FORMAT, "figures": {"mae": value}})
        path.write_text(text, encoding="utf-8")
        os.utime(path, (at + 1000, at + 1000))
        assert reader.reference_figures(own) == {"mae": value}


def test_every_link_of_a_section_keeps_what_was_asked() -> None:
    """Time, segment and figure stand in all links but those that change them."""
    segment = next(n for n in _segments() if n)
    asked = {"model": "demand", "range": "90d", "segment": segment, "metric": "rmse"}
    html = board().page("/model/performance", asked).html
    assert "RMSE by segment" in html
    links = [unescape(one) for one in re.findall(r'href="(/model[^"#]*)', html)]
    own = [
        dict(parse_qsl(urlsplit(one).query))
        for one in links
        if urlsplit(one).path == "/model/performance"
    ]
    changed = [{name for name in asked if one.get(name) != asked[name]} for one in own]
    assert max(map(len, changed)) == 1
    assert {name for one in changed for name in one} == {"range", "segment", "metric"}
    (drift,) = [one for one in links if urlsplit(one).path == "/model/drift"]
    del asked["metric"]  # what a section draws is its own
    assert dict(parse_qsl(urlsplit(drift).query)) == asked


def _segments() -> list[str]:
    rows = board().reader.figures("demand", subject="predictions")
    return sorted({row["segment"] for row in rows})
