"""Counts of outcomes go to bytes and back unharmed."""

from __future__ import annotations

import numpy as np
import pytest

from leeboard.errors import MetricError, ProfileError
from leeboard.performance import (
    OutcomeCells,
    Outcomes,
    Tally,
    cells_of,
    figures,
    pack,
    tally_of,
    unpack,
)
from tests.performance._rows import binary, multiclass, regression


def _kinds() -> list[Outcomes]:
    rng = np.random.default_rng(4)
    scores = rng.random(300)
    labels = rng.normal(0, 1e5, 300)
    return [
        binary(rng.random(300) < scores, scores > 0.5, scores),
        binary(rng.random(300) < scores, scores > 0.5),
        multiclass(
            rng.integers(0, 3, 300),
            rng.integers(0, 3, 300),
            rng.dirichlet([1] * 3, 300),
        ),
        regression(labels, labels + rng.normal(0, 1, 300)),
    ]


@pytest.mark.parametrize("rows", _kinds(), ids=range(4))
def test_counts_come_back_to_the_last_bit(rows: Outcomes) -> None:
    """Packing and unpacking, cells by their text, gives the same figures and bytes."""
    cells = OutcomeCells.from_text(cells_of(rows).to_text())
    tally = tally_of(rows, cells)
    data = pack(tally)
    again = unpack(data, cells)
    assert pack(again) == data
    for one, two in zip(figures(tally), figures(again), strict=True):
        assert (one.value, one.interval, one.facts) == (
            two.value,
            two.interval,
            two.facts,
        )
    assert len(data) < 8000
    empty = Tally.zero(cells)
    assert unpack(pack(empty), cells).rows == 0


def test_damaged_bytes_are_refused() -> None:
    """Cut, changed, newer or foreign bytes are an error, never wrong counts."""
    first, _, _, other = map(tally_of, _kinds())
    data = pack(first)
    for damaged in (
        b"",
        data[:-5],
        data[:40] + bytes([data[40] ^ 1]) + data[41:],
        b"nonsense",
    ):
        with pytest.raises(ProfileError) as caught:
            unpack(damaged, first.cells)
        assert caught.value.code == "damaged_profile"
    with pytest.raises(ProfileError) as caught:
        unpack(pack(other), first.cells)
    assert caught.value.code == "other_cells"
    for text in ("{", '{"format": 2}', '{"format": 1, "task": "x"}', "[]"):
        with pytest.raises(MetricError) as error:
            OutcomeCells.from_text(text)
        assert error.value.code == "bad_outcome_cells"
