"""Freezes what nannyml estimates on the data sets it ships.

Rows are frozen with the answers, as columns of whole numbers: each column is the
little-endian bytes of its type, deflated, in base64.
"""

from __future__ import annotations

import base64
import os
import sys
import warnings
import zlib
from pathlib import Path
from typing import Any

os.environ["NML_DISABLE_USAGE_LOGGING"] = "1"
# this file has the name of the package it asks
sys.path = [p for p in sys.path if Path(p or ".").resolve() != Path(__file__).parent]
import nannyml as nml  # noqa: E402
import numpy as np  # noqa: E402
import pandas as pd  # noqa: E402

sys.path.insert(0, str(Path(__file__).resolve().parent))
from _freeze import freeze  # noqa: E402

FIGURES = ["value", "realized", "lower_confidence_boundary"]
FIGURES += ["upper_confidence_boundary"]
BINARY = ["roc_auc", "average_precision", "f1", "precision", "recall"]
BINARY += ["specificity", "accuracy", "confusion_matrix"]
SEVERAL = ["roc_auc", "f1", "precision", "recall", "specificity", "accuracy"]


def pack(values: Any, dtype: str) -> dict[str, str]:
    """Freeze a column of whole numbers."""
    raw = np.asarray(values)
    whole = raw.astype(f"<{dtype}")
    if not (whole == raw).all():
        raise SystemExit(f"{dtype} does not hold the column")
    text = base64.b64encode(zlib.compress(whole.tobytes(), 9)).decode("ascii")
    return {"dtype": dtype, "deflated": text}


def answers(result: Any, names: list[str], period: str) -> list[dict[str, Any]]:
    """Return the figures of each chunk of a period."""
    table = result.filter(period=period).to_df()
    return [
        {name: {figure: row[(name, figure)] for figure in FIGURES} for name in names}
        for _, row in table.iterrows()
    ]


def car_loan() -> list[dict[str, Any]]:
    """Estimate a binary model: scores of two decimals, counted by what rows share."""
    reference, analysis, labels = nml.load_synthetic_car_loan_dataset()
    analysis = analysis.merge(labels, on="id")
    estimator = nml.CBPE(
        problem_type="classification_binary",
        y_pred_proba="y_pred_proba",
        y_pred="y_pred",
        y_true="repaid",
        metrics=BINARY,
        chunk_size=5000,
    ).fit(reference)
    result = estimator.estimate(analysis)
    names = [n for n in BINARY if n != "confusion_matrix"]
    names += ["true_positive", "false_positive", "true_negative", "false_negative"]
    known = answers(result, names, "analysis")
    grid = np.arange(101)
    cases: list[dict[str, Any]] = [
        {
            "name": "car loan reference",
            "calibrates": bool(estimator.needs_calibration),
            "calibrated": estimator.calibrator.calibrate(grid / 100),
            **counted(reference),
        }
    ]
    for k, found in enumerate(known):
        chunk = analysis.iloc[k * 5000 : (k + 1) * 5000]
        cases.append({"name": f"car loan {k}", **counted(chunk), "nannyml": found})
    return cases


def counted(rows: pd.DataFrame) -> dict[str, Any]:
    """Count rows by score, prediction and label."""
    score = np.round(rows.y_pred_proba * 100).astype(int)
    if not np.allclose(score / 100, rows.y_pred_proba, rtol=0, atol=1e-12):
        raise SystemExit("scores have more than two decimals")
    same = rows.groupby([score, rows.y_pred, rows.repaid]).size()
    score_, said, label = (same.index.get_level_values(i) for i in range(3))
    return {
        "hundredths": list(score_),
        "predictions": list(said),
        "labels": list(label),
        "rows": list(same.to_numpy()),
    }


