"""What a model's columns are watched by, on real counts."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import numpy as np
import pytest

import leeboard as lb
from leeboard.alarms.budget import Budget
from leeboard.alarms.judge import Memories, judge, restarted
from leeboard.alarms.judged import Group, Judged, Severity
from leeboard.alarms.look import Look, Standard
from leeboard.alarms.watching import watches_of
from leeboard.profiles.profile import Profile
from leeboard.verdicts.verdict import State
from tests.state._results import hour

DAY = 24
N = 200


def rows(seed: int, n: int = N, **changed: Any) -> dict[str, object]:
    """Return rows of three columns, as they usually are."""
    draw = np.random.default_rng(seed)
    table: dict[str, object] = {
        "age": draw.normal(40, 10, n),
        "city": draw.choice(["Graz", "Lyon", "Oslo"], n).tolist(),
        "wage": draw.uniform(0, 1, n),
    }
    return {**table, **changed}


@pytest.fixture(scope="module")
def reference() -> Profile:
    """Profile of 5,000 usual rows."""
    return lb.profile(rows(0, 5000))


def judged(reference: Profile, windows: list[dict[str, object]]) -> list[list[Judged]]:
    """Judge windows one after the other, under the default budget."""
    watches = watches_of(Standard(reference))
    thresholds = Budget().thresholds(
        [(one.subject, one.group) for one in watches], timedelta(days=1)
    )
    memories: Memories = {}
    found = []
    for i, table in enumerate(windows):
        part = lb.profile(table, reference=reference).parts[None]
        look = Look(hour(DAY * i, DAY), part)
        found.append(judge("m", look, watches, thresholds, memories))
    return found


def crossed(verdicts: list[Judged]) -> set[str]:
    """Subjects that crossed."""
    return {str(one.subject) for one in verdicts if one.severity is not None}


def test_every_column_is_watched_for_what_may_go_wrong(reference: Profile) -> None:
    """Numbers for range, levels for unknown ones, both for missing and distribution."""
    named = {str(one.subject) for one in watches_of(Standard(reference))}
    assert {
        "missing of age",
        "range of age",
        "constant of age",
        "distribution of age",
        "missing of city",
        "unseen of city",
        "distribution of city",
    } <= named
    assert "range of city" not in named


def test_usual_windows_cross_nothing(reference: Profile) -> None:
    """Thirty of them, so that both detectors of a distribution have spoken."""
    found = judged(reference, [rows(seed) for seed in range(1, 31)])
    assert [crossed(one) for one in found] == [set()] * 30
    held = [one.state is State.HELD for each in found for one in each]
    assert np.mean(held) > 0.9


@pytest.mark.parametrize(
    ("changed", "subject", "group"),
    [
        ({"age": [None] * 100 + [40.0] * 100}, "missing of age", Group.QUALITY),
        ({"age": np.full(N, 4000.0)}, "range of age", Group.QUALITY),
        ({"age": np.full(N, 41.5)}, "constant of age", Group.QUALITY),
        ({"city": ["Rome"] * 100 + ["Graz"] * 100}, "unseen of city", Group.QUALITY),
        (
            {"wage": np.random.default_rng(9).uniform(0.5, 1, N)},
            "distribution of wage",
            Group.FEATURES,
        ),
    ],
)
def test_one_broken_window_is_enough(
    reference: Profile, changed: dict[str, Any], subject: str, group: Group
) -> None:
    """A fault of the data pages from one window; a moved feature is noted soon."""
    usual = [rows(seed) for seed in range(1, 22)]
    broken = [
        rows(50 + i, **changed) for i in range(1 if group is Group.QUALITY else 5)
    ]
    found = judged(reference, [*usual, *broken])
    assert all(not crossed(one) for one in found[:21])
    after = [one for each in found[21:] for one in each if str(one.subject) == subject]
    severities = {one.severity for one in after} - {None}
    pages = group is Group.QUALITY
    assert severities == {Severity.PAGE if pages else Severity.NOTE}


def test_what_was_accepted_is_usual_from_then_on(reference: Profile) -> None:
    """Values beyond the reference's, and levels it never had, are so no more."""
    old = {"age": np.full(N, 40.0) + 4000.0 * (np.arange(N) % 2)}
    new = {**old, "city": ["Rome", "Graz"] * (N // 2)}
    accepted = lb.profile(rows(3, **new), reference=reference).parts[None].counts
    replaced = {name: accepted[name] for name in ("age", "city")}
    wanted = {"range of age", "unseen of city"}
    for counts, quiet in ((replaced, True), ({}, False)):
        standard = Standard(reference, replaced=counts)
        watches = [w for w in watches_of(standard) if str(w.subject) in wanted]
        thresholds = Budget().thresholds(
            [(one.subject, one.group) for one in watches], timedelta(days=1)
        )
        memories: Memories = {}
        part = lb.profile(rows(5, **new), reference=reference).parts[None]
        found = [
            one
            for i in range(4)
            for one in judge("m", Look(hour(i), part), watches, thresholds, memories)
        ]
        assert len(found) == 8
        assert all((one.severity is None) is quiet for one in found[:2])


def test_a_stratum_that_is_new_is_judged_too(reference: Profile) -> None:
    """Weekends are judged against the reference until twenty of them are known."""
    watches = [
        one
        for one in watches_of(Standard(reference))
        if str(one.subject) == "distribution of wage"
    ]
    thresholds = Budget().thresholds(
        [(one.subject, one.group) for one in watches], timedelta(days=1)
    )
    memories: Memories = {}
    rules, severities = [], []
    for i in range(28):
        weekend = i >= 22
        more: dict[str, Any] = {"wage": np.random.default_rng(i).uniform(0.5, 1, N)}
        part = lb.profile(
            rows(i, **(more if weekend else {})), reference=reference
        ).parts[None]
        look = Look(hour(i), part, stratum=int(weekend))
        (one,) = judge("m", look, watches, thresholds, memories)
        rules.append(one.rule)
        severities.append(one.severity)
    assert rules == ["tolerant"] * 20 + ["conformal"] * 2 + ["tolerant"] * 6
    assert set(severities[:22]) == {None}
    assert Severity.NOTE in severities[22:]


def test_a_warning_is_given_once_until_its_incident_has_ended(
    reference: Profile,
) -> None:
    """Evidence that stays high asks for nothing more; begun anew it asks again."""
    watches = [
        one for one in watches_of(Standard(reference)) if one.subject.name == "wage"
    ]
    watches = [one for one in watches if one.subject.aspect == "distribution"]
    thresholds = Budget().thresholds(
        [(one.subject, one.group) for one in watches], timedelta(days=1)
    )
    moved = [
        lb.profile(
            rows(i, wage=np.random.default_rng(i).uniform(0.4, 1, N)),
            reference=reference,
        ).parts[None]
        for i in range(6)
    ]
    memories: Memories = {}

    def severities() -> list[Severity | None]:
        return [
            judge("m", Look(hour(i), part), watches, thresholds, memories)[0].severity
            for i, part in enumerate(moved)
        ]

    first = severities()
    assert first.count(Severity.NOTE) == 1
    subject = watches[0].subject
    restarted(watches, memories, ended=[], running=[subject])
    assert severities().count(Severity.NOTE) == 0
    restarted(watches, memories, ended=[subject], running=[])
    assert severities().count(Severity.NOTE) == 1
    restarted(watches, memories, ended=[], running=[])
    assert severities().count(Severity.NOTE) == 1
