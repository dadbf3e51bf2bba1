"""Windows add up to incidents."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from leeboard.alarms.judged import Group, Judged, Severity
from leeboard.errors import AlarmError
from leeboard.incidents.actions import acknowledge, close, silence
from leeboard.incidents.expected import Expectation
from leeboard.incidents.incident import Event, Kind, Stage
from leeboard.incidents.message import Purpose
from leeboard.incidents.news import Advance
from leeboard.verdicts.verdict import State
from tests.incidents._made import DAY, START, Walk, judged

QUALITY = Group.QUALITY
HELD, UNSURE, FAILED, MOVED = State.HELD, State.UNSURE, State.FAILED, State.MOVED


def test_forty_columns_of_one_window_are_one_incident() -> None:
    """One upstream fault that moves forty columns is told once."""
    walk = Walk()
    walk.step(0, *(judged(0, f"c{i}", group=QUALITY) for i in range(40)))
    assert len(walk.one.subjects) == len(walk.one.verdicts) == 40
    assert [one.purpose for one in walk.news] == [Purpose.TRIGGER]


@pytest.mark.parametrize(
    ("states", "stage"),
    [
        ([HELD, HELD, HELD], Stage.RESOLVED),
        ([HELD, HELD], Stage.OPEN),
        ([HELD, HELD, UNSURE, HELD, HELD], Stage.OPEN),
        ([HELD, HELD, MOVED, HELD, HELD], Stage.OPEN),
        ([HELD, FAILED, HELD, None, HELD], Stage.RESOLVED),
    ],
)
def test_three_held_windows_in_a_row_resolve(
    states: list[State | None], stage: Stage
) -> None:
    """Moved and unsure begin the count anew; failed and missing say nothing."""
    walk = Walk()
    walk.step(0, judged(0))
    for day, state in enumerate(states, 1):
        if state is not None:
            walk.step(day, judged(day, state=state))
    assert walk.one.stage is stage


def test_a_subject_judged_late_keeps_its_own_count() -> None:
    """A column that held does not end an incident whose error was not yet judged."""
    walk = Walk()
    walk.step(0, judged(0), judged(0, "hum", group=QUALITY))
    for day in range(1, 6):
        walk.step(day, judged(day, "hum", HELD, group=QUALITY))
    assert walk.one.held == 0
    for day in range(1, 4):
        walk.step(5, judged(day, state=HELD))
    assert walk.one.stage is Stage.RESOLVED


def test_a_note_opens_what_nobody_is_told_until_the_error_moves() -> None:
    """Features annotate: their incident is told once performance crosses."""
    walk = Walk()
    walk.step(0, judged(0, "temp", severity=Severity.NOTE, group=Group.FEATURES))
    assert walk.news == []
    walk.step(9, judged(9))
    assert walk.one.severity is Severity.PAGE
    assert [one.purpose for one in walk.news] == [Purpose.TRIGGER]


def test_what_moved_with_it_does_not_keep_it_open() -> None:
    """An incident ends when what it was told for is back."""
    walk = Walk()
    note = {"severity": Severity.NOTE, "group": Group.FEATURES}
    walk.step(0, judged(0), judged(0, "temp", **note))  # type: ignore[arg-type]  # mixed values
    for day in range(1, 4):
        walk.step(
            day,
            judged(day, state=HELD),
            judged(day, "temp", UNSURE, group=Group.FEATURES),
        )
    assert walk.one.stage is Stage.RESOLVED


def test_a_later_fault_elsewhere_is_an_incident_of_its_own() -> None:
    """A fault in a column is told while a lasting shift runs."""
    walk = Walk()
    walk.step(0, judged(0))
    walk.step(3, judged(3, "temp", group=QUALITY))
    walk.step(4, judged(4, "hum", group=QUALITY))
    assert sorted(len(one.subjects) for one in walk.kept.values()) == [1, 2]
    assert len(walk.news) == 2


def _beyond(day: int, name: str) -> Judged:
    """A page about values beyond the reference's."""
    one = judged(day, name, group=QUALITY)
    return replace(one, subject=replace(one.subject, aspect="range"))


