"""Windows judged by a real pass: what opens an incident, who hears, what ends it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import pytest

from leeboard.alarms.judged import Judged, Severity
from leeboard.alarms.rules import Figure
from leeboard.errors import AlarmError, ConfigError
from leeboard.incidents.incident import Event, Incident, Stage
from leeboard.monitor.expecting import announced
from leeboard.monitor.ruling import by_rule
from leeboard.state import Done, open_state
from leeboard.state._alarm_sql import SqlAlarms
from leeboard.verdicts.verdict import State as Answer
from leeboard.windows import Window
from tests.monitor._world import CONFIG, DAY, START, World, world

HOUR = timedelta(hours=1)
WINDOW = Window(START, START + DAY)


@pytest.fixture
def model(tmp_path: Path) -> World:
    """A monitor that was just begun."""
    return world(tmp_path)


def run(model: World, after: int) -> Any:
    """Run at the end of a day, when its labels are there."""
    (one,) = model.monitor.run(now=START + (after + 1) * DAY + 3 * HOUR).passes
    return one.judged


def verdicts(model: World) -> list[Judged]:
    """Those that are kept, in order of time."""
    with closing(open_state(model.monitor.plan.state)) as state:
        return list(state.alarms.verdicts("demand"))


def the_incident(model: World) -> Incident:
    """The only incident."""
    (one,) = model.monitor.incidents()
    return one


def test_days_as_usual_open_nothing(model: World) -> None:
    """Each window is judged once; nothing crosses."""
    for number in range(8):
        model.labelled_day(number)
        assert run(model, number).windows == 1
        assert run(model, number).windows == 0
    assert list(model.monitor.incidents()) == []


def test_an_error_that_doubles_pages_and_is_over_when_it_is_over(model: World) -> None:
    """One incident, found within two days, resolved after three good ones."""
    for number in range(12):
        model.labelled_day(number, error=30.0 if 3 <= number < 6 else 10.0)
        run(model, number)
    one = the_incident(model)
    assert (one.severity, one.stage) == (Severity.PAGE, Stage.RESOLVED)
    assert one.subjects[0].aspect == "error"
    assert START + 3 * DAY <= one.first_window.start <= START + 4 * DAY
    story = model.monitor.incident(one.id).story
    assert [entry.event for entry in story][:1] == [Event.OPENED]
    assert story[-1].event is Event.RESOLVED


def test_the_error_that_is_told_is_the_one_that_was_measured(model: World) -> None:
    """However large: what bounds the evidence does not bound the figure."""
    for number in range(5):
        model.labelled_day(number, error=90_000.0 if number == 4 else 10.0)
        run(model, number)
    one = the_incident(model)
    every = model.monitor.incident(one.id).verdicts
    told = next(each for each in every if each.subject.aspect == "error")
    with closing(open_state(model.monitor.plan.state)) as state:
        where = {"model": "demand", "metric": "mae", "basis": "realised", "segment": ""}
        (row,) = state.measurements(where, told.window).to_pylist()
    assert row["value"] > 50_000.0
    assert (told.value, told.reference) == pytest.approx(
        (row["value"], row["reference"])
    )
    figure = f"{row['value']:,.0f}"
    assert f"predictions was {figure} on average" in told.text
    assert f"error rose from {row['reference']:.3g} to {figure} since" in one.title
    assert [each.title for each in model.monitor.replay().incidents] == [one.title]


def test_history_in_one_pass_gives_the_same_incidents(
    model: World, tmp_path: Path
) -> None:
    """What is judged day by day, and what is judged at once, is the same."""
    other = world(tmp_path / "other")
    for one in (model, other):
        for number in range(10):
            one.labelled_day(number, error=30.0 if 3 <= number < 6 else 10.0)
            if one is model:
                run(one, number)
    run(other, 9)
    mine, theirs = the_incident(model), the_incident(other)
    assert (mine.id, mine.subjects, mine.title) == (
        theirs.id,
        theirs.subjects,
        theirs.title,
    )
    assert mine.verdicts == theirs.verdicts


@contextmanager
def receiver() -> Iterator[tuple[str, list[dict[str, Any]]]]:
    """A webhook's receiver, and what it took."""
    got: list[dict[str, Any]] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            got.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
            self.send_response(200)
            self.end_headers()

        def log_message(self, *arguments: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/hook", got
    server.shutdown()
    server.server_close()


def _told(model: World, url: str, least: str = "page") -> None:
    model.configure(
        f'{CONFIG}\n[[notify]]\nto = "webhook"\nurl = "{url}"\nseverity = "{least}"\n'
        "allow_private = true\n"
    )


def test_people_are_told_once_that_it_began_and_once_that_it_is_over(
    model: World,
) -> None:
    """Further bad days of the same incident are kept, and not told."""
    with receiver() as (url, got):
        _told(model, url)
        for number in range(12):
            model.labelled_day(number, error=30.0 if 3 <= number < 6 else 10.0)
            run(model, number)
    assert [one["purpose"] for one in got] == ["trigger", "resolve"]
    assert {one["incident"] for one in got} == {the_incident(model).id}
    assert len({one["key"] for one in got}) == 2
    # the error by window, which is largest where it began to be told
    sizes = got[0]["chart"]
    assert len(sizes) >= 4
    assert max(sizes) == sizes[-1] > 2.0 * sizes[0]


def test_history_is_not_told(model: World) -> None:
    """A monitor that is filled with the past keeps its incidents to itself."""
    with receiver() as (url, got):
        _told(model, url)
        for number in range(10):
            model.labelled_day(number, error=30.0 if 3 <= number < 6 else 10.0)
        model.monitor.run(now=START + 40 * DAY)
    assert the_incident(model).stage is Stage.RESOLVED
    assert got == []


@pytest.mark.parametrize("stop", ["before", "after"])
def test_a_pass_that_is_killed_while_it_writes_repeats_nothing(
    model: World, monkeypatch: pytest.MonkeyPatch, stop: str
) -> None:
    """The same incident, the same story, each message once, whenever it was stopped."""
    write = SqlAlarms.write
    stopped: list[bool] = []

    def killed(*arguments: Any) -> None:
        if stop == "after":
            write(*arguments)
        if len(stopped) < 6:
            stopped.append(True)
            raise KeyboardInterrupt
        if stop == "before":
            write(*arguments)

    with receiver() as (url, got):
        _told(model, url)
        monkeypatch.setattr(SqlAlarms, "write", killed)
        for number in range(12):
            model.labelled_day(number, error=30.0 if 3 <= number < 6 else 10.0)
            for _ in range(8):
                try:
                    run(model, number)
                except KeyboardInterrupt:
                    continue
                break
    one = the_incident(model)
    story = model.monitor.incident(one.id).story
    assert [entry.number for entry in story] == list(range(1, len(story) + 1))
    assert [entry.event for entry in story].count(Event.OPENED) == 1
    assert [one["purpose"] for one in got] == ["trigger", "resolve"]


def test_a_rule_fires_beside_the_budget(model: World) -> None:
    """Two days above a line; its verdict says that no rate is promised."""
    model.configure(
        f"{CONFIG}\n[[model.demand.rule]]\nmetric = 'mae'\nabove = 12.0\n"
        "for_windows = 2\nseverity = 'warn'\n"
    )
    for number in range(5):
        model.labelled_day(number, error=20.0 if number >= 2 else 10.0)
        run(model, number)
    kept = verdicts(model)
    first, *_ = [one for one in kept if not one.budgeted]
    assert (first.rule, first.severity) == ("mae above 12", Severity.WARN)
    assert first.window.start == START + 3 * DAY
    assert model.monitor.explain(first.id) == first
    subjects = the_incident(model).subjects
    assert first.subject in subjects


def test_what_a_rule_asks_is_measured_of_its_column_alone(model: World) -> None:
    """Though the model names other metrics; else it would never fire."""
    model.configure(
        f"{CONFIG}performance = ['rmse']\n"
        "\n[[model.demand.rule]]\nmetric = 'ks'\ncolumn = 'temp'\nabove = 0.0001\n"
        "\n[[model.demand.rule]]\nmetric = 'mae'\nabove = 12.0\n"
    )
    model.labelled_day(0, error=20.0)
    run(model, 0)
    fired = {one.rule for one in verdicts(model) if one.state is Answer.MOVED}
    assert {"ks of temp above 0.0001", "mae above 12"} <= fired
    kept = model.monitor.measurements(model="demand")
    measured = set(zip(kept["subject"], kept["metric"], strict=True))
    assert {one for one in measured if one[1] == "ks"} == {("temp", "ks")}
    assert {("performance", "rmse"), ("performance", "mae")} <= measured
    assert ("performance", "r2") not in measured


def test_a_rule_that_cannot_judge_a_figure_says_so(model: World) -> None:
    """A chart of shares is given an error: a failed verdict, and the others go on."""
    model.configure(
        f"{CONFIG}\n[[model.demand.rule]]\nname = 'odd'\nmetric = 'missing'\n"
        "column = 'temp'\nchart = 'ddm'\n"
    )
    rule = model.monitor.plan["demand"].alarms.rules[0]
    memories: dict[str, tuple[float, ...]] = {}
    done = Done("demand", WINDOW, 1, 9, 9, 1.0, False, "f", "d", START, START)
    odd = Figure(7.0, None, None, None, 9)
    (failed,) = by_rule(rule, done, odd, memories)
    assert (failed.state, failed.severity, memories) == (Answer.FAILED, None, {})
    (held,) = by_rule(rule, done, Figure(0.0, None, None, None, 9), memories)
    assert (held.state, len(memories)) == (Answer.HELD, 1)


def test_an_expected_change_opens_nothing(model: World) -> None:
    """What was announced is kept, and nobody is told."""
    model.monitor.expect("a sale", START, START + 30 * DAY, who="ada")
    for number in range(6):
        model.labelled_day(number, error=30.0 if number >= 3 else 10.0)
        run(model, number)
    assert list(model.monitor.incidents()) == []
    assert len(verdicts(model)) > 0


def test_what_is_accepted_is_the_new_baseline(model: World) -> None:
    """The error stays high and asks for nothing any more; a further rise does."""
    for number in range(10):
        model.labelled_day(number, error=20.0 if number >= 3 else 10.0)
        run(model, number)
    first = the_incident(model)
    model.monitor.act(first.id, "accept", who="ada", why="retrained")
    for number in range(10, 16):
        model.labelled_day(number, error=20.0)
        run(model, number)
    assert the_incident(model).stage is Stage.ACCEPTED
    for number in range(16, 20):
        model.labelled_day(number, error=60.0)
        run(model, number)
    newest, *_ = model.monitor.incidents()
    assert newest.id != first.id
    assert newest.subjects[0].aspect == "error"
    (verdict, *_) = model.monitor.incident(newest.id).verdicts
    assert verdict.reference == pytest.approx(20.0 * (2.0 / 3.14159) ** 0.5, rel=0.1)


def test_a_warning_that_a_person_closed_is_given_again(model: World) -> None:
    """What was gathered goes with the incident; what goes on warns anew."""
    model.configure(f"{CONFIG}\n[model.demand.alarms]\nfalse_page_every = '99999d'\n")
    for number in range(5):
        model.labelled_day(number, error=16.0 if number >= 2 else 10.0)
        run(model, number)
    first = the_incident(model)
    assert first.severity is Severity.WARN
    model.monitor.act(first.id, "close", who="ada")
    for number in range(5, 8):
        model.labelled_day(number, error=16.0)
        run(model, number)
    again = the_incident(model)
    assert (again.id, again.reopened) == (first.id, 1)


def test_announcements_at_once_are_all_kept(model: World) -> None:
    """Eight people, three plans each."""

    def announce(who: int) -> None:
        for plan in range(3):
            text = f"plan {plan} of {who}"
            model.monitor.expect(text, START, START + DAY, who=str(who))

    threads = [Thread(target=announce, args=(who,)) for who in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with closing(open_state(model.monitor.plan.state)) as state:
        assert len({one.text for one in announced(state, "demand")}) == 24


def test_people_act_on_an_incident(model: World) -> None:
    """Each action is an entry of the story; what makes no sense is refused."""
    for number in range(5):
        model.labelled_day(number, error=30.0 if number >= 2 else 10.0)
        run(model, number)
    id_ = the_incident(model).id
    monitor = model.monitor
    monitor.act(id_[:12], "ack", who="ada")
    monitor.act(id_, "silence", who="ada", until=START + 9000 * DAY)
    monitor.act(id_, "note", who="ada", why="a broken meter")
    monitor.act(id_, "close", who="ada", why="mended")
    story = monitor.incident(id_).story
    assert [entry.who for entry in story][-4:] == ["ada"] * 4
    with pytest.raises(AlarmError, match="incident_ended"):
        monitor.act(id_, "close", who="ada")
    with pytest.raises(AlarmError, match="unknown_incident"):
        monitor.incident("nothing")
    with pytest.raises(AlarmError, match="unknown_verdict"):
        monitor.explain("nothing")


def test_status_says_what_was_alarmed_beside_the_promise(model: World) -> None:
    """Pages of the budget, and of named rules, are counted apart."""
    model.configure(
        CONFIG
        + '\n[[model.demand.rule]]\nmetric = "mean"\ncolumn = "temp"\nbelow = 100.0\n'
    )
    for number in range(4):
        model.labelled_day(number)
        run(model, number)
    alarms = model.monitor.status().models[0].alarms
    assert (alarms.pages, alarms.by_rule) == (0, 1)
    for number in range(4, 8):
        model.labelled_day(number, error=40.0)
        run(model, number)
    alarms = model.monitor.status().models[0].alarms
    assert (alarms.pages, alarms.warnings) == (1, 0)
    assert alarms.days == 8.0
    assert alarms.running[0].severity is Severity.PAGE
    said = alarms.to_dict()
    assert (said["false_page_every_days"], said["pages"]) == (90.0, 1)


def test_a_promise_for_ever_still_pages_what_is_true(model: World) -> None:
    """The error doubles; thresholds that grow let the page through, and status says."""
    more = "\n[model.demand.alarms]\nfalse_page_ever = 0.05\n"
    model.configure(CONFIG + more)
    for number in range(8):
        model.labelled_day(number, error=30.0 if number >= 4 else 10.0)
        run(model, number)
    assert the_incident(model).severity is Severity.PAGE
    told = model.monitor.status().models[0].alarms
    assert "5 % chance of any false page, ever" in told.promise()
    model.configure(CONFIG + more + 'false_page_every = "90d"\n')
    with pytest.raises(ConfigError, match="two_budgets"):
        _ = model.monitor
