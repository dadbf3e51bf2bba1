"""What people read, and what did not come."""

from __future__ import annotations

import shlex
from dataclasses import replace
from datetime import timedelta

import pytest

from leeboard.alarms.judged import Group, Severity, Subject
from leeboard.errors import AlarmError
from leeboard.incidents.absence import Presence, absent
from leeboard.incidents.incident import Diagnosis, Kind, Stage
from leeboard.incidents.message import Purpose
from leeboard.incidents.runbook import Facts, runbook_of
from leeboard.incidents.telling import message_of
from leeboard.incidents.template import DEFAULT, read_template
from leeboard.incidents.titles import blamed, heading, title_of
from tests.incidents._made import DAY, START, Walk, judged, window


def test_a_message_states_the_finding_under_a_stable_key() -> None:
    """Worked out twice, the same news is the same message."""
    walk = Walk()
    seen = judged(4)
    walk.step(4, seen)
    (news,) = walk.news
    book = runbook_of(walk.one, [seen])
    made = [message_of(news, [seen], book, at=START) for _ in range(2)]
    assert made[0] == made[1]
    assert made[0].key == f"{walk.one.id}:trigger:1"
    assert made[0].title == "demand: error rose from 48 to 71 since 2012-03-05"


@pytest.mark.parametrize(
    ("aspect", "said"),
    [
        ("missing", "are missing in 50 % of the rows of hum, usually in 0.05 %, since"),
        ("range", "values lie beyond the reference's in 50 % of the rows of hum"),
        ("unseen", "levels are unknown in 50 % of the rows of hum"),
        ("constant", "hum has had one value in all rows since 2012-03-01"),
        ("distribution", "distribution of hum moved by 0.5"),
    ],
)
def test_a_title_says_what_a_column_has(aspect: str, said: str) -> None:
    """In words, and with both figures where there are two."""
    seen = replace(
        judged(0, "hum", group=Group.QUALITY),
        subject=Subject("", "hum", aspect),
        value=0.5,
        reference=0.0005,
    )
    assert said in title_of("demand", [seen])


def test_a_named_diagnosis_is_the_title_of_a_column() -> None:
    """A diagnosis speaks for columns, and figures speak for the error."""
    walk = Walk()
    walk.step(0, judged(0, "hum"))
    one = replace(walk.one, diagnosis=Diagnosis("constant", "sudden", "hum is 0."))
    assert heading(one) == "demand: hum is 0"


def test_a_sure_cause_leads_and_the_error_follows() -> None:
    """Its column crossed; of one that held, or of no named cause, the error leads."""
    walk = Walk()
    seen = [judged(0), judged(0, "hum", severity=Severity.NOTE, group=Group.FEATURES)]
    walk.step(0, *seen)
    sure = Diagnosis("unit change", "sudden", "hum is × 1,000.", (), ("hum",))
    one = replace(walk.one, diagnosis=sure)
    error = "error rose from 48 to 71 since 2012-03-01"
    assert heading(one) == f"demand: hum is × 1,000; {error}"
    assert blamed(one) == ("hum",)
    for other in (replace(sure, columns=("wind",)), replace(sure, cause="concept")):
        guessed = replace(one, diagnosis=other)
        assert (heading(guessed), blamed(guessed)) == (one.title, ())
    steps = runbook_of(one, seen).steps
    assert f"demand: hum is × 1,000; {error}" in steps[0].lines
    assert "Columns: hum, performance." in steps[1].lines
    assert not any("Moved with it" in line for line in steps[1].lines)


@pytest.mark.parametrize("stage", list(Stage))
@pytest.mark.parametrize("kind", list(Kind))
def test_a_runbook_offers_what_is_not_refused(kind: Kind, stage: Stage) -> None:
    """Also of a template of one's own; a sentence goes with its command."""
    walk = Walk()
    seen = judged(0, "hum")
    walk.step(0, seen)
    one = replace(walk.one, kind=kind, stage=stage)
    template = read_template(
        f"{DEFAULT}\n[[step]]\ntitle = 'own'\n"
        "commands = ['leeboard incidents close $id', 'leeboard incidents note $id']\n"
    )
    steps = runbook_of(one, [seen], template=template).steps
    commands = " ".join(command for step in steps for command in step.commands)
    lines = " ".join(line for step in steps for line in step.lines)
    running, change = not stage.ended, kind is Kind.CHANGE
    assert ("incidents ack" in commands) == (stage is Stage.OPEN)
    assert ("incidents accept" in commands) == (running and change)
    assert ("accept the new state" in lines) == (running and change)
    assert ("incidents close" in commands) == running
    assert "incidents note" in commands
    planned = kind in {Kind.CHANGE, Kind.NO_DATA, Kind.LATE_DATA}
    assert ("leeboard expect" in commands) == planned
    assert ("If this was planned" in lines) == planned


def test_the_runbook_is_filled_and_quotes_what_it_was_given() -> None:
    """Five steps; data is neither a placeholder nor shell."""
    walk = Walk()
    seen = judged(0, "$owner; rm")
    walk.step(0, seen)
    one = replace(walk.one, id="a b;$(x)")
    steps = runbook_of(one, [seen], Facts(owner="ada")).steps
    assert [step.minutes for step in steps] == [
        (5, 5),
        (15, 15),
        (30, 30),
        (60, 120),
        None,
    ]
    assert shlex.split(steps[0].commands[0])[3] == "a b;$(x)"
    assert "Columns: $owner; rm." in steps[1].lines
    assert "Owner: ada." in steps[0].lines
    assert not any("Last good" in line for line in steps[2].lines)
    assert f"leeboard explain {seen.id}" in steps[1].commands


@pytest.mark.parametrize(
    "text", ["", "x", "[[step]]\ntitle='a'\nlines=['$nothing']", "step = 3"]
)
def test_a_template_that_cannot_be_filled_is_refused(text: str) -> None:
    """A mistake in a template shows when it is read."""
    with pytest.raises(AlarmError) as caught:
        read_template(text)
    assert caught.value.code == "bad_runbook"


def test_silence_of_data_and_of_leeboard_is_told_and_ends() -> None:
    """No data, late data and no evaluation open, stay quiet, and are resolved."""
    walk = Walk()
    kinds: dict[int, Kind | None] = {3: Kind.NO_DATA, 4: Kind.NO_DATA, 5: None}
    for day, kind in kinds.items():
        empty = [window(one) for one in range(day - 2, day)] if kind else []
        facts = Presence(DAY, START + (day - 1) * DAY, empty, START)
        kept = list(walk.kept.values())
        now = START + day * DAY
        walk.take(absent("demand", kept, facts, now=now, stories=walk.stories()))
    assert (walk.one.kind, walk.one.stage) == (Kind.NO_DATA, Stage.RESOLVED)
    assert [one.purpose for one in walk.news] == [Purpose.TRIGGER, Purpose.RESOLVE]
    empty = [window(0), window(1)]
    facts = Presence(DAY, START - timedelta(days=2), empty, START + 2 * DAY)
    found = absent("demand", [], facts, now=START + 2 * DAY, stories={})
    assert {one.kind for one in found.incidents} == {Kind.LATE_DATA, Kind.NOT_RUN}
