"""Runbooks of people's own: used where they can be, told where they cannot."""

from __future__ import annotations

from pathlib import Path

import pytest

from leeboard.config import load_plan
from leeboard.errors import AlarmError
from leeboard.monitor.backups import back_up, restore
from leeboard.monitor.runbooks import checked_steps, steps_of
from tests.cli._command import inside
from tests.monitor._world import CONFIG, DAY, START, World, hours, world

OWN = """
[[step]]
title = "Call the weather service"
minutes = [1, 2]
lines = ["$title, says $owner", "Cost: $$5"]
commands = ["leeboard export joined | head -3", "leeboard check a.csv b.csv"]
"""


@pytest.fixture
def model(tmp_path: Path) -> World:
    """A model with an incident, and a runbook of its own."""
    made = world(tmp_path / "here")
    made.configure(
        f"{CONFIG}\n[model.demand.alarms]\nowner = 'ada'\nrunbook = 'steps.toml'\n"
        "[[model.demand.rule]]\nmetric = 'count'\ncolumn = 'predictions'\n"
        "above = 300\nseverity = 'page'\n"
    )
    (made.folder / "steps.toml").write_text(OWN, encoding="utf-8")
    made.predict(hours(0, 400))
    made.monitor.run(now=START + DAY + DAY / 12)
    return made


def test_an_incident_has_the_steps_of_the_file(model: World) -> None:
    """Filled with its data; messages begin with them too."""
    (one,) = [i for i in model.monitor.incidents() if i.severity == "page"]
    (step,) = model.monitor.incident(one.id).runbook.steps
    assert (step.title, step.minutes) == ("Call the weather service", (1, 2))
    assert step.lines == (f"{one.title}, says ada", "Cost: $5")
    export, check = step.commands
    config = model.folder / "leeboard.toml"
    assert export == f"leeboard export joined --config {config} | head -3"
    assert check == "leeboard check a.csv b.csv"  # which takes no configuration


@pytest.mark.parametrize(
    ("text", "code", "place"),
    [
        (None, "unreadable", "steps.toml"),
        ("[[step]]\ntitle = 'a'\nlines = ['$nobody']\n", "bad_runbook", "step 1"),
        ("[[step]\n", "bad_runbook", "runbook"),
    ],
)
def test_a_template_that_cannot_be_used_stops_nobody(
    model: World,
    text: str | None,
    code: str,
    place: str,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """The check refuses it by place; the incident has our steps, and says so first."""
    file = model.folder / "steps.toml"
    if text is None:
        file.unlink()
    else:
        file.write_text(text, encoding="utf-8")
    (plan,) = load_plan(model.folder / "leeboard.toml").models
    with pytest.raises(AlarmError) as caught:
        checked_steps(plan)
    assert (caught.value.code, place in caught.value.where) == (code, True)
    assert len(steps_of(plan)) == 5
    assert caught.value.where in steps_of(plan)[0].lines[0]
    config = str(model.folder / "leeboard.toml")
    ended = inside(capsys, "config", "check", "--config", config)
    assert (ended.code, code in ended.err) == (2, True)
    (one,) = [i for i in model.monitor.incidents() if i.severity == "page"]
    assert len(model.monitor.incident(one.id).runbook.steps) == 5


def test_what_is_printed_is_a_template_that_can_be_used(
    model: World, capsys: pytest.CaptureFixture[str]
) -> None:
    """The command's text, saved, is the runbook there was."""
    text = inside(capsys, "incidents", "runbook").out
    (model.folder / "steps.toml").write_text(text, encoding="utf-8")
    config = str(model.folder / "leeboard.toml")
    checked = inside(capsys, "config", "check", "--config", config)
    assert "5 steps from" in checked.out


def test_a_backup_holds_it(model: World, tmp_path: Path) -> None:
    """Restored elsewhere, the file is there again; one that is gone is left out."""
    plan = load_plan(model.folder / "leeboard.toml")
    back_up(plan, str(tmp_path / "a.tar"))
    (there := tmp_path / "there").mkdir()
    restored = restore(str(tmp_path / "a.tar"), str(there / "leeboard.toml"))
    assert (there / "steps.toml").read_text(encoding="utf-8") == OWN
    (own,) = restored.models
    assert checked_steps(own)[0].title == "Call the weather service"
    (model.folder / "steps.toml").unlink()
    back_up(plan, str(tmp_path / "b.tar"))
