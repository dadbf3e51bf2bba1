"""The copies of other tools' rules decide as the tools do, window by window."""

from __future__ import annotations

import json
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np
import pytest

FIXTURES = Path(__file__).resolve().parents[1] / "fixtures" / "oracles"
CODES = [stream.code for stream in import_module("bench.alarms.catalogue").STREAMS]
peers = import_module("bench.alarms.peers")
seen = import_module("bench.alarms.seen")


def drawn(code: str) -> tuple[Any, Any, list[Any]]:
    """Return the stream of that code with its sample."""
    catalogue = import_module("bench.alarms.catalogue").STREAMS
    (stream,) = (one for one in catalogue if one.code == code)
    rows, current = import_module("bench.alarms.sample").sample(stream)
    return stream, rows, current


def said(tool: str, code: str, sums: float) -> dict[str, Any]:
    """Return what the tool said, after a look whether it saw the same rows."""
    path = FIXTURES / f"alarms_{tool}.json"
    cases = json.loads(path.read_text(encoding="utf-8"))["cases"]
    case: dict[str, Any] = next(one for one in cases if one["stream"] == code)
    assert case["sum"] == pytest.approx(sums, rel=1e-12)
    return case


def columns(stream: Any, rows: Any, current: list[Any]) -> list[tuple[Any, list[Any]]]:
    """Return each column's reference and windows."""
    known = seen.reference(stream, rows, stream.size(0))
    if stream.kind != "table":
        return [(known, seen.windows(known, current, 0, 1, 0))]
    each = [seen.column(known, k) for k in range(rows.shape[1])]
    return [
        (one, seen.windows(one, [w[:, k] for w in current], 0, 1, 0))
        for k, one in enumerate(each)
    ]


def scores(rule: Any, known: Any, windows: list[Any]) -> Any:
    """Return a rule's scores."""
    rule.fit(known, [], 100)
    return np.array([rule.score(window) for window in windows])


@pytest.mark.parametrize("code", CODES)
@pytest.mark.parametrize("tool", ["evidently", "nannyml", "alibi"])
def test_copy_decides_as_the_tool(tool: str, code: str) -> None:
    """Each column of each of 52 windows a stream gets the tool's own answer."""
    stream, rows, current = drawn(code)
    total = sum(np.abs(one).sum() for one in [rows, *current])
    case = said(tool, code, float(total))
    sides = columns(stream, rows, current)
    make = {
        "evidently": peers.Evidently,
        "nannyml": peers.NannyML,
        "alibi": lambda: peers.AlibiDetect(len(sides)),
    }[tool]
    rules = [make() for _ in sides]
    found = np.array([scores(r, *side) for r, side in zip(rules, sides, strict=True)]).T
    limits = np.array([rule.threshold for rule in rules])
    decided: Any = found >= limits
    if tool == "alibi":  # it gives one answer for all columns
        decided = decided.any(axis=1, keepdims=True)
    assert decided.astype(int).tolist() == case["decided"]
    if tool == "evidently":
        assert (decided.mean(axis=1) >= 0.5).astype(int).tolist() == case["set"]


@pytest.mark.parametrize("code", [code for code in CODES if code != "S7 table"])
def test_copy_of_psi_decides_and_measures_as_evidently(code: str) -> None:
    """Evidently's PSI of each window is met to six digits."""
    stream, rows, current = drawn(code)
    total = sum(np.abs(one).sum() for one in [rows, *current])
    case = said("evidently", code, float(total))
    ((known, windows),) = columns(stream, rows, current)
    rule = peers.EvidentlyPsi()
    found = scores(rule, known, windows)
    assert found == pytest.approx(np.array(case["psi_values"]), rel=1e-6)
    assert (found >= rule.threshold).astype(int).tolist() == case["psi"]


RIVER = [
    stream.code
    for stream in import_module("bench.alarms.catalogue").STREAMS
    if stream.kind in {"number", "share"}
]


@pytest.mark.parametrize("code", RIVER)
def test_charts_decide_as_river_with_its_defaults(code: str) -> None:
    """ADWIN and Page-Hinkley of 52 means a stream, DDM of all rows of a share."""
    river = import_module("bench.alarms.river")
    stream, rows, current = drawn(code)
    total = sum(np.abs(one).sum() for one in [rows, *current])
    case = said("river", code, float(total))
    ((known, windows),) = columns(stream, rows, current)
    rules = {"adwin": river.RiverAdwin(), "page_hinkley": river.RiverPageHinkley()}
    if stream.kind == "share":
        rules["ddm"] = river.RiverDdm()
    for name, rule in rules.items():
        rule.fit(known, [], 100)
        fired, values = [], []
        for window in windows:
            fired.append(int(rule.score(window)))
            values.append(getattr(rule, "value", None))
        assert fired == case[name]
        if name != "ddm":  # few means move them to detect: the statistics are met too
            assert values == pytest.approx(case[f"{name}_values"], rel=1e-6, abs=1e-9)


def test_river_was_asked_where_it_detects() -> None:
    """Among the frozen answers of DDM are some that fire, and some that do not."""
    text = (FIXTURES / "alarms_river.json").read_text(encoding="utf-8")
    fired = [one for case in json.loads(text)["cases"] for one in case["ddm"]]
    assert 0 < sum(fired) < len(fired)


def test_copied_distances_are_those_of_scipy() -> None:
    """Wasserstein and Kolmogorov–Smirnov agree with scipy, ties and far rows too."""
    from scipy.stats import ks_2samp, wasserstein_distance

    rng = np.random.default_rng(5)
    for shift in (0.0, 0.4, 9.0):
        a = np.sort(np.round(rng.normal(size=400), 1))
        b = np.round(rng.normal(shift, 2.0, 70), 1)
        sums = np.concatenate([[0.0], np.cumsum(a)])
        assert peers.ks_distance(a, b) == pytest.approx(ks_2samp(a, b).statistic)
        exact = wasserstein_distance(a, b)
        assert peers.wasserstein(a, sums, np.sort(b)) == pytest.approx(exact, rel=1e-9)
