"""Names in settings that nothing counts are refused before anything is judged."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from leeboard.cli import main
from leeboard.errors import ConfigError
from leeboard.monitor.naming import checked
from tests.cli._command import inside
from tests.doctor._looked import FAIL, WARN, looked
from tests.monitor._world import CONFIG, DAY, START, World, world

RULE = "\n[[model.demand.rule]]\n"
CITY = 'segments = ["city"]\nmetadata = ["plan"]\n'


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A monitor whose reference has a city."""
    folder = tmp_path_factory.mktemp("named")
    n = 400
    training = {
        "temp": [float(i % 37) for i in range(n)],
        "city": [["Graz", "Lyon"][i % 2] for i in range(n)],
        "prediction": [float(i % 41) for i in range(n)],
        "label": [float(i % 43) for i in range(n)],
    }
    pq.write_table(pa.table(training), folder / "train.parquet")
    config = str(folder / "leeboard.toml")
    train = str(folder / "train.parquet")
    assert main(["init", train, "--model", "demand", "--config", config]) == 0
    return folder


@pytest.fixture
def model(folder: Path) -> Iterator[World]:
    """The monitor with its settings as they were."""
    one = World(folder)
    one.configure(CONFIG + CITY)
    yield one
    one.configure(CONFIG + CITY)


SLIPS = [
    (RULE + 'metric = "mea"\nabove = 9', "unknown_metric", "Did you mean 'mae'"),
    (
        RULE + 'metric = "mea"\ncolumn = "temp"\nabove = 9',
        "unknown_metric",
        "Did you mean 'mean'",
    ),
    (RULE + 'metric = "psi"\nabove = 9', "unknown_metric", "add column"),
    (
        RULE + 'metric = "mae"\ncolumn = "temp"\nabove = 9',
        "unknown_metric",
        "Leave the column out",
    ),
    (
        RULE + 'metric = "cvm"\ncolumn = "temp"\nabove = 9',
        "needs_rows",
        "a suite of `leeboard check` may ask it",
    ),
    ('metrics = ["psi", "cvm"]\n', "needs_rows", "a suite"),
    (
        RULE + 'metric = "mean"\ncolumn = "city"\nabove = 9',
        "wrong_kind",
        "has the kinds of each",
    ),
    (
        RULE + 'metric = "missing"\ncolumn = "label"\nabove = 0.5',
        "wrong_kind",
        'metric = "completeness"',
    ),
    (
        RULE + 'metric = "psi"\ncolumn = "temp"\nsegment = "city=Graz"\nabove = 9',
        "not_compared",
        "--segment city",
    ),
    (RULE + 'metric = "cost"\nabove = 9', "wrong_task", "mae, "),
    (RULE + 'metric = "f1"\nabove = 9', "wrong_task", "mae, "),
    (
        RULE
        + 'metric = "mean"\ncolumn = "latency_s"\nsegment = "city=Graz"\nabove = 9',
        "not_compared",
        "Leave the segment out",
    ),
    (
        RULE + 'metric = "missing"\ncolumn = "residual"\nabove = 0.5',
        "wrong_kind",
        'metric = "completeness"',
    ),
    (
        RULE + 'metric = "unseen"\ncolumn = "latency_s"\nabove = 0.5',
        "wrong_kind",
        "has the kinds of each",
    ),
    (
        RULE + 'metric = "psi"\ncolumn = "labels"\nabove = 0.5',
        "not_measured",
        "completeness or delay_shift",
    ),
    (
        RULE + 'metric = "completeness"\ncolumn = "labels"\nsegment = "city=Graz"\n'
        "below = 0.5",
        "not_measured",
        "Leave the segment out",
    ),
    (
        RULE + 'metric = "mean"\ncolumn = "tmep"\nabove = 9',
        "unknown_column",
        "Did you mean 'temp'?",
    ),
    (
        RULE + 'metric = "mean"\ncolumn = "plan"\nabove = 9',
        "unknown_column",
        "Did you mean 'metadata.plan'?",
    ),
    (
        RULE + 'metric = "mae"\nsegment = "ctiy=Graz"\nabove = 9',
        "unknown_name",
        "Did you mean 'city'?",
    ),
    (
        RULE + 'metric = "mae"\nsegment = "city"\nabove = 9',
        "unknown_name",
        "column=level",
    ),
    (
        "\n[model.demand.alarms]\nimportance = { tmep = 3.0 }",
        "unknown_column",
        "Did you mean 'temp'?",
    ),
]


