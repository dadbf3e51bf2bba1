"""What is read of the windows that are judged, and what is not."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import numpy as np
import pytest

import leeboard as lb
from leeboard.alarms.judged import Severity, Subject
from leeboard.alarms.look import Standard
from leeboard.config.plan import ModelPlan
from leeboard.incidents.incident import Incident, Kind, Stage
from leeboard.monitor import looking
from leeboard.monitor.accepting import accepting
from leeboard.monitor.adopted import Adopted
from leeboard.monitor.baseline import Baseline
from leeboard.monitor.packs import join_packed
from leeboard.profiles.packed import pack, unpack
from leeboard.state import Done, Packed
from leeboard.state.memory import MemoryState
from leeboard.windows import Calendar, Every, Window
from tests.state._results import hour, leased


def test_windows_a_month_apart_are_read_without_those_between(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The newest, and two whose labels have come: three are unpacked, not 721."""
    reference = lb.profile({"x": np.arange(300.0)})
    baseline = Baseline(reference)
    plan = ModelPlan("m", "", "", Calendar(Every(1, "h"), UTC))
    state = MemoryState()
    data = join_packed(pack(reference.parts[None]), b"")
    rows: list[Any] = [
        (_done(hour(k), reference.fingerprint), [Packed("", 300, data)], [])
        for k in range(721)
    ]
    state.put(leased(state), rows, model="m", place=1)
    unpacked = []

    def counted(*given: Any) -> Any:
        unpacked.append(given)
        return unpack(*given)

    monkeypatch.setattr("leeboard.monitor.looking.unpack", counted)
    wanted = [hour(720), hour(0), hour(1)]
    found = looking.looks(state, plan, baseline, Adopted(), wanted)
    assert sorted(found) == sorted(wanted)
    assert len(unpacked) == 3


class _Counted(MemoryState):
    """A state that counts how often it is asked for counts, and what it gives."""

    asked = 0
    most = 0

    def __init__(self) -> None:
        super().__init__()
        self.segments: set[str] = set()

    def profiles(self, *given: Any, **named: Any) -> Any:
        """Count, and answer."""
        self.asked += 1
        found = super().profiles(*given, **named)
        self.segments |= {packed.segment for *_, packed in found}
        self.most = max(self.most, len(found))
        return found


def _by_city(n: int) -> tuple[_Counted, Baseline, list[str]]:
    """Two windows, and a gap, of a reference that is counted by some cities."""
    rows = {"x": np.arange(300.0), "city": [f"c{k % n}" for k in range(300)]}
    reference = lb.profile(rows, segment="city")
    state = _Counted()
    parts = {f"city={k}": part for k, part in reference.parts.items() if k is not None}
    parts[""] = reference.parts[None]
    packed = [
        Packed(name, one.rows, join_packed(pack(one), b""))
        for name, one in parts.items()
    ]
    done = [_done(hour(k), reference.fingerprint) for k in (0, 2)]
    lease = leased(state)
    state.put(lease, [(one, packed, []) for one in done], model="m", place=1)
    return state, Baseline(reference), sorted(parts)[1:]


@pytest.mark.parametrize("n", [1, 2, 30])
def test_segments_are_read_with_the_whole(n: int) -> None:
    """As often as there are spans, whatever the number of segments."""
    state, baseline, names = _by_city(n)
    plan = ModelPlan("m", "", "", Calendar(Every(1, "h"), UTC))
    windows = [hour(0), hour(2)]
    found = looking.looks(state, plan, baseline, Adopted(), windows, names[: n - 1])
    assert state.asked == 2
    assert sorted(found) == windows
    for look in found.values():
        assert sorted(look.segments) == names[: n - 1]
        assert look.part.rows == 300
        assert all(one.part.rows == 300 // n for one in look.segments.values())
    assert state.segments == {"", *names[: n - 1]}


def _incident(*subjects: Subject) -> Incident:
    """One that was accepted."""
    at = hour(9).start
    return Incident(
        "i", "m", Kind.CHANGE, Stage.ACCEPTED, Severity.PAGE, at, at, at,
        hour(0), hour(2), subjects, (), 0, "title",
    )  # fmt: skip


@pytest.mark.parametrize("n", [2, 30])
def test_what_was_accepted_of_a_segment_holds_for_it_alone(n: int) -> None:
    """That of all rows holds in each; each incident is read once for all segments."""
    state, baseline, names = _by_city(n)
    profile = baseline.reference
    standards = {name: Standard(profile) for name in ["", *names]}
    cells = (baseline, Adopted())

    def replaced(where: str) -> dict[str, int]:
        subject = Subject(where, "x", "distribution")
        found = accepting(standards, state, "m", cells, [_incident(subject)])
        return {
            name: int(one.replaced["x"].cells.sum())
            for name, one in found.items()
            if one.replaced
        }

    assert replaced("city=c1") == {"city=c1": 2 * 300 // n}
    assert replaced("") == {"": 600, **dict.fromkeys(names, 2 * 300 // n)}
    assert state.segments == {"", *names}
    assert replaced("city=none") == {}
    assert state.asked == 2


def test_of_what_was_accepted_no_more_is_read_than_is_asked_for() -> None:
    """Counts of one segment of thirty; those of others stay where they are."""
    state, baseline, names = _by_city(30)
    standards = {name: Standard(baseline.reference) for name in ["", *names]}
    incident = _incident(Subject(names[3], "x", "distribution"))
    accepting(standards, state, "m", (baseline, Adopted()), [incident])
    assert state.segments == {names[3]}


def test_a_long_incident_that_was_accepted_is_read_in_parts() -> None:
    """A month of hours adds up to what it holds, and is never held at once."""
    state, baseline, _ = _by_city(1)
    data = state.profiles("m", segment="")[0][2]
    fingerprint = baseline.reference.fingerprint
    rows: list[Any] = [(_done(hour(k), fingerprint), [data], []) for k in range(700)]
    state.put(leased(state), rows, model="m", place=1)
    state.asked = state.most = 0
    incident = _incident(Subject("", "x", "distribution"))
    incident = replace(incident, last_window=hour(699))
    standards = {"": Standard(baseline.reference)}
    found = accepting(standards, state, "m", (baseline, Adopted()), [incident])
    assert int(found[""].replaced["x"].cells.sum()) == 300 * 672
    assert state.most <= 64
    assert state.asked <= 12


def _done(window: Window, fingerprint: str) -> Done:
    at = datetime(2026, 6, 1, tzinfo=UTC)
    return Done("m", window, 1, 300, 0, 0.0, True, fingerprint, "d", at, at)
