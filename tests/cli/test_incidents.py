"""Incidents from the command line, on a monitor that has one."""

from __future__ import annotations

import json
import re
import shlex
from datetime import timedelta
from pathlib import Path

import pytest

from tests.cli._command import inside
from tests.monitor._world import CONFIG, DAY, START, hours, world


@pytest.fixture(scope="module")
def config(tmp_path_factory: pytest.TempPathFactory) -> str:
    """A model whose predictions were twice as high on the third day, and one rule."""
    folder: Path = tmp_path_factory.mktemp("incidents")
    model = world(folder)
    model.configure(
        f"{CONFIG}\n[model.demand.alarms]\nowner = 'ada'\n"
        "[[model.demand.rule]]\nmetric = 'count'\ncolumn = 'predictions'\n"
        "above = 300\nseverity = 'page'\n"
    )
    for day in range(4):
        model.predict(hours(day, 400 if day == 2 else 100), first=1000 * day)
    model.monitor.run(now=START + 4 * DAY + timedelta(hours=2))
    return str(folder / "leeboard.toml")


def the_id(capsys: pytest.CaptureFixture[str], config: str) -> str:
    """Id of the incident that the rule opened."""
    ended = inside(capsys, "incidents", "--all", "--json", "--config", config)
    found = [one for one in json.loads(ended.out) if one["severity"] == "page"]
    return str(found[0]["id"])


def test_the_list_says_whether_somebody_is_needed(
    config: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """Exit code 1 while one that pages runs; the line has id, stage, day and title."""
    ended = inside(capsys, "incidents", "--config", config)
    assert ended.code == 1
    assert the_id(capsys, config) in ended.out
    assert "2026-03-03" in ended.out


def test_one_is_shown_whole(config: str, capsys: pytest.CaptureFixture[str]) -> None:
    """What crossed, what happened, and the five steps; as JSON too."""
    id_ = the_id(capsys, config)
    shown = inside(capsys, "incidents", "show", id_[:-2], "--config", config).out
    for words in ("What crossed", "above 300", "What happened", "opened by", "ada"):
        assert words in shown
    assert shown.count(" min)") == 4
    ended = inside(capsys, "incidents", "show", id_, "--json", "--config", config)
    case = json.loads(ended.out)
    assert case["incident"]["id"] == id_
    (verdict, *_) = case["verdicts"]
    told = inside(capsys, "explain", verdict["id"], "--config", config)
    assert (told.code, "promises no rate" in told.out) == (0, True)
    assert "2026-03-03 00:00 to 2026-03-04 00:00 UTC" in told.out
    ended = inside(capsys, "explain", verdict["id"], "--json", "--config", config)
    assert json.loads(ended.out) == verdict


def test_commands_of_the_runbook_run_as_they_are(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """From any folder; the configuration may have any name."""
    model = world(tmp_path)
    model.configure(
        f"{CONFIG}\n[[model.demand.rule]]\nmetric = 'count'\ncolumn = 'predictions'\n"
        "above = 300\nseverity = 'page'\n"
    )
    model.predict(hours(0, 400))
    model.monitor.run(now=START + DAY + timedelta(hours=2))
    config = tmp_path / "the other.toml"
    (tmp_path / "leeboard.toml").rename(config)
    (elsewhere := tmp_path / "elsewhere").mkdir()
    monkeypatch.chdir(elsewhere)
    id_ = the_id(capsys, str(config))
    shown = inside(capsys, "incidents", "show", id_, "--config", str(config)).out
    commands = re.findall(r"^  \$ leeboard (.+)$", shown, re.MULTILINE)
    assert len(commands) >= 6
    for command in commands:
        ended = inside(capsys, *shlex.split(command))
        assert (ended.code, ended.err) == (0, ""), command


def test_people_act_on_it(config: str, capsys: pytest.CaptureFixture[str]) -> None:
    """Each action says how it stands now, and is in the story with who and why."""
    id_ = the_id(capsys, config)
    by = ("--who", "ada", "--config", config)
    assert "acknowledged" in inside(capsys, "incidents", "ack", id_, *by).out
    inside(capsys, "incidents", "silence", id_, "--for", "3d", *by)
    inside(capsys, "incidents", "note", id_, "--why", "a fair", *by)
    closed = inside(capsys, "incidents", "close", id_, "--why", "over", *by)
    assert (closed.code, "closed" in closed.out) == (0, True)
    shown = inside(capsys, "incidents", "show", id_, "--config", config).out
    for words in (
        "silenced by ada: until",
        "noted by ada: a fair",
        "closed by ada",
    ):
        assert words in shown
    again = inside(capsys, "incidents", "close", id_, *by)
    assert (again.code, "incident_ended" in again.err) == (2, True)


def test_a_change_is_announced(config: str, capsys: pytest.CaptureFixture[str]) -> None:
    """It says what may move and when; a time that is none is refused by name."""
    span = ("--from", "2026-04-01", "--to", "2026-04-02T12:00+02:00")
    ended = inside(
        capsys, "expect", "a fair", "--column", "temp", *span, "--config", config
    )
    assert ended.out == (
        "demand: temp may move from 2026-04-01 00:00 to 2026-04-02 10:00 UTC.\n"
    )
    span = ("--from", "2026-04-02", "--to", "2026-04-01")
    ended = inside(capsys, "expect", "a fair", *span, "--config", config)
    assert (ended.code, "error: expected change: found " in ended.err) == (2, True)
    assert "Give the earlier first." in ended.err  # a form cannot call a command
    span = ("--from", "soon", "--to", "2026-04-02")
    ended = inside(capsys, "expect", "a fair", *span, "--config", config)
    assert (ended.code, "bad_time" in ended.err) == (2, True)


def test_what_is_unknown_is_said(
    config: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """Incidents, verdicts and channels that are not there."""
    for command, code in (
        (("incidents", "show", "nothing"), "unknown_incident"),
        (("explain", "nothing"), "unknown_verdict"),
        (("notify", "test"), "unknown_channel"),
    ):
        ended = inside(capsys, *command, "--config", config)
        assert (ended.code, code in ended.err) == (2, True)


def test_replay_says_what_a_rule_would_have_done(
    config: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """In words and as JSON; a rule that is none says which key is wrong."""
    rule = "metric = 'count', column = 'predictions', above = 300"
    ended = inside(capsys, "replay", "--rule", rule, "--config", config)
    assert (ended.code, "4 windows judged again" in ended.out) == (0, True)
    assert "1 incident in 4 days." in ended.out
    ended = inside(capsys, "replay", "--json", "--rule", rule, "--config", config)
    found = json.loads(ended.out)
    assert (found["by_rule"], found["pages"], len(found["incidents"])) == (1, 0, 1)
    ended = inside(
        capsys, "replay", "--config", config, "--rule", "metric = 'mae', obove = 1"
    )
    assert (ended.code, "'above'" in ended.err) == (2, True)
    ended = inside(capsys, "replay", "--config", config, "--rule", "mae > 1")
    assert (ended.code, "not_toml" in ended.err) == (2, True)
    ended = inside(capsys, "replay", "--config", config, "--false-page-every", "30d")
    assert "one false page in 30 days" in ended.out
