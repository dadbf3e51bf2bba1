"""What every log must do, whatever it lies on: subclassed for each kind of log."""

from __future__ import annotations

import itertools
from collections import Counter
from dataclasses import replace
from datetime import timedelta
from hashlib import md5
from typing import Any

import pyarrow as pa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from leeboard.logs import Log
from leeboard.logs._decode import decode
from leeboard.windows import Window
from tests.logs._records import NOW, feedback, held, micros, payload, prediction, rows
from tests.logs.taking import TakingContract

HOUR = timedelta(hours=1)
DAY = Window(NOW - 12 * HOUR, NOW + 12 * HOUR)


class LogContract(TakingContract):
    """Tests of the protocol; a subclass gives fixture ``log``: a new and empty log."""

    def test_an_empty_log_answers(self, log: Log) -> None:
        """A log without events has no models, no rows and no marks, and no errors."""
        assert list(log.models()) == []
        assert list(log.summary()) == []
        assert dict(log.marks()) == {}
        assert joined(log).num_rows == 0
        assert log.events("predictions").read_all().num_rows == 0
        assert log.events("feedback").read_all().num_rows == 0
        assert log.events("quarantined").read_all().num_rows == 0
        assert log.changes("demand", 0).minutes == frozenset()
        log.tidy()

    def test_values_come_back_as_they_were(self, log: Log) -> None:
        """Numbers, texts, booleans and times keep value and type to the last bit."""
        values = {
            "d": 0.1 + 0.2,
            "big": 2**63 - 1,
            "low": -(2**63),
            "s": 'é "quoted" \' ; -- 😀',
            "b": True,
            "j": {"a": [1, None]},
            'name "with" quotes.and#marks': 1.5,
            "x" * 300: 2.5,
            "A": 1.0,
            "a": 2.0,
        }
        at = NOW + timedelta(microseconds=123_457)
        one = prediction("p1", at, features=values, scores=[0.25, 0.75], latency_s=0.5)
        nan = prediction("p2", at, features={"d": None}, special={"features.d": "nan"})
        log.write(decode([one, nan, feedback("p1", "yes", at)], NOW))
        got = {row["id"]: row for row in joined(log).to_pylist()}
        row = got["p1"]
        assert row["made_at"] == row["observed_at"] == at
        assert row["received_at"] == row["label_received_at"] == NOW
        assert (row["model"], row["version"], row["rate"]) == ("demand", "1", 1.0)
        assert row["latency_s"] == 0.5
        assert row["label#s"] == "yes"
        assert row["prediction#d"] == 1.5
        assert [row["scores.0#d"], row["scores.1#d"]] == [0.25, 0.75]
        stored = {
            "features.d#d": values["d"],
            "features.big#i": values["big"],
            "features.low#i": values["low"],
            "features.s#s": values["s"],
            "features.b#b": True,
            "features.j#j": '{"a":[1,null]}',
            'features.name "with" quotes.and#marks#d': 1.5,
            f"features.{'x' * 300}#d": 2.5,
            "features.A#d": 1.0,
            "features.a#d": 2.0,
        }
        assert {name: row[name] for name in stored} == stored
        assert got["p2"]["features.d#d"] != got["p2"]["features.d#d"]

    def test_a_batch_that_is_written_again_changes_nothing(self, log: Log) -> None:
        """A repeated batch is not seen in rows, counts or quarantine."""
        batch = replace(
            decode([prediction("1"), feedback("1", 1), b"p{"], NOW, model="demand"),
            marks={"s/a": 10},
        )
        log.write(batch)
        before = everything(log)
        log.write(batch)
        assert everything(log) == before

    def test_what_was_set_aside_is_lost_to_its_time(self, log: Log) -> None:
        """Losses name each event once, by the minute it came; those of others not."""
        later = NOW + HOUR
        one = decode([prediction("1"), b"p{", b"p[]", b"f{"], NOW, model="demand")
        log.write(one)
        log.write(one)
        log.write(decode([b"p{{"], later, model="demand"))
        log.write(decode([b"p}"], NOW))
        log.write(decode([prediction("x", model="other"), b"p]"], NOW, model="other"))
        found = Counter[tuple[str, Any]]()
        for loss in log.losses("demand", DAY):
            assert loss.first == loss.last
            found[loss.kind, loss.first] += loss.rows
        assert found == {
            ("predictions", NOW): 3,
            ("feedback", NOW): 1,
            ("predictions", later): 1,
        }
        (last,) = log.losses("demand", Window(later, later + HOUR))
        assert (last.rows, last.first) == (1, later)
        assert sum(loss.rows for loss in log.losses("demand")) == 5
        assert not log.losses("demand", Window(later + HOUR, later + 2 * HOUR))

    def test_losses_of_several_spans_are_asked_for_at_once(self, log: Log) -> None:
        """Each that touches one of them is told once; what lies between is not."""
        for k in range(4):
            log.write(decode([b"p{%d" % k], NOW + k * HOUR, model="demand"))
        spans = [Window(NOW + k * HOUR, NOW + (k + 1) * HOUR) for k in (0, 2)]
        found = log.losses("demand", spans)
        assert [loss.first for loss in found] == [NOW, NOW + 2 * HOUR]
        assert [loss.rows for loss in found] == [1, 1]
        assert not log.losses("demand", [])

    def test_marks_and_accounts_come_with_their_batch(self, log: Log) -> None:
        """Offsets and accounts are kept; a negative offset forgets its source."""
        account = payload("a", logger="t1", model="demand", dropped={"queue_full": 2})
        other = payload("a", logger="t2", model="demand", dropped={"queue_full": 1})
        log.write(
            replace(decode([prediction("1"), account], NOW), marks={"a": 5, "b": 7})
        )
        log.write(
            replace(decode([prediction("2"), other], NOW), marks={"a": -1, "b": 9})
        )
        assert dict(log.marks()) == {"b": 9}
        (summary,) = log.summary()
        assert dict(summary.dropped) == {"queue_full": 3}

    def test_models_are_kept_apart(self, log: Log) -> None:
        """Models have their own rows, whatever their names; feedback goes by its id."""
        names = ["demand", "../../etc", "Demand", "x" * 200, 'q"; drop table', "é/ü"]
        for number, name in enumerate(names):
            log.write(decode([prediction(f"p{number}", model=name)], NOW))
        log.write(decode([feedback("p1", 7, model="")], NOW))
        assert list(log.models()) == sorted(names)
        for number, name in enumerate(names):
            assert held(log, name) == {f"p{number}": 1}
        table = joined(log, "../../etc")
        assert table.column("label#i").to_pylist() == [7]

    def test_the_earliest_prediction_of_an_id_counts(self, log: Log) -> None:
        """Of predictions with one id the earliest counts, in any order of arrival."""
        early, late = prediction("1", NOW, prediction=1.0), prediction("1", NOW + HOUR)
        log.write(decode([late], NOW))
        log.write(decode([early], NOW))
        assert joined(log).column("prediction#d").to_pylist() == [1.0]
        assert log.summary()[0].predictions == 1

    def test_an_id_with_several_contents_is_counted(self, log: Log) -> None:
        """A repeated event is no conflict, whenever it came; another content is one."""
        log.write(decode([prediction(one) for one in ("1", "2")], NOW))
        log.write(decode([prediction("1"), prediction("2", version="2")], NOW + HOUR))
        assert log.summary()[0].conflicts == 1

    def test_the_latest_label_counts(self, log: Log) -> None:
        """The label with the latest time counts, in any order; null takes it back."""
        log.write(decode([prediction("1"), prediction("2")], NOW))
        for parts in (
            [feedback("1", 2, NOW + HOUR)],
            [feedback("1", 1, NOW), feedback("2", 5, NOW)],
            [feedback("2", None, NOW + HOUR)],
        ):
            log.write(decode(parts, NOW))
        got = {row["id"]: row["label#i"] for row in joined(log).to_pylist()}
        assert got == {"1": 2, "2": None}
        (summary,) = log.summary()
        assert (summary.labels, summary.joined) == (1, 1)

    def test_a_label_that_came_with_its_model_and_without_counts_as_named(
        self, log: Log
    ) -> None:
        """Alike in all else, it counts though its prediction has not come."""
        ids = [f"{n}" for n in range(30)]
        given = [feedback(one, 1, model=name) for one in ids for name in ("", "demand")]
        log.write(decode([prediction("known"), *given], NOW))
        (found,) = [one for one in log.summary() if one.model == "demand"]
        assert (found.labels, found.joined) == (30, 0)

    def test_a_read_may_know_only_what_had_come(self, log: Log) -> None:
        """With ``received_before`` later events are not seen, labels or predictions."""
        log.write(decode([prediction("1")], NOW))
        log.write(decode([prediction("2"), feedback("1", 1)], NOW + HOUR))
        then = log.joined("demand", DAY, received_before=NOW + HOUR).read_all()
        assert then.column("id").to_pylist() == ["1"]
        assert "label#i" not in then.column_names or then["label#i"].to_pylist() == [
            None
        ]

    def test_a_span_is_half_open(self, log: Log) -> None:
        """A prediction at the end of a span is in the next one."""
        log.write(decode([prediction("1", NOW), prediction("2", NOW + HOUR)], NOW))
        one = log.joined("demand", Window(NOW, NOW + HOUR)).read_all()
        assert one.column("id").to_pylist() == ["1"]

    def test_columns_can_be_chosen(self, log: Log) -> None:
        """Only the wanted columns come; what no event has is absent."""
        log.write(decode([prediction("1", features={"a": 1, "b": 2})], NOW))
        got = log.joined("demand", DAY, columns=["id", "features.b#i", "features.z#d"])
        assert got.read_all().to_pylist() == [{"id": "1", "features.b#i": 2}]

    def test_of_many_predictions_a_sample_comes_by_their_ids(self, log: Log) -> None:
        """The same ids from every log, each with its label; of few all come."""
        ids = [f"é {n}" for n in range(40)]
        given = [*map(prediction, ids), *(feedback(one, 1.0) for one in ids)]
        log.write(decode(given, NOW))
        log.write(decode([prediction(ids[0])], NOW + HOUR))
        before = log.joined("demand", DAY, received_before=NOW + HOUR, most=40)
        assert before.read_all().num_rows == 40
        for most, bound in ((20, "8"), (19, "4"), (10, "4"), (9, "2")):
            got = log.joined("demand", DAY, received_before=NOW + HOUR, most=most)
            table = got.read_all()
            kept = [one for one in ids if md5(one.encode()).hexdigest() < bound]
            assert sorted(table.column("id").to_pylist()) == sorted(kept)
            assert set(table.column("label#d").to_pylist()) == {1.0}

    def test_changes_name_minutes_of_predictions_and_of_what_labels_are_about(
        self, log: Log
    ) -> None:
        """A label changes the minute of its prediction, not that of its own arrival."""
        log.write(decode([prediction("1", NOW), prediction("2", NOW + HOUR)], NOW))
        first = log.changes("demand", 0)
        assert first.minutes == {minute(NOW), minute(NOW + HOUR)}
        assert log.changes("demand", first.upto).minutes == frozenset()
        log.write(decode([feedback("2", 1, NOW + 5 * HOUR)], NOW))
        second = log.changes("demand", first.upto)
        assert second.minutes == {minute(NOW + HOUR)}
        assert log.changes("demand", second.upto).minutes == frozenset()

    def test_quarantined_events_are_kept_and_counted(self, log: Log) -> None:
        """What could not be stored comes back byte by byte, counted by reason."""
        wrong = [payload("p", id="1", model="demand"), b"p{", b"p[]"]
        log.write(decode([prediction("1"), *wrong], NOW, model="demand"))
        table = log.events("quarantined", "demand").read_all()
        assert sorted(table.column("payload").to_pylist()) == sorted(wrong)
        (summary,) = log.summary()
        assert dict(summary.quarantined) == {"bad_json": 2, "bad_time": 1}

    def test_summary_says_first_and_last(self, log: Log) -> None:
        """First and last prediction and the last arrival are those of the model."""
        log.write(decode([prediction("1", NOW), prediction("2", NOW + HOUR)], NOW))
        log.write(decode([feedback("1", 1, NOW)], NOW + 3 * HOUR))
        (summary,) = log.summary()
        assert (summary.first, summary.last) == (NOW, NOW + HOUR)
        assert summary.last_received == NOW + 3 * HOUR

    @settings(
        max_examples=4,
        suppress_health_check=[
            HealthCheck.function_scoped_fixture,
            HealthCheck.differing_executors,  # one for each kind of log
        ],
    )
    @given(data=st.data())
    def test_any_split_and_order_reads_alike(
        self, fresh: Any, data: st.DataObject
    ) -> None:
        """Events in one batch, in many, in any order, repeated: reads are equal."""
        events = data.draw(st.lists(EVENTS, min_size=1, max_size=8))
        whole = fresh()
        whole.write(decode(events, NOW))
        order = data.draw(st.permutations(events))
        repeated = order + data.draw(st.lists(st.sampled_from(events), max_size=3))
        cuts = sorted(data.draw(st.lists(st.integers(0, len(repeated)), max_size=4)))
        parts = [
            repeated[start:stop]
            for start, stop in itertools.pairwise([0, *cuts, len(repeated)])
        ]
        split = fresh()
        for part in parts:
            split.write(decode(part, NOW))
        split.tidy()
        assert everything(split) == everything(whole)


