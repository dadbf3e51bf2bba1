"""One call measures arrays, columns and profiles of every make."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest

import leeboard as lb
from leeboard.errors import LeeboardError, MetricError, ProfileError

RNG = np.random.default_rng(0)
X, Y = RNG.normal(size=500), RNG.normal(0.3, 1, 400)
MAKES: dict[str, Callable[[Any], Any]] = {
    "list": list,
    "numpy": np.asarray,
    "arrow": pa.array,
    "chunked": lambda v: pa.chunked_array([v[:100], v[100:]]),
    "pandas": pd.Series,
    "polars": pl.Series,
}


@pytest.mark.parametrize("make", MAKES.values(), ids=MAKES)
def test_every_make_of_array_gives_the_same(make: Callable[[Any], Any]) -> None:
    """Lists, NumPy, Arrow, pandas and polars give identical measurements."""
    for metric in ("ks", "psi", "mean", "missing"):
        expected = lb.measure(metric, X, Y)
        assert lb.measure(metric, make(X), make(Y)) == expected
    assert lb.measure("ks", make(X), make(Y)).exact


@pytest.mark.parametrize(
    ("reference", "current"),
    [
        ([1.0, None, 3.0], [None, 2.0]),
        (np.array([1.0, np.nan, 3.0]), np.array([np.nan, 2.0])),
        (pd.Series([1, None, 3], dtype="Int64"), pd.Series([None, 2], dtype="Int64")),
        (pl.Series([1, None, 3]), pl.Series([None, 2])),
        (pl.Series([1.0, float("nan"), 3.0]), pl.Series([None, 2.0])),
    ],
    ids=["list", "numpy", "pandas", "polars", "mixed"],
)
def test_null_and_nan_are_missing(reference: Any, current: Any) -> None:
    """NULL and NaN are missing, in whatever way they are written."""
    result = lb.measure("ks", reference, current)
    assert (result.n_reference, result.n_current) == (2, 1)
    assert result.value == 0.5
    assert lb.measure("missing", reference, current).value == 0.5


def test_infinities_are_values() -> None:
    """Infinities take part in KS and Mann-Whitney."""
    assert lb.measure("ks", [1.0, 2.0], [np.inf, 2.0]).n_current == 2
    sure = lb.measure("mann_whitney", [1.0, 2.0], [np.inf] * 2, statistic="probability")
    assert sure.value == 1.0


def test_text_and_booleans_are_categories() -> None:
    """Arrays of text, of categories and of true and false are counted by level."""
    x, y = ["a", "b"] * 50, ["a", "c"] * 40
    expected = lb.measure("chi2", x, y)
    for make in (pd.Series, pl.Series, lambda v: pd.Series(v, dtype="category")):
        assert lb.measure("chi2", make(x), make(y)) == expected
    assert lb.measure("unseen", x, y).value == 0.5
    assert lb.measure("psi", [True, False] * 50, [True] * 80 + [False] * 20).value


def test_columns_of_frames_and_whole_tables() -> None:
    """Frames give a column by name, and tables to the metrics of tables."""
    before = pd.DataFrame({"a": X, "b": X + 1})
    now = pl.DataFrame({"a": Y, "b": -Y})
    result = lb.measure("ks", before, now, column="a")
    assert result.value == lb.measure("ks", X, Y).value
    assert result.subject == "a"
    assert lb.measure("duplicates", before, now).subject == "table"
    assert lb.measure("correlation", before, now).subject == "a × b"
    assert lb.measure("correlation", before, now).value == pytest.approx(2.0)


def test_profiles_give_intervals_that_hold_the_value_of_the_rows() -> None:
    """Two profiles, or a profile and rows, measure within the stated interval."""
    before, now = pd.DataFrame({"a": X}), pd.DataFrame({"a": Y})
    reference = lb.profile(before)
    current = lb.profile(now, reference=reference)
    for metric in ("ks", "wasserstein"):
        exact = lb.measure(metric, X, Y).value or 0.0
        result = lb.measure(metric, reference, current, column="a")
        assert result == lb.measure(metric, reference, now)
        assert not result.exact
        assert result.interval is not None
        assert result.interval[0] <= exact <= result.interval[1]
    psi = lb.measure("psi", reference, current)
    assert psi.value == lb.measure("psi", X, Y).value


def test_a_profile_has_no_rows() -> None:
    """A metric of rows on a profile has no value, and says that it needs rows."""
    reference = lb.profile(pd.DataFrame({"a": X}))
    for metric in ("cvm", "duplicates", "cardinality"):
        result = lb.measure(metric, reference, pd.DataFrame({"a": Y}))
        assert result.value is None
        assert result.reason is not None
        assert result.reason.code == "needs_rows"


def test_type_change_of_arrays_and_profiles() -> None:
    """Numbers that became text are a change of type; numbers are none."""
    assert lb.measure("type_change", [1, 2], ["1", "2"]).value == 1.0
    assert lb.measure("type_change", [1, 2], [1.5, 2.5]).value == 0.0
    assert lb.measure("type_change", [1, 2], [None, None]).value == 0.0
    reference = lb.profile(pd.DataFrame({"a": X}))
    now = pd.DataFrame({"a": ["x"] * 50})
    assert lb.measure("type_change", reference, now).value == 1.0
    result = lb.measure("psi", reference, now)
    assert result.reason is not None
    assert result.reason.code == "type_changed"


def test_nothing_to_compare_has_a_reason() -> None:
    """Empty and all-missing arrays are no value with a reason, for counts and rows."""
    for metric in ("psi", "ks", "wasserstein", "cardinality"):
        for reference, current, code in (
            ([1.0, 2.0], [], "insufficient_data"),
            ([1.0, 2.0], [None, None], "all_missing"),
            ([None], [1.0], "reference_all_missing"),
            ([], [1.0], "insufficient_data"),
            ([], [], "insufficient_data"),
        ):
            result = lb.measure(metric, reference, current)
            assert result.value is None, (metric, reference, current)
            assert result.reason is not None
            assert result.reason.code == code, (metric, reference, current)


def test_wrong_use_is_an_error_that_says_the_way_out() -> None:
    """Unknown metrics, options, columns and kinds are errors of one tree with a fix."""
    frame = pd.DataFrame({"a": X, "b": X})
    profile = lb.profile(frame)
    other = lb.profile(pd.DataFrame({"a": X + 1, "b": X}))
    wrong: list[tuple[str, Any, Any, dict[str, Any]]] = [
        ("kss", X, Y, {}),
        ("js", X, Y, {"bas": 2}),
        ("js", X, Y, {"base": "2"}),
        ("ks", frame, frame, {}),
        ("ks", frame, frame, {"column": "z"}),
        ("ks", ["a"], ["b"], {}),
        ("ks", [1.0], ["b"], {}),
        ("ks", X, profile, {}),
        ("ks", profile, profile, {"column": "z"}),
        ("unseen", profile, frame, {"column": "a"}),
    ]
    for metric, reference, current, options in wrong:
        with pytest.raises(MetricError) as caught:
            lb.measure(metric, reference, current, **options)
        assert caught.value.fix
    with pytest.raises(ProfileError):
        lb.measure("ks", profile, other, column="a")
    with pytest.raises(LeeboardError):
        lb.measure("ks", object(), Y)


def test_arrays_are_not_changed() -> None:
    """What was given is as it was, after every metric."""
    x, y = X.copy(), Y.copy()
    for metric in ("ks", "wasserstein", "energy", "psi", "cvm", "quantile"):
        lb.measure(metric, x, y)
    assert np.array_equal(x, X)
    assert np.array_equal(y, Y)


def test_a_reference_profile_without_the_column_says_so() -> None:
    """A profile of a day that lacked the column measures nothing, with the reason."""
    rows = {"x": np.arange(500.0), "y": np.arange(500.0)}
    training = lb.profile(rows)
    day = lb.profile({"x": rows["x"]}, reference=training)
    again = lb.profile(rows, reference=training)
    for pair in ((day, again), (again, day)):
        found = lb.measure("ks", *pair, column="y")
        assert found.value is None
        assert found.reason is not None
        assert found.reason.code == "missing_column"
