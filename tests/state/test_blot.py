"""Words lose what is erased, alike in every store; nothing else does."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import Connection

from leeboard.alarms.judged import Subject
from leeboard.errors import StateError
from leeboard.incidents.incident import Diagnosis, Standing
from leeboard.logs import SHORTEST, spellings
from leeboard.state import State
from leeboard.state._alarm_rows import incident_row, outgoing_row
from leeboard.words import blotted, blotter
from tests.state._results import NOW, done, hour, leased, measured, packed
from tests.state.test_alarms import incident, outgoing, story, verdict, write

WHO = "customer-12"
WHERE = Subject(f"user={WHO}", "humidity", "missing")
ONE = replace(
    incident(),
    title=f"where user={WHO}: up",
    subjects=(WHERE,),
    standing=(Standing(WHERE, hour(3), 2, incident().severity, 3.25),),
    diagnosis=Diagnosis("constant", "sudden", WHO, (f"«{WHO}» in 24",), ("humidity",)),
    verdicts=(verdict(subject=WHERE).id,),
)
SENT = replace(
    outgoing(),
    error=f"no {WHO}",
    message=replace(outgoing().message, lines=(f"of {WHO}", "two")),
)
JUDGED = verdict(subject=WHERE, text=f"where user={WHO}")
TOLD = replace(story("demand-1", 1), why=f"for {WHO}")
DONE = done(hour(0), notes=(("few_labels", f"saw {WHO}"),))


def _texts(value: Any) -> Iterator[str]:
    """Every key and every value of a document."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        yield from (*value, *_texts(list(value.values())))
    elif isinstance(value, list | tuple):
        for one in value:
            yield from _texts(one)


EVERY = sorted({*_texts(incident_row("demand", ONE)), *_texts(outgoing_row(SENT)), WHO})


def _fill(state: State) -> None:
    write(state, verdicts=[JUDGED], incidents=[ONE], transitions=[TOLD])
    write(state, messages=[SENT])
    state.alarms.keep_outgoing(SENT)  # one that is there is not written again
    lease = leased(state)
    counts, figures = [packed(f"user={WHO}")], [measured(segment=f"user={WHO}")]
    state.put(lease, [(DONE, counts, figures)], model="demand", place=3)
    state.release(lease)


def _read(state: State) -> list[Any]:
    alarms = state.alarms
    rows = state.measurements({"model": "demand"}).to_pylist()
    return [
        *(*alarms.incidents(), *alarms.story("demand-1"), *alarms.outgoing(NOW)),
        *(*alarms.verdicts("demand"), *state.windows("demand")),
        *(counts for *_, counts in state.profiles("demand")),
        *(row["segment"] for row in rows),
    ]


@pytest.mark.parametrize("others", [0, 30])
def test_only_words_change_whatever_is_erased(state: State, others: int) -> None:
    """Ids, times, codes and names of fields stay, as those who read them need them.

    So it is with others that stand nowhere, of which no database is asked.
    """
    absent = [f"nobody's {number}" for number in range(others)]
    assert {"windows", "diagnosis", "2026-03-01T00:00:00+00:00", WHO} < {*EVERY}
    for text in (one for one in EVERY if len(one) >= SHORTEST):
        _fill(state)
        spelt = [one.decode() for one in spellings(text)]
        state.blot([text, *absent], [*spelt, *absent])
        blot = blotter([text])
        segment = blotted(WHERE, blot).segment
        assert _read(state) == [
            *(blotted(one, blot) for one in (ONE, TOLD, SENT, JUDGED, DONE)),
            blotted(packed(f"user={WHO}"), blot),
            segment,
        ]
        assert [one.stage for one in state.alarms.incidents()] == [ONE.stage]


def test_a_verdict_keeps_its_id(state: State) -> None:
    """Incidents name it by what its segment was called."""
    _fill(state)
    state.blot([WHO], [WHO])
    (one,) = state.alarms.incidents()
    (found,) = state.alarms.verdicts_by(one.verdicts[:1])
    assert found.subject.segment == "user=(erased)"
    assert found.id == one.verdicts[0] == JUDGED.id


def test_of_several_the_longest_goes_first(state: State) -> None:
    """No half of a text is left where one begins as another."""
    _fill(state)
    state.blot(["customer-1", WHO], ["customer-1", WHO])
    (one,) = state.alarms.incidents()
    assert one.title == "where user=(erased): up"
    assert [s.segment for s in one.subjects] == ["user=(erased)"]


def test_a_thousand_texts_are_erased_at_once(state: State) -> None:
    """No database takes a question about all of them."""
    _fill(state)
    texts = [f"customer-{number}" for number in range(1000)]
    state.blot(texts, texts)
    (one,) = state.alarms.incidents()
    assert one.title == "where user=(erased): up"


def test_a_store_is_read_as_often_for_many_texts_as_for_few(
    state: State, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Others wait while words are replaced: all rows are looked through once."""
    _fill(state)
    asked: list[Any] = []
    real = Connection.execute

    def counted(
        connection: Connection, statement: Any, *more: Any, **named: Any
    ) -> Any:
        asked.append(statement)
        return real(connection, statement, *more, **named)

    monkeypatch.setattr(Connection, "execute", counted)
    state.blot(["absent-1"], ["absent-1"])
    few = len(asked)
    asked.clear()
    texts = [f"absent-{number}" for number in range(1000)]
    state.blot(texts, texts)
    assert len(asked) == few


@pytest.mark.parametrize("others", [0, 30])
def test_every_level_that_quotes_a_text_is_changed(state: State, others: int) -> None:
    """Also where there are more of them than one statement may name."""
    segments = [f"column-{number}={WHO}" for number in range(300)]
    lease = leased(state)
    figures = [measured(segment=one) for one in (*segments, "city=Graz")]
    counts = [packed(one) for one in (*segments, "city=Graz")]
    state.put(lease, [(DONE, counts, figures)], model="demand", place=3)
    texts = [WHO, *(f"absent-{number}" for number in range(others))]
    state.blot(texts, texts)
    left = {*(f"column-{number}=(erased)" for number in range(300)), "city=Graz"}
    rows = state.measurements({"model": "demand"}).to_pylist()
    assert {row["segment"] for row in rows} == left
    assert {one.segment for *_, one in state.profiles("demand")} == left


def test_nothing_is_blotted_without_the_rights(state: State) -> None:
    """Who has lost a lease replaces nothing: others may have read the words."""
    _fill(state)
    mine = leased(state)
    state.release(mine)
    leased(state, "other")
    with pytest.raises(StateError, match="lease_lost"):
        state.blot([WHO], [WHO], [mine])
    (one,) = state.alarms.incidents()
    assert one == ONE
