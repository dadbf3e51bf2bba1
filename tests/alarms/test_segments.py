"""Segments under watch: one budget for all, and changes in one of them seen earlier."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any

import numpy as np
import pytest
from scipy.stats import poisson

import leeboard as lb
from leeboard.alarms.budget import Budget
from leeboard.alarms.judge import Memories, judge
from leeboard.alarms.judged import Group, Judged, Severity, Subject
from leeboard.alarms.look import Look, Standard
from leeboard.alarms.segments import all_watches
from leeboard.config.plan import AlarmPlan, ModelPlan
from leeboard.monitor.baseline import Baseline, SegmentBaseline
from leeboard.monitor.segmented import FEWEST, Segments, watched_segments
from leeboard.profiles.profile import Profile
from leeboard.windows import Calendar, Every, zone_of
from tests.state._results import hour

DAY = timedelta(days=1)
CITIES = ["Bonn", "Graz", "Lyon", "Oslo", "Rome"]
PLAN = ModelPlan(
    "demand",
    "r",
    "",
    Calendar(Every.parse("1d"), zone_of("UTC")),
    segments=("city",),
    alarms=AlarmPlan(segments=("city",)),
)


def table(draw: np.random.Generator, n: int, **moved: float) -> dict[str, Any]:
    """Return rows of five cities, each with a climate of its own."""
    cities = draw.choice(CITIES, n)
    warm = {city: 4.0 * i for i, city in enumerate(CITIES)}
    by = np.array([warm[c] + moved.get(c, 0.0) for c in cities])
    return {
        "city": cities.tolist(),
        "temp": by + draw.normal(10, 3, n),
        "wind": draw.gamma(2.0, 2.0, n),
    }


def chosen(reference: Profile, plan: ModelPlan = PLAN) -> Segments:
    """Segments of a reference that are watched."""
    return watched_segments(plan, Standard(reference), Baseline(reference))


def look_at(reference: Profile, rows: dict[str, Any], number: int) -> Look:
    """Count a window as a pass does: all rows, and each segment's."""
    parts = lb.profile(rows, reference=reference).parts
    window = hour(24 * number, 24)
    within = {f"city={c}": Look(window, p) for c, p in parts.items() if c is not None}
    whole = parts[None]
    return replace(Look(window, whole), segments=within)


def walk(
    reference: Profile,
    tables: Sequence[dict[str, Any]],
    budget: Budget,
    segments: Segments,
) -> list[list[Judged]]:
    """Judge windows one after the other."""
    watches = all_watches(Standard(reference), segments.standards)
    watched = [(one.subject, one.group) for one in watches]
    thresholds = budget.thresholds(watched, DAY)
    memories: Memories = {}
    return [
        judge("m", look_at(reference, rows, i), watches, thresholds, memories)
        for i, rows in enumerate(tables)
    ]


@pytest.mark.parametrize("segments", [0, 1, 5, 20])
def test_the_weights_add_up_whatever_the_number_of_segments(segments: int) -> None:
    """Under any dependence rates add: so must the parts of the budget, to one."""
    columns = [("a", Group.QUALITY), ("b", Group.QUALITY), ("c", Group.PREDICTIONS)]
    watched = [
        (Subject(where, name, "missing"), group)
        for where in ["", *(f"city={i}" for i in range(segments))]
        for name, group in columns
    ]
    budget = Budget(importance={"a": 3.0})
    found = budget.thresholds(watched, DAY)
    assert sum(one.weight for one in found.values()) == pytest.approx(1.0)
    rate = sum(np.exp(-one.page) for one in found.values() if one.page is not None)
    assert rate == pytest.approx(DAY / budget.page_every)
    whole = sum(found[s].weight for s, _ in watched if not s.segment)
    assert whole == pytest.approx(0.5 if segments else 1.0)


def test_small_and_unknown_segments_are_not_watched_and_said_so() -> None:
    """A segment needs rows of its own in the reference."""
    draw = np.random.default_rng(1)
    rows = table(draw, 3000)
    rows["city"][:50] = ["Ulm"] * 50
    reference = lb.profile(rows, segment="city")
    found = chosen(reference)
    assert set(found.standards) == {f"city={c}" for c in CITIES}
    assert found.left == {"city=Ulm": f"50 rows in the reference, below {FEWEST}"}
    met = found.met({"city=Graz", "city=Kiel", "land=AT"}, PLAN, reference)
    assert met.left["city=Kiel"] == "new: the reference has no row of it"
    assert set(met.left) == {"city=Ulm", "city=Kiel"}
    one = replace(PLAN, alarms=AlarmPlan(segments=("city=Graz", "land")))
    named = chosen(reference, one)
    assert set(named.standards) == {"city=Graz"}
    assert "not counted by it" in named.left["land"]
    assert not chosen(reference, replace(PLAN, alarms=AlarmPlan())).standards


def test_new_segments_are_named_beside_many_small_ones() -> None:
    """Towns of the reference that are too small leave room for those that are new."""
    draw = np.random.default_rng(1)
    rows = table(draw, 6000)
    rows["city"][:2500] = [f"town {i % 50}" for i in range(2500)]
    reference = lb.profile(rows, segment="city")
    found = chosen(reference)
    assert len(found.left) == 50
    met = found.met({"city=Kiel", "city=town 7"}, PLAN, reference)
    assert set(met.left) - set(found.left) == {"city=Kiel"}
    assert met.left["city=Kiel"] == "new: the reference has no row of it"
    assert met.left["city=town 7"] == f"50 rows in the reference, below {FEWEST}"
    many = met.met({f"city=new {i:02d}" for i in range(40)}, PLAN, reference)
    assert len(many.left) == 50 + 20
    assert many.met({"city=one more"}, PLAN, reference) is many


