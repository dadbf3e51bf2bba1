"""The data of the lab are what their attribution says."""

from __future__ import annotations

import hashlib
from datetime import date
from importlib.resources import files

from leeboard.lab import RENTALS, rentals
from leeboard.lab._rentals import TRAINED_UNTIL, between
from leeboard.schema import Role

SHA256 = "b03a2d02e8c10f435c43c7f0b358b7e34a003afea53dbc37f0183f2763295133"


def test_only_the_format_changed() -> None:
    """Written as CSV again, the rows are byte for byte those of hour.csv."""
    table = rentals()
    columns = [column.to_pylist() for column in table.columns]
    lines = [",".join(table.column_names)]
    lines += [
        ",".join(format(v, ".15g") if isinstance(v, float) else str(v) for v in row)
        for row in zip(*columns, strict=True)
    ]
    text = "\n".join(lines) + "\n"
    assert hashlib.sha256(text.encode()).hexdigest() == SHA256


def test_attribution_lies_beside_the_data() -> None:
    """Creator, licence, source and what was changed travel with the file."""
    text = files("leeboard.lab").joinpath("ATTRIBUTION.txt").read_text("utf-8")
    for part in (
        "Fanaee-T",
        "Gama",
        "CC BY 4.0",
        "data set 275",
        "format only",
        SHA256,
    ):
        assert part in text


def test_days_are_cut_whole() -> None:
    """The training data are the 1,337 hours of January and February 2011."""
    training = between(rentals(), date(2011, 1, 1), TRAINED_UNTIL)
    days = training["dteday"].to_pylist()
    assert (len(days), min(days), max(days)) == (
        1337,
        date(2011, 1, 1),
        date(2011, 2, 28),
    )


def test_leaks_are_not_compared() -> None:
    """Parts of the label are no features; time and row number are no change."""
    names = {column.name for column in RENTALS.compared}
    assert not names & {"casual", "registered", "instant", "dteday", "yr", "season"}
    label = RENTALS.first(Role.LABEL)
    assert label is not None
    assert label.name == "cnt"
