"""What is exposed: against the store, bounded, and in both formats."""

from __future__ import annotations

import itertools
import re
import subprocess
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from leeboard.dashboard.reading import Reader
from leeboard.exposition.columns import PER_COLUMN, _verdicts
from leeboard.exposition.exposition import Exposition
from leeboard.exposition.families import FAMILIES, Kind, Sample
from leeboard.exposition.totals import KEY, Totals
from leeboard.logs import Summary, open_log
from leeboard.schema import Column
from leeboard.schema import Kind as Of
from leeboard.state import Done, Measured, open_state
from leeboard.windows import Window
from tests.dashboard._made import NOW, fill, plan_of
from tests.exposition._exposed import OPENMETRICS, exposed, exposition, series
from tests.exposition._shop import DAYS, ROWS, shop
from tests.monitor._world import hours
from tests.pages.findings import findings, numbers

NAME = re.compile(r"(ml|leeboard)_[a-z_]+")


def _labels(**given: str) -> frozenset[tuple[str, str]]:
    return frozenset({"model": "shop", **given}.items())


def test_predictions_latencies_and_scores_are_those_logged() -> None:
    """Predictions, latencies and scores in number and in sum; accuracy as measured."""
    found = series(exposed().text().body.decode())
    n = DAYS * ROWS
    assert found["ml_predictions_total", _labels()] == n
    log = shop().export("predictions").read_all()
    for family, column in (
        ("ml_prediction_latency_seconds", "latency_s"),
        ("ml_prediction_score", "scores.score"),
    ):
        values = np.asarray(log[column].to_pylist(), float)
        assert found[f"{family}_count", _labels()] == n
        assert found[f"{family}_sum", _labels()] == pytest.approx(values.sum())
        for (name, labels), count in found.items():
            if name == f"{family}_bucket":
                bound = float(dict(labels)["le"])
                # a cell goes whole to one side of a bound: by its share at most
                assert abs(count - np.sum(values <= bound)) <= 0.05 * n
    labelled = shop().measurements(metric="accuracy", basis="provisional", segment="")
    assert found["ml_model_accuracy", _labels()] == labelled["value"].iloc[-1]


def test_measurements_are_those_of_the_latest_window() -> None:
    """Each figure over all rows of each known column, with its interval."""
    found = series(exposed().text().body.decode())
    told = shop().measurements(segment="", basis="counted")
    last = told[told["window_start"] == told["window_start"].max()]
    seen = 0
    for row in last.itertuples():
        if row.subject.startswith("scores.") or row.value is None:
            continue
        labels = _labels(column=row.subject, metric=row.metric)
        for end, suffix in (("value", ""), ("low", "_low"), ("high", "_high")):
            want = getattr(row, end)
            if not np.isnan(want):
                assert found[f"leeboard_measurement{suffix}", labels] == want
                seen += 1
    own = sum(name.startswith("leeboard_measurement") for name, _ in found)
    assert seen == own > 30


def test_sizes_of_drift_are_less_their_noise() -> None:
    """The size that verdicts judge by, of every column that has a PSI."""
    found = series(exposed().text().body.decode())
    told = shop().measurements(segment="", metric="psi", basis="counted")
    last = told[told["window_start"] == told["window_start"].max()]
    wanted = {
        row.subject: max(0.0, row.value - row.reference)
        for row in last.itertuples()
        if not row.subject.startswith("scores.")
    }
    sizes = {
        dict(labels)["column"]: value
        for (name, labels), value in found.items()
        if name == "leeboard_drift_size"
    }
    assert sizes == pytest.approx(wanted)
    assert len(sizes) > 3


