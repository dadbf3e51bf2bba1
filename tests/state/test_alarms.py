"""Verdicts, incidents and messages, alike in memory, SQLite and Postgres."""

from __future__ import annotations

import math
import threading
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from leeboard.alarms.judged import Group, Judged, Severity, Subject
from leeboard.databases import open_sqlite
from leeboard.errors import StateError
from leeboard.incidents.incident import (
    Diagnosis,
    Event,
    Incident,
    Kind,
    Stage,
    Standing,
    Transition,
)
from leeboard.incidents.message import Message, Purpose
from leeboard.logs import spellings
from leeboard.state import Outgoing, State, Written, open_state
from leeboard.state._alarm_rows import VERDICT
from leeboard.verdicts.verdict import State as Answer
from tests.state._results import NOW, done, hour, leased, measured, packed

ERROR = Subject("", "performance", "error")
HUMIDITY = Subject("city=Graz", "humidity", "missing")


def verdict(at: int = 0, **changed: Any) -> Judged:
    """Return a verdict of one hour."""
    facts: dict[str, Any] = {
        "model": "demand",
        "window": hour(at),
        "subject": ERROR,
        "group": Group.PERFORMANCE,
        "rule": "bounded_mean",
        "budgeted": True,
        "state": Answer.MOVED,
        "severity": Severity.PAGE,
        "evidence": 12.5,
        "threshold": 6.0,
        "log_e": 5e-324,
        "value": 0.1 + 0.2,
        "low": None,
        "high": None,
        "reference": 0.1,
        "n": 10**12,
        "text": "the error rose; «naïve» text",
    }
    return Judged(**{**facts, **changed})


def incident(id_: str = "demand-1", **changed: Any) -> Incident:
    """Return an incident with all that one may have."""
    facts: dict[str, Any] = {
        "model": "demand",
        "kind": Kind.CHANGE,
        "stage": Stage.OPEN,
        "severity": Severity.PAGE,
        "opened_at": NOW,
        "updated_at": NOW + timedelta(microseconds=7),
        "ended_at": None,
        "first_window": hour(0),
        "last_window": hour(3),
        "subjects": (ERROR, HUMIDITY),
        "verdicts": (verdict().id,),
        "held": 2,
        "title": "the error rose",
        "diagnosis": Diagnosis(
            "constant", "sudden", "It stands.", ("24 of 24",), ("h",)
        ),
        "silenced_until": NOW + timedelta(days=1),
        "told_at": NOW,
        "reopened": 1,
        "standing": (
            Standing(ERROR, hour(3), 2, Severity.PAGE, 3.25),
            Standing(HUMIDITY, hour(2), 0, Severity.NOTE, -1.0),
        ),
    }
    return Incident(id=id_, **{**facts, **changed})


def story(id_: str, number: int) -> Transition:
    """Return an entry of a story."""
    return Transition(id_, number, NOW, "ada", Event.NOTED, f"why {number}")


def outgoing(key: str = "k1", channel: str = "slack", **changed: Any) -> Outgoing:
    """Return a message on its way."""
    message = Message(
        key=key,
        incident="demand-1",
        model="demand",
        purpose=Purpose.TRIGGER,
        severity=Severity.PAGE,
        at=NOW,
        title="<!channel> & co",
        lines=("one", "two"),
        facts=(("first bad window", "2026-03-01"),),
        next_steps=("leeboard incidents show demand-1",),
        link="https://example.org/x",
        chart=(0.0, 1.5),
    )
    return Outgoing(channel, message, 0, NOW, **changed)


def write(state: State, **written: Any) -> None:
    """Write under a fresh lease."""
    lease = leased(state)
    state.alarms.write(lease, "demand", Written(**written))
    state.release(lease)


def test_an_empty_store_has_no_alarms(state: State) -> None:
    """Nothing is there, and tables have their columns."""
    alarms = state.alarms
    assert list(alarms.verdicts("demand")) == []
    assert list(alarms.incidents()) == []
    assert list(alarms.story("x")) == []
    assert not alarms.verdicts_by(["x"])
    assert alarms.incident("x") is None
    assert list(alarms.outgoing(NOW)) == []
    assert (alarms.told("slack", NOW), alarms.thread("slack", "x")) == (0, "")
    assert alarms.verdict_table({}).schema == VERDICT


def test_all_comes_back_as_it_was(state: State) -> None:
    """Values are read as they were written, to the last bit; so are documents."""
    verdicts = [
        verdict(1, severity=None, state=Answer.UNSURE, evidence=None),
        verdict(0, lost=0.1 + 0.2, partial=True),
    ]
    write(
        state,
        verdicts=verdicts,
        incidents=[incident(), incident("demand-2", diagnosis=None, ended_at=NOW)],
        transitions=[story("demand-1", 1), story("demand-1", 2)],
        messages=[outgoing()],
        documents={"alarms": "memory", "gone": None},
    )
    alarms = state.alarms
    assert list(alarms.verdicts("demand")) == verdicts[::-1]
    assert list(alarms.verdicts("demand", hour(1))) == verdicts[:1]
    backwards = [one.id for one in verdicts[::-1]]
    assert list(alarms.verdicts_by([*backwards, "x"])) == list(verdicts[::-1])
    assert alarms.incident("demand-1") == incident()
    assert {one.id for one in alarms.incidents("demand")} == {"demand-1", "demand-2"}
    assert list(alarms.story("demand-1")) == [story("demand-1", n) for n in (1, 2)]
    assert list(alarms.outgoing(NOW)) == [outgoing()]
    assert state.kept("demand", "alarms") == "memory"
    assert state.kept("demand", "gone") is None