def test_a_warm_summer_joins_what_runs_and_a_dead_sensor_does_not() -> None:
    """Values beyond the reference's are drift, unless the counts show a fault."""
    walk = Walk()
    walk.step(0, judged(0))
    walk.step(40, _beyond(40, "temp"))
    assert len(walk.kept) == 1
    walk.step(50, _beyond(50, "hum"), faulty={"hum"})
    assert len(walk.kept) == 2
    walk.step(51, _beyond(51, "windspeed"))
    error, hum = sorted(walk.kept.values(), key=lambda one: one.first_window)
    assert [one.name for one in error.subjects] == ["performance", "temp", "windspeed"]
    assert [one.name for one in hum.subjects] == ["hum"]


def test_late_news_of_an_earlier_time_is_no_part_of_a_fault() -> None:
    """Labels say that the error had risen days before a sensor failed."""
    walk = Walk()
    walk.step(10, judged(10, "hum", group=QUALITY))
    walk.step(12, judged(5))
    assert len(walk.kept) == 2
    other = Walk()
    other.step(10, judged(10, "hum", group=QUALITY))
    other.step(12, judged(9))
    assert len(other.kept) == 1


def test_a_warning_brings_back_an_incident_as_a_warning() -> None:
    """Within the cool-down an incident is reopened, at the severity of what crossed."""
    walk = Walk()
    walk.step(0, judged(0))
    for day in range(1, 4):
        walk.step(day, judged(day, state=HELD))
    walk.step(6, judged(6, severity=Severity.WARN))
    assert (walk.one.reopened, walk.one.severity) == (1, Severity.WARN)
    assert walk.news[-1].purpose is Purpose.TRIGGER


def test_after_the_cool_down_another_is_opened() -> None:
    """What crosses long after the end is something new."""
    walk = Walk()
    walk.step(0, judged(0))
    for day in range(1, 4):
        walk.step(day, judged(day, state=HELD))
    walk.step(20, judged(20))
    assert len(walk.kept) == 2


def test_a_lasting_shift_is_told_once_a_week() -> None:
    """Further crossings are silent, apart from a digest a week."""
    walk = Walk()
    for day in range(22):
        walk.step(day, judged(day))
    purposes = [one.purpose for one in walk.news]
    assert purposes == [Purpose.TRIGGER, *[Purpose.DIGEST] * 3]


def test_an_acknowledged_incident_stays_so_and_escalates_aloud() -> None:
    """More urgent is told even when somebody is at it."""
    walk = Walk()
    walk.step(0, judged(0, severity=Severity.WARN))
    after, entry = acknowledge(walk.one, 1, who="ada", now=START + DAY)
    walk.kept[after.id] = after
    walk.story.append(entry)
    found = walk.step(1, judged(1))
    assert walk.one.stage is Stage.ACKNOWLEDGED
    assert [one.purpose for one in found.news] == [Purpose.ESCALATE]
    assert [one.number for one in walk.story] == [1, 2, 3]


def test_a_silence_keeps_what_happens_and_tells_it_once_afterwards() -> None:
    """Nobody hears of an escalation under a silence until it is over."""
    walk = Walk()
    walk.step(0, judged(0, severity=Severity.WARN))
    until = START + 4 * DAY
    after, entry = silence(walk.one, 1, until=until, who="ada", now=START + DAY)
    walk.kept[after.id] = after
    walk.story.append(entry)
    assert walk.step(1, judged(1)).news == ()
    assert walk.one.severity is Severity.PAGE
    assert [one.purpose for one in walk.step(4).news] == [Purpose.DIGEST]
    assert walk.step(5).news == ()


def test_an_announced_change_opens_nothing() -> None:
    """What moves as announced is recorded, and other columns still page."""
    plan = Expectation(
        "e1", "demand", "launch", ("country",), (), START, START + DAY, "ada", START
    )
    walk = Walk()
    seen = judged(0, "country", group=QUALITY)
    found = walk.step(0, seen, judged(0, "hum", group=QUALITY), expectations=[plan])
    assert [one.name for one in walk.one.subjects] == ["hum"]
    assert found.expected == ((seen.id, "e1"),)
    assert Expectation.from_json(plan.to_json()) == plan
    assert not plan.covers(judged(1, "country"))