def test_an_incident_is_counted_by_severity_and_state() -> None:
    """Each pair has a series, so that an alert ends when the count is 0 again."""
    found = series(exposed().text().body.decode())
    counts = Counter(
        (one.severity.value, one.stage.value) for one in shop().incidents(running=True)
    )
    told = {
        (dict(labels)["severity"], dict(labels)["state"]): value
        for (name, labels), value in found.items()
        if name == "leeboard_incidents"
    }
    assert len(told) == 6
    assert told == {pair: counts[pair] for pair in told}
    assert sum(told.values()) == sum(counts.values()) > 0


def test_what_came_with_events_makes_no_series() -> None:
    """Versions, ids, unnamed features, scores and reasons are never labels."""
    text = exposed().text().body.decode()
    for hostile in ("v1-", "0-17", "surprise", "odd", "bad \\", "reason\\n", "logger-"):
        assert hostile not in text, hostile
    found = series(text)
    dropped = {
        dict(labels)["reason"]: value
        for (name, labels), value in found.items()
        if name == "leeboard_dropped_total"
    }
    assert dropped == {"queue_full": 3 * DAYS, "other": DAYS}


def test_both_formats_say_the_same() -> None:
    """The library chooses by the header; OpenMetrics ends with its mark."""
    plain, om = exposed().text(), exposed().text(OPENMETRICS)
    assert plain.kind.startswith("text/plain")
    assert om.kind.startswith("application/openmetrics-text")
    assert om.body.endswith(b"# EOF\n")
    assert series(om.body.decode(), openmetrics=True) == series(plain.body.decode())


@pytest.mark.needs("promtool")
def test_promtool_finds_no_fault() -> None:
    """Names, types and help are as Prometheus wants them."""
    run = subprocess.run(
        ["promtool", "check", "metrics"],
        input=exposed().text().body,
        capture_output=True,
        check=False,
    )
    assert (run.returncode, run.stdout + run.stderr) == (0, b"")


def test_names_are_of_one_form() -> None:
    """Counters end in _total and nothing else does; no unit but base units."""
    for family in FAMILIES.values():
        assert NAME.fullmatch(family.name)
        assert (family.kind is Kind.COUNTER) == family.name.endswith("_total")
        assert not re.search(r"_(ms|millis|minutes|hours|percent|kb)(_|$)", family.name)
        assert family.help.endswith(".")


def test_counters_do_not_fall_when_the_log_forgets() -> None:
    """And go on where they were in the next process."""
    monitor = shop()
    before = series(exposed().text().body.decode())
    again = exposition(monitor)
    state = again._reader.state
    kept = state.kept("shop", "exposed")
    state.keep("shop", "exposed", kept.replace("[2400, 2400]", "[9000, 9000]"))
    after = series(again.text().body.decode())
    state.keep("shop", "exposed", kept)
    name = "ml_predictions_total"
    assert before[name, _labels()] == 2400
    assert after[name, _labels()] == 9000


def test_of_several_servers_the_one_that_leads_tells_of_models() -> None:
    """Two that told the same would be added up; and each would count for both."""
    leads = False
    state = open_state(shop().plan.state)
    reader = Reader(shop().plan, state, open_log(shop().plan.log))
    own = [Sample("leeboard_passes_total", (), 3)]
    second = Exposition(reader, lambda: own, leads=lambda: leads)
    kept = state.kept("shop", KEY)
    waiting = series(second.text().body.decode())
    assert {name for name, _ in waiting} == {
        "leeboard_build_info",
        "leeboard_passes_total",
    }
    assert state.kept("shop", KEY) == kept
    leads = True
    second.refresh()
    assert ("ml_predictions_total", _labels()) in series(second.text().body.decode())
    leads = False
    second.refresh()
    assert series(second.text().body.decode()) == waiting
    state.close()


def test_a_window_is_observed_once() -> None:
    """However often it is read."""
    again = exposition(shop())
    for _ in range(2):
        again.refresh()
        found = series(again.text().body.decode())
        assert found["ml_prediction_score_count", _labels()] == DAYS * ROWS


