"""leeboard.toml, read strictly."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from leeboard.config import load_plan
from leeboard.config.plan import ServePlan
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


def _named(tmp_path: Path, *names: str) -> Path:
    path = tmp_path / "leeboard.toml"
    tables = (f'[model."{name}"]\nreference = "r.json"\n' for name in names)
    path.write_text('log = "x"\n' + "".join(tables), encoding="utf-8")
    return path


def test_p35_a_name_is_kept_in_one_way(tmp_path: Path) -> None:
    """An accent as two characters is the accent as one; both at once are refused."""
    one, two = "d\u00e9mand", "de\u0301mand"
    assert load_plan(_named(tmp_path, two)).models[0].name == one
    with pytest.raises(ConfigError) as caught:
        load_plan(_named(tmp_path, one, two))
    assert caught.value.code == "duplicate_name"


@pytest.mark.parametrize(
    "names",
    [
        ["demand", "dem\u0430nd"],
        ["demand", "Demand"],
        ["demand", "d\u00e9mand"],
        ["rides", "\uff52ides"],
        ["\u0441\u043e\u0440", "cop"],
        ["model1", "modell"],
        ["p\u0430yments"],
    ],
)
def test_p35_names_that_look_alike_are_told(tmp_path: Path, names: list[str]) -> None:
    """They stay apart; a name of two scripts is told though it is alone."""
    plan = load_plan(_named(tmp_path, *names))
    assert {note.code for note in plan.notes} == {"confusable_names"}
    assert len(plan.models) == len(names)


@pytest.mark.parametrize(
    "names", [["demand", "rides"], ["\u0441\u043f\u0440\u043e\u0441"], ["a-1", "a1"]]
)
def test_names_of_one_script_are_nobodys_business(
    tmp_path: Path, names: list[str]
) -> None:
    """A whole name in Cyrillic is a name."""
    assert load_plan(_named(tmp_path, *names)).notes == ()


@pytest.mark.parametrize(
    ("line", "code"),
    [
        ("requests_per_s = 0", "out_of_range"),
        ("requests_per_s = -1", "out_of_range"),
        ("tries_per_min = 1e9", "out_of_range"),
        ("tries_per_min = nan", "out_of_range"),
        ('tries_per_min = "10"', "wrong_type"),
        ("tries_per_min = true", "wrong_type"),
        ("tries = 1", "unknown_key"),
    ],
)
def test_limits_that_are_none_are_told_with_their_line(
    tmp_path: Path, line: str, code: str
) -> None:
    """And without the table the usual ones hold."""
    path = _named(tmp_path, "demand")
    assert load_plan(path).serve == ServePlan()
    text = path.read_text(encoding="utf-8")
    path.write_text(f"{text}[serve]\n{line}\n", encoding="utf-8")
    with pytest.raises(ConfigError) as caught:
        load_plan(path)
    assert caught.value.code == code
    assert "line 5" in caught.value.where
    path.write_text(f"{text}[serve]\nrequests_per_s = 7\n", encoding="utf-8")
    assert load_plan(path).serve == ServePlan(requests_per_s=7.0)
