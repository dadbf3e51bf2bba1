"""What the log has lost of a window is said wherever the window is shown or judged."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from leeboard.alarms.judged import Judged, Severity
from leeboard.alarms.missing import Missing
from leeboard.cli import main
from leeboard.dashboard import Dashboard
from leeboard.dashboard.reading import Reader
from leeboard.incidents.incident import Kind, Stage
from leeboard.logs import open_log
from leeboard.logs._decode import decode
from leeboard.state import Done, open_state
from leeboard.verdicts.verdict import State
from tests.logs.test_damage import damage_bit
from tests.monitor._world import CONFIG, DAY, START, World, hours, world

RULE = """
[[model.demand.rule]]
metric = "mean"
column = "temp"
above = 25.0
for_windows = 2
severity = "page"
"""


@pytest.fixture
def made(tmp_path: Path) -> World:
    """Give a monitor that was just begun."""
    return world(tmp_path)


def day(made: World, number: int, n: int = 100, *, damaged: bool = False) -> None:
    """Log predictions of one day as a file of their own, and damage it."""
    before = files(made)
    made.predict(hours(number, n), first=1000 * number + 500 * damaged, seed=number)
    if damaged:
        (path,) = files(made) - before
        damage_bit(path)


def files(made: World) -> set[Path]:
    """Files of predictions."""
    return set((made.folder / "monitor").rglob("predictions-*.parquet"))


def windows(made: World) -> list[Done]:
    """Windows that were counted."""
    return list(open_state(made.monitor.plan.state).windows("demand"))


def run(made: World, number: int) -> None:
    """Count and judge all up to a day's beginning."""
    made.monitor.run(now=START + number * DAY + timedelta(hours=2))


def test_a_window_says_what_it_lacks(made: World) -> None:
    """A damaged file costs its window its rows, and no other window any."""
    day(made, 0)
    day(made, 1, 60)
    day(made, 1, 40, damaged=True)
    day(made, 2)
    run(made, 3)
    assert [(one.rows, one.lost, one.lost_most) for one in windows(made)] == [
        (100, 0, 0),
        (60, 40, 40),
        (100, 0, 0),
    ]
    lacking = windows(made)[1]
    assert lacking.missing() == Missing(0.4, 0.4)
    assert ("lost", "partial: about 40 % of the events are lost") in lacking.notes


def test_a_file_that_covers_two_windows_is_shared_between_them(made: World) -> None:
    """About so much is lost of each, and at most all: which, nobody can know."""
    for number in (0, 1):
        day(made, number, 50)
    before = files(made)
    made.predict(hours(0, 30) + hours(1, 30), first=9000)
    (path,) = files(made) - before
    damage_bit(path)
    run(made, 2)
    for one in windows(made):
        assert one.rows == 50
        assert 29 <= one.lost <= 32
        assert one.lost_most == 60
    assert "at most 55 %" in dict(windows(made)[0].notes)["lost"]


def test_a_window_that_is_wholly_lost_is_there(made: World) -> None:
    """It has no rows and lacks them all; it is no quiet gap."""
    for number in range(3):
        day(made, number, damaged=number == 1)
    run(made, 3)
    assert [(one.rows, one.lost) for one in windows(made)] == [
        (100, 0),
        (0, 100),
        (100, 0),
    ]
    assert windows(made)[1].missing().about == 1.0


def test_events_that_were_set_aside_are_lost_too(made: World) -> None:
    """Each counts once, by the day on which it came."""
    day(made, 0, 90)
    log = open_log(made.monitor.plan.log)
    for _ in range(2):
        bad = [b"p{%d" % n for n in range(10)]
        log.write(decode(bad, START + timedelta(hours=5), model="demand"))
    run(made, 1)
    (one,) = windows(made)
    assert (one.rows, one.lost, one.missing().partial) == (90, 10, True)