def test_windows_that_wait_are_observed_later(monkeypatch: Any) -> None:
    """A few at a time, in order; where none was observed yet, the last ones."""
    monkeypatch.setattr("leeboard.exposition.observed._AT_ONCE", 2)
    again = exposition(shop())
    state = again._reader.state
    kept = state.kept("shop", KEY)

    def count() -> float:
        again.refresh()
        found = series(again.text().body.decode())
        return found["ml_prediction_score_count", _labels()]

    state.keep("shop", KEY, None)
    assert [count(), count()] == [2 * ROWS, 2 * ROWS]
    first = replace(Totals(), upto=hours(1, 1)[0])
    state.keep("shop", KEY, first.to_text())
    assert [count(), count()] == [2 * ROWS, 4 * ROWS]
    assert [count(), count()] == [6 * ROWS, 7 * ROWS]
    state.keep("shop", KEY, kept)


def test_a_key_for_one_model_sees_that_model_alone() -> None:
    """Another's name gives what is about the process, and nothing else."""
    assert b'model="shop"' in exposed().text(model="shop").body
    assert b"shop" not in exposed().text(model="other").body


def test_a_reference_that_cannot_be_read_says_so(tmp_path: Path) -> None:
    """The model is down; the text is whole, and other models are told of."""
    names = ["a"]
    state = open_state(str(tmp_path / "results.db"))
    reference = findings([numbers("a", np.arange(60.0), np.arange(60.0))]).reference
    plan = plan_of(tmp_path, reference, ["broken", "sound"])
    for one in plan.models:
        fill(state, one.name, names, windows=2)
    object.__setattr__(plan.models[0], "reference", str(tmp_path / "none.json"))
    found = series(Exposition(Reader(plan, state)).text().body.decode())
    state.close()
    up = {
        dict(labels)["model"]: value
        for (name, labels), value in found.items()
        if name == "leeboard_model_up"
    }
    assert up == {"broken": 0.0, "sound": 1.0}
    assert any(dict(labels).get("model") == "sound" for _, labels in found)


HOSTILE = 'x"y\\z\n{le="+Inf"} 1\n# TYPE q gauge'


@pytest.fixture(scope="module")
def fleet(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Exposition]:
    """Ten models of a hundred columns, one of which has a hostile name."""
    folder = tmp_path_factory.mktemp("fleet")
    names = [HOSTILE, *(f"feature_{i:03d}" for i in range(99))]
    values = np.random.default_rng(0).normal(size=60)
    reference = findings([numbers(names[0], values, values)]).reference
    wide = tuple(Column(name, Of.NUMERIC) for name in names)
    object.__setattr__(reference.schema, "columns", wide)
    state = open_state(str(folder / "results.db"))
    models = [f"model {i}" for i in range(10)]
    for model in models:
        fill(state, model, [*names, "not of the reference"], windows=24, full=2)
    plan = plan_of(folder, reference, models)
    yield Exposition(Reader(plan, state))
    state.close()


def test_t15_series_are_bounded_by_the_features(fleet: Exposition) -> None:
    """At most 20 a feature, and names that no reference has make none."""
    found = series(fleet.text(OPENMETRICS).body.decode(), openmetrics=True)
    by_column = Counter(
        (dict(labels)["model"], dict(labels)["column"])
        for _, labels in found
        if "column" in dict(labels)
    )
    assert max(by_column.values()) <= PER_COLUMN == 20
    assert len(found) <= 20 * 100 * 10
    assert {model for model, _ in by_column} == {f"model {i}" for i in range(10)}
    assert ("model 0", HOSTILE) in by_column
    assert not any(column == "not of the reference" for _, column in by_column)


def test_a_scrape_is_cheap(fleet: Exposition) -> None:
    """What was read is written once; asking again costs nearly nothing."""
    fleet.refresh()
    start = time.process_time()
    first = fleet.text(OPENMETRICS)
    wrote = time.process_time() - start
    start = time.process_time()
    assert fleet.text(OPENMETRICS) is first
    again = time.process_time() - start
    print(f"{len(first.body):,} bytes, {wrote * 1000:.0f} ms, then {again * 1000:.3f}")
    assert wrote < 1.0  # ample for a busy machine; measured in decision 0062
    assert again < 0.05


