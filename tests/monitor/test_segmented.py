"""Segments under watch in a whole monitor: named, explained, accepted, and said."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

import leeboard as lb
from leeboard.alarms.judged import Severity
from leeboard.cli import main
from leeboard.config import load_plan
from leeboard.errors import ConfigError
from leeboard.incidents.incident import Incident
from leeboard.monitor.baseline import load_baseline

START = datetime(2026, 3, 1, tzinfo=UTC)
DAY = timedelta(days=1)
CITIES = ["Graz", "Lyon", "Oslo"]
ALARMS = '[model.demand.alarms]\nsegments = ["city"]\n'


def rows(draw: np.random.Generator, n: int, wrong: float = 0.0) -> dict[str, Any]:
    """Return rows of three cities; in Oslo the label is off by so much more."""
    city = draw.choice(CITIES, n)
    temp = draw.normal(15, 5, n)
    off = draw.normal(0, 10 + wrong * (city == "Oslo"), n)
    prediction = 20 + 6 * temp
    return {
        "city": city.tolist(),
        "temp": temp,
        "prediction": prediction,
        "label": prediction + off,
    }


@pytest.fixture
def config(tmp_path: Path) -> Path:
    """Begin a monitor of a reference that is counted by city."""
    train = tmp_path / "train.parquet"
    pq.write_table(pa.table(rows(np.random.default_rng(0), 3000)), train)
    path = tmp_path / "leeboard.toml"
    asked = ["init", str(train), "--model", "demand", "--segment", "city"]
    assert main([*asked, "--config", str(path)]) == 0
    path.write_text(f"{path.read_text()}\n{ALARMS}")
    return path


def live(config: Path, first: int, days: int, wrong: float = 0.0, **other: str) -> None:
    """Log and judge some days."""
    monitor = lb.Monitor(config)
    draw = np.random.default_rng(first + 1)
    for day in range(first, first + days):
        n = 300
        table = rows(draw, n, wrong)
        at = [START + day * DAY + DAY * i / n for i in range(n)]
        if "city" in other:
            table["city"][:20] = [other["city"]] * 20
        table |= {"at": at, "known": at}
        fields = {"made_at": "at", "observed_at": "known"}
        names = {"prediction": "prediction", "label": "label"}
        monitor.import_(pa.table(table), fields | names)
    monitor.run(now=START + (first + days) * DAY + timedelta(hours=2))


def test_the_reference_knows_the_error_of_each_segment(config: Path) -> None:
    """By cell of the residual, so that it adds up to that of all rows."""
    baseline = load_baseline(load_plan(config)["demand"])
    assert set(baseline.segments) == {f"city={c}" for c in CITIES}
    whole = baseline.adopted.profiles["residual"].parts[None].counts["residual"].cells
    found = sum(np.array(one.residual) for one in baseline.segments.values())
    assert np.array_equal(found, whole)
    assert sum(one.rows for one in baseline.segments.values()) == 3000


def test_the_schema_to_review_names_the_task_that_the_labels_told(
    config: Path,
) -> None:
    """What figures are made for stands where it can be corrected."""
    written = config.with_name("demand.schema.toml").read_text()
    assert 'task = "regression"' in written


def test_an_error_in_one_segment_is_an_incident_that_names_it(
    config: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The whole joins it, or it the whole; once accepted it is usual there alone."""
    live(config, 0, 3)
    assert not lb.Monitor(config).incidents()
    live(config, 3, 8, wrong=15.0)
    monitor = lb.Monitor(config)
    found: list[Incident] = [
        one for one in monitor.incidents() if one.severity is not Severity.NOTE
    ]
    (one,) = found
    assert "city=Oslo" in {subject.segment for subject in one.subjects}
    assert not {"city=Graz", "city=Lyon"} & {s.segment for s in one.subjects}
    case = monitor.incident(one.id)
    inside = next(v for v in case.verdicts if v.subject.segment == "city=Oslo")
    assert inside.text.startswith("where city=Oslo: the error of")
    capsys.readouterr()
    main(["incidents", "show", one.id, "--config", str(config)])
    assert "where city=Oslo: the error of" in capsys.readouterr().out
    main(["explain", inside.id, "--config", str(config)])
    assert "error of performance where city=Oslo: moved" in capsys.readouterr().out
    monitor.act(one.id, "accept", why="so be it", who="ada")
    live(config, 11, 4, wrong=15.0)
    after = lb.Monitor(config).incidents()
    assert {each.id for each in after if each.severity is not Severity.NOTE} == {one.id}


def test_status_says_which_segments_are_watched(
    config: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A city that the reference does not know is named, with the reason."""
    live(config, 0, 1, city="Kiel")
    capsys.readouterr()
    main(["status", "--config", str(config)])
    said = capsys.readouterr().out
    assert "3 watched apart; not watched: city=Kiel (new: the reference" in said
    main(["status", "--config", str(config), "--json"])
    model = json.loads(capsys.readouterr().out)["models"]["demand"]
    assert set(model["segments"]) == {f"city={c}" for c in CITIES}
    assert set(model["segments_not_watched"]) == {"city=Kiel"}


def test_a_segment_that_is_not_counted_cannot_be_watched(config: Path) -> None:
    """The error names the line and what to do."""
    text = config.read_text().replace('segments = ["city"]\n', 'segments = ["town"]\n')
    config.write_text(text.replace('segments = ["town"]', 'segments = ["city"]', 1))
    with pytest.raises(ConfigError, match="unknown_name") as error:
        load_plan(config)
    assert "'town'" in str(error.value)
    assert "line" in error.value.where
