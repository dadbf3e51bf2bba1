"""The alarm bench plays to its end, names every rule, and finds promises kept."""

from __future__ import annotations

import dataclasses
from importlib import import_module
from typing import Any

import numpy as np
import pytest

catalogue = import_module("bench.alarms.catalogue")
page = import_module("bench.alarms.page")
play = import_module("bench.alarms.play")
rules = import_module("bench.alarms.rules")
streams = import_module("bench.alarms.streams")

TINY = play.Plan(promise=20, references=2, windows=30, changed=2, after=25)
STREAMS = {stream.code: stream for stream in catalogue.STREAMS}


def document(found: list[Any], plan: Any) -> dict[str, Any]:
    """Return what the command would save."""
    return {
        "command": "python bench/alarms/run.py",
        "versions": {"leeboard": "0"},
        "seconds": 1,
        "cpu_seconds": 1,
        "plan": dataclasses.asdict(plan),
        "streams": found,
    }


@pytest.mark.parametrize("code", ["S1 scale", "S2 category", "S3 error"])
def test_a_tiny_run_names_every_rule(code: str) -> None:
    """Each rule that competes is in the tables, with a time and a delay."""
    stream = STREAMS[code]
    found = play.play(stream, TINY)
    names = [rule.name for rule in rules.competing(stream)]
    assert [rule["rule"] for rule in found["rules"]] == names
    for rule in found["rules"]:
        assert rule["time"]["windows"] == 60
        assert all(told["shipped"]["runs"] == 2 for told in rule["changes"])
    text = page.tables(document([found], TINY))
    assert all(f"| {name}" in text for name in names)


def test_a_run_is_the_same_each_time() -> None:
    """Streams are seeded: playing again gives the same figures but for the cost."""
    runs = [play.play(STREAMS["S8 missing"], TINY) for _ in range(2)]
    for found in runs:
        for rule in found["rules"]:
            del rule["microseconds"]
    assert runs[0] == runs[1]


def test_a_table_counts_as_one_column_that_alarms() -> None:
    """Thirty columns with the change in one are told by the rule for any of them."""
    plan = dataclasses.replace(TINY, references=1, changed=1, windows=4, after=6)
    stream = STREAMS["S7 table"]
    change = dataclasses.replace(stream.changes[-1], label="+3 sd", size=3.0)
    found = play.play(dataclasses.replace(stream, changes=(change,)), plan)
    told = {rule["rule"]: rule["changes"][0]["shipped"] for rule in found["rules"]}
    assert told["Leeboard D2"]["median"] <= 2
    assert told["alibi-detect, any column"]["median"] == 1
    assert told["Evidently, half of the columns"]["missed"] == 1


def test_tables_go_between_their_marks(tmp_path: Any) -> None:
    """Writing the page twice leaves the text around the tables as it was."""
    path = tmp_path / "page.md"
    path.write_text(f"before\n\n{page.START}\nthe last run\n{page.END}\n\nafter\n")
    for _ in range(2):
        page.put(document([], TINY), path)
    text = path.read_text()
    assert text.startswith("before\n")
    assert text.endswith("\nafter\n")
    assert "the last run" not in text
    assert text.count(page.START) == 1


@pytest.mark.parametrize("code", [code for code in STREAMS if code != "S7 table"])
def test_divergences_are_the_means_of_their_ratios(code: str) -> None:
    """The mean log likelihood ratio a row, after a change, is the divergence stated."""
    stream = STREAMS[code]
    rng = np.random.default_rng(4)
    for change in stream.changes:
        if change.ratio is None:
            continue
        rows = np.concatenate(stream.changed(rng, change, 0, 40))
        each = [change.ratio(part) for part in np.split(rows, 40)]
        spread = np.std(each, ddof=1) / np.sqrt(40)
        assert abs(np.mean(each) - change.kl * len(rows) / 40) < 4.5 * spread


def test_patterns_end_where_they_should() -> None:
    """Slow changes are whole after twenty windows; a recurring one comes back."""
    ramp = streams.strength("ramp", 30)
    assert ramp[0] == pytest.approx(0.05)
    assert (np.diff(ramp) >= 0).all()
    assert (ramp[19:] == 1).all()
    again = streams.strength("recurring", 40)
    assert again[:10].all()
    assert not again[10:20].any()
    assert again[20:30].all()


def test_wobbling_windows_differ_as_much_as_stated() -> None:
    """The variance of a cell's share is p(1 − p)(1/m + (1 − 1/m)/(c + 1))."""
    draw = streams.mean(100)
    rng = np.random.default_rng(6)
    below = [float((draw(rng, 0, np.zeros(500), 500) < 0).mean()) for _ in range(3000)]
    wanted = 0.25 * (1 / 500 + (1 - 1 / 500) / 101)
    assert np.var(below) == pytest.approx(wanted, rel=0.12)


def test_the_chi_square_threshold_keeps_its_promise_on_its_own_terms(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """With independent rows, alarms of chi-square are about as far apart as asked."""
    plan = dataclasses.replace(TINY, promise=50, references=12, windows=200, changed=0)
    stream = dataclasses.replace(STREAMS["S2 category"], changes=())
    alone = [one for one in rules.competing(stream) if one.name == "chi2 a window"]
    monkeypatch.setattr(play, "competing", lambda _stream: alone)
    found = play.play(stream, plan)
    (rule,) = found["rules"]
    assert rule["time"]["low"] < 90
    assert rule["time"]["high"] > 28


@pytest.mark.long
@pytest.mark.parametrize("code", [code for code in STREAMS if code != "S7 table"])
def test_promises_are_kept_where_their_assumptions_hold(
    code: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No detector is surely below its promise on a stream that it is made for."""
    stream = dataclasses.replace(STREAMS[code], changes=())
    promised = [
        rule
        for rule in rules.competing(stream)
        if rule.family == "Leeboard" and rule.name in stream.meets
    ]
    monkeypatch.setattr(play, "competing", lambda _stream: promised)
    plan = play.Plan(promise=50, references=16, windows=400, changed=0, after=1)
    found = play.play(stream, plan)
    assert [rule["rule"] for rule in found["rules"] if rule["breaks_promise"]] == []


@pytest.mark.long
def test_wobbling_windows_break_a_threshold_for_independent_rows() -> None:
    """A chi-square made for independent rows breaks its rate where windows wobble."""
    stream = dataclasses.replace(STREAMS["S5 wobble 500"], changes=())
    plan = play.Plan(promise=50, references=16, windows=100, changed=0, after=1)
    found = play.play(stream, plan)
    broken = {rule["rule"] for rule in found["rules"] if rule["breaks_promise"]}
    assert "chi2 a window" in broken
