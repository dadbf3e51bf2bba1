"""Metrics of rows, against frozen answers of other libraries and against paper."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

from leeboard.metrics import metrics
from leeboard.metrics._metric import Measurement, PKind, Rows
from leeboard.schema import Kind
from tests.metrics._cases import code_of, frozen, hand, p_of, rows, texts, value_of

CASES = frozen("two_sample")
EXACT = 1e-12


def measured(metric: str, case: dict[str, Any], **options: Any) -> Measurement:
    """Measure the rows of a case."""
    on_rows = metrics()[metric].on_rows
    assert on_rows is not None
    result = on_rows(rows(case["reference"]), rows(case["current"]), **options)
    assert isinstance(result, Measurement)
    return result


def close(ours: float | None, theirs: float, relative: float = EXACT) -> bool:
    """Compare to a relative tolerance, absolute below one."""
    return ours is not None and math.isclose(
        ours, theirs, rel_tol=relative, abs_tol=relative
    )


by_name = pytest.mark.parametrize("case", CASES, ids=lambda c: c["name"])


@by_name
def test_ks_equals_the_frozen_statistic_and_exact_p(case: dict[str, Any]) -> None:
    """KS has the statistic of the definition, and the exact p-value."""
    result = measured("ks", case)
    assert close(result.value, case["by_definition"]["ks"])
    assert close(result.value, case["scipy"]["ks"]["statistic"])
    assert result.p_kind is PKind.EXACT
    if case["scipy"]["ks"]["p_exact"] is not None:
        assert close(result.p_value, case["scipy"]["ks"]["p_exact"], 1e-10)
    assert result.exact


def test_ks_takes_the_limit_law_when_asked() -> None:
    """The limit law is near to the exact one for many rows, and says what it is."""
    rng = np.random.default_rng(3)
    case = {"reference": rng.normal(size=4000), "current": rng.normal(0.03, 1, 3000)}
    exact, limit = measured("ks", case), measured("ks", case, method="limit")
    assert exact.value == limit.value
    assert limit.p_kind is PKind.INDEPENDENT
    assert abs(p_of(limit) - p_of(exact)) < 0.01


@by_name
def test_wasserstein_and_energy_equal_the_frozen_ones(case: dict[str, Any]) -> None:
    """Distances equal those of the definition to 1e-12."""
    for metric in ("wasserstein", "energy"):
        result = measured(metric, case)
        assert close(result.value, case["by_definition"][metric])
        assert close(result.value, case["scipy"][metric])


@by_name
def test_cvm_equals_the_frozen_one(case: dict[str, Any]) -> None:
    """Cramér-von Mises has the frozen statistic and p-value, by either law."""
    for method in ("asymptotic", "exact"):
        answer = case["scipy"]["cvm"][method]
        if answer is None:
            continue
        result = measured("cvm", case, method=method)
        if answer["statistic"] is None:
            assert result.value is None
            assert code_of(result) == "insufficient_data"
            continue
        assert close(result.value, answer["statistic"])
        assert close(result.p_value, answer["p_value"], 1e-9)


@by_name
def test_anderson_darling_equals_the_frozen_one(case: dict[str, Any]) -> None:
    """Anderson-Darling has the frozen statistic and p-value, and says when p is cut."""
    answer = case["scipy"]["anderson_darling"]["midrank"]
    result = measured("anderson_darling", case)
    if "undefined" in answer:
        assert result.value is None
        assert result.reason is not None
        assert result.reason.code in {"constant", "insufficient_data"}
        return
    assert close(result.value, answer["statistic"], 1e-9)
    assert close(result.p_value, answer["p_value"], 1e-9)
    cut = answer["p_value"] in {0.001, 0.25}
    assert (result.reason is not None) == cut


@by_name
def test_mann_whitney_equals_the_frozen_one(case: dict[str, Any]) -> None:
    """U and its p-value equal the frozen ones, with and without continuity."""
    for key, continuity in (("continuity", True), ("no_continuity", False)):
        answer = case["scipy"]["mann_whitney"][key]
        result = measured("mann_whitney", case, statistic="u", continuity=continuity)
        n, m = result.n_reference, result.n_current
        assert result.value == case["by_definition"]["mann_whitney"]
        assert result.fact("probability") == 1 - value_of(result) / n / m
        if "undefined" not in answer and not math.isnan(answer["p_value"] or 0):
            assert close(result.p_value, answer["p_value"] or 1.0)


def test_mann_whitney_counts_exactly_when_asked() -> None:
    """The exact law agrees with the frozen one where nothing ties."""
    case = next(c for c in CASES if c["name"] == "unequal_sizes")
    result = measured("mann_whitney", case, method="exact")
    assert close(result.p_value, case["scipy"]["mann_whitney"]["exact"]["p_value"])
    assert result.p_kind is PKind.EXACT


@by_name
def test_mean_has_welchs_p_value(case: dict[str, Any]) -> None:
    """The p-value of the mean is Welch's, wherever that is defined."""
    answer = case["scipy"]["ttest"]["welch"]
    result = measured("mean", case)
    if "undefined" in answer or case["name"] in {"tiny_values", "large_offset"}:
        return
    if answer["p_value"] is not None and result.p_value is not None:
        assert close(result.p_value, answer["p_value"], 1e-9)


