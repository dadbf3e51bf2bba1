"""Expected errors beside those of nannyml, on the regression that it ships."""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np
import pytest

from leeboard.estimates.dle import Dle, fit_dle
from tests.estimates._nannyml import case, column

Array = np.ndarray[Any, Any]
NUMBERS = ("car_age", "km_driven", "price_new", "accident_count", "door_count")
CHUNKS = range(10)


def _rows(name: str) -> tuple[Array, Array, dict[str, Array]]:
    """Labels, predictions and features of a case."""
    columns = {key: column(packed) for key, packed in case(name)["columns"].items()}
    levels = case("car price reference")["levels"]
    features: dict[str, Array] = {
        key: columns[key].astype(np.float64) for key in NUMBERS
    }
    for key, texts in levels.items():
        features[key] = np.array(texts, dtype=object)[columns[key]]
    label, said = columns["y_true"], columns["y_pred"]
    return label.astype(np.float64), said.astype(np.float64), features


@cache
def _own() -> Dle:
    labels, said, features = _rows("car price reference")
    return fit_dle(said, labels, features, np.random.default_rng(1))


def test_from_its_losses_the_figure_is_its_own() -> None:
    """The mean of nannyml's expected losses of rows is nannyml's figure to 1e-6."""
    frozen = case("car price 0")
    for name, losses in frozen["losses"].items():
        mean = np.maximum(np.array(losses), 0.0).mean()
        assert mean == pytest.approx(frozen["nannyml"][name]["value"], rel=1e-6)


def test_estimates_go_with_nannymls() -> None:
    """By chunk each figure lies in nannyml's band, its in ours; they rise together."""
    own = _own()
    pairs: dict[str, list[tuple[float, float]]] = {}
    for chunk in CHUNKS:
        _, said, features = _rows(f"car price {chunk}")
        for one in own.estimate(said, features):
            theirs = case(f"car price {chunk}")["nannyml"][one.metric]
            low, high = (
                theirs[f"{end}_confidence_boundary"] for end in ("lower", "upper")
            )
            assert low <= one.value <= high, (chunk, one.metric)
            assert one.low <= theirs["value"] <= one.high, (chunk, one.metric)
            pairs.setdefault(one.metric, []).append((one.value, theirs["value"]))
    assert set(pairs) == {"mae", "mse", "rmse"}
    for values in pairs.values():
        assert np.corrcoef(np.array(values).T)[0, 1] >= 0.97


def test_estimates_lie_about_as_near_to_what_came() -> None:
    """Realised errors lie within our bounds, as far from us as from nannyml by half."""
    own, ours, theirs = _own(), [], []
    for chunk in CHUNKS:
        labels, said, features = _rows(f"car price {chunk}")
        realised = float(np.abs(labels - said).mean())
        mae = own.estimate(said, features)[0]
        assert mae.low <= realised <= mae.high, chunk
        known = case(f"car price {chunk}")["nannyml"]["mae"]
        assert known["realized"] == pytest.approx(realised)
        ours.append(abs(mae.value - realised))
        theirs.append(abs(known["value"] - realised))
    assert np.mean(ours) <= 1.5 * np.mean(theirs)
