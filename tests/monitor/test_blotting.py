"""Words about whom is erased go; all that is kept is read back, and passes go on."""

from __future__ import annotations

import atexit
import json
import shutil
import sqlite3
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from leeboard import Monitor
from leeboard.alarms.judged import Subject
from leeboard.alarms.memory import memories_from_text
from leeboard.cli import main
from leeboard.errors import StateError
from leeboard.incidents.expected import Expectation
from leeboard.incidents.incident import Incident
from leeboard.monitor import blotting
from leeboard.monitor.blotting import Rights, forget_words, rights_of
from leeboard.monitor.expecting import announce, announced
from leeboard.monitor.handling import case_of, explained
from leeboard.monitor.holder import taken
from leeboard.monitor.judging import KEY as ALARMS
from leeboard.monitor.segmented import segments_of_plan
from leeboard.state import Outgoing, State, Written, open_state
from leeboard.state._sql import SqlState
from leeboard.state.memory import MemoryState
from tests.monitor._world import DAY, START

WHO = 'Zoë "O\'Neill"'
CITIES = ["Grazerhof", "Lyonnais", WHO]
WATCHED = """
[model.demand.alarms]
segments = ["city"]

[[notify]]
to = "webhook"
url = "http://127.0.0.1:9/hook"
severity = "note"
allow_private = true
"""
LAST = 11


@pytest.fixture
def config(tmp_path: Path) -> Path:
    """A monitor whose error has risen in one segment, of which nobody was told yet."""
    shutil.copytree(_alarmed(), tmp_path, dirs_exist_ok=True)
    return tmp_path / "leeboard.toml"


