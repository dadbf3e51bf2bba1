"""Runs that are killed or sleep: people hear of it, once, and one run writes."""

from __future__ import annotations

import json
import random
import signal
import time
from collections import Counter
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from leeboard.incidents.incident import Event
from leeboard.logs import open_log
from leeboard.logs._decode import decode
from leeboard.state import open_state
from tests.monitor._runner import Runner
from tests.monitor._world import CONFIG, DAY, START, World, world
from tests.monitor.test_killed import _figures
from tests.notify.receiver import Receiver, Say

KILL, STOP = int(signal.SIGKILL), int(signal.SIGSTOP)
HOUR = timedelta(hours=1)
RULE = """
[[model.demand.rule]]
metric = "mean"
column = "temp"
above = 25.0
severity = "page"
"""
POINTS = [
    ("before", "decision"),
    ("after", "decision"),
    ("before", "send"),
    ("after", "send"),
]
BAD = [Say(500), Say(429, headers={"Retry-After": "0"}), Say(mode="hang up")]


def notified(url: str) -> str:
    """Return the table of a channel."""
    return f'\n[[notify]]\nto = "webhook"\nurl = "{url}"\nallow_private = true\n'


def hot(folder: Path, url: str) -> World:
    """Begin a monitor whose last hour but one crosses a line, by the host's clock."""
    made = world(folder)
    hourly = CONFIG.replace('"1d"', '"1h"').replace('delay = "1h"', 'delay = "1m"')
    made.configure(hourly + RULE + notified(url))
    start = datetime.now(UTC).replace(minute=0, second=0, microsecond=0) - 3 * HOUR
    log = open_log(made.monitor.plan.log)
    events = [
        b"p"
        + json.dumps(
            {
                "id": f"h{i}",
                "model": "demand",
                "version": "1",
                "made_at": int((start + i * timedelta(seconds=90)).timestamp() * 1e6),
                "prediction": 260.0,
                "features": {"temp": 40.0},
            }
        ).encode()
        for i in range(30)
    ]
    log.write(decode(events, start + HOUR))
    return made


def taken(receiver: Receiver, answers: list[Say]) -> Counter[str]:
    """Count by key the messages to which the receiver said yes."""
    said = [*answers, *[receiver.usual] * len(receiver.requests)]
    return Counter(
        one.json["key"]
        for one, say in zip(receiver.requests, said, strict=False)
        if say.status == 200 and say.mode == "well"
    )


def waiting(made: World) -> int:
    """Count messages that are neither sent nor given up."""
    with closing(open_state(made.monitor.plan.state)) as state:
        return len(state.alarms.outgoing(datetime.now(UTC) + DAY, 100))


def _kills(tmp_path: Path, worlds: int, kills: int, *, slow: bool) -> int:
    """Kill runs of several monitors, and check what people heard; return the kills."""
    seed = 20260317
    draw = random.Random(seed)
    done = 0
    with Runner(tmp_path) as runner:
        for number in range(worlds):
            answers = draw.sample(BAD, k=draw.randint(0, len(BAD)))
            if slow and number == 0:
                answers.append(Say(mode="silent"))
            with Receiver(*answers) as receiver:
                folder = tmp_path / str(number)
                folder.mkdir()
                made = hot(folder, receiver.url)
                config = folder / "leeboard.toml"
                risky = 0
                for i in range(kills):
                    when, point = POINTS[(number + i) % len(POINTS)]
                    if draw.random() < 0.3:
                        ended = runner.run(config, after_s=draw.uniform(0.0, 0.4))
                        risky += ended.killed
                    else:
                        ended = runner.run(config, stop=(when, point, 1, KILL))
                        risky += ended.killed and (when, point) == ("after", "send")
                    done += ended.killed
                for _ in range(30):
                    assert runner.run(config).code == 0, runner.output.read_text()
                    if not waiting(made):
                        break
                told = f"seed {seed}, monitor {number}: {answers}"
                assert not waiting(made), told
                heard = taken(receiver, answers)
                (key,) = heard
                assert key.split(":")[1] == "trigger", told
                assert 1 <= heard[key] <= 1 + risky, told
                (incident,) = made.monitor.incidents()
                story = made.monitor.incident(incident.id).story
                assert [entry.event for entry in story] == [Event.OPENED], told
    return done