MINUTES = st.integers(0, 2).map(lambda n: NOW + timedelta(minutes=n))
IDS = st.sampled_from(["a", "b"])
EVENTS = st.one_of(
    st.builds(
        prediction,
        IDS,
        MINUTES,
        prediction=st.sampled_from([1, 1.5, "x", None]),
        features=st.fixed_dictionaries({"f": st.sampled_from([1, 2.5, "t", True])}),
    ),
    st.builds(feedback, IDS, st.sampled_from([1, 2.5, "x", True, None]), MINUTES),
    st.builds(feedback, IDS, st.just(3), MINUTES, st.just("")),
    st.sampled_from([b"p{", b"p[]"]),
)


def joined(log: Log, model: str = "demand") -> pa.Table:
    """Read a day, whole."""
    return log.joined(model, DAY).read_all()


def everything(log: Log) -> dict[str, Counter[str]]:
    """Return all that can be read of a log, as multisets of rows."""
    return {
        "joined": rows(joined(log)),
        "predictions": rows(log.events("predictions", "demand").read_all()),
        "feedback": rows(log.events("feedback", "demand").read_all()),
        "summary": Counter(
            repr(
                (
                    s.model,
                    s.predictions,
                    s.labels,
                    s.joined,
                    sorted(s.dropped.items()),
                    s.first,
                    s.last,
                    s.last_received,
                )
            )
            for s in log.summary()
        ),
    }


def minute(at: Any) -> int:
    """Minutes since 1970."""
    return micros(at) // 60_000_000