def test_the_newest_incident_is_the_first_and_ended_ones_are_told_apart(
    state: State,
) -> None:
    """By when they were opened; ``running`` leaves out what has ended."""
    later = NOW + timedelta(days=1)
    ended = incident("b", opened_at=later, stage=Stage.RESOLVED, ended_at=later)
    other = incident("c", model="other")
    write(state, incidents=[incident("a"), ended])
    state.alarms.write(leased(state), "other", Written(incidents=[other]))
    assert [one.id for one in state.alarms.incidents("demand")] == ["b", "a"]
    assert [one.id for one in state.alarms.incidents("demand", running=True)] == ["a"]
    assert len(state.alarms.incidents()) == 3


def test_what_is_written_again_stands_once(state: State) -> None:
    """Verdicts and incidents are replaced; a message that is there stays as it is."""
    for attempt in (0, 1):
        write(
            state,
            verdicts=[verdict(text=f"attempt {attempt}")],
            incidents=[incident(held=attempt)],
            transitions=[story("demand-1", 1)],
            messages=[outgoing(error=f"attempt {attempt}")],
        )
    assert [one.text for one in state.alarms.verdicts("demand")] == ["attempt 1"]
    assert [one.held for one in state.alarms.incidents()] == [1]
    assert len(state.alarms.story("demand-1")) == 1
    assert [one.error for one in state.alarms.outgoing(NOW)] == ["attempt 0"]


def test_a_holder_who_lost_the_lease_writes_no_alarm(state: State) -> None:
    """Neither verdict nor incident nor message nor document."""
    lost = leased(state)
    state.release(lost)
    leased(state, "two")
    written = Written([verdict()], [incident()], (), [outgoing()], {"alarms": "x"})
    with pytest.raises(StateError, match="lease_lost"):
        state.alarms.write(lost, "demand", written)
    assert list(state.alarms.verdicts("demand")) == []
    assert list(state.alarms.incidents()) == []
    assert list(state.alarms.outgoing(NOW)) == []
    assert state.kept("demand", "alarms") is None


def test_a_message_is_due_until_it_was_taken(state: State) -> None:
    """Later ones wait, taken and given up ones are done; the thread is remembered."""
    later = NOW + timedelta(minutes=5)
    first, second, third = (outgoing(key) for key in ("a", "b", "c"))
    write(state, messages=[third, second, first])
    alarms = state.alarms
    assert [one.message.key for one in alarms.outgoing(NOW, limit=2)] == ["a", "b"]
    alarms.keep_outgoing(replace(first, sent_at=NOW, thread="17.3", attempts=1))
    alarms.keep_outgoing(replace(second, due_at=later, error="500", attempts=1))
    alarms.keep_outgoing(replace(third, given_up=True))
    assert list(alarms.outgoing(NOW)) == []
    assert [one.error for one in alarms.outgoing(later)] == ["500"]
    assert alarms.thread("slack", "demand-1") == "17.3"
    assert alarms.thread("mail", "demand-1") == ""
    assert (alarms.told("slack", NOW), alarms.told("slack", later)) == (1, 0)


def test_an_edit_by_hand_needs_what_was_read(state: State) -> None:
    """What changed meanwhile is not overwritten: the editor reads it again."""
    write(state, incidents=[incident()])
    read = state.alarms.incident("demand-1")
    after = replace(read, stage=Stage.ACKNOWLEDGED)
    assert state.alarms.edit(read, after, [story("demand-1", 1)])
    assert not state.alarms.edit(read, replace(read, title="lost"), [])
    assert state.alarms.incident("demand-1") == after
    assert len(state.alarms.story("demand-1")) == 1
    assert not state.alarms.edit(incident("none"), incident("none"), [])


