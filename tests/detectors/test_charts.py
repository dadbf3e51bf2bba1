from __future__ import annotations

import json
import math
from dataclasses import fields
from pathlib import Path
from typing import Any, cast

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from leeboard.detectors._detector import Rows, Signal
from leeboard.detectors.charts import NamedChart, charts, make_chart
from leeboard.errors import AlarmError

FROZEN = Path(__file__).parents[1] / "fixtures" / "oracles" / "charts.json"
CASES: list[dict[str, Any]] = json.loads(FROZEN.read_text("utf-8"))["cases"]
SIDES = {"up": "above", "down": "below", "both": "both"}
NEEDED = {"centre": 0.0, "spread": 1.0}


def built(name: str, **settings: float | str) -> NamedChart:
    """Chart with the parameters it cannot do without."""
    names = {field.name for field in fields(cast("Any", charts()[name]))}
    return make_chart(name, {k: v for k, v in NEEDED.items() if k in names} | settings)


def seen(chart: NamedChart, value: float) -> float | Rows:
    """Value in the form that the chart sees."""
    return Rows(1, value) if chart.seen is Rows else value


def walk(chart: NamedChart, values: list[float]) -> list[Signal]:
    """Signals of all windows; each memory goes through JSON as a store would."""
    memory, signals = chart.start(), []
    for value in values:
        signals.append(chart.step(memory, seen(chart, value)))
        memory = tuple(json.loads(json.dumps(signals[-1].memory, allow_nan=False)))
    return signals


@pytest.mark.parametrize("case", CASES, ids=lambda c: f"{c['chart']}-{c['seed']}")
def test_each_step_equals_that_of_river(case: dict[str, Any]) -> None:
    """Detections agree at every value, and what was computed on the way to 1e-9."""
    settings = dict(case["settings"])
    if "mode" in settings:
        settings["side"] = SIDES[settings.pop("mode")]
    chart = make_chart(case["chart"], settings)
    signals = walk(chart, case["values"])
    assert [s.fired for s in signals] == [bool(step[-1]) for step in case["steps"]]
    assert sum(s.fired for s in signals) == case["detections"] > 0
    for signal, step in zip(signals, case["steps"], strict=True):
        if case["chart"] == "adwin":
            mean, width, squares, fired = step
            assert signal.value == pytest.approx(mean, rel=1e-9, abs=1e-9)
            if not fired:
                assert signal.memory[1] == width
                assert signal.memory[3] == pytest.approx(squares, rel=1e-9, abs=1e-9)
        elif case["chart"] == "page_hinkley":
            up, down, _ = step
            wanted = {"above": up, "below": down, "both": max(up, down)}
            wanted_value = wanted[settings.get("side", "both")]
            assert signal.value == pytest.approx(wanted_value, rel=1e-9, abs=1e-9)
        else:
            p, n, fired = step
            s = math.sqrt(p * (1 - p) / n)
            assert signal.value == pytest.approx(p + s, rel=1e-9, abs=1e-9)
            if not fired:
                assert signal.memory[:2] == pytest.approx((n, p), rel=1e-9, abs=1e-12)


def test_shewhart_fires_with_the_normal_tails_probability() -> None:
    """The limits cut the figures' scale where width spreads end, on both sides."""
    chart = built("shewhart", centre=5.0, spread=2.0)
    fired = [s.fired for s in walk(chart, [-1.001, -0.999, 5.0, 10.999, 11.001])]
    assert fired == [True, False, False, False, True]


@given(st.lists(st.floats(-5, 5), min_size=1, max_size=30), st.floats(0.05, 0.95))
def test_ewma_is_the_weighted_sum_of_the_past(xs: list[float], weight: float) -> None:
    """The recursion equals the closed form, weights falling geometrically."""
    last = walk(built("ewma", weight=weight, centre=1.0), xs)[-1]
    powers = weight * (1 - weight) ** np.arange(len(xs))[::-1]
    closed = powers @ np.array(xs) + (1 - weight) ** len(xs) * 1.0
    assert last.value == pytest.approx(closed, abs=1e-12)
    assert last.high == pytest.approx(1 + 2.962 * math.sqrt(weight / (2 - weight)))


@given(st.lists(st.floats(-4, 4), min_size=1, max_size=30), st.floats(0, 1))
def test_cusum_is_the_largest_tail_sum(zs: list[float], slack: float) -> None:
    """Each sum equals the largest sum over the last windows, if none has crossed."""
    chart = built("cusum", slack=slack, limit=1e6)
    up, down = walk(chart, zs)[-1].memory
    for got, sign in ((up, 1), (down, -1)):
        tails = np.cumsum((sign * np.array(zs) - slack)[::-1])
        assert got == pytest.approx(max(0.0, float(tails.max())), abs=1e-9)


def test_cusum_is_silent_soon_after_a_long_shift() -> None:
    """A hundred windows of a shift do not have to be worked off."""
    signals = walk(built("cusum"), [3.0] * 100 + [0.0] * 3)
    assert all(s.fired for s in signals[2:100])
    assert not any(s.fired for s in signals[100:])


@pytest.mark.parametrize("name", ["shewhart", "ewma", "cusum", "page_hinkley"])
def test_a_side_sees_only_its_side(name: str) -> None:
    """A fall fires below and both; above stays silent, and the other way round."""
    quiet = {"threshold": 20.0} if name == "page_hinkley" else {}
    values = [0.0, 0.1] * 20 + [-6.0] * 10
    for sign, side, other in ((1, "below", "above"), (-1, "above", "below")):
        mirrored = [sign * v for v in values]
        for asked, fires in ((side, True), ("both", True), (other, False)):
            signals = walk(built(name, side=asked, **quiet), mirrored)
            assert any(s.fired for s in signals) is fires