@pytest.mark.parametrize(("text", "code", "fix"), SLIPS)
def test_a_slip_is_refused_with_its_line(
    model: World, capsys: pytest.CaptureFixture[str], text: str, code: str, fix: str
) -> None:
    """By ``config check`` and by a pass alike, and the doctor says it too."""
    model.configure(CONFIG + CITY + text)
    config = str(model.folder / "leeboard.toml")
    for command in (("config", "check"), ("run",)):
        ended = inside(capsys, *command, "--config", config)
        assert ended.code == 2
        for part in (f"[{code}]", fix, "leeboard.toml, line "):
            assert part in ended.err
    found = [f for _, f in looked(model).findings if f.outcome is FAIL]
    assert any(code in one.found and fix in one.fix + one.expected for one in found)


def test_the_line_of_the_slip_is_named(model: World) -> None:
    """The line of the key, not of the table around it."""
    text = CONFIG + CITY + RULE + 'metric = "mean"\ncolumn = "tmep"\nabove = 9\n'
    model.configure(text)
    line = text.splitlines().index('column = "tmep"') + 1
    with pytest.raises(ConfigError) as caught:
        checked(model.monitor.plan)
    assert caught.value.where.endswith(f"leeboard.toml, line {line}")


@pytest.mark.parametrize(
    "rule",
    [
        'metric = "mean"\ncolumn = "temp"',
        'metric = "psi"\ncolumn = "city"',
        'metric = "ks"\ncolumn = "temp"',
        'metric = "missing"\ncolumn = "temp"',
        'metric = "mean"\ncolumn = "latency_s"',
        'metric = "mean"\ncolumn = "metadata.plan"',
        'metric = "mean"\ncolumn = "scores.yes"',
        'metric = "mean"\ncolumn = "residual"',
        'metric = "mean"\ncolumn = "prediction"',
        'metric = "mean"\ncolumn = "label"',
        'metric = "count"\ncolumn = "predictions"',
        'metric = "count"\ncolumn = "predictions"\nsegment = "city=Graz"',
        'metric = "completeness"\ncolumn = "labels"',
        'metric = "mae"\nsegment = "city=Graz"',
        'metric = "mae"\nsegment = "city=(other)"',
    ],
)
def test_what_is_counted_may_be_named(model: World, rule: str) -> None:
    """Columns, metadata, latency, scores, and what is computed of rows."""
    model.configure(CONFIG + CITY + RULE + rule + "\nabove = 9")
    assert checked(model.monitor.plan) == ()


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (CITY + RULE + 'metric = "mae"\nsegment = "city=Grz"\nabove = 9', "'Graz'"),
        ('segments = ["ctiy"]\n', "Did you mean 'city'?"),
        (CITY + '[model.demand.alarms]\nsegments = ["city=Lyn"]\n', "'Lyon'"),
    ],
)
def test_a_segment_that_may_come_is_a_note(
    model: World, capsys: pytest.CaptureFixture[str], text: str, said: str
) -> None:
    """It is told by ``config check``, a pass and the doctor, and nothing is stopped."""
    model.configure(CONFIG + text)
    config = str(model.folder / "leeboard.toml")
    ended = inside(capsys, "config", "check", "--config", config)
    assert (ended.code, said in ended.out, "[unknown_name]" in ended.out) == (0, 1, 1)
    ended = inside(capsys, "run", "--config", config)
    assert (ended.code, said in ended.err) == (0, True)
    (one,) = looked(model).of("names")
    assert (one.outcome, said in one.found) == (WARN, True)


def test_segments_that_are_logged_alone_are_no_slip(tmp_path: Path) -> None:
    """A reference need not have what events are counted by."""
    model = world(tmp_path)
    model.configure(CONFIG + 'segments = ["city"]\n')
    assert checked(model.monitor.plan) == ()


def test_an_announced_change_names_what_is_counted(
    model: World, capsys: pytest.CaptureFixture[str]
) -> None:
    """A misspelt column would excuse nothing; performance is a name too."""
    config = str(model.folder / "leeboard.toml")
    span = ("--from", "2026-04-01", "--to", "2026-04-02", "--config", config)
    ended = inside(capsys, "expect", "a fair", "--column", "tmep", *span)
    assert ended.code == 2
    assert "unknown column 'tmep'" in ended.err
    assert "Did you mean 'temp'?" in ended.err
    for name in ("temp", "performance", "labels"):
        assert inside(capsys, "expect", "x", "--column", name, *span).code == 0


def test_a_rehearsal_refuses_slips_too(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Of a metric, a column and a segment."""
    model = world(tmp_path)
    model.labelled_day(0)
    model.monitor.run(now=START + 2 * DAY)
    config = str(tmp_path / "leeboard.toml")
    for rule, said in (
        ('metric = "mea", above = 9', "Did you mean 'mae'"),
        ('metric = "mean", column = "tmep", above = 9', "Did you mean 'temp'?"),
        ('metric = "mae", segment = "city=Graz", above = 9', 'segments = ["city"]'),
    ):
        ended = inside(capsys, "replay", "--rule", rule, "--config", config)
        assert (ended.code, said in ended.err.replace("'city'", '"city"')) == (2, True)
