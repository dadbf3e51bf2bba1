"""Sizes of changes from the kept figures: PSI less its noise, and nothing else."""

from __future__ import annotations

import pytest

from leeboard.alarms.rules import Rule
from leeboard.monitor.figures import figures_for
from leeboard.monitor.sizes import without_noise
from tests.monitor.test_picturing import psi, state_of
from tests.state._results import hour


@pytest.mark.parametrize(
    ("value", "floor", "size"),
    [(0.0445, 0.05, 0.0), (0.3, 0.05, 0.25), (None, None, None), (0.3, None, None)],
)
def test_psi_is_told_less_its_noise(
    value: float | None, floor: float | None, size: float | None
) -> None:
    """It is at least 0; where no floor was kept there is no size, and a reason."""
    row = {"metric": "psi", "value": value, "reference": floor, "reason": ""}
    (told,) = without_noise([row])
    assert told["value"] == (None if size is None else pytest.approx(size))
    assert told["reference"] is None
    unknown = value is not None and floor is None
    assert told["reason"] == ("noise_not_kept" if unknown else "")


def test_other_figures_are_as_they_came() -> None:
    """A mean is no distance."""
    row = {"metric": "mean", "value": 0.3, "reference": 0.2, "reason": ""}
    assert without_noise([row]) == [row]


def test_a_rule_has_no_figure_of_the_reference_for_a_distance() -> None:
    """What stands beside a PSI is its noise, and no fifth of it is a limit."""
    rule = Rule("far", "psi", column="temp", above=0.2)
    found = figures_for(state_of(psi), "demand", rule, hour(0))
    assert [one.reference for one in found.values()] == [None]
