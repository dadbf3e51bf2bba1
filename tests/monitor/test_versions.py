"""Which version answered before an incident."""

from __future__ import annotations

from pathlib import Path

import pytest

from leeboard.logs import open_log
from leeboard.monitor.versions import last_good_version
from leeboard.windows import Window
from tests.monitor._world import DAY, START, World, hours, world


def good(model: World, day: int) -> str:
    """Ask for the window of a day."""
    log = open_log(model.monitor.plan.log)
    window = Window(START + day * DAY, START + (day + 1) * DAY)
    return last_good_version(log, "demand", window)


def test_the_version_before_is_named_where_another_took_over(tmp_path: Path) -> None:
    """By most predictions of the day before; a few of a canary change nothing."""
    model = world(tmp_path)
    model.predict(hours(0, 60), version="1.2")
    model.predict(hours(1, 60), first=100, version="1.2")
    model.predict(hours(1, 20), first=200, version="1.3", seed=2)
    model.predict(hours(2, 60), first=300, version="1.3")
    model.predict(hours(3, 60), first=400, version="1.3")
    assert [good(model, day) for day in range(4)] == ["", "", "1.2", ""]
    assert good(model, 5) == ""


def test_a_runbook_names_it(tmp_path: Path) -> None:
    """Where the incident of a rule began with another version."""
    model = world(tmp_path)
    text = (tmp_path / "leeboard.toml").read_text(encoding="utf-8")
    model.configure(
        f"{text}\n[[model.demand.rule]]\nmetric = 'count'\ncolumn = 'predictions'\n"
        "above = 300\nseverity = 'page'\n"
    )
    model.predict(hours(0, 100), version="1.2")
    model.predict(hours(1, 400), first=1000, version="1.3")
    model.monitor.run(now=START + 2 * DAY + DAY / 12)
    paged = next(i for i in model.monitor.incidents() if i.severity == "page")
    steps = model.monitor.incident(paged.id).runbook.steps
    said = [line for step in steps for line in step.lines]
    assert any(line.startswith("Last good version: 1.2. Go back") for line in said)


@pytest.mark.parametrize("harm", [b"", b"no manifest"])
def test_an_incident_is_shown_whatever_became_of_the_log(
    tmp_path: Path, harm: bytes
) -> None:
    """A log that cannot be read says nothing of versions, and stops nobody."""
    model = world(tmp_path)
    model.predict(hours(0, 60), version="1.2")
    model.predict(hours(1, 60), first=100, version="1.3")
    assert good(model, 1) == "1.2"
    for path in (tmp_path / "monitor").rglob("*.parquet"):
        path.write_bytes(harm)
    assert good(model, 1) == ""
