"""A cause that is at work is the one that is named."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from leeboard.incidents.causes._registry import column_causes, shift_causes
from leeboard.incidents.diagnosis import diagnose
from leeboard.incidents.scene import ErrorSeen
from leeboard.stats.shift_share import Part, ShiftShare

FAULTS = (
    "unit change, × 1000",
    "unit change, × 100",
    "unit change, ÷ 1000",
    "unit change, °C as °F",
    "sign flip",
    "time-zone shift",
    "default-value flood, 0",
    "default-value flood, mean",
    "encoding swap",
    "category rename",
    "constant",
    "missing jump",
    "staleness",
)
FEW = (
    "unit change, × 1000",
    "unit change, °C as °F",
    "default-value flood, 0",
    "constant",
    "missing jump",
    "staleness",
)
HARMLESS = {"undetermined", "virtual"}


def named(world: Any, cause: str, rows: int, draws: int) -> Counter[str]:
    """How often each answer is given."""
    return Counter(world.diagnose(cause, 1000 + k, rows).cause for k in range(draws))


@pytest.mark.parametrize("cause", FAULTS)
def test_a_fault_of_the_data_is_named_in_500_rows(world: Any, cause: str) -> None:
    """At least nine of ten draws of each fault are named as what they are."""
    found = named(world, cause, 500, 10)
    assert found[cause.partition(",")[0]] >= 9, found


@pytest.mark.parametrize("cause", FEW)
def test_a_plain_fault_is_named_in_a_day_of_24_rows(world: Any, cause: str) -> None:
    """A day of hourly rows is enough for faults that leave no doubt."""
    found = named(world, cause, 24, 10)
    assert found[cause.partition(",")[0]] >= 9, found


@pytest.mark.parametrize("rows", [24, 500])
def test_no_change_has_no_cause(world: Any, rows: int) -> None:
    """Of windows in which nothing is wrong none is given a cause."""
    found = named(world, "no change", rows, 40)
    assert sum(found[one] for one in HARMLESS) == 40, found


@pytest.mark.parametrize("cause", ["concept", "virtual", "model or pipeline"])
def test_a_shift_is_told_by_what_moved_and_what_held(world: Any, cause: str) -> None:
    """In 2,000 rows shifts are named, and are not taken for faults of the data."""
    found = named(world, cause, 2000, 10)
    assert found[cause] >= 9, found


def test_concept_is_not_said_without_labels(world: Any) -> None:
    """The very window that labels show to be concept shift is not called so without."""
    scene = world.scene("concept", np.random.default_rng(3), 2000)
    assert diagnose(scene).cause == "concept"
    assert diagnose(replace(scene, has_labels=False)).cause != "concept"
    blind = replace(scene, error=None, has_labels=False)
    assert diagnose(blind).cause == "undetermined"


def split(within: float, reach: float, change: float = 0.2) -> ShiftShare:
    """Return a change of the error, so much of it within."""
    between = change - within
    return ShiftShare(
        Part(within, within - reach, within + reach),
        Part(between, between - reach, between + reach),
        9,
    )


@pytest.mark.parametrize(
    ("found", "cause"),
    [
        (split(0.15, 0.03), "concept"),
        (split(0.02, 0.03), "covariate"),
        (split(0.08, 0.03), "covariate"),  # sure, and less than half
        (split(0.15, 0.16), "covariate"),  # more than half, and not sure
        (split(-0.15, 0.03), "covariate"),  # the other way
        (None, "covariate"),
    ],
)
def test_what_is_left_with_the_mix_held_decides(
    world: Any, found: ShiftShare | None, cause: str
) -> None:
    """Inputs and error moved: concept if surely most is left with the mix held."""
    scene = world.scene("covariate", np.random.default_rng(3), 5000)
    error = ErrorSeen(0.4, 0.38, 0.42, 0.2, split=found)
    said = diagnose(replace(scene, error=error))
    assert said.cause == cause
    assert any("mix of rows" in one for one in said.evidence) is (found is not None)


@pytest.mark.parametrize("rows", [500, 2000])
@pytest.mark.parametrize("cause", ["concept, and other inputs", "covariate"])
def test_a_changed_relation_is_told_from_another_mix(
    world: Any, cause: str, rows: int
) -> None:
    """Both move inputs and error; what was simulated is what is named."""
    found = named(world, cause, rows, 10)
    other = {"concept": "covariate", "covariate": "concept"}[cause.partition(",")[0]]
    assert found[cause.partition(",")[0]] >= 7, found
    assert found[other] == 0, found


def test_a_few_rows_leave_it_undetermined(world: Any) -> None:
    """The error of 24 rows shows no concept shift, and none is named."""
    found = named(world, "concept", 24, 10)
    assert found["undetermined"] == 10, found


def test_evidence_has_numbers(world: Any) -> None:
    """A fault names its column and says with figures what speaks for it."""
    found = world.diagnose("constant", 5, 24)
    assert found.columns == ("temperature",)
    assert found.text == "temperature is 17.5 in all 24 rows."
    assert found.evidence[0] == "24 of 24 rows equal 17.5"


def test_every_cause_stands_in_the_page(bench: Any) -> None:
    """The page lists the causes that there are, by their codes."""
    rows = bench.PAGE.read_text("utf-8").splitlines()
    listed = {row.split("|")[1].strip() for row in rows if row.startswith("| ")}
    codes = {one.code for one in column_causes()}
    codes |= {one.code for one in shift_causes()}
    assert codes <= listed


@pytest.mark.long
def test_causes_and_answers(bench: Any, world: Any) -> None:
    """Faults are named in 90 % of 500-row draws; no change has no cause in 99 %."""
    for cause in FAULTS:
        found = named(world, cause, 500, 60)
        assert found[bench.right(cause)] >= 54, (cause, found)
    for cause in bench.NOTHING:
        for rows in (24, 500):
            found = named(world, cause, rows, 200)
            assert sum(found[one] for one in HARMLESS) >= 198, (cause, found)
