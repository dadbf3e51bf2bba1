"""Events set aside are kept, told of by reason, and enter the log once after a fix."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from leeboard.cli import main
from leeboard.errors import ConfigError
from leeboard.logs import _exact
from tests.logs._records import feedback, held, prediction, spooled
from tests.monitor._world import World, world


@pytest.fixture
def model(tmp_path: Path) -> World:
    """A spool with two sound events, and some that are none."""
    made = world(tmp_path)
    spooled(
        tmp_path / "monitor" / "spool",
        "a",
        [
            prediction("p1"),
            feedback("p1", 3.0),
            prediction("x" * 200),
            prediction("y" * 200),
            feedback("z" * 200, 1.0),
            b"pnonsense",
            prediction("q", prediction=[1, 2]),
        ],
    )
    return made


def test_events_are_listed_by_reason(model: World) -> None:
    """Before they are committed and after it."""
    counts = {"bad_id": 3, "bad_json": 1, "bad_type": 1}
    found = model.monitor.quarantine()
    assert {one.reason: one.count for one in found} == counts
    assert model.monitor.ship().quarantined == counts
    found = model.monitor.quarantine("demand")
    assert {one.reason: one.count for one in found} == counts


def test_nothing_enters_before_a_fix(model: World) -> None:
    """What was refused is refused again, and stays."""
    done = model.monitor.replay_quarantined()
    assert (done.predictions, done.labels) == (0, 0)
    assert done.left == {"bad_id": 3, "bad_json": 1, "bad_type": 1}
    assert sum(one.count for one in model.monitor.quarantine()) == 5


def test_after_a_fix_events_enter_once(
    model: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A version that takes longer ids takes them from the quarantine, once."""
    model.monitor.ship()
    monkeypatch.setattr(_exact, "LONGEST_ID", 256)
    done = model.monitor.replay_quarantined(reason="bad_id")
    assert (done.predictions, done.labels, dict(done.left)) == (2, 1, {})
    log = model.monitor._log()
    assert held(log) == {"p1": 1, "x" * 200: 1, "y" * 200: 1}
    assert log.events("feedback", "demand").read_all().num_rows == 2
    assert {one.reason for one in model.monitor.quarantine()} == {
        "bad_json",
        "bad_type",
    }
    assert model.monitor.replay_quarantined().predictions == 0
    assert held(log) == {"p1": 1, "x" * 200: 1, "y" * 200: 1}
    (status,) = model.monitor.status().models
    assert (status.predictions, status.quarantined) == (
        3,
        {"bad_json": 1, "bad_type": 1},
    )


def test_what_is_dropped_is_gone(model: World) -> None:
    """Of one reason, or of all."""
    assert model.monitor.discard(reason="bad_id") == 3
    assert {one.reason for one in model.monitor.quarantine()} == {
        "bad_json",
        "bad_type",
    }
    assert model.monitor.discard() == 2
    assert list(model.monitor.quarantine()) == []
    assert held(model.monitor._log()) == {"p1": 1}


def test_a_reason_that_none_has_is_refused(model: World) -> None:
    """The message says which there are."""
    with pytest.raises(ConfigError, match="bad_id, bad_json, bad_type"):
        model.monitor.replay_quarantined(reason="nonsense")


def test_the_commands_speak(model: World, capsys: pytest.CaptureFixture[str]) -> None:
    """List, show, replay and drop; a payload cannot move the terminal."""
    spooled(model.folder / "monitor" / "spool", "b", [b"p\x1b[2Jnonsense"])
    config = ["--config", str(model.folder / "leeboard.toml")]
    assert main(["quarantine", "list", *config]) == 0
    assert "bad_id  3" in capsys.readouterr().out
    assert main(["quarantine", "list", "--json", *config]) == 0
    rows = json.loads(capsys.readouterr().out)
    assert sum(row["count"] for row in rows) == 6
    assert main(["quarantine", "show", "--limit", "2", *config]) == 0
    shown = capsys.readouterr().out
    assert len(shown.splitlines()) == 2
    assert "\x1b" not in shown
    assert main(["quarantine", "replay", *config]) == 0
    assert "6 stay quarantined" in capsys.readouterr().out
    assert main(["quarantine", "drop", *config]) == 2
    assert main(["quarantine", "drop", "--all", *config]) == 0
    assert "Removed 6 events" in capsys.readouterr().out
    assert main(["quarantine", "list", *config]) == 0
    assert "Nothing" in capsys.readouterr().out
