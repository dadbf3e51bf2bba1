"""Metrics of counts, against frozen answers of other libraries and against paper."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from leeboard.engines.cut import cut_levels
from leeboard.errors import MetricError
from leeboard.metrics import metrics
from leeboard.metrics._metric import Measurement, Pair, PKind
from leeboard.profiles.counts import CategoryCounts
from tests.metrics._cases import (
    code_of,
    count_pair,
    frozen,
    hand,
    level_pair,
    number_pair,
    p_of,
    value_of,
)

CASES = frozen("counts")
DIVERGENCES: dict[str, tuple[str, dict[str, Any]]] = {
    "psi": ("psi", {}),
    "kl": ("kl_reference_from_current", {}),
    "js": ("js_distance_bits", {}),
    "hellinger": ("hellinger", {}),
    "total_variation": ("total_variation", {}),
    "l_infinity": ("l_infinity", {}),
}


def measured(metric: str, pair: Pair, **options: Any) -> Measurement:
    """Measure a pair."""
    on_counts = metrics()[metric].on_counts
    assert on_counts is not None
    result = on_counts(pair, **options)
    assert isinstance(result, Measurement)
    return result


def counts_of(case: dict[str, Any]) -> Pair:
    """Counts of a case."""
    return count_pair(case["reference"], case["current"])


by_name = pytest.mark.parametrize("case", CASES, ids=lambda c: c["name"])


@by_name
@pytest.mark.parametrize("metric", DIVERGENCES)
def test_divergences_equal_the_frozen_ones(metric: str, case: dict[str, Any]) -> None:
    """Each divergence equals the frozen one, plain and with halves added."""
    key, options = DIVERGENCES[metric]
    for smoothing, answers in ((0.0, "plain_shares"), (0.5, "half_added")):
        if smoothing and case["name"] == "unused_cell":
            continue  # a cell that is empty on both sides is no cell here
        result = measured(
            metric, counts_of(case), merge=False, smoothing=smoothing, **options
        )
        answer = case[answers][key]
        if answer == "inf":
            assert result.value is None
            assert code_of(result) == "infinite"
        else:
            assert result.value == pytest.approx(answer, rel=1e-12, abs=1e-15)


@by_name
def test_psi_tells_its_floor_and_the_value_above_it(case: dict[str, Any]) -> None:
    """The noise floor and the debiased PSI equal the frozen ones."""
    if case["name"] in {"unused_cell", "single_cell"}:
        return  # a cell that is empty on both sides is no cell here
    result = measured("psi", counts_of(case), merge=False)
    assert result.noise_floor == pytest.approx(case["psi_noise_floor"], rel=1e-12)
    assert result.fact("debiased") == pytest.approx(case["psi_debiased"], abs=1e-12)


@by_name
def test_js_takes_its_base(case: dict[str, Any]) -> None:
    """With base e the distance is the frozen one in nats."""
    result = measured("js", counts_of(case), merge=False, smoothing=0.0, base=math.e)
    answer = case["plain_shares"]["js_distance_nats"]
    assert result.value == pytest.approx(answer, rel=1e-12, abs=1e-15)


@by_name
def test_tests_of_homogeneity_equal_the_frozen_ones(case: dict[str, Any]) -> None:
    """Statistic, degrees and p-value equal those of two-sample tests elsewhere."""
    for metric in ("chi2", "g_test"):
        answer = case["tests"][metric]
        result = measured(metric, counts_of(case), merge=False)
        assert result.value == pytest.approx(answer["statistic"], rel=1e-11, abs=1e-12)
        assert result.fact("degrees") == answer["dof"]
        assert result.p_value == pytest.approx(answer["p_value"], rel=1e-9, abs=1e-300)
    if "chi2_yates" in case["tests"]:
        answer = case["tests"]["chi2_yates"]
        result = measured("chi2", counts_of(case), merge=False, correction=True)
        assert result.value == pytest.approx(answer["statistic"], rel=1e-11)


@by_name
def test_fisher_equals_the_frozen_one(case: dict[str, Any]) -> None:
    """With two cells the p-value is the exact two-sided one."""
    if "fisher" not in case["tests"]:
        return
    result = measured("fisher", counts_of(case))
    answer = case["tests"]["fisher"]
    assert result.p_value == pytest.approx(answer["p_two_sided"], rel=1e-9)
    assert result.fact("odds_ratio") == pytest.approx(answer["odds_ratio"])
    assert result.p_kind is PKind.EXACT


def test_fisher_draws_tables_where_there_are_more_cells() -> None:
    """Drawn tables agree with the chi-square law for many rows, and with their seed."""
    pair = count_pair([300, 310, 390], [100, 120, 80])
    one, two = measured("fisher", pair), measured("fisher", pair)
    assert one.p_value == two.p_value
    chi2 = measured("chi2", pair).p_value
    assert one.p_value is not None
    assert chi2 is not None
    assert abs(one.p_value - chi2) < 0.005
    assert p_of(measured("fisher", pair, tables=9)) >= 0.1


@pytest.mark.parametrize("metric", ["psi", "chi2", "g_test", "fisher"])
def test_hand_worked_counts(metric: str) -> None:
    """Counts give what was worked on paper."""
    for case in hand(metric):
        if "reference_counts" not in case:
            continue
        pair = count_pair(case["reference_counts"], case["current_counts"])
        result = measured(metric, pair, merge=False)
        figure = result.p_value if metric == "fisher" else result.value
        assert figure == pytest.approx(case["expected"], rel=1e-12)


def test_identities_between_divergences() -> None:
    """PSI is KL both ways; Hellinger and total variation bound each other."""
    rng = np.random.default_rng(0)
    for _ in range(50):
        c, x = rng.integers(1, 200, (2, int(rng.integers(2, 9)))).tolist()
        pair, back = count_pair(c, x), count_pair(x, c)
        plain = {"merge": False, "smoothing": 0.0}
        value = {m: measured(m, pair, **plain).value or 0.0 for m in DIVERGENCES}
        backward = measured("kl", back, **plain).value or 0.0
        assert value["psi"] == pytest.approx(value["kl"] + backward, rel=1e-9)
        squared = value["hellinger"] ** 2
        assert squared <= value["total_variation"] + 1e-12
        assert value["total_variation"] <= math.sqrt(2) * value["hellinger"] + 1e-12
        assert value["js"] <= 1.0
        for metric in ("psi", "js", "hellinger", "total_variation", "l_infinity"):
            assert measured(metric, back, **plain).value == pytest.approx(value[metric])


@pytest.mark.parametrize("metric", DIVERGENCES)
def test_noise_floor_is_the_mean_of_no_change(metric: str) -> None:
    """On unchanged data the mean value is the noise floor, within 10 %."""
    rng = np.random.default_rng(4)
    shares = np.array([0.3, 0.25, 0.2, 0.1, 0.1, 0.05])
    results = [
        measured(
            metric,
            count_pair(
                rng.multinomial(1500, shares).tolist(),
                rng.multinomial(900, shares).tolist(),
            ),
        )
        for _ in range(500)
    ]
    floor = np.mean([r.noise_floor or 0.0 for r in results])
    assert np.mean([value_of(r) for r in results]) == pytest.approx(floor, rel=0.1)


@pytest.mark.parametrize("metric", ["chi2", "g_test", "psi"])
def test_unchanged_data_is_called_changed_at_the_stated_rate(metric: str) -> None:
    """Unchanged tables are rejected at 5 % in 5 % of cases, with m = 5 n as well."""
    rng = np.random.default_rng(9)
    shares = np.full(10, 0.1)
    rejected = 0
    for _ in range(1000):
        c, x = rng.multinomial(1000, shares), rng.multinomial(5000, shares)
        p_value = measured(metric, count_pair(c.tolist(), x.tolist())).p_value
        rejected += p_value is not None and p_value <= 0.05
    assert abs(rejected - 50) <= 4 * math.sqrt(1000 * 0.05 * 0.95)


def test_a_design_effect_weakens_the_evidence() -> None:
    """Rows that hang together count for fewer: larger floor, larger p-value."""
    pair = count_pair([500, 500], [440, 560])
    clustered = replace(pair, design_reference=4.0, design_current=4.0, blocks=True)
    for metric in ("psi", "chi2", "missing"):
        alone, together = measured(metric, pair), measured(metric, clustered)
        assert together.p_kind is PKind.APPROXIMATE
        if metric != "missing":
            assert p_of(together) > p_of(alone)
    whole, part = (value_of(measured("chi2", p)) for p in (pair, clustered))
    assert part == pytest.approx(whole / 4)
    floors = [measured("psi", p).noise_floor for p in (pair, clustered)]
    assert floors[1] == pytest.approx(4 * (floors[0] or 0.0))
    assert measured("psi", clustered).value == measured("psi", pair).value


def test_one_and_the_same_value_everywhere_is_no_change() -> None:
    """A column constant in both has divergence 0, and says that it is constant."""
    for pair in (number_pair([3.0] * 50, [3.0] * 40), count_pair([50], [40])):
        for metric in DIVERGENCES:
            result = measured(metric, pair)
            assert result.value == 0.0
            assert result.p_value == 1.0
            assert code_of(result) == "constant"


def test_a_constant_that_moved_is_a_change() -> None:
    """A constant reference and another constant now differ in all there is."""
    pair = number_pair([3.0] * 500, [4.0] * 400)
    assert value_of(measured("psi", pair)) > 1.0
    assert measured("total_variation", pair, smoothing=0.0).value == 1.0
    assert measured("constant", pair).value == 1.0
    assert measured("mean", pair).fact("difference") == 1.0


def test_too_few_rows_to_merge_say_so() -> None:
    """Where no two cells expect ten rows, there is no value, and the reason tells."""
    result = measured("psi", count_pair([3, 4], [2, 1]))
    assert result.value is None
    assert code_of(result) == "insufficient_data"
    assert measured("psi", count_pair([3, 4], [2, 1]), merge=False).value is not None


def test_small_expected_counts_are_told() -> None:
    """A chi-square p-value from cells of few rows says that it is rough."""
    result = measured("chi2", count_pair([30, 2], [10, 1]), merge=False)
    assert code_of(result) == "small_expected"


def test_unseen_counts_levels_the_reference_never_had() -> None:
    """Share and null of unseen levels equal those worked on paper."""
    (case,) = hand("unseen")
    result = measured("unseen", level_pair(case["reference"], case["current"]))
    assert result.value == case["expected"]
    (null,) = hand("unseen_null")
    result = measured("unseen", level_pair(null["reference"], ["a"]))
    assert result.noise_floor == pytest.approx(null["expected"])


def _tail_pair(c: Any, x: Any) -> Pair:
    """Counts of a column whose level i occurs c[i] times, and now x[i] times."""
    names = [f"level {i}" for i in range(len(c))]
    tally = {name: int(k) for name, k in zip(names, c, strict=True) if k}
    cells = cut_levels(tally)
    sides = []
    for counts in (c, x):
        table = np.zeros(cells.size, np.int64)
        np.add.at(table, cells.locate(names), counts)
        unseen = int(counts[c == 0].sum())
        sides.append(CategoryCounts(table, unseen))
    return Pair(cells, sides[0], sides[1], fixed=True)


@pytest.mark.parametrize(
    ("levels", "n", "m"), [(500, 1000, 1000), (5000, 1000, 300), (200, 2000, 40_000)]
)
def test_unseen_levels_of_a_long_tail_are_no_news(levels: int, n: int, m: int) -> None:
    """An unchanged column of many rare levels is rejected at most at the level."""
    rng = np.random.default_rng(8)
    shares = 1.0 / np.arange(1, levels + 1)
    shares /= shares.sum()
    found = [
        measured(
            "unseen", _tail_pair(rng.multinomial(n, shares), rng.multinomial(m, shares))
        )
        for _ in range(500)
    ]
    p_values = np.array([p_of(result) for result in found])
    for level in (0.05, 0.01):
        most = 500 * level + 4 * math.sqrt(500 * level * (1 - level))
        assert (p_values <= level).sum() <= most
    floor = np.mean([result.noise_floor or 0.0 for result in found])
    assert np.mean([value_of(result) for result in found]) == pytest.approx(
        floor, rel=0.15
    )


def test_a_new_level_is_news() -> None:
    """A level of 5 % that the reference never had is found, in one-sided evidence."""
    reference = ["a", "b"] * 500
    result = measured("unseen", level_pair(reference, ["a", "b"] * 475 + ["z"] * 50))
    assert result.value == 0.05
    assert result.p_value is not None
    assert result.p_value < 1e-4
    none = measured("unseen", level_pair(reference, ["a"] * 100))
    assert none.p_value == 1.0


def test_out_of_range_counts_what_lies_outside() -> None:
    """Rows below, above and infinite lie outside; a known infinity does not."""
    pair = number_pair([1.0, 2.0, 3.0], [0.0, 2.0, 4.0, np.inf, np.nan])
    result = measured("out_of_range", pair)
    assert result.value == 0.75
    assert result.n_current == 4
    assert result.p_kind is PKind.EXACT
    known = number_pair([1.0, 2.0, np.inf], [2.0, np.inf])
    assert measured("out_of_range", known).value == 0.0
    later = measured("out_of_range", replace(pair, fixed=False))
    assert later.p_value is None


def test_counts_tell_ends_mean_and_missing_exactly() -> None:
    """Minimum, maximum, mean and missing of counts are those of the rows."""
    rng = np.random.default_rng(6)
    x, y = rng.normal(size=300), rng.normal(1, 2, 200)
    y[:20] = np.nan
    pair, kept = number_pair(x, y), y[20:]
    assert measured("min", pair).value == kept.min()
    assert measured("max", pair).value == kept.max()
    assert measured("mean", pair).value == pytest.approx(kept.mean(), rel=1e-12)
    assert measured("mean", pair).fact("z") == pytest.approx(
        (kept.mean() - x.mean()) / x.std(ddof=1), rel=1e-9
    )
    assert measured("missing", pair).value == 0.1
    assert all(measured(m, pair).exact for m in ("min", "max", "mean", "missing"))


def test_quantile_of_counts_encloses_that_of_the_rows() -> None:
    """The interval from counts always holds the interpolated quantile of the rows."""
    rng = np.random.default_rng(1)
    for _ in range(300):
        n, m = (int(10 ** rng.uniform(0, 2.5)) for _ in range(2))
        x, y = rng.normal(size=n), rng.choice([0.0, 1.0, rng.normal()], m)
        if rng.random() < 0.5:
            y = np.round(rng.standard_cauchy(m), int(rng.integers(0, 4)))
        pair = number_pair(x if rng.random() < 0.5 else y, y)
        for q in (0.0, 0.1, 0.5, 0.99, 1.0):
            result = measured("quantile", pair, q=q)
            value, exact = value_of(result), float(np.quantile(y, q))
            low, high = result.interval or (value, value)
            slack = 1e-12 * abs(exact)
            assert low - slack <= exact <= high + slack
            assert low <= value <= high


def test_constant_of_rare_levels_cannot_be_told() -> None:
    """Where every current value is rare, a profile does not claim to know."""
    reference = ["a"] * 990 + [f"rare {i}" for i in range(10)]
    result = measured("constant", level_pair(reference, ["rare 1", "rare 1"]))
    assert result.value is None
    assert code_of(result) == "needs_rows"
    assert measured("constant", level_pair(reference, ["a", "a", None])).value == 1.0


@pytest.mark.parametrize("name", [n for n in metrics() if metrics()[n].on_counts])
def test_every_metric_of_counts_answers_for_no_values(name: str) -> None:
    """No current value, or no current row, is no value with a reason."""
    metric = metrics()[name]
    numeric = number_pair([1.0, 2.0, 3.0], [np.nan, np.nan])
    empty = number_pair([1.0, 2.0, 3.0], np.empty(0))
    if name == "unseen":
        numeric = level_pair(["a", "b"], [None, None])
        empty = level_pair(["a", "b"], [])
    assert metric.on_counts is not None
    if name != "missing":
        assert code_of(metric.on_counts(numeric)) == "all_missing"
    result = metric.on_counts(empty)
    assert result.value is None
    assert code_of(result) == "insufficient_data"


def test_options_out_of_bounds_are_refused() -> None:
    """A base, share or number of rows that makes no sense is an error."""
    pair = count_pair([50, 50], [40, 60])
    for metric, options in (
        ("psi", {"smoothing": -1.0}),
        ("js", {"base": 1.0}),
        ("fisher", {"tables": 0}),
    ):
        with pytest.raises(MetricError) as caught:
            measured(metric, pair, **options)
        assert caught.value.code == "bad_option"
    with pytest.raises(MetricError):
        measured("quantile", number_pair([1.0], [1.0]), q=1.5)
    with pytest.raises(MetricError):
        measured("unseen", number_pair([1.0], [1.0]))
    with pytest.raises(MetricError):
        measured("ks", pair)