def test_killed_runs_tell_at_least_once_and_repeat_under_one_key(
    tmp_path: Path,
) -> None:
    """Between decide and send, and between send and record; receivers that refuse."""
    assert _kills(tmp_path, 2, 3, slow=False) >= 4


@pytest.mark.long
def test_many_killed_runs_tell_at_least_once(tmp_path: Path) -> None:
    """The same for many kills, and a receiver that does not answer."""
    done = _kills(tmp_path, 14, 6, slow=True)
    print(f"{done} kills")
    assert done >= 50


@pytest.mark.parametrize(
    "point",
    [
        pytest.param("results", marks=pytest.mark.long),
        "decision",
        pytest.param("send", marks=pytest.mark.long),
    ],
)
def test_a_run_that_slept_over_its_lease_writes_nothing(
    tmp_path: Path, point: str
) -> None:
    """The other one does the work; who wakes up is refused."""
    folders = [tmp_path / name for name in ("two", "alone")]
    made = []
    with Receiver() as receiver, Receiver() as other:
        for folder, url in zip(folders, (receiver.url, other.url), strict=True):
            folder.mkdir()
            one = world(folder)
            one.configure(CONFIG + notified(url))
            for number in range(6):
                one.labelled_day(number, error=40.0 if number >= 3 else 10.0)
            made.append(one)
        two, alone = made
        now, later = ((START + n * DAY + 3 * HOUR).isoformat() for n in (6, 7))
        with Runner(tmp_path, lease_s=0.3) as runner:
            config = folders[0] / "leeboard.toml"
            sleeper = runner.begin(config, now=now, stop=("before", point, 1, STOP))
            assert runner.wait(sleeper).sleeps
            name = "sending" if point == "send" else "pass:demand"
            _expired(two, name)
            for one in made:  # what a stale write would take back
                one.labelled_day(6)
                path = one.folder / "leeboard.toml"
                assert runner.run(path, now=later).code == 0
            results, known = _figures(two), _known(two)
            runner.signal(sleeper, signal.SIGCONT)
            ended = runner.wait(sleeper)
        if point != "send":
            assert ended.code == 70
            assert "lease_lost" in runner.output.read_text()
        assert _figures(two).equals(results)
        assert _known(two) == known
        assert results.equals(_figures(alone))
        heard, usual = taken(receiver, []), taken(other, [])
    assert set(heard) == set(usual)
    assert set(usual.values()) == {1}
    # a message that was on its way when its sender fell asleep arrives after all
    assert sum(heard.values()) <= sum(usual.values()) + (point == "send")
    stories = [
        [(e.number, e.event) for e in one.monitor.incident(each.id).story]
        for one in (two, alone)
        for each in one.monitor.incidents()
    ]
    half = len(stories) // 2
    assert stories[:half] == stories[half:]


def _known(made: World) -> tuple[object, ...]:
    """What a pass leaves for the next one, and what it has said."""
    with closing(open_state(made.monitor.plan.state)) as state:
        return (
            state.place("demand"),
            state.kept("demand", "alarms"),
            list(state.alarms.incidents("demand")),
        )


def _expired(made: World, name: str) -> None:
    """Wait until a lease is over."""
    with closing(open_state(made.monitor.plan.state)) as state:
        deadline = time.monotonic() + 30.0
        while time.monotonic() < deadline:
            lease = state.leased(name)
            assert lease is not None
            if lease.until < datetime.now(UTC):
                return
            time.sleep(0.02)
    pytest.fail("the lease is held for ever")