def test_an_ended_incident_takes_no_action() -> None:
    """What makes no sense is refused, with what may be done."""
    walk = Walk()
    walk.step(0, judged(0))
    after, _ = close(walk.one, 1, who="ada", now=START + DAY)
    with pytest.raises(AlarmError, match="note"):
        acknowledge(after, 2, who="ada", now=START + DAY)


def test_a_window_taken_in_again_does_not_undo_what_a_person_ended() -> None:
    """A window that was taken in before its incident was closed reopens nothing."""
    walk = Walk()
    walk.step(0, judged(0))
    after, entry = close(walk.one, 1, who="ada", now=START + DAY)
    walk.kept[after.id] = after
    walk.story.append(entry)
    assert walk.step(0, judged(0)) == Advance()


def test_windows_are_not_mixed() -> None:
    """One call takes one window."""
    with pytest.raises(AlarmError) as caught:
        Walk().step(1, judged(0), judged(1))
    assert caught.value.code == "mixed_windows"


_SEEN = st.tuples(
    st.sampled_from(["performance", "hum", "temp"]),
    st.sampled_from([HELD, UNSURE, FAILED, MOVED, MOVED]),
    st.sampled_from(list(Severity)),
)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.lists(_SEEN, max_size=3, unique_by=lambda one: one[0]), max_size=25))
def test_any_sequence_keeps_the_promises(
    days: list[list[tuple[str, State, Severity]]],
) -> None:
    """Told at most once an event, replays alike, and a window again changes nothing."""
    first, again = Walk(), Walk()
    groups = {"performance": Group.PERFORMANCE, "hum": QUALITY, "temp": Group.FEATURES}
    for day, seen in enumerate(days):
        verdicts = [judged(day, name, s, sev, groups[name]) for name, s, sev in seen]
        first.step(day, *verdicts)
        repeated = replace(first.step(day, *verdicts), expected=())
        assert repeated == Advance()
        again.step(day, *verdicts)
        led = [
            one
            for one in first.kept.values()
            if not one.stage.ended
            and one.kind is Kind.CHANGE
            and any(s.name == "performance" for s in one.subjects)
        ]
        assert len(led) <= 1
    assert (first.kept, first.story) == (again.kept, again.story)
    events = {Event.OPENED, Event.REOPENED, Event.ESCALATED, Event.DIGEST}
    told = [one for one in first.story if one.event in {*events, Event.RESOLVED}]
    assert len(first.news) <= len(told)
    keys = {(one.incident.id, one.purpose, one.number) for one in first.news}
    assert len(keys) == len(first.news)


def test_a_partial_window_that_held_ends_nothing() -> None:
    """Nor does it begin the count anew; one that moved does."""
    walk = Walk()
    walk.step(0, judged(0))

    def held(day: int) -> Judged:
        return judged(day, state=HELD)

    walk.step(1, held(1))
    walk.step(2, held(2))
    (one,) = walk.step(3, replace(held(3), partial=True, lost=0.5)).incidents
    assert (one.held, one.stage) == (2, Stage.OPEN)
    (one,) = walk.step(4, held(4)).incidents
    assert one.stage is Stage.RESOLVED
    walk.step(5, replace(judged(5), partial=True, lost=0.5))
    (one,) = walk.kept.values()
    assert (one.stage, one.held) == (Stage.OPEN, 0)
    assert one.title.endswith("(partial data)")


def test_a_fault_in_a_segment_joins_the_fault_of_the_whole() -> None:
    """One column that fails is one incident, in whatever segment it shows."""
    walk = Walk()
    whole = judged(0, "temp", group=Group.QUALITY)
    walk.step(0, whole)
    inside = replace(
        judged(9, "temp", group=Group.QUALITY),
        subject=replace(whole.subject, segment="city=Graz"),
    )
    walk.step(9, inside)
    (one,) = walk.kept.values()
    assert [subject.segment for subject in one.subjects] == ["", "city=Graz"]