def test_a_level_that_is_rare_in_the_reference_is_not_new() -> None:
    """It is in none of the reference's parts, and has been there all the same."""
    rows = table(np.random.default_rng(1), 3000)
    rows["city"][:3] = ["Ulm", "Ulm", "Bern"]
    reference = lb.profile(rows, segment="city")
    found = chosen(reference)
    assert not found.left
    rare = {"city=(other)": "levels with too few rows to be counted apart"}
    assert found.met({"city=Ulm"}, PLAN, reference).left == rare
    assert found.met({"city=(other)"}, PLAN, reference).left == rare
    met = found.met({"city=Ulm", "city=Kiel"}, PLAN, reference)
    assert met.left == {**rare, "city=Kiel": "new: the reference has no row of it"}


def test_a_level_is_not_new_where_the_reference_is_counted_by_another_column() -> None:
    """Of a column that the reference was not counted by, it knows no level."""
    rows = table(np.random.default_rng(1), 3000)
    by_city = lb.profile(rows, segment="city")
    plan = replace(PLAN, alarms=AlarmPlan(segments=("city", "land", "sea=North")))
    for reference, columns in (
        (by_city, {"land", "sea=North"}),
        (lb.profile(rows), {"city", "land", "sea=North"}),
    ):
        found = chosen(reference, plan)
        assert set(found.left) == columns
        met = found.met({"land=AT", "sea=North", "sea=East"}, plan, reference)
        assert met.left == found.left


def test_accuracy_is_judged_against_that_of_the_segment() -> None:
    """With as many labelled rows as the reference has of it; else not at all."""
    reference = lb.profile(table(np.random.default_rng(1), 3000), segment="city")
    own = {
        "city=Graz": SegmentBaseline(500, 0.75),
        "city=Oslo": SegmentBaseline(400),
    }
    whole = Standard(reference, figures={"accuracy": 0.9}, rows=2000)
    found = watched_segments(PLAN, whole, Baseline(reference, segments=own)).standards
    assert found["city=Graz"].figures == {"accuracy": 0.75}
    assert found["city=Graz"].rows == 500
    assert found["city=Oslo"].figures == found["city=Lyon"].figures == {}
    errors = [
        watch.subject.segment
        for watch in all_watches(whole, found)
        if watch.subject.aspect == "error"
    ]
    assert errors == ["", "city=Graz"]


def test_a_segment_is_judged_against_its_own_rows() -> None:
    """Cities that always differed are no news, and verdicts say where they looked."""
    draw = np.random.default_rng(2)
    reference = lb.profile(table(draw, 4000), segment="city")
    seen = walk(
        reference,
        [table(draw, 400) for _ in range(8)],
        Budget(),
        chosen(reference),
    )
    assert not [one for each in seen for one in each if one.severity is not None]
    within = [one for one in seen[-1] if one.subject.segment]
    assert {one.subject.segment for one in within} == {f"city={c}" for c in CITIES}
    assert all(one.text.startswith(f"where {one.subject.segment}: ") for one in within)


def first(seen: list[list[Judged]], *, segment: bool) -> int:
    """Return the first window in which the temperature's distribution was noted."""
    for i, each in enumerate(seen):
        for one in each:
            named = one.subject.name == "temp" and one.subject.aspect == "distribution"
            inside = one.subject.segment == "city=Oslo" if segment else True
            if named and inside and one.severity is not None:
                return i
    return len(seen)


def test_a_change_in_one_of_five_segments_is_seen_earlier() -> None:
    """Half a standard deviation in one city: the whole alone takes longer or never."""
    apart, together = [], []
    for seed in range(3):
        draw = np.random.default_rng(seed)
        reference = lb.profile(table(draw, 5000), segment="city")
        rows = [table(draw, 500, Oslo=1.8) for _ in range(15)]
        apart.append(
            first(walk(reference, rows, Budget(), chosen(reference)), segment=True)
        )
        together.append(
            first(walk(reference, rows, Budget(), Segments()), segment=False)
        )
    print(f"windows until it is noted: {apart} with segments, {together} without")
    assert max(apart) < min(together)


@pytest.mark.long
def test_false_pages_of_a_model_and_its_segments_keep_the_budget() -> None:
    """One in 12 windows at most, on average, of all subjects and segments together."""
    models, windows, every = 5, 120, 12
    budget = Budget(page_every=every * DAY, page_on=tuple(Group))
    found = 0
    for seed in range(models):
        draw = np.random.default_rng(100 + seed)
        reference = lb.profile(table(draw, 3000), segment="city")
        rows = [table(draw, 250) for _ in range(windows)]
        for each in walk(reference, rows, budget, chosen(reference)):
            found += sum(one.severity is Severity.PAGE for one in each)
    allowed = models * windows / every
    print(f"{found} false pages; {allowed:.0f} are promised at most on average")
    assert found <= poisson.ppf(0.99, allowed)
