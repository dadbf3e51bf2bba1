"""The picture of an incident: which figure, from when on, beside what."""

from __future__ import annotations

import math
import struct
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from leeboard.alarms.judged import Severity, Subject
from leeboard.incidents.incident import Diagnosis, Incident, Kind, Stage, Standing
from leeboard.monitor.picturing import Pictures, timeline_of
from leeboard.state import Measured
from leeboard.state.memory import MemoryState
from tests.monitor._world import CONFIG, world
from tests.monitor.test_judging import run, the_incident
from tests.notify.receiver import Receiver
from tests.notify.test_pictures import POSTED, SHOWN, TAKEN, where
from tests.state._results import NOW, done, hour, leased, measured
from tests.state.test_alarms import incident, outgoing, write

BAD = 30
"""The first bad window."""


def state_of(*figures: Any, hours: int = 36) -> MemoryState:
    """Return a store with figures by hour; each is a function of the hour."""
    state = MemoryState()
    lease = leased(state)
    counted = [
        (done(hour(at)), (), [one(at) for one in figures]) for at in range(hours)
    ]
    state.put(lease, counted, model="demand", place=1)
    state.release(lease)
    return state


def about(subject: Subject, **changed: Any) -> Incident:
    """Return an incident that began in the bad window."""
    facts: dict[str, Any] = {
        "subjects": (subject,),
        "standing": (),
        "first_window": hour(BAD),
        "last_window": hour(35),
        **changed,
    }
    return incident(**facts)


def share(at: int) -> Measured:
    """Return the missing share of a column: 2 %, and 30 % from the bad window on."""
    value = 0.3 if at >= BAD else 0.02
    return measured(
        "missing", subject="temp", basis="counted", value=value, low=None, high=None,
        reference=0.02,
    )  # fmt: skip


def accuracy(at: int) -> Measured:
    """Return the accuracy, which falls."""
    value = 0.7 if at >= BAD else 0.9
    return measured(
        "accuracy", value=value, low=value - 0.05, high=value + 0.02, reference=0.91
    )


def psi(at: int) -> Measured:
    """Return the size of a change."""
    return measured(
        "psi", subject="temp", basis="counted", value=0.1 * (at >= BAD), low=None,
        high=math.inf, reference=0.0,
    )  # fmt: skip


def test_the_figure_is_drawn_from_before_it_went_wrong() -> None:
    """Every window, the reference's level, and where it began."""
    chart = timeline_of(
        state_of(share), about(Subject("", "temp", "missing")), "title", NOW
    )
    assert chart is not None
    (series,) = chart.series
    assert [point.start for point in series.points] == [
        hour(i).start for i in range(36)
    ]
    assert [point.value for point in series.points] == [0.02] * BAD + [0.3] * 6
    assert chart.level == ("reference 0.02", 0.02)
    (bad,) = chart.stretches
    assert bad.start == hour(BAD).start
    assert "temp" in chart.unit


def test_errors_are_drawn_where_accuracy_is_kept() -> None:
    """What was right is turned: value, both ends of the interval, and the level."""
    chart = timeline_of(
        state_of(accuracy), about(Subject("", "performance", "error")), "title", NOW
    )
    assert chart is not None
    last = chart.series[0].points[-1]
    assert (last.value, last.low, last.high) == pytest.approx((0.3, 0.28, 0.35))
    assert chart.level is not None
    assert chart.level[1] == pytest.approx(0.09)
    assert "wrong" in chart.unit


def test_a_rule_is_drawn_by_its_own_metric() -> None:
    """A rule on accuracy shows accuracy."""
    chart = timeline_of(
        state_of(accuracy), about(Subject("", "performance", "accuracy")), "title", NOW
    )
    assert chart is not None
    assert chart.series[0].points[-1].value == 0.7
    assert chart.unit.startswith("accuracy")


def test_the_gravest_subject_is_drawn() -> None:
    """Severity first, then how far beyond its threshold."""
    one, two = Subject("", "temp", "missing"), Subject("", "temp", "distribution")
    standing = (
        Standing(one, hour(35), 0, Severity.WARN, 9.0),
        Standing(two, hour(35), 0, Severity.PAGE, 1.0),
    )
    found = about(one, subjects=(one, two), standing=standing)
    chart = timeline_of(state_of(share, psi), found, "title", NOW)
    assert chart is not None
    assert "PSI" in chart.unit
    # an interval without an end is left out, and a size has no reference
    assert chart.series[0].points[-1].high is None
    assert chart.level is None