@pytest.mark.parametrize("name", list(charts()))
def test_a_chart_replays(name: str) -> None:
    """Begun from any kept memory, the rest is as it was, to the last bit."""
    chart = built(name)
    values = np.random.default_rng(3).integers(0, 2, 120).astype(float).tolist()
    whole = walk(chart, values)
    memory = whole[59].memory
    for value, then in zip(values[60:], whole[60:], strict=True):
        again = chart.step(memory, seen(chart, value))
        assert again == then
        memory = again.memory


@pytest.mark.parametrize("name", list(charts()))
def test_a_chart_says_what_it_is(name: str) -> None:
    """Each chart bears its name, what it sees, and one sentence on what it lacks."""
    kind = charts()[name]
    assert kind.name == name
    assert kind.seen in {float, Rows}
    assert kind.promise.startswith("No ")
    assert kind.promise.endswith(".")


@pytest.mark.parametrize("name", [n for n in charts() if n != "ddm"])
@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf])
def test_a_figure_that_is_not_finite_is_refused(name: str, value: float) -> None:
    """No memory is spoilt for good by one window."""
    chart = built(name)
    with pytest.raises(AlarmError, match="not_finite"):
        chart.step(chart.start(), value)


def test_ddm_takes_windows_whole_and_passes_over_empty_ones() -> None:
    """Shares of windows add up to the share of their rows; no rows change nothing."""
    chart = built("ddm")
    memory = chart.start()
    for n, wrong in ((40, 4), (0, 0), (60, 9), (0, 0)):
        before, signal = memory, chart.step(memory, Rows(n, wrong))
        memory = signal.memory
        assert n > 0 or (memory == before and not signal.fired)
    assert memory[:2] == pytest.approx((100, 0.13))


@pytest.mark.parametrize(
    ("name", "settings", "code"),
    [
        ("ewms", {}, "Did you mean 'ewma'"),
        ("ewma", {"centre": 0.0}, "missing_parameter"),
        ("ewma", {**NEEDED, "weightt": 0.1}, "Did you mean 'weight'"),
        ("ewma", {**NEEDED, "weight": 1.5}, "bad_parameter"),
        ("ewma", {**NEEDED, "weight": math.nan}, "bad_parameter"),
        ("shewhart", {"centre": 0.0, "spread": 0.0}, "bad_parameter"),
        ("shewhart", {**NEEDED, "side": "left"}, "bad_parameter"),
        ("shewhart", {**NEEDED, "width": "wide"}, "bad_parameter"),
        ("cusum", {**NEEDED, "slack": -0.1}, "bad_parameter"),
        ("adwin", {"clock": 0}, "bad_parameter"),
        ("adwin", {"clock": 1.5}, "bad_parameter"),
        ("adwin", {"delta": 1.0}, "bad_parameter"),
        ("page_hinkley", {"alpha": 1.1}, "bad_parameter"),
        ("ddm", {"warm_start": -1}, "bad_parameter"),
    ],
)
def test_nonsense_is_refused(name: str, settings: dict[str, Any], code: str) -> None:
    """A name or value that cannot be meant is refused, and the error helps."""
    with pytest.raises(AlarmError, match=code):
        make_chart(name, settings)


@given(
    st.lists(st.floats(-1e3, 1e3), max_size=300),
    st.integers(1, 3),
    st.integers(1, 3),
)
def test_adwin_keeps_its_sums(xs: list[float], buckets: int, clock: int) -> None:
    """Whatever was cut, levels add up to the header, and no level is overfull."""
    chart = built("adwin", max_buckets=buckets, clock=clock, delta=0.9, grace_period=0)
    memory = chart.start()
    for x in xs:
        memory = chart.step(memory, x).memory
    _, width, total, _ = memory[:4]
    at, level, n, held = 4, 0, 0.0, 0.0
    while at < len(memory):
        count = int(memory[at])
        assert count <= buckets
        n += count * 2**level
        held += math.fsum(memory[at + 1 : at + 1 + 2 * count : 2])
        at, level = at + 1 + 2 * count, level + 1
    assert n == width
    assert held == pytest.approx(total, abs=1e-6)


@pytest.mark.long
@pytest.mark.parametrize(
    ("name", "settings", "published"),
    [
        ("cusum", {"slack": 0.5, "limit": 4.0}, 168),
        ("cusum", {"slack": 0.5, "limit": 5.0}, 465),
        ("ewma", {"weight": 0.2, "width": 2.962}, 500),
        ("shewhart", {"width": 3.0}, 370.4),
    ],
)
def test_run_lengths_are_those_of_the_textbooks(
    name: str, settings: dict[str, float], published: float
) -> None:
    """Mean windows to a false alarm, within four standard errors of 1,000 runs."""
    chart = built(name, **settings)
    draw, lengths = np.random.default_rng(17), []
    for _ in range(1000):
        memory, n, fired = chart.start(), 0, False
        while not fired:
            for x in draw.normal(size=256).tolist():
                signal = chart.step(memory, x)
                memory, n = signal.memory, n + 1
                if signal.fired:
                    fired = True
                    break
        lengths.append(n)
    error = float(np.std(lengths, ddof=1)) / math.sqrt(len(lengths))
    assert np.mean(lengths) == pytest.approx(published, abs=4 * error)
    assert error < 0.05 * published