@pytest.mark.parametrize(
    "case",
    [c for c in frozen("moments") if c["kind"] == "summary"],
    ids=lambda c: c["name"],
)
def test_summaries_equal_the_frozen_ones(case: dict[str, Any]) -> None:
    """Mean, minimum, maximum and quantiles of both sides equal the frozen ones."""
    both = {"reference": case["values"], "current": case["values"]}
    for metric in ("mean", "min", "max"):
        result = measured(metric, both)
        # to 1e-12 of the largest value: a sum may cancel
        largest = max(map(abs, case["values"]))
        for found in (result.value, result.reference):
            assert found == pytest.approx(case[metric], abs=1e-12 * largest)
    answers = case["quantiles"]["linear"]
    for q, answer in zip(case["quantile_levels"], answers, strict=True):
        assert close(measured("quantile", both, q=q).value, answer)


def test_mean_tells_how_far_it_moved_in_standard_deviations() -> None:
    """The fact z is the lecture's: difference over the reference's deviation."""
    case = {"reference": [1.0, 2.0, 3.0], "current": [5.0, 5.0, 8.0]}
    result = measured("mean", case)
    assert result.fact("difference") == 4.0
    assert result.fact("z") == 4.0
    assert result.reference == 2.0
    assert result.interval is not None
    assert result.interval[0] < 6.0 < result.interval[1]


def test_mean_holds_the_largest_numbers() -> None:
    """Values of 1e308 have a mean and a deviation, without overflow."""
    result = measured(
        "mean", {"reference": [1e308, -1e308, 1e308], "current": [1e308] * 3}
    )
    assert result.value == 1e308
    assert close(result.reference, 1e308 / 3)
    assert result.fact("z") is not None
    wild = measured("mean", {"reference": [1.7e308, -1.7e308], "current": [1.0, 2.0]})
    assert wild.value == 1.5
    assert wild.p_value is None


@pytest.mark.parametrize(
    "case", hand("ks") + hand("wasserstein") + hand("energy"), ids=str
)
def test_hand_worked_distances(case: dict[str, Any]) -> None:
    """Distances equal those worked on paper."""
    assert close(measured(case["metric"], case).value, case["expected"])


def test_hand_worked_mann_whitney() -> None:
    """U equals that worked on paper, and a half is no change."""
    (case,) = hand("mann_whitney")
    assert measured("mann_whitney", case, statistic="u").value == case["expected"]
    same = {"reference": [1.0, 2.0, 2.0], "current": [1.0, 2.0, 2.0]}
    assert measured("mann_whitney", same, statistic="probability").value == 0.5


def test_infinities_are_values_of_ks_and_of_no_distance() -> None:
    """KS takes infinities as values; distances to them are undefined, and say so."""
    case = {"reference": [1.0, 2.0, math.inf], "current": [-math.inf, 2.0]}
    assert close(measured("ks", case).value, 0.5)
    for metric in ("wasserstein", "energy"):
        result = measured(metric, case)
        assert result.value is None
        assert code_of(result) == "infinite"


@pytest.mark.parametrize("name", [n for n in metrics() if metrics()[n].on_rows])
@pytest.mark.parametrize("kind", [Kind.NUMERIC, Kind.CATEGORICAL])
def test_every_metric_answers_for_no_values(name: str, kind: Kind) -> None:
    """Nothing to compare is no value with a reason, never NaN and never a failure."""
    metric = metrics()[name]
    if kind not in metric.kinds or name == "missing":
        return
    make = rows if kind is Kind.NUMERIC else texts
    some, gone = make([1.0, 2.0] if make is rows else ["a", "b"]), make([None, None])
    assert metric.on_rows is not None
    for ours, theirs, code in (
        (some, gone, "all_missing"),
        (gone, some, "reference_all_missing"),
        (some, make([]), "insufficient_data"),
    ):
        result = metric.on_rows(ours, theirs)
        assert result.value is None
        assert code_of(result) == code