def test_the_cause_is_drawn_before_what_is_graver() -> None:
    """Where the diagnosis is sure of a column, that column."""
    error, temp = Subject("", "performance", "error"), Subject("", "temp", "missing")
    standing = (
        Standing(error, hour(35), 0, Severity.PAGE, 9.0),
        Standing(temp, hour(35), 0, Severity.NOTE, 1.0),
    )
    sure = Diagnosis("nulls", "sudden", "temp is missing.", (), ("temp",))
    found = about(error, subjects=(error, temp), standing=standing, diagnosis=sure)
    chart = timeline_of(state_of(share, psi, accuracy), found, "title", NOW)
    assert chart is not None
    assert "temp" in chart.unit


def test_a_figure_that_is_not_kept_gives_way_to_the_next() -> None:
    """Rows beyond the range are not measured by default; the size of the change is."""
    found = timeline_of(
        state_of(psi), about(Subject("", "temp", "range")), "title", NOW
    )
    assert found is not None
    assert "PSI" in found.unit


@pytest.mark.parametrize(
    "one",
    [
        about(Subject("", "wind", "missing")),
        about(Subject("", "temp", "missing"), subjects=(), kind=Kind.NO_DATA),
        about(Subject("city=Graz", "temp", "missing")),
    ],
    ids=["not kept", "no subject", "another segment"],
)
def test_without_figures_nothing_is_drawn(one: Incident) -> None:
    """No picture is better than one of something else."""
    assert timeline_of(state_of(share), one, "title", NOW) is None


def test_a_lasting_incident_shows_its_latest_windows() -> None:
    """However long it lasts, a picture stays readable."""
    found = about(
        Subject("", "temp", "missing"), first_window=hour(-2000), last_window=hour(35)
    )
    chart = timeline_of(state_of(share), found, "title", NOW)
    assert chart is not None
    assert len(chart.series[0].points) == 36


def test_what_is_over_is_shown_with_what_came_after() -> None:
    """Good windows up to the message, and only the bad ones shaded."""
    one = about(Subject("", "temp", "missing"), last_window=hour(31))
    state = state_of(share)
    running = timeline_of(state, one, "title", hour(33).start)
    over = replace(one, stage=Stage.RESOLVED)
    ended = timeline_of(state, over, "title", hour(33).start)
    assert running is not None
    assert ended is not None
    for chart in (running, ended):
        assert chart.series[0].points[-1].start == hour(33).start
    (goes_on,), (over_now,) = running.stretches, ended.stretches
    assert (goes_on.end, over_now.end) == (hour(33).end, hour(31).end)


def size_of(png: bytes) -> tuple[int, int]:
    """Read the width and height of a PNG."""
    assert png[:8] == b"\x89PNG\r\n\x1a\n"
    width, height = struct.unpack(">II", png[16:24])
    return width, height


def test_a_message_gets_the_picture_of_its_incident(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """PNG; None for a message about no incident, and where nothing can draw."""
    state = state_of(share)
    write(state, incidents=[about(Subject("", "temp", "missing"))])
    message = outgoing().message
    draw = Pictures(state)
    png = draw(message)
    assert png is not None
    assert size_of(png) == (1520, 640)
    assert draw(replace(message, incident="digest/slack")) is None
    monkeypatch.setitem(sys.modules, "vl_convert", None)
    assert draw(message) is None


@pytest.mark.long
def test_a_bot_shows_how_the_error_went(tmp_path: Path) -> None:
    """From events to the bytes at Slack, in the thread of the message."""
    model = world(tmp_path)
    with Receiver() as slack:
        slack.then([POSTED, where(slack), TAKEN, SHOWN])
        model.configure(
            f'{CONFIG}\n[[notify]]\nto = "slack"\nurl = "{slack.url}"\n'
            'channel = "C1"\nsecret = "xoxb-1"\nseverity = "page"\n'
            "allow_private = true\n"
        )
        for number in range(5):
            model.labelled_day(number, error=40.0 if number == 4 else 10.0)
            run(model, number)
        posted, _, put, shown = slack.requests
    assert the_incident(model).title in posted.json["text"]
    assert size_of(put.body) == (1520, 640)
    assert shown.json["thread_ts"] == "1700000000.000100"
