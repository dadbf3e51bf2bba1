"""The model of the lab: how many bikes are rented in an hour, by hour and weather."""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np
import pyarrow as pa

from leeboard.lab._rentals import TRAINED_UNTIL, rentals

__all__ = ["FEATURES", "predicted"]

FEATURES = (
    *("hr", "weekday", "workingday", "holiday", "weathersit"),
    *("temp", "atemp", "hum", "windspeed"),
)
"""What is known when a prediction is made, the weather by its forecast.

Season, month and year are left out: two months of winter teach nothing about them.
"""

_FOLDS = 6
_Array = np.ndarray[Any, Any]


@cache
def predicted() -> pa.Table:
    """All hours, in order, with ``prediction`` and ``error``; trained once a process.

    The model learns January and February 2011. A training row is predicted by a forest
    that has not seen its day, so that the error there is what the model would make on
    days like them.

    Returns
    -------
    pyarrow.Table
        The rentals with two more columns: ``prediction`` and its absolute ``error``, in
        rentals.
    """
    from sklearn.model_selection import GroupKFold, cross_val_predict

    table = rentals()
    label = table["cnt"].to_numpy().astype(float)
    inputs = np.column_stack([table[name].to_numpy() for name in FEATURES])
    days = table["dteday"].to_numpy()
    seen = days < np.datetime64(TRAINED_UNTIL)
    forest = _forest()
    unseen_days = cross_val_predict(
        forest,
        inputs[seen],
        label[seen],
        groups=days[seen].astype(int),
        cv=GroupKFold(_FOLDS),
    )
    later = forest.fit(inputs[seen], label[seen]).predict(inputs[~seen])
    predicted = np.concatenate([unseen_days, later])
    return table.append_column("prediction", pa.array(predicted)).append_column(
        "error", pa.array(np.abs(predicted - label))
    )


def _forest() -> Any:
    from sklearn.ensemble import RandomForestRegressor

    # one thread: the forest is small, and the machine may have other work
    return RandomForestRegressor(
        n_estimators=60, min_samples_leaf=2, random_state=0, n_jobs=1
    )