@pytest.mark.parametrize("name", ["wasserstein", "energy", "anderson_darling"])
def test_permutation_p_values_are_uniform_and_seeded(name: str) -> None:
    """Drawn p-values repeat with their seed, keep their level, and see a change."""
    on_rows = metrics()[name].on_rows
    assert on_rows is not None
    rng = np.random.default_rng(7)
    p_values = []
    for _ in range(200):
        x, y = np.round(rng.normal(size=(2, 15)), 1)
        p_values.append(on_rows(rows(x), rows(y), permutations=39, seed=1).p_value)
    rejected = int((np.array(p_values) <= 0.1).sum())
    assert 6 <= rejected <= 36  # four standard deviations about 20
    x, y = rng.normal(size=30), rng.normal(2, 1, size=30)
    one, two = (on_rows(rows(x), rows(y), permutations=99, seed=5) for _ in range(2))
    assert one.p_value == two.p_value == 0.01
    assert one.p_kind is PKind.EXACT


def test_wasserstein_noise_floor_is_the_mean_of_no_change() -> None:
    """The floor equals the mean distance of samples of one distribution within 5 %."""
    rng = np.random.default_rng(11)
    values, floors = [], []
    for _ in range(400):
        x, y = rng.normal(size=300), rng.normal(size=150)
        result = measured("wasserstein", {"reference": x, "current": y})
        values.append(value_of(result))
        floors.append(result.noise_floor or 0.0)
    assert np.mean(values) == pytest.approx(np.mean(floors), rel=0.05)


def test_wasserstein_in_standard_deviations() -> None:
    """A shift of all rows by two deviations measures two; a constant has none."""
    x = np.array([1.0, 2.0, 3.0])
    assert (
        measured("wasserstein", {"reference": x, "current": x + 2}, unit="sd").value
        == 2
    )
    constant = measured("wasserstein", {"reference": [1, 1], "current": [2]}, unit="sd")
    assert constant.reason is not None
    assert constant.reason.code == "constant"


def test_quantile_interval_covers_for_any_distribution() -> None:
    """The order-statistic interval holds the true median at least 95 % of the time."""
    rng = np.random.default_rng(5)
    hits = 0
    for _ in range(400):
        y = rng.standard_exponential(40)
        low, high = measured("quantile", {"reference": y, "current": y}).interval or (
            0,
            0,
        )
        hits += low <= math.log(2) <= high
    assert hits >= 400 * 0.95 - 4 * math.sqrt(400 * 0.05 * 0.95)


def test_cardinality_and_constant_count_values() -> None:
    """Distinct values are counted without the missing, text and numbers alike."""
    for make, values in ((rows, [1, 1, 2, None]), (texts, ["a", "a", "b", None])):
        for metric, value in (("cardinality", 2.0), ("constant", 0.0)):
            on_rows = metrics()[metric].on_rows
            assert on_rows is not None
            assert on_rows(make(values), make(values)).value == value
    constant = metrics()["constant"].on_rows
    assert constant is not None
    result = constant(rows([1, 2]), rows([3, None, 3]))
    assert (result.value, result.reference) == (1.0, 0.0)


def test_missing_counts_rows_without_a_value() -> None:
    """The share of missing rows equals that worked on paper, on both sides."""
    (case,) = hand("missing")
    result = measured("missing", case)
    assert result.value == case["expected"]
    assert result.reference == case["reference_value"]
    assert result.p_kind is PKind.EXACT


def test_out_of_range_has_an_exact_null() -> None:
    """The p-value of rows outside is uniform or larger, at each level."""
    rng = np.random.default_rng(2)
    p_values = np.array(
        [
            measured(
                "out_of_range", {"reference": rng.random(20), "current": rng.random(30)}
            ).p_value
            for _ in range(1000)
        ]
    )
    for level in (0.1, 0.05, 0.01):
        most = level + 4 * math.sqrt(level * (1 - level) / 1000)
        assert (p_values <= level).mean() <= most
    assert (p_values <= 0.2).mean() > 0.1
    far = measured("out_of_range", {"reference": [0, 1, 2, 3], "current": [9.0] * 30})
    assert far.value == 1.0
    assert far.p_value is not None
    assert far.p_value < 0.001


def test_row_order_of_int64_is_not_lost() -> None:
    """Whole numbers too large for a float still differ."""
    big = 2**62
    x = Rows(np.array([big, big + 1], np.int64), 0, Kind.NUMERIC)
    y = Rows(np.array([big + 2, big + 3], np.int64), 0, Kind.NUMERIC)
    on_rows = metrics()["ks"].on_rows
    assert on_rows is not None
    assert on_rows(x, y).value == 1.0