def test_what_was_put_back_is_counted(made: World) -> None:
    """A file that is there again makes its window whole, as a revision."""
    day(made, 0, 60)
    day(made, 0, 40, damaged=True)
    day(made, 1)
    run(made, 2)
    assert windows(made)[0].lost == 40
    for path in files(made):  # flipping the bit again mends it
        if path.stat().st_size == min(p.stat().st_size for p in files(made)):
            damage_bit(path)
    run(made, 2)
    first = windows(made)[0]
    assert (first.rows, first.lost, first.revision) == (100, 0, 2)
    run(made, 2)
    assert windows(made)[0].revision == 2


def changed(made: World, number: int, n: int, *, damaged: bool = False) -> None:
    """Log a day on which temperatures were far from usual."""
    before = files(made)
    log = open_log(made.monitor.plan.log)
    events = [
        b"p"
        + json.dumps(
            {
                "id": f"c{number}-{i}-{n}",
                "model": "demand",
                "version": "1",
                "made_at": int(at.timestamp() * 1e6),
                "prediction": 500.0,
                "features": {"temp": 40.0 + i / 100},
            }
        ).encode()
        for i, at in enumerate(hours(number, n))
    ]
    log.write(decode(events, START + number * DAY))
    if damaged:
        (path,) = files(made) - before
        damage_bit(path)


def verdicts(made: World) -> list[Judged]:
    """Verdicts of the model that are kept."""
    state = open_state(made.monitor.plan.state)
    return list(state.alarms.verdicts("demand"))


def labels(made: World, ids: list[str], at: datetime, *, damaged: bool) -> None:
    """Log labels as a file of their own, and damage it."""
    root = made.folder / "monitor"
    before = set(root.rglob("feedback-*.parquet"))
    made.label(ids, [110.0] * len(ids), [at] * len(ids))
    if damaged:
        (path,) = set(root.rglob("feedback-*.parquet")) - before
        damage_bit(path)


def test_labels_that_are_lost_are_told_of_windows_they_may_belong_to(
    made: World,
) -> None:
    """Those within the horizon, and no more than predictions that have no label."""
    for number in (0, 1, 15):
        ids = made.predict(hours(number, 100), first=1000 * number, seed=number)
        labels(made, ids[:70], START + (number + 1) * DAY, damaged=False)
    labels(made, [f"p{i}" for i in range(70, 90)], START + 4 * DAY, damaged=True)
    labels(made, [f"p{i}" for i in range(90, 99)], START + 11.5 * DAY, damaged=True)
    labels(made, [f"p{i}" for i in range(99)], START + 26 * DAY, damaged=True)
    run(made, 30)
    assert [(one.labels, one.lost_labels) for one in windows(made)] == [
        (70, 20),
        (70, 29),
        (70, 0),
    ]
    assert not any(one.lost_most for one in windows(made))
    assert dict(windows(made)[1].notes)["lost"] == "at most 29 of the labels are lost"
    labels(made, [f"p{i}" for i in range(1070, 1090)], START + 4 * DAY, damaged=True)
    made.predict(hours(1, 1), first=1999, received_at=START + 2 * DAY)
    run(made, 30)
    assert [one.lost_labels for one in windows(made)][1] == 31


def test_lost_labels_are_lost_data_once_the_window_is_final(made: World) -> None:
    """While labels are still expected, those that are lost are not missed."""
    made.configure(CONFIG.replace('"10d"', '"3d"'))
    ids = made.predict(hours(0, 100))
    labels(made, ids[:60], START + DAY, damaged=False)
    labels(made, ids[60:90], START + DAY, damaged=True)
    run(made, 1)
    (one,) = windows(made)
    assert (one.provisional, one.lost_labels) == (True, 30)

    def lost() -> list[Stage]:
        found = made.monitor.incidents()
        return [each.stage for each in found if each.kind is Kind.LOST_DATA]

    assert not lost()
    run(made, 4)
    assert not windows(made)[0].provisional
    assert lost() == [Stage.OPEN]


