"""Of which rules no window would have the figure, by what the reference is."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest

import leeboard as lb
from leeboard.alarms.rules import Rule
from leeboard.config import load_plan
from leeboard.monitor.baseline import Baseline
from leeboard.monitor.measurable import lack_of
from leeboard.schema import Column, Kind, Role, Schema, Task

SCHEMA = Schema(
    (
        Column("x", Kind.NUMERIC),
        Column("who", Kind.TEXT, Role.ID),
        Column("yhat", Kind.CATEGORICAL, Role.PREDICTION),
        Column("p", Kind.NUMERIC, Role.SCORE),
    ),
    task=Task.BINARY,
)


@pytest.fixture(scope="module")
def baseline() -> Baseline:
    """A classifier whose prediction and score have names of their own."""
    draw = np.random.default_rng(1)
    table = {
        "x": draw.normal(size=400),
        "who": [f"user {i}" for i in range(400)],
        "yhat": ["no", "yes"] * 200,
        "p": draw.uniform(size=400),
    }
    return Baseline(lb.profile(pa.table(table), schema=SCHEMA))


@pytest.mark.parametrize(
    ("metric", "column", "code", "said"),
    [
        ("mean", "x", "", ""),
        ("psi", "yhat", "", ""),
        ("mean", "p", "", ""),
        ("psi", "prediction", "not_measured", 'column = "yhat"'),
        ("mean", "scores.yes", "not_measured", 'column = "p"'),
        ("missing", "who", "not_compared", "kind or role"),
        ("f1", "", "", ""),
        ("mae", "", "wrong_task", "accuracy"),
        ("cost", "", "no_costs", "of your own"),
    ],
)
def test_what_no_window_has_is_told(
    tmp_path: Path, baseline: Baseline, metric: str, column: str, code: str, said: str
) -> None:
    """With what to write instead."""
    baseline.reference.save(str(tmp_path / "m.profile.json"))
    config = tmp_path / "leeboard.toml"
    config.write_text('log = "log"\n[model.m]\nreference = "m.profile.json"\n')
    (plan,) = load_plan(config).models
    rule = Rule("r", metric, column=column, above=0.5)
    lack = lack_of(rule, plan, baseline)
    assert ("" if lack is None else lack.code) == code
    assert lack is None or said in lack.expected + lack.found + lack.fix