def test_a_column_has_so_many_series_and_no_more(tmp_path: Path) -> None:
    """Those that are left out are counted; the first figures stay."""
    state = open_state(str(tmp_path / "results.db"))
    reference = findings([numbers("a", np.arange(60.0), np.arange(60.0))]).reference
    plan = plan_of(tmp_path, reference, ["m"])
    fill(state, "m", ["a"], windows=1)
    (done,) = state.windows("m")
    lease = state.lease("more", "test", NOW, 60.0)
    figures = [
        Measured("", "a", f"f{i}", "counted", 1.0, 0.5, 1.5, None, 1, 1)
        for i in range(30)
    ]
    state.put(lease, [(done, [], figures)], model="m", place=2)
    found = series(Exposition(Reader(plan, state)).text().body.decode())
    state.close()
    own = [labels for _, labels in found if dict(labels).get("column") == "a"]
    assert len(own) == PER_COLUMN
    left_out = found["leeboard_series_left_out", frozenset({("model", "m")})]
    assert left_out == 3 * 30 + 6 - PER_COLUMN  # six of the two verdicts


class _Told:
    """Has one verdict, on a window of some days ago."""

    def __init__(self, day: int) -> None:
        self.day = day

    def verdicts(self, model: str, span: Window, segment: str) -> list[dict[str, Any]]:
        """Return it where it is asked for."""
        assert (model, segment) == ("shop", "")
        start = hours(self.day, 1)[0]
        row = {"subject": "performance", "aspect": "accuracy", "state": "moved"}
        more = {"rule": "", "window_start": start, "evidence": 9.0, "threshold": 5.0}
        return [row | more] if span.start <= start < span.end else []


@pytest.mark.parametrize(("day", "state"), [(1, 0), (2, 2)])
def test_performance_is_told_however_late_its_labels_are(day: int, state: int) -> None:
    """Of the last window with all labels; and what moved before it is over."""
    windows = [
        Done(
            "shop",
            Window(hours(i, 1)[0], hours(i + 1, 1)[0]),
            revision=1,
            rows=10,
            labels=10,
            completeness=None,
            provisional=i > 2,
            fingerprint="f",
            digest="d",
            first_at=NOW,
            computed_at=NOW,
        )
        for i in range(20)
    ]
    (plan,) = shop().plan.models
    reader: Any = _Told(day)
    told = {one.family: one.value for one in _verdicts(reader, plan, windows)}
    assert told["leeboard_verdict_state"] == state


class _Slow(Reader):
    """A reader whose every look takes ten seconds of a made clock."""

    now = 0.0
    reads = 0

    def summaries(self) -> dict[str, Summary]:
        """Count the look."""
        self.reads += 1
        self.now += 10.0
        return super().summaries()


def test_reading_takes_a_small_part_of_the_time(tmp_path: Path) -> None:
    """What is asked for too early is read at a later scrape, and never forgotten."""
    state = open_state(str(tmp_path / "results.db"))
    reader = _Slow(replace(shop().plan, models=()), state)
    passes = itertools.count()
    own = lambda: [Sample("leeboard_passes_total", (), next(passes))]
    slow = Exposition(reader, own, clock=lambda: reader.now)

    def told() -> float:
        text = slow.text().body.decode()
        return series(text)["leeboard_passes_total", frozenset()]

    assert (told(), reader.reads) == (0, 1)
    slow.refresh()
    assert (told(), reader.reads) == (1, 1)  # the process itself costs nothing
    reader.now += 199.0
    assert (told(), reader.reads) == (1, 1)
    reader.now += 1.0
    assert (told(), reader.reads) == (2, 2)
    assert (told(), reader.reads) == (2, 2)
    state.close()
