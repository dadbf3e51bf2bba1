"""leeboard.toml, read strictly."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from leeboard.config import load_plan
from leeboard.errors import ConfigError

WHOLE = """\
log = "./monitor"

[model.demand]
reference = "demand.profile.json"
window = "6h"
time_zone = "Europe/Berlin"
delay = "30m"
grace = "0"
horizon = "14d"
no_event = "no"
complete = 0.9
segments = ["city"]
metadata = ["queue"]
metrics = ["psi"]
performance = ["mae", "rmse"]
hours_for = "7d"
retention = "90d"
"""


def _plan(folder: Path, text: str) -> Path:
    path = folder / "leeboard.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_every_key_is_read(tmp_path: Path) -> None:
    """What the file says is what the plan holds; paths are relative to the file."""
    plan = load_plan(_plan(tmp_path, WHOLE))
    assert plan.log == str(tmp_path / "monitor")
    assert plan.spool == str(tmp_path / "monitor" / "spool")
    assert plan.state == str(tmp_path / "monitor" / "results.db")
    model = plan["demand"]
    assert model.reference == str(tmp_path / "demand.profile.json")
    assert str(model.calendar.every) == "6h"
    assert str(model.calendar.zone) == "Europe/Berlin"
    assert (model.delay, model.grace) == (timedelta(minutes=30), timedelta(0))
    assert model.horizon == timedelta(days=14)
    assert (model.no_event, model.complete) == ("no", 0.9)
    assert (model.segments, model.metadata) == (("city",), ("queue",))
    assert (model.metrics, model.performance) == (("psi",), ("mae", "rmse"))
    assert (model.hours_for, model.retention) == (
        timedelta(days=7),
        timedelta(days=90),
    )


def test_little_is_enough(tmp_path: Path) -> None:
    """A log and a reference; the rest has defaults, and nothing is forgotten."""
    text = 'log = "m"\n[model.a]\nreference = "a.json"\n'
    model = load_plan(_plan(tmp_path, text))["a"]
    assert (str(model.calendar.every), str(model.calendar.zone)) == ("1d", "UTC")
    assert model.retention is None
    assert model.horizon == timedelta(days=30)


def test_places_may_come_from_the_environment(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A database's address is no text of the file, and an absent one is named."""
    text = WHOLE.replace('log = "./monitor"', 'log = "m"\nstate = { env = "STATE_AT" }')
    monkeypatch.delenv("STATE_AT", raising=False)
    path = _plan(tmp_path, text)
    with pytest.raises(ConfigError) as caught:
        load_plan(path)
    assert caught.value.code == "environment"
    assert "STATE_AT" in caught.value.found
    monkeypatch.setenv("STATE_AT", "postgresql://u:pw@host/db")
    assert load_plan(path).state == "postgresql://u:pw@host/db"


def test_remote_logs_have_no_spool_of_their_own(tmp_path: Path) -> None:
    """Loggers leave frames on a disk; where, a remote log's plan must say."""
    text = 'log = "s3://bucket/a"\n[model.a]\nreference = "a.json"\n'
    plan = load_plan(_plan(tmp_path, text))
    assert plan.spool == ""
    assert plan.state == str(tmp_path / "results.db")
    told = load_plan(_plan(tmp_path, 'spool = "here"\n' + text))
    assert told.spool == str(tmp_path / "here")


@pytest.mark.parametrize(
    ("old", "new", "code", "line"),
    [
        ('window = "6h"', 'window = "0h"', "bad_length", 5),
        ('window = "6h"', 'window = "1 mont"', "bad_length", 5),
        ('window = "6h"', 'window = "-1d"', "bad_length", 5),
        ('window = "6h"', "window = 6", "wrong_type", 5),
        ('"Europe/Berlin"', '"Europe/Berlim"', "bad_zone", 6),
        ('"30m"', '"soon"', "bad_length", 7),
        ("complete = 0.9", "complete = 90", "out_of_range", 11),
        ('"90d"', '"3d"', "out_of_range", 17),
        ('["psi"]', '["pssi"]', "unknown_metric", 14),
        ('["mae", "rmse"]', '["rsme"]', "unknown_metric", 15),
        ("horizon =", "horizont =", "unknown_key", 9),
        ('reference = "demand.profile.json"\n', "", "missing_key", 3),
        ('log = "./monitor"', "", "missing_key", None),
        ('log = "./monitor"', 'log = " "', "out_of_range", 1),
    ],
)
def test_mistakes_are_told_with_their_line(
    tmp_path: Path, old: str, new: str, code: str, line: int | None
) -> None:
    """Each complaint names the file and the line, and what would do."""
    assert old in WHOLE
    with pytest.raises(ConfigError) as caught:
        load_plan(_plan(tmp_path, WHOLE.replace(old, new)))
    error = caught.value
    assert error.code == code
    assert error.where.endswith(f"line {line}" if line else "leeboard.toml")
    assert error.fix


def test_close_names_are_offered(tmp_path: Path) -> None:
    """A typing error gets the word that was meant."""
    with pytest.raises(ConfigError, match="month"):
        load_plan(_plan(tmp_path, WHOLE.replace('"6h"', '"1 mont"')))
    with pytest.raises(ConfigError, match="rmse"):
        load_plan(_plan(tmp_path, WHOLE.replace('["mae", "rmse"]', '["rsme"]')))


def test_a_file_without_models_is_of_no_use(tmp_path: Path) -> None:
    """It says what writes one."""
    with pytest.raises(ConfigError, match="leeboard init"):
        load_plan(_plan(tmp_path, 'log = "m"\n'))


def test_a_missing_file_tells_what_writes_one(tmp_path: Path) -> None:
    """Who has not begun yet is told how to begin."""
    with pytest.raises(ConfigError, match=r"gone\.toml.*no such file.*leeboard init"):
        load_plan(tmp_path / "gone.toml")
