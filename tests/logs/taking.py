"""What every log must do when events are taken out of it, whatever it lies on."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from leeboard.logs import Log, Wanted, digest_of, spellings
from leeboard.logs._decode import decode
from leeboard.logs.memory import MemoryLog
from tests.logs._records import NOW, feedback, held, payload, prediction, rows

DAY = timedelta(days=1)
NAME = "Zoë-Marker-7731"


class TakingContract:
    """Tests of taking out; a subclass gives fixtures ``log`` and ``fresh``."""

    def test_ids_go_with_all_that_belongs_to_them(self, log: Log) -> None:
        """Both sides and quarantined events that name them; no other, and no news."""
        names = [f"p{i}" for i in range(6)]
        log.write(decode([prediction(one) for one in names], NOW))
        log.write(decode([feedback(one, 1) for one in names], NOW))
        log.write(decode([feedback("p1", 2, model="")], NOW))
        log.write(decode([prediction("p1", model="other")], NOW))
        broken = [prediction("p1", prediction=[1]), prediction("p7", prediction=[1])]
        log.write(decode(broken, NOW))
        place = log.changes("demand", 0).upto
        wanted = Wanted(ids=frozenset({("demand", "p1"), ("demand", "p3")}))
        told = log.would_take(wanted)
        assert log.take_out(wanted) == told
        assert (told.predictions, told.feedback, told.quarantined) == (2, 3, 1)
        assert held(log) == Counter(["p0", "p2", "p4", "p5"])
        assert held(log, "other") == Counter(["p1"])
        labels = log.events("feedback", "demand").read_all()["id"].to_pylist()
        assert sorted(labels) == ["p0", "p2", "p4", "p5"]
        assert log.events("quarantined").read_all()["payload"].to_pylist() == broken[1:]
        assert log.changes("demand", place).minutes == frozenset()
        assert log.take_out(wanted).events == 0

    def test_what_is_gone_is_found_nowhere(self, log: Log) -> None:
        """A search names where it stands before, and nothing after."""
        features = {"user": NAME, "more": {"who": [NAME]}}
        log.write(decode([prediction("p1", features=features), feedback("p1", 1)], NOW))
        log.write(decode([prediction("p2"), b"p{" + NAME.encode()], NOW))
        wanted = Wanted(column="user", value=NAME)
        assert any(log.search(wanted, spellings(NAME)).values())
        assert log.ids_with(wanted) == {("demand", "p1")}
        wanted = replace(wanted, ids=log.ids_with(wanted))
        taken = log.take_out(wanted)
        assert (taken.predictions, taken.feedback, taken.quarantined) == (1, 1, 1)
        assert log.rid(wanted) == {}
        found = log.search(wanted, spellings(NAME))
        assert found
        assert not any(found.values())
        assert held(log) == Counter(["p2"])

    def test_what_is_old_by_arrival_goes(self, log: Log) -> None:
        """Of predictions those that were made before a moment, and known by a place."""
        for number, (made, came) in enumerate(((0, 0), (4, 0), (0, 4), (0, 0))):
            events = [
                prediction(f"p{number}", NOW + made * DAY),
                feedback(f"p{number}", 1),
            ]
            log.write(decode(events, NOW + came * DAY))
            if number == 2:
                place = log.changes("demand", 0).upto
        wanted = Wanted(
            before=NOW + 2 * DAY,
            made_before=NOW + 2 * DAY,
            model="demand",
            upto=place,
        )
        taken = log.take_out(wanted)
        assert (taken.predictions, taken.feedback) == (1, 2)
        assert taken.minutes == {int(NOW.timestamp()) // 60}
        assert held(log) == Counter(["p1", "p2", "p3"])
        assert log.take_out(replace(wanted, upto=None)).predictions == 1
        assert held(log) == Counter(["p1", "p2"])

    def test_a_model_that_was_forgotten_is_no_more(self, log: Log) -> None:
        """When all of its events are gone it is not named, and its repeats neither."""
        log.write(decode([prediction("1"), prediction("1", prediction=2)], NOW))
        log.write(decode([prediction("1", model="other")], NOW))
        log.take_out(Wanted(before=NOW + 2 * DAY, model="demand"))
        assert list(log.models()) == ["other"]
        assert [(one.model, one.conflicts) for one in log.summary()] == [("other", 0)]
        log.write(decode([prediction("1")], NOW))
        assert held(log) == Counter(["1"])
        assert log.summary()[0].conflicts == 0

    def test_a_batch_comes_in_the_same_commit(self, log: Log) -> None:
        """What takes the place of a quarantined event is news, and counts once."""
        long = prediction("x", prediction=[1])
        log.write(decode([long, prediction("y")], NOW))
        place = log.changes("demand", 0).upto
        wanted = Wanted(payloads=frozenset({digest_of(long)}))
        taken = log.take_out(wanted, decode([prediction("x", NOW + DAY)], NOW))
        assert taken.quarantined == 1
        assert held(log) == Counter(["x", "y"])
        assert len(log.changes("demand", place).minutes) == 1
        assert log.events("quarantined").read_all().num_rows == 0

    @pytest.mark.parametrize("value", ["7", "7.0", "true", "1", "ann", "nan"])
    def test_a_value_is_found_in_columns_of_any_type(
        self, log: Log, value: str
    ) -> None:
        """As the log in memory finds it, in features, segments and metadata."""
        stored = [
            7,
            7.0,
            7.5,
            True,
            False,
            1,
            "7",
            "true",
            "ann",
            "anna",
            ["ann"],
            None,
        ]
        events = [
            prediction(f"{group}{i}", NOW, **{group: {"who": one, "z": i, "a": 1.5}})
            for i, one in enumerate(stored)
            for group in ("features", "segments", "metadata")
        ]
        there = MemoryLog()
        for one in (log, there):
            one.write(decode(events, NOW))
        wanted = Wanted(column="who", value=value)
        assert log.ids_with(wanted) == there.ids_with(wanted)
        assert log.would_take(wanted) == there.would_take(wanted)

    @settings(
        max_examples=8,
        deadline=None,
        suppress_health_check=[
            HealthCheck.function_scoped_fixture,
            HealthCheck.differing_executors,
        ],
    )
    @given(data=st.data())
    def test_it_loses_what_the_log_in_memory_loses(
        self, fresh: Any, data: st.DataObject
    ) -> None:
        """Any events, any choice of them: what is left is equal."""
        batches = data.draw(st.lists(st.lists(EVENTS, max_size=5), max_size=4))
        wanted = data.draw(WANTED)
        log, there = fresh(), MemoryLog()
        for number, events in enumerate(batches):
            for one in (log, there):
                one.write(decode(events, NOW + number * 2 * DAY))
        for one in (log, there):
            one.take_out(wanted)
        assert _left(log) == _left(there)
        assert log.take_out(wanted).events == 0

    def test_a_copy_holds_the_same(
        self, log: Log, fresh: Any, tmp_path_factory: pytest.TempPathFactory
    ) -> None:
        """Written in files and read back: all rows, counts, marks, and places."""
        log.write(decode([prediction("1", features=ODD), feedback("1", 2.5)], NOW))
        place = log.changes("demand", 0).upto
        lost = payload("a", logger="t", model="demand", dropped={"queue_full": 2})
        more = [prediction("1", prediction=2), prediction("2", NOW + DAY), b"p{", lost]
        more += [prediction("5", NOW + 2 * DAY), feedback("2", None)]
        batch = decode([*more, feedback("3", "x", model="")], NOW)
        log.write(replace(batch, marks={"spool/a": 7}))
        folder = tmp_path_factory.mktemp("copy")
        for name, data in log.copies():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / name).write_bytes(data)
        for other in (fresh(), MemoryLog()):
            other.write(decode([prediction("9"), feedback("9", 1)], NOW))
            other.fill(str(folder))
            assert _left(other) == _left(log)
            assert list(other.summary()) == list(log.summary())
            assert dict(other.marks()) == {"spool/a": 7}
            news = other.changes("demand", place)
            assert news.minutes == log.changes("demand", place).minutes
            assert news.upto >= log.changes("demand", 0).upto
            other.write(decode([prediction("4", NOW + 9 * DAY)], NOW))
            assert len(other.changes("demand", news.upto).minutes) == 1

    def test_a_copy_of_nothing_is_nothing(
        self, fresh: Any, tmp_path_factory: pytest.TempPathFactory
    ) -> None:
        """A log without events is copied too, over one that has some."""
        folder = tmp_path_factory.mktemp("copy")
        for name, data in fresh().copies():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / name).write_bytes(data)
        other = fresh()
        other.write(decode([prediction("9")], NOW))
        other.fill(str(folder))
        assert list(other.summary()) == []


ODD = {"d": 0.1 + 0.2, "i": 2**63 - 1, "s": "é", "b": False, "j": {"a": [1, None]}}
MODELS = st.sampled_from(["demand", "other"])
EVENTS = st.one_of(
    st.builds(
        prediction,
        st.sampled_from("abc"),
        st.integers(0, 3).map(lambda n: NOW + n * 2 * DAY),
        model=MODELS,
        features=st.fixed_dictionaries({"who": st.sampled_from([1, 1.0, "a", True])}),
    ),
    st.builds(
        feedback,
        st.sampled_from("abc"),
        st.just(1),
        model=st.sampled_from(["demand", "other", ""]),
    ),
    st.builds(
        prediction, st.sampled_from("abc"), prediction=st.just([1]), model=MODELS
    ),
)


def _at(days: int) -> datetime:
    return NOW + (days * 2 - 1) * DAY


WANTED = st.builds(
    Wanted,
    ids=st.frozensets(
        st.tuples(st.sampled_from(["demand", "other", ""]), st.sampled_from("abc")),
        max_size=2,
    ),
    column=st.sampled_from(["", "who"]),
    value=st.sampled_from(["1", "a", "true"]),
    model=st.sampled_from([None, "demand", ""]),
) | st.builds(
    Wanted,
    before=st.integers(0, 4).map(_at),
    made_before=st.none() | st.integers(0, 4).map(_at),
    model=st.sampled_from([None, "demand", ""]),
)


def _left(log: Log) -> list[Counter[str]]:
    kinds = ("predictions", "feedback", "quarantined")
    return [rows(log.events(kind).read_all()) for kind in kinds]
