"""What a monitor gives to those who ask: tables, profiles, exports, records."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from leeboard import LeeboardError, Logger
from leeboard.cli import main
from tests.monitor._world import CONFIG, DAY, START, World, hours, world

NOW = START + 20 * DAY


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> World:
    """Eight days, the labels of seven, and one frame in the spool."""
    made = world(tmp_path_factory.mktemp("model"))
    for day in range(8):
        ids = made.predict(hours(day, 300), first=300 * day, seed=day)
        prediction = 20 + 6 * np.random.default_rng(day).normal(15, 5, 300)
        noise = np.random.default_rng(50 + day).normal(0, 10, 300)
        if day < 7:
            made.label(ids, list(prediction + noise), [START + (day + 1) * DAY] * 300)
    made.monitor.run(now=NOW)
    with Logger(made.folder / "monitor", model="demand", mode="spooled") as log:
        log.log_prediction({"temp": 3.5}, prediction=41.0, id="spooled", at=NOW)
    return made


def _exported(model: World, kind: str) -> pa.Table:
    path = model.folder / f"{kind}.parquet"
    config = str(model.folder / "leeboard.toml")
    command = ["export", kind, "--parquet", str(path), "--config", config]
    assert main(command) == 0
    return pq.read_table(path)


def test_what_is_in_the_spool_is_exported(model: World) -> None:
    """A frame that no committer has shipped is among the predictions."""
    table = _exported(model, "predictions")
    assert table.num_rows == 2401
    assert "spooled" in table["id"].to_pylist()
    wanted = {"id", "model", "version", "made_at", "prediction", "temp"}
    assert wanted <= set(table.column_names)


def test_feedback_is_exported_with_its_times(model: World) -> None:
    """Ids, labels, and when they were observed and received."""
    table = _exported(model, "feedback")
    assert table.num_rows == 2100
    assert {"id", "label", "observed_at", "received_at"} <= set(table.column_names)


def test_joined_rows_are_those_of_both(model: World) -> None:
    """Every prediction once, with a label where one came."""
    table = _exported(model, "joined")
    assert table.num_rows == 2401
    assert table["label"].null_count == 301


def test_measurements_are_the_same_from_python_and_in_a_file(model: World) -> None:
    """The command line writes what Python gives."""
    table = _exported(model, "measurements")
    mine = model.monitor.measurements()
    assert table.num_rows == len(mine)
    assert set(table.column_names) == set(mine.columns)


def test_profiles_of_windows_add(model: World) -> None:
    """Eight days make one profile of all rows."""
    kept = model.monitor.profiles("demand")
    whole = kept[0][2]
    for _, _, profile in kept[1:]:
        whole = whole + profile
    assert len(kept) == 8
    assert whole.rows == 2400
    assert _exported(model, "profiles").num_rows == 8


def test_a_record_tells_how_estimates_did(model: World) -> None:
    """Seven windows were estimated and labelled; most lie within the bounds."""
    record = model.monitor.record("mae")
    assert record.windows == 7
    assert record.coverage is not None
    assert record.coverage >= 5 / 7
    assert "7 windows" in record.sentence()


def test_status_counts_each_event_once(
    model: World, capsys: pytest.CaptureFixture[str]
) -> None:
    """As JSON it has the counts that programs read."""
    config = str(model.folder / "leeboard.toml")
    capsys.readouterr()
    assert main(["status", "--json", "--config", config]) == 0
    found = json.loads(capsys.readouterr().out)["models"]["demand"]
    assert (found["predictions"], found["labels"], found["joined"]) == (
        2401,
        2100,
        2100,
    )
    assert (found["quarantined"], found["dropped"], found["windows"]) == (0, 0, 8)
    assert found["completeness"] == pytest.approx(7 / 8)


def test_status_tells_what_else_came(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A model that the configuration misspells, and values that could not be read."""
    made = world(tmp_path)
    with Logger(tmp_path / "monitor", model="demnad", mode="spooled") as log:
        log.log_prediction({"temp": 3.5}, prediction=41.0, at=START)
    with Logger(tmp_path / "monitor", model="demand", mode="spooled") as log:
        log.log_prediction({"temp": "warm"}, prediction=41.0, at=START)
        log.log_prediction({"temp": 3.5}, prediction=41.0, at=START)
    made.monitor.run(now=NOW)
    status = made.monitor.status(now=NOW)
    assert status.strangers == ("demnad",)
    assert status.models[0].notes == [
        "column 'temp': 1 values of another type are taken as missing"
    ]
    capsys.readouterr()
    assert main(["status", "--config", str(tmp_path / "leeboard.toml")]) == 0
    out, err = capsys.readouterr()
    assert "1 values of another type" in out
    assert "'demnad'" in err


def test_a_silent_model_is_stale(model: World) -> None:
    """Exit code 1 tells that nothing has come for so long, and 0 that it has."""
    config = str(model.folder / "leeboard.toml")
    assert main(["status", "--stale", "3h", "--config", config]) == 0
    silent = model.monitor.status(now=NOW + timedelta(days=9000))
    assert silent.stale(timedelta(hours=3)) == ("demand",)


def test_wrong_names_are_refused_with_the_right_ones(model: World) -> None:
    """A model or an export that is not there is named, with what is."""
    with pytest.raises(LeeboardError, match="demand"):
        model.monitor.profiles("demandd")
    with pytest.raises(LeeboardError, match="demand"):
        model.monitor.measurements("demandd")
    with pytest.raises(LeeboardError, match="measurements"):
        model.monitor.export("measurment")


def test_a_spreadsheet_runs_no_exported_text(tmp_path: Path) -> None:
    """Texts that begin like a formula get an apostrophe; numbers do not."""
    made = world(tmp_path)
    made.configure(CONFIG)
    with Logger(tmp_path / "monitor", model="demand", mode="spooled") as log:
        log.log_prediction({"temp": -3.5, "city": "=1+1"}, prediction=1.0, at=START)
    path = tmp_path / "out.csv"
    config = str(tmp_path / "leeboard.toml")
    assert main(["export", "predictions", "--csv", str(path), "--config", config]) == 0
    text = path.read_text(encoding="utf-8")
    assert "'=1+1" in text
    assert "-3.5" in text
    assert "'-3.5" not in text


def test_bytes_are_not_exported_as_text(
    model: World, capsys: pytest.CaptureFixture[str]
) -> None:
    """Counts of profiles go into Parquet; CSV is refused, and says so."""
    path = model.folder / "profiles.csv"
    config = str(model.folder / "leeboard.toml")
    assert main(["export", "profiles", "--csv", str(path), "--config", config]) == 2
    assert "--parquet" in capsys.readouterr().err
    assert not path.exists()
    assert _exported(model, "profiles").num_rows == 8
