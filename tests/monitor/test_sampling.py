"""Predictions to have labelled: by chance, at known rates, each once a day."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
import pytest

from leeboard.cli import main
from leeboard.errors import ConfigError
from leeboard.monitor.sampling import draws_of
from leeboard.state import open_state
from tests.monitor._world import DAY, START, World, hours, world

NOW = START + 3 * DAY


@pytest.fixture
def model(tmp_path: Path) -> World:
    """Three days of predictions, a third of them labelled."""
    made = world(tmp_path)
    ids = made.predict([one for day in range(3) for one in hours(day, 400)])
    made.label(ids[::3], [100.0] * 400, [START + 2 * DAY] * 400)
    return made


def test_chances_are_those_of_the_draw(model: World) -> None:
    """The chances of a stratum add to its share: over all, one over it sums to rows."""
    drawn = model.monitor.sample(50, now=NOW)
    table = drawn.table
    assert table.num_rows == 50
    assert drawn.draw.rows == 800
    assert drawn.draw.by == "expected_loss"
    assert np.sum(1 / table["probability"].to_numpy()) == pytest.approx(800)


def test_only_predictions_without_a_label_are_chosen(model: World) -> None:
    """Whoever has a label need not be asked."""
    ids = model.monitor.sample(100, now=NOW).table["id"].to_pylist()
    assert all(int(name[1:]) % 3 for name in ids)


def test_no_prediction_is_chosen_twice_in_a_day(model: World) -> None:
    """A second call gives new ones, and the day's draw holds a chance of each."""
    first = model.monitor.sample(40, now=NOW)
    model.label(first.table["id"].to_pylist(), [50.0] * 40, [NOW] * 40)
    second = model.monitor.sample(30, now=NOW + timedelta(hours=5))
    given = [set(one.table["id"].to_pylist()) for one in (first, second)]
    assert len(given[1]) == 30
    assert not given[0] & given[1]
    assert set(second.draw.chosen) == given[0] | given[1]
    chances = [chance for chance, _ in second.draw.chosen.values()]
    assert sum(1 / one for one in chances) == pytest.approx(800)


def test_the_next_day_begins_anew(model: World) -> None:
    """Draws of several days are kept, each whole."""
    model.monitor.sample(40, now=NOW)
    model.monitor.sample(40, now=NOW + DAY)
    state = open_state(model.monitor.plan.state)
    assert [len(one.chosen) for one in draws_of(state, "demand")] == [40, 40]
    state.close()


def test_the_same_call_gives_the_same_sample(model: World) -> None:
    """Chance is seeded by model and day."""
    first = model.monitor.sample(40, now=NOW)
    state = open_state(model.monitor.plan.state)
    state.keep("demand", "samples", None)
    state.close()
    assert model.monitor.sample(40, now=NOW).table.equals(first.table)


def test_another_seed_or_start_on_the_same_day_is_refused(model: World) -> None:
    """Chances of two different draws could not stand beside each other."""
    model.monitor.sample(40, now=NOW, seed=1)
    with pytest.raises(ConfigError, match="other_sample"):
        model.monitor.sample(40, now=NOW, seed=2)
    with pytest.raises(ConfigError, match="other_sample"):
        model.monitor.sample(40, now=NOW, since=START + DAY)


def test_without_predictions_there_is_nothing_to_label(tmp_path: Path) -> None:
    """The message says since when none was made."""
    with pytest.raises(ConfigError, match="nothing_to_label"):
        world(tmp_path).monitor.sample(40, now=NOW)


def test_without_an_estimator_tenths_of_the_prediction_are_drawn(
    model: World,
) -> None:
    """Each tenth of the predictions gets the same share."""
    text = (model.folder / "leeboard.toml").read_text(encoding="utf-8")
    model.configure(text.replace('baseline = "demand.baseline.json"\n', ""))
    drawn = model.monitor.sample(100, now=NOW)
    assert drawn.draw.by == "value"
    counts = np.bincount([stratum for _, stratum in drawn.draw.chosen.values()])
    assert len(counts) == 10
    assert counts.min() >= 9


def test_the_command_prints_and_writes(
    model: World, capsys: pytest.CaptureFixture[str]
) -> None:
    """Ids with their chance and stratum, to the terminal or to a file."""
    config = ["--config", str(model.folder / "leeboard.toml")]
    since = ["--since", START.isoformat()]
    assert main(["sample", "--budget", "10", *since, *config]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].split("\t") == ["id", "probability", "stratum"]
    assert len(lines) == 11
    out = model.folder / "sample.parquet"
    assert main(["sample", "--budget", "10", "--out", str(out), *config]) == 0
    assert pq.read_table(out).num_rows == 10
    assert main(["sample", "--budget", "0", *config]) == 2
    assert main(["sample", "--budget", "5", "--since", "2026-03-01", *config]) == 2
