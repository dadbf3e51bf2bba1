"""The data of the lab: two years of bike rentals in Washington, D.C., by the hour.

Fanaee-T and Gama (2013), CC BY 4.0; ATTRIBUTION.txt lies beside the file.
"""

from __future__ import annotations

from datetime import date
from importlib.resources import files

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from leeboard.schema import Column, Kind, Role, Schema, Task

__all__ = ["RENTALS", "TRAINED_UNTIL", "between", "rentals"]

TRAINED_UNTIL = date(2011, 3, 1)
"""First day the model has not seen."""

_CALENDAR = "the calendar moves on by itself"
_LEAK = "part of the label; not known when a prediction is made"


def _number(name: str, role: Role = Role.FEATURE, why: str = "") -> Column:
    return Column(name, Kind.NUMERIC, role, why=why)


def _code(name: str, role: Role = Role.FEATURE, why: str = "") -> Column:
    return Column(name, Kind.CATEGORICAL, role, why=why)


RENTALS = Schema(
    (
        _number("instant", Role.ID, "the number of the row"),
        Column("dteday", Kind.DATETIME, Role.TIME, why="time always moves on"),
        _code("season", Role.IGNORE, _CALENDAR),
        _code("yr", Role.IGNORE, _CALENDAR),
        _code("mnth", Role.IGNORE, _CALENDAR),
        _code("hr"),
        _code("holiday"),
        _code("weekday"),
        _code("workingday"),
        _code("weathersit"),
        _number("temp"),
        _number("atemp"),
        _number("hum"),
        _number("windspeed"),
        _number("casual", Role.IGNORE, _LEAK),
        _number("registered", Role.IGNORE, _LEAK),
        Column("cnt", Kind.NUMERIC, Role.LABEL, unit="rentals"),
        Column("prediction", Kind.NUMERIC, Role.PREDICTION, unit="rentals"),
        # known once the label is: how far the prediction was off
        Column("error", Kind.NUMERIC, Role.LABEL, unit="rentals"),
    ),
    task=Task.REGRESSION,
    model="bike rentals by the hour",
)
"""What the columns are, those that the model adds among them."""


def rentals() -> pa.Table:
    """Return all hours: 17,379 rows in order, 17 columns.

    Returns
    -------
    pyarrow.Table
        Hours without a rental have no row. ``temp``, ``atemp``, ``hum`` and
        ``windspeed`` are scaled to [0, 1].
    """
    with files("leeboard.lab").joinpath("bike_sharing.parquet").open("rb") as file:
        return pq.read_table(file)


def between(table: pa.Table, start: date, end: date) -> pa.Table:
    """Return the rows of the days from ``start`` on and before ``end``."""
    days = table["dteday"]
    return table.filter(pc.and_(pc.greater_equal(days, start), pc.less(days, end)))