def test_no_verdict_on_a_partial_window_goes_without_its_flag(made: World) -> None:
    """Those of the window that lacks events say so; those of whole windows do not."""
    for number in range(4):
        day(made, number, 200)
    changed(made, 4, 200)
    changed(made, 4, 50, damaged=True)
    run(made, 5)
    assert verdicts(made)
    for one in verdicts(made):
        late = one.window.start == START + 4 * DAY
        assert one.partial is late
        assert one.lost == (pytest.approx(0.2) if late else 0.0)
        assert ("partial: about 20 % of the events are lost" in one.text) is late
    assert any(one.severity is Severity.PAGE for one in verdicts(made))
    incidents = made.monitor.incidents()
    change = next(one for one in incidents if one.kind is Kind.CHANGE)
    assert change.title.endswith("(partial data)")
    story = made.monitor.incident(change.id).story
    assert "partial: about 20 %" in story[0].why
    lost = next(one for one in incidents if one.kind is Kind.LOST_DATA)
    assert (lost.severity, lost.first_window.start) == (Severity.WARN, START + 4 * DAY)
    day(made, 5, 200)
    run(made, 6)
    (over,) = [one for one in made.monitor.incidents() if one.id == lost.id]
    assert over.stage is Stage.RESOLVED


def test_a_partial_window_neither_counts_for_a_row_nor_breaks_it(made: World) -> None:
    """Two bad windows around a partial one are a row; a partial one makes none."""
    made.configure(CONFIG + RULE)
    day(made, 0)
    changed(made, 1, 50)
    changed(made, 2, 50)
    changed(made, 2, 20, damaged=True)
    run(made, 3)

    def fired() -> list[Judged]:
        found = [one for one in verdicts(made) if not one.budgeted]
        return [one for one in found if one.state is State.MOVED]

    assert not fired()
    (kept,) = [one for one in verdicts(made) if one.state is State.FAILED]
    assert kept.partial
    assert "does not count" in kept.text
    changed(made, 3, 50)
    run(made, 4)
    (one,) = fired()
    assert one.window.start == START + 3 * DAY


def test_everywhere_it_is_shown(
    made: World, capsys: pytest.CaptureFixture[str]
) -> None:
    """Status, explain and every page of the model say what is lost."""
    for number in range(3):
        day(made, number, 200)
    changed(made, 3, 200)
    changed(made, 3, 50, damaged=True)
    run(made, 4)
    config = str(made.folder / "leeboard.toml")
    capsys.readouterr()
    main(["status", "--config", config])
    said = capsys.readouterr().out
    assert "1 partial" in said
    assert "about 20 % of the events are lost" in said
    main(["status", "--config", config, "--json"])
    model = json.loads(capsys.readouterr().out)["models"]["demand"]
    assert (model["partial"], model["lost"]) == (1, 50)
    one = verdicts(made)[-1]
    main(["explain", one.id, "--config", config])
    assert "20.0% of the window's events; partial" in capsys.readouterr().out
    main(["explain", one.id, "--config", config, "--json"])
    assert json.loads(capsys.readouterr().out)["partial"] is True
    plan = made.monitor.plan
    pages = Dashboard(Reader(plan, open_state(plan.state), open_log(plan.log)))
    for section in ("", "/performance", "/quality", "/drift", "/system"):
        html = pages.page(f"/model{section}", {"model": "demand"}).html
        assert "about 20 % of the events are lost" in html, section
    html = pages.page("/explain", {"verdict": one.id}).html
    assert "20% lost" in html


@pytest.mark.parametrize(
    ("lost", "said"),
    [
        ((96, 4, 4), "about 4 % of the events are lost"),
        ((94, 6, 6), "partial: about 6 % of the events are lost"),
        ((999, 1, 1), "about less than 1 % of the events are lost"),
        ((50, 2, 50), "partial: about 4 % of the events are lost, at most 50 %"),
        ((7, 0, 0), ""),
        ((0, 0, 0), ""),
    ],
)
def test_the_share_in_words(lost: tuple[int, int, int], said: str) -> None:
    """Below 95 %, at worst, it is partial."""
    missing = Missing.of(*lost)
    assert str(missing) == said
    assert missing.partial is said.startswith("partial")