def cards() -> list[dict[str, Any]]:
    """Estimate a model of three classes."""
    reference, analysis, labels = nml.load_synthetic_multiclass_classification_dataset()
    analysis = analysis.merge(labels, on="id")
    names = ["highstreet_card", "prepaid_card", "upmarket_card"]
    columns = {name: f"y_pred_proba_{name}" for name in names}
    estimator = nml.CBPE(
        problem_type="classification_multiclass",
        y_pred_proba=columns,
        y_pred="y_pred",
        y_true="y_true",
        metrics=SEVERAL,
        chunk_size=3000,
    ).fit(reference)
    known = answers(estimator.estimate(analysis), SEVERAL, "analysis")
    grid = np.arange(101) / 100
    fitted = estimator._calibrators  # noqa: SLF001
    tables = [fitted[name].calibrate(grid) for name in names]
    cases = [{"name": "cards reference", "classes": names, "calibrated": tables}]
    for k in (1, 17):
        chunk = analysis.iloc[k * 3000 : (k + 1) * 3000]
        code = {name: i for i, name in enumerate(names)}
        cases.append(
            {
                "name": f"cards {k}",
                "hundredths": [
                    pack(np.round(chunk[columns[name]] * 100), "u1") for name in names
                ],
                "predictions": pack(chunk.y_pred.map(code), "u1"),
                "labels": pack(chunk.y_true.map(code), "u1"),
                "nannyml": known[k],
            }
        )
    return cases


NUMBERS = {
    "car_age": "i2",
    "km_driven": "i4",
    "price_new": "i4",
    "accident_count": "i2",
    "door_count": "i2",
    "y_true": "i4",
    "y_pred": "i4",
}
TEXTS = ["fuel", "transmission"]


def car_price() -> list[dict[str, Any]]:
    """Estimate a regression: the first 4,000 reference rows, each tenth row later."""
    reference, analysis, labels = nml.load_synthetic_car_price_dataset()
    analysis = analysis.assign(y_true=labels["y_true"].to_numpy())
    reference = reference.iloc[:4000]
    analysis = analysis.iloc[::10].reset_index(drop=True)
    estimator = nml.DLE(
        feature_column_names=[n for n in NUMBERS if n[:2] != "y_"] + TEXTS,
        y_pred="y_pred",
        y_true="y_true",
        metrics=["mae", "mse", "rmse"],
        chunk_size=600,
    ).fit(reference)
    known = answers(estimator.estimate(analysis), ["mae", "mse", "rmse"], "analysis")
    levels = {name: sorted(reference[name].unique()) for name in TEXTS}

    def columns(rows: pd.DataFrame) -> dict[str, Any]:
        numbers = {name: pack(rows[name], kind) for name, kind in NUMBERS.items()}
        texts = {name: pack(rows[name].map(levels[name].index), "u1") for name in TEXTS}
        return {**numbers, **texts}

    cases: list[dict[str, Any]] = [
        {"name": "car price reference", "levels": levels, "columns": columns(reference)}
    ]
    for k, found in enumerate(known):
        chunk = analysis.iloc[k * 600 : (k + 1) * 600]
        case = {"name": f"car price {k}", "columns": columns(chunk), "nannyml": found}
        if k == 0:
            case["losses"] = losses(estimator, chunk)
        cases.append(case)
    return cases


def losses(estimator: Any, chunk: pd.DataFrame) -> dict[str, Any]:
    """Ask nannyml's own models for the loss of each of the first 100 rows."""
    coded = chunk.copy()
    for name in TEXTS:
        coder = estimator._categorical_encoders[name]  # noqa: SLF001
        texts = coded[name].astype("object").to_numpy().reshape(-1, 1)
        coded[name] = coder.transform(texts).ravel() + 1
    found = {}
    for metric in estimator.metrics[:2]:
        rows = coded[[*metric.feature_column_names, metric.y_pred]]
        found[metric.column_name] = metric._dee_model.predict(rows)  # noqa: SLF001
    return found


def main() -> None:
    """Freeze the three data sets."""
    warnings.simplefilter("ignore")
    pd.set_option("future.infer_string", False)  # nannyml reshapes columns of text
    cases = [*car_loan(), *cards(), *car_price()]
    packages = ("nannyml", "lightgbm", "scikit-learn", "numpy", "pandas")
    freeze("nannyml", script=__file__, packages=packages, cases=cases)


if __name__ == "__main__":
    main()