def test_no_edit_of_many_threads_is_lost(state: State) -> None:
    """Eight editors that read again when they are refused count to eighty."""
    write(state, incidents=[incident(held=0)])

    def edit() -> None:
        for _ in range(10):
            while True:
                read = state.alarms.incident("demand-1")
                if state.alarms.edit(read, replace(read, held=read.held + 1), []):
                    break

    threads = [threading.Thread(target=edit) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert state.alarms.incident("demand-1").held == 80


def test_verdicts_as_a_table(state: State) -> None:
    """Filtered by columns of text, and refused where there is none."""
    write(state, verdicts=[verdict(0), verdict(1, subject=HUMIDITY)])
    table = state.alarms.verdict_table({"subject": "humidity"})
    assert table.column("segment").to_pylist() == ["city=Graz"]
    assert table.column("value").to_pylist() == [0.1 + 0.2]
    assert state.alarms.verdict_table({}, hour(0)).num_rows == 1
    with pytest.raises(StateError, match=r"did|Filter by 'subject'"):
        state.alarms.verdict_table({"subjct": "x"})


def test_text_that_no_database_holds_is_kept_with_a_sign(state: State) -> None:
    """NUL and half characters, wherever a user's text may stand."""
    bad = "a\x00b\ud800"
    subject = Subject(bad, bad, bad)
    write(
        state,
        verdicts=[verdict(subject=subject, text=bad)],
        incidents=[incident(title=bad, subjects=(subject,), standing=())],
        messages=[outgoing(error=bad)],
    )
    good = "a\ufffdb\ufffd"
    assert state.alarms.verdicts("demand")[0].text == good
    assert state.alarms.incidents()[0].subjects == (Subject(good, good, good),)
    assert state.alarms.outgoing(NOW)[0].error == good


def test_numbers_that_are_none_come_back_undefined(state: State) -> None:
    """NaN and infinity of a figure are nothing; no store fails on them."""
    write(state, verdicts=[verdict(value=math.nan, evidence=-math.inf)])
    (back,) = state.alarms.verdicts("demand")
    assert (back.value, back.evidence) == (None, None)


def test_what_is_blotted_stands_nowhere(state: State) -> None:
    """Words and names of segments lose a text, however it is written; figures stay."""
    name = 'Zoë "Q" O\'Neill_%'
    where = Subject(f"user={name}", "humidity", "missing")
    one = replace(
        incident(),
        title=f"where user={name}: up",
        subjects=(where,),
        standing=(Standing(where, hour(3), 2, Severity.PAGE, 3.25),),
        diagnosis=Diagnosis("constant", "sudden", name, (f"«{name}» in 24",), ("h",)),
    )
    message = replace(outgoing().message, lines=(f"of {name}", "two"))
    lease = leased(state)
    state.put(
        lease,
        [
            (
                done(hour(0), notes=(("x", f"saw {name}"),)),
                [packed(), packed(f"user={name}"), packed("user=Bob")],
                [measured(segment=f"user={name}"), measured(reason=f"no {name}")],
            )
        ],
        model="demand",
        place=3,
    )
    state.release(lease)
    write(
        state,
        verdicts=[verdict(subject=where, text=f"where user={name}"), verdict(1)],
        incidents=[one],
        transitions=[replace(story("demand-1", 1), why=f"for {name}")],
        messages=[replace(outgoing(), message=message, error=f"no {name}")],
    )
    spelt = [one.decode() for one in spellings(name)]
    state.blot([name], spelt)
    alarms = state.alarms
    (kept,), (entry,) = alarms.incidents("demand"), alarms.story("demand-1")
    (sent,), (window,) = alarms.outgoing(NOW), state.windows("demand")
    verdicts = alarms.verdicts("demand")
    figures = state.measurements({"model": "demand"}).to_pylist()
    rows = state.profiles("demand")
    every = repr((kept, entry, sent, window, verdicts, figures, rows))
    assert not any(text in every for text in (*spelt, "Neill"))
    assert [s.segment for s in kept.subjects] == ["user=(erased)"]
    assert kept.diagnosis is not None
    assert kept.diagnosis.evidence == ("«(erased)» in 24",)
    assert (entry.why, sent.message.lines) == ("for (erased)", ("of (erased)", "two"))
    assert {one.segment for *_, one in rows} == {"", "user=(erased)", "user=Bob"}
    assert len(figures) == 2
    assert verdicts[-1] == verdict(1)


def test_a_store_of_the_first_version_is_brought_up_to_date(tmp_path: Path) -> None:
    """Its windows, counts and figures stay; the new tables are there."""
    path = tmp_path / "old.db"
    state = open_state(path)
    state.put(
        leased(state),
        [(done(hour(0)), [packed()], [measured()])],
        model="demand",
        place=3,
    )
    state.close()
    engine = open_sqlite(str(path), StateError)
    with engine.execution_options(writes=True).begin() as connection:
        tables = ("verdicts", "incidents", "transitions", "messages", "keys")
        for table in (*tables, "users", "audit"):
            connection.execute(sa.text(f"DROP TABLE {table}"))
        connection.execute(sa.text("DROP INDEX measurements_by_series"))
        for column in ("lost", "lost_most", "lost_labels"):
            connection.execute(sa.text(f"ALTER TABLE windows DROP COLUMN {column}"))
        connection.execute(
            sa.text("UPDATE leeboard_state_version SET version_num = '0001'")
        )
    engine.dispose()
    state = open_state(path)
    write(state, verdicts=[verdict()], incidents=[incident()])
    whole = done(hour(0), lost=0, lost_most=0, lost_labels=0)
    assert list(state.windows("demand")) == [whole]
    assert (state.place("demand"), len(state.alarms.verdicts("demand"))) == (3, 1)
    state.close()