@cache
def _alarmed() -> Path:
    folder = Path(tempfile.mkdtemp(prefix="leeboard-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    train = folder / "train.parquet"
    pq.write_table(pa.table(_rows(np.random.default_rng(0), 3000)), train)
    path = folder / "leeboard.toml"
    asked = ["init", str(train), "--model", "demand", "--segment", "city"]
    assert main([*asked, "--config", str(path)]) == 0
    path.write_text(f"{path.read_text()}\n{WATCHED}", encoding="utf-8")
    _live(path, 0, 3)
    for first in range(3, LAST, 2):
        _live(path, first, 2, wrong=15.0)
    _live(path, LAST, 1, wrong=15.0, run=False)
    (one,) = [i for i in Monitor(path).incidents() if i.severity.value != "note"]
    Monitor(path).act(one.id, "note", why=f"called {WHO}", who="ada-lovelace")
    with closing(open_state(Monitor(path).plan.state)) as state:
        announce(state, _expectation())
    # messages of that year were given up at once: let them wait still
    with closing(sqlite3.connect(Monitor(path).plan.state)) as database:
        database.execute("UPDATE messages SET given_up = 0")
        database.commit()
    return path.parent


def _expectation() -> Expectation:
    return Expectation(
        id="expected-1",
        model="demand",
        text=f"{WHO} moves",
        columns=("column-of-it",),
        segments=(f"city={WHO}", "city=Lyonnais"),
        start=START + 90 * DAY,
        end=START + 91 * DAY,
        who="ada-lovelace",
        made_at=START,
    )


def _rows(draw: np.random.Generator, n: int, wrong: float = 0.0) -> dict[str, Any]:
    city = draw.choice(CITIES, n)
    temp = draw.normal(15, 5, n)
    prediction = 20 + 6 * temp
    off = draw.normal(0, 10 + wrong * (city == WHO), n)
    known = {"prediction": prediction, "label": prediction + off}
    return {"city": city.tolist(), "temp": temp, **known}


def _live(
    config: Path, first: int, days: int, wrong: float = 0.0, *, run: bool = True
) -> None:
    """Log some days, and judge them."""
    monitor, n = Monitor(config), 300
    draw = np.random.default_rng(first + 1)
    for day in range(first, first + days):
        at = [START + day * DAY + DAY * i / n for i in range(n)]
        table = pa.table({**_rows(draw, n, wrong), "at": at, "known": at})
        names = {"prediction": "prediction", "label": "label"}
        monitor.import_(table, {"made_at": "at", "observed_at": "known", **names})
    if run:
        monitor.run(now=_end(first + days))


def _end(day: int) -> datetime:
    return START + day * DAY + timedelta(hours=2)


def _texts(value: Any) -> Iterator[str]:
    """Every key and value of what is kept, that of texts of JSON too."""
    if isinstance(value, str):
        try:
            yield from _texts(json.loads(value))
        except ValueError:
            yield value
            yield from (one for one in (*CITIES, f"city={WHO}") if one in value)
    elif isinstance(value, dict):
        yield from (*value, *_texts(list(value.values())))
    elif isinstance(value, list):
        for one in value:
            yield from _texts(one)


def _stored(path: str) -> list[str]:
    """All texts of incidents, messages and documents that are looked for."""
    found: set[str] = set()
    with closing(sqlite3.connect(path)) as database:
        for table in ("incidents", "transitions", "messages", "documents"):
            for row in database.execute(f"SELECT * FROM {table}"):
                found.update(_texts([*row]))
    return sorted(one for one in found if 6 <= len(one.encode()) < 200)


def _level(segment: str) -> str:
    return segment.partition("=")[2]


def _words(state: State, incidents: list[Incident], sent: list[Outgoing]) -> list[str]:
    """All that is said, and all levels, read back."""
    said = []
    for one in incidents:
        said += [one.title, *(_level(s.segment) for s in one.subjects)]
        said += [_level(s.subject.segment) for s in one.standing]
        said += [entry.why for entry in state.alarms.story(one.id)]
        if one.diagnosis is not None:
            said += [one.diagnosis.text, *one.diagnosis.evidence]
    for each in sent:
        message = each.message
        said += [each.error, message.title, *message.lines, *message.next_steps]
        said += [value for _, value in message.facts]
    for judged in state.alarms.verdicts("demand"):
        said += [judged.text, _level(judged.subject.segment)]
    for done in state.windows("demand"):
        said += [text for _, text in done.notes]
    said += [_level(packed.segment) for *_, packed in state.profiles("demand")]
    for row in state.measurements({"model": "demand"}).to_pylist():
        said += [_level(row["segment"]), row["reason"]]
    for expected in announced(state, "demand"):
        said += [expected.text, *map(_level, expected.segments)]
    watched, left = segments_of_plan(state, "demand")
    return [*said, *map(_level, (*watched, *left)), *left.values()]


def _bare(one: Incident) -> Incident:
    """An incident without its words."""
    columns = tuple(replace(s, segment="") for s in one.subjects)
    standing = tuple(
        replace(s, subject=replace(s.subject, segment="")) for s in one.standing
    )
    told = one.diagnosis
    told = None if told is None else replace(told, text="", evidence=())
    return replace(one, title="", subjects=columns, standing=standing, diagnosis=told)


def _waiting(state: State) -> list[Outgoing]:
    return list(state.alarms.outgoing(datetime.now(UTC) + 400 * DAY))


def _blank(one: Outgoing) -> Outgoing:
    message = one.message
    bare = replace(
        message,
        title="",
        lines=(),
        next_steps=(),
        facts=tuple((name, "") for name, _ in message.facts),
    )
    return replace(one, error="", message=bare)


def test_a_day_or_a_field_name_that_is_erased_harms_nothing(config: Path) -> None:
    """Times and names of fields are no words, though they look like what was erased."""
    for text in ("2026-03-05", "window", "windows", "incident", "moved", "Words"):
        before = Monitor(config).incidents()
        Monitor(config).erase(text, column="city")
        after = Monitor(config).incidents()
        assert [*map(_bare, after)] == [*map(_bare, before)]
    (ran,) = Monitor(config).run(now=_end(LAST + 1)).passes
    assert ran.judged.windows == 1


def test_any_text_that_is_kept_may_be_erased(config: Path) -> None:
    """Every key and value: no word holds it, and the rest is as it was."""
    monitor = Monitor(config)
    path = Path(monitor.plan.state)
    whole = path.read_bytes()
    texts = _stored(str(path))
    named = {"diagnosis", "silenced_until", "counted", "memories", "numbers"}
    assert {*named, "2026-03-01T00:00:00+00:00", f"city={WHO}", WHO} < set(texts)
    with closing(open_state(path)) as state:
        before, sent = list(state.alarms.incidents()), _waiting(state)
    assert before
    assert sent
    for text in texts:
        path.write_bytes(whole)
        with closing(open_state(path)) as state, rights_of(monitor.plan, state) as held:
            forget_words(monitor.plan, state, [text], held.take())
            after, left = list(state.alarms.incidents()), _waiting(state)
            assert [*map(_bare, after)] == [*map(_bare, before)], text
            assert [*map(_blank, left)] == [*map(_blank, sent)], text
            assert not [one for one in _words(state, after, left) if text in one]
            for one in after:
                case = case_of(state, one.id, monitor.plan)
                assert [v.id for v in case.verdicts] == list(one.verdicts)
                assert {explained(state, v.id) for v in case.verdicts} == {
                    *case.verdicts
                }


def test_a_column_is_no_level(config: Path) -> None:
    """What detectors gathered of all levels stays when one is called as the column."""
    monitor = Monitor(config)
    with closing(open_state(monitor.plan.state)) as state:
        before = _memories(state)
        assert {"city=Grazerhof", f"city={WHO}"} < {s.segment for s in before}
        with rights_of(monitor.plan, state) as rights:
            forget_words(monitor.plan, state, ["city=L", "city=Grazer"], rights.take())
            assert _memories(state) == before
            forget_words(monitor.plan, state, ["Grazerhof"], rights.take())
        left = {s for s in before if s.segment != "city=Grazerhof"}
        assert set(_memories(state)) == left


def _memories(state: State) -> dict[Subject, tuple[float, ...]]:
    """What detectors have gathered of each subject."""
    return memories_from_text(
        json.loads(state.kept("demand", ALARMS) or "")["memories"]
    )


def test_passes_go_on_when_all_that_is_kept_was_erased(config: Path) -> None:
    """Whatever is erased, the next day is counted, judged and told."""
    monitor = Monitor(config)
    with closing(open_state(monitor.plan.state)) as state:
        before = [*map(_bare, state.alarms.incidents())]
    monitor.erase(ids=_stored(monitor.plan.state))
    assert [*map(_bare, monitor.incidents())] == before
    (ran,) = monitor.run(now=_end(LAST + 1)).passes
    assert ran.judged.windows == 1


WRITERS = ["announce:demand", "pass:demand", "sample:demand", "sending"]


@pytest.mark.parametrize("name", WRITERS)
def test_who_may_write_words_back_is_waited_for(
    config: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    """One that does not end is named, with what to do; nothing is touched before."""
    monkeypatch.setattr(blotting, "_PATIENCE_S", 0.2)
    monitor = Monitor(config)
    with closing(open_state(monitor.plan.state)) as state:
        assert taken(state, name) is not None
        said = _words(state, list(state.alarms.incidents()), _waiting(state))
        with pytest.raises(StateError) as caught:
            monitor.erase(WHO, column="city")
        after = _words(state, list(state.alarms.incidents()), _waiting(state))
    assert caught.value.code == "busy"
    assert repr(name) in caught.value.where
    assert "Run erase again" in caught.value.fix
    assert after == said
    assert monitor.export("predictions").read_all().num_rows == 300 * (LAST + 1)
    with closing(open_state(monitor.plan.state)) as state:
        for other in {*WRITERS} - {name}:
            assert taken(state, other) is not None


def test_what_a_pass_writes_that_was_under_way_is_erased_too(config: Path) -> None:
    """Its incidents say what was in the log when it began."""
    monitor = Monitor(config)
    with closing(open_state(monitor.plan.state)) as state:
        lease = taken(state, "pass:demand")
        assert lease is not None
        (one, *_) = state.alarms.incidents()
        late = replace(one, id="demand-late", title=f"late: {WHO}")

        def end() -> None:
            time.sleep(0.5)
            state.alarms.write(lease, "demand", Written(incidents=[late]))
            state.release(lease)

        passing = threading.Thread(target=end)
        passing.start()
        done = monitor.erase(WHO, column="city")
        passing.join()
        assert state.alarms.incident("demand-late") is not None
        said = _words(state, list(state.alarms.incidents()), _waiting(state))
    assert done.predictions > 0
    assert not [one for one in said if WHO in one]


def test_nobody_writes_while_words_are_replaced(
    config: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The rights are held until it is done, and given back then."""
    monitor = Monitor(config)
    free: list[str] = []
    blot = SqlState.blot

    def watched(state: SqlState, *arguments: Any) -> None:
        free.extend(name for name in WRITERS if taken(state, name) is not None)
        assert {lease.name for lease in arguments[2]} == {*WRITERS}
        blot(state, *arguments)

    monkeypatch.setattr(SqlState, "blot", watched)
    monitor.erase(WHO, column="city")
    assert free == []
    with closing(open_state(monitor.plan.state)) as state:
        assert all(taken(state, name) is not None for name in WRITERS)


def test_a_right_that_ran_out_is_taken_again(monkeypatch: pytest.MonkeyPatch) -> None:
    """A log took longer to write anew than a lease lasts, and a pass began."""
    monkeypatch.setattr(blotting, "_PATIENCE_S", 0.1)
    state = MemoryState()
    rights = Rights(state, ["pass:demand"])
    first = rights.take()["pass:demand"]
    other = state.lease("pass:demand", "other", first.until, 60.0)
    assert other is not None
    with pytest.raises(StateError, match="busy"):
        rights.take()
    state.release(other)
    again = rights.take()["pass:demand"]
    assert again.token > other.token > first.token
    state.keep("demand", "x", "y", again)
    rights.release()
    assert taken(state, "pass:demand") is not None


def test_a_document_is_written_by_right_alone(
    config: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What detectors gathered is another pass's where the right to it is lost."""
    monitor = Monitor(config)
    monkeypatch.setattr(SqlState, "blot", lambda *_: None)  # it was lost after this
    with closing(open_state(monitor.plan.state)) as state:
        with rights_of(monitor.plan, state) as rights:
            lost = dict(rights.take())
        before = state.kept("demand", ALARMS)
        with pytest.raises(StateError, match="lease_lost"):
            forget_words(monitor.plan, state, [WHO], lost)
        assert state.kept("demand", ALARMS) == before
