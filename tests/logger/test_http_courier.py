"""Taking records to a collector: what is settled, when again, when no more."""

from __future__ import annotations

import json
import logging
import random
from collections import Counter, deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leeboard_logger._encode import encode
from leeboard_logger._http_batch import STORED, _read, body_of, item_of, outcomes_of
from leeboard_logger._http_courier import Attempt, Courier
from leeboard_logger._http_target import Key, Target
from leeboard_logger._http_wire import Answer, Exchange, TooLong, Unreachable
from tests.logger.receiver import KEY, Receiver


def prediction(name: str, **more: object) -> bytes:
    """Return the payload of one prediction."""
    record = {
        "id": name,
        "model": "demand",
        "version": "1",
        "made_at": 1_700_000_000_000_001,
        "prediction": 4.5,
        "features": {"temp": 21.5, "city": "Graz"},
        **more,
    }
    return b"p" + json.dumps(record).encode()


def feedback(name: str, label: object = 1) -> bytes:
    """Return the payload of one label."""
    record = {"id": name, "model": "demand", "label": label, "observed_at": 0}
    return b"f" + json.dumps(record).encode()


@dataclass
class Twin:
    """A collector in memory: answers by a function of path and ids."""

    answer: Callable[[str, list[str]], Answer]
    posts: list[tuple[str, list[str]]] = field(default_factory=list)

    def post(self, path: str, body: bytes, *, within_s: float) -> Answer:
        """Answer at once."""
        assert within_s > 0
        (events,) = json.loads(body).values()
        ids = [event["id"] for event in events]
        self.posts.append((path, ids))
        return self.answer(path, ids)

    def close(self) -> None:
        """Hold nothing."""


def said(ids: Sequence[str], status: str = "accepted", code: int = 200) -> Answer:
    """Return an answer that says the same of each record."""
    results = [{"id": name, "status": status} for name in ids]
    return Answer(code, json.dumps({"results": results}).encode())


def said_with(code: int, _: str, ids: list[str]) -> Answer:
    """Return an answer of this status that says all is stored."""
    return said(ids, code=code)


@dataclass
class World:
    """A courier on a clock of its own."""

    twin: Twin
    now: float = 0.0
    draws: list[tuple[float, float]] = field(default_factory=list)

    def __post_init__(self) -> None:
        def spread(low: float, high: float) -> float:
            self.draws.append((low, high))
            return (low + high) / 2

        self.courier = Courier(
            self.twin, "http://there", clock=lambda: self.now, spread=spread
        )


def drain(courier: Courier, payloads: list[bytes], rounds: int) -> list[str]:
    """Attempt so many times without waiting; return the outcome of each payload."""
    left = deque(enumerate(payloads))
    outcomes = [""] * len(payloads)
    for _ in range(rounds):
        settled = dict(courier.attempt([payload for _, payload in left]).settled)
        kept: deque[tuple[int, bytes]] = deque()
        for place, (index, payload) in enumerate(left):
            if place in settled:
                outcomes[index] = settled[place] or "stored"
            else:
                kept.append((index, payload))
        left = kept
        if not left:
            break
    return outcomes


def test_records_are_written_as_the_wire_wants() -> None:
    """Times are ISO 8601 in UTC to the microsecond; the rest is as it was logged."""
    (item,) = filter(None, [item_of(prediction("a", rate=0.5))])
    (event,) = json.loads(body_of([item]))["predictions"]
    assert event["made_at"] == "2023-11-14T22:13:20.000001Z"
    assert event["features"] == {"temp": 21.5, "city": "Graz"}
    assert event["rate"] == 0.5
    (label,) = filter(None, [item_of(feedback("a", None))])
    (event,) = json.loads(body_of([label]))["feedback"]
    assert event["observed_at"] == "1970-01-01T00:00:00.000000Z"
    assert event["label"] is None


@pytest.mark.parametrize(
    "payload",
    [
        b"",
        b"e{}",
        b"p",
        b"p[]",
        b"p{}",
        b'p{"id": "a", "made_at": 1e300}',
        b'p{"id": "a", "made_at": NaN}',
        b'p{"id": "a", "x": NaN}',
        b'p{"id": "a", "x": "\\ud800"}',
        b"p\xff",
    ],
)
def test_what_is_no_record_is_none(payload: bytes) -> None:
    """Damaged text, impossible times and other kinds are not sent."""
    assert item_of(payload) is None


@given(st.binary(max_size=60))
def test_no_answer_is_made_of_noise(noise: bytes) -> None:
    """Whatever bytes come back, nothing is taken for stored unless it says so."""
    items = [item for item in [item_of(prediction("a"))] if item]
    assert outcomes_of(noise, items) is None


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["results", "id", "status"]), inner)
    ),
    max_leaves=8,
)


@given(json_values)
def test_no_answer_is_made_of_other_json(value: object) -> None:
    """Valid JSON that is not a list of results in place settles nothing either."""
    items = [item for item in [item_of(prediction("ab"))] if item]
    assert outcomes_of(json.dumps(value).encode(), items) is None


def test_each_status_has_its_outcome() -> None:
    """Accepted and duplicate are stored; the others are drops with their reason."""
    statuses = ["accepted", "duplicate", "conflict", "quarantined", "rejected"]
    results = [
        {"id": name, "status": status}
        for name, status in zip("abcde", statuses, strict=True)
    ]
    world = World(
        Twin(lambda _, __: Answer(207, json.dumps({"results": results}).encode()))
    )
    attempt = world.courier.attempt([prediction(name) for name in "abcde"])
    outcomes = [STORED, STORED, "conflict", "quarantined", "rejected"]
    assert attempt == Attempt(tuple(enumerate(outcomes)))


def test_kinds_go_to_their_paths() -> None:
    """Predictions and feedback that lie mixed go in two posts, none twice."""
    world = World(Twin(lambda _, ids: said(ids)))
    mixed = [prediction("a"), feedback("a"), prediction("b"), feedback("b")]
    assert drain(world.courier, mixed, 2) == ["stored"] * 4
    assert world.twin.posts == [
        ("/v1/predictions", ["a", "b"]),
        ("/v1/feedback", ["a", "b"]),
    ]


def test_a_batch_is_bounded() -> None:
    """At most 500 records or a megabyte go at once; a larger record goes alone."""
    world = World(Twin(lambda _, ids: said(ids)))
    assert set(drain(world.courier, [prediction(f"{n}") for n in range(1200)], 3)) == {
        "stored"
    }
    assert [len(ids) for _, ids in world.twin.posts] == [500, 500, 200]
    world.twin.posts.clear()
    big = [prediction(f"{n}", metadata={"x": "y" * 600_000}) for n in range(3)]
    assert set(drain(world.courier, big, 3)) == {"stored"}
    assert [len(ids) for _, ids in world.twin.posts] == [1, 1, 1]


def test_waits_double_with_full_jitter_up_to_a_minute() -> None:
    """After each failure the wait is drawn from 0 to twice the last bound."""

    def down(path: str, ids: list[str]) -> Answer:
        raise Unreachable("ConnectionRefusedError 111")

    world = World(Twin(down))
    for _ in range(9):
        attempt = world.courier.attempt([prediction("a")])
        assert attempt.settled == ()
        assert attempt.failure == "ConnectionRefusedError 111"
        world.now += attempt.wait_s
    bounds = [high for _, high in world.draws]
    assert bounds == [1, 2, 4, 8, 16, 32, 60, 60, 60]
    assert all(low == 0 for low, _ in world.draws)


def test_the_circuit_half_opens_with_one_batch() -> None:
    """While it rests nothing is sent; then one batch is, and decides."""
    up = False
    world = World(Twin(lambda _, ids: said(ids) if up else Answer(500, b"")))
    waiting = [prediction(f"{n}") for n in range(1200)]
    first = world.courier.attempt(waiting)
    for _ in range(20):
        again = world.courier.attempt(waiting)
        assert (again.settled, again.failure) == ((), "status 500")
        assert 0 < again.wait_s <= first.wait_s
    assert len(world.twin.posts) == 1
    world.now += first.wait_s
    assert world.courier.attempt(waiting).wait_s > 0
    assert len(world.twin.posts) == 2
    up = True
    world.now += 60
    assert drain(world.courier, waiting, 3) == ["stored"] * 1200
    assert len(world.twin.posts) == 5
    up = False
    assert world.courier.attempt(waiting).wait_s <= 1, "a success begins anew"


@pytest.mark.parametrize("status", [429, 503])
def test_what_a_collector_asks_to_wait_is_waited(status: int) -> None:
    """Retry-After is the least wait, with some more so that not all return at once."""
    world = World(Twin(lambda _, __: Answer(status, b"", 40.0)))
    assert 40 <= world.courier.attempt([prediction("a")]).wait_s <= 45
    world = World(Twin(lambda _, __: Answer(500, b"", 40.0)))
    assert world.courier.attempt([prediction("a")]).wait_s <= 1


def test_many_senders_do_not_come_back_at_once() -> None:
    """Ten minutes down, then up: 100 senders arrive over the minute that follows."""

    def down(path: str, ids: list[str]) -> Answer:
        raise Unreachable("down")

    seeds = random.Random(3)
    back = []
    for _ in range(100):
        world = World(Twin(down))
        draw = random.Random(seeds.random()).uniform
        courier = Courier(
            world.twin, "there", clock=partial(getattr, world, "now"), spread=draw
        )
        while world.now < 600:
            world.now += courier.attempt([prediction("a")]).wait_s
        back.append(world.now - 600)
    assert max(back) <= 60
    assert max(Counter(int(at) for at in back).values()) <= 12


@pytest.mark.parametrize("status", [401, 403])
def test_a_refused_key_stops_the_sending(
    status: int, caplog: pytest.LogCaptureFixture
) -> None:
    """One warning, and nothing is sent for five minutes; then one batch asks again."""
    world = World(Twin(lambda _, ids: said(ids, code=status)))
    with caplog.at_level(logging.DEBUG):
        for _ in range(299):
            attempt = world.courier.attempt([prediction("a")])
            assert attempt.auth
            assert attempt.settled == ()
            world.now += 1
    assert len(world.twin.posts) == 1
    assert len(caplog.records) == 1
    world.now += 1
    world.twin.answer = lambda _, ids: said(ids)
    assert drain(world.courier, [prediction("a")], 1) == ["stored"]


def test_a_batch_too_large_is_halved() -> None:
    """413 halves until it fits, and grows again after; all of it arrives once."""

    def small(path: str, ids: list[str]) -> Answer:
        return said(ids) if len(ids) <= 30 else Answer(413, b"")

    world = World(Twin(small))
    waiting = [prediction(f"{n}") for n in range(200)]
    assert drain(world.courier, waiting, 40) == ["stored"] * 200
    sizes = [len(ids) for _, ids in world.twin.posts]
    assert sizes[:5] == [200, 100, 50, 25, 50]
    assert not world.draws, "an answer is no outage"
    taken = [name for _, ids in world.twin.posts if len(ids) <= 30 for name in ids]
    assert len(taken) == len(set(taken)) == 200


def test_an_answer_that_is_too_long_asks_for_less() -> None:
    """Fewer records at once make shorter answers; none counts as stored meanwhile."""

    def wordy(path: str, ids: list[str]) -> Answer:
        if len(ids) > 100:
            raise TooLong("an answer that is too long")
        return said(ids)

    world = World(Twin(wordy))
    waiting = [prediction(f"{n}") for n in range(300)]
    for _ in range(2):
        attempt = world.courier.attempt(waiting)
        assert attempt.settled == ()
        world.now += attempt.wait_s
    assert [len(ids) for _, ids in world.twin.posts] == [300, 150]
    assert len(world.courier.attempt(waiting).settled) == 75


names = st.text(max_size=6) | st.sampled_from(
    ['"made_at":5', ',"observed_at":5}', "\\"]
)
texts = st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=6)


@given(
    identity=texts.filter(len) | st.just("a\\"),
    model=texts | names,
    version=texts,
    features=st.dictionaries(names, st.floats() | names | st.none(), max_size=4),
    label=st.floats() | names | st.none() | st.booleans(),
    micros=st.integers(0, 10**16),
)
def test_writing_the_time_into_the_text_changes_nothing_else(
    identity: str,
    model: str,
    version: str,
    features: dict[str, object],
    label: object,
    micros: int,
) -> None:
    """What is spliced reads as what is parsed and written anew."""
    head = {"id": identity, "model": model}
    predicted = {"version": version, "made_at": micros, "prediction": label}
    for kind, record in (
        ("p", {**head, **predicted, "features": features}),
        ("f", {**head, "label": label, "observed_at": micros}),
    ):
        payload = encode(kind, record)
        spliced, read = item_of(payload), _read(payload)
        assert json.loads(spliced.text) == json.loads(read.text)
        assert (spliced.kind, spliced.id) == (read.kind, read.id)


@pytest.mark.parametrize(
    ("status", "reason"), [(413, "too_large"), (400, "rejected"), (422, "rejected")]
)
def test_one_bad_record_does_not_take_others_along(status: int, reason: str) -> None:
    """Where a batch is refused whole, the record that is meant is found and dropped."""

    def picky(path: str, ids: list[str]) -> Answer:
        return Answer(status, b"{}") if "77" in ids else said(ids)

    world = World(Twin(picky))
    outcomes = drain(world.courier, [prediction(f"{n}") for n in range(200)], 60)
    assert outcomes == [reason if n == 77 else "stored" for n in range(200)]


def test_a_bad_request_with_results_is_read() -> None:
    """A 422 that says what became of each record settles each."""
    world = World(Twin(lambda _, ids: said(ids, "rejected", 422)))
    assert drain(world.courier, [prediction("a"), prediction("b")], 1) == [
        "rejected",
        "rejected",
    ]


@pytest.mark.parametrize("status", [204, 200, 301, 404, 405, 415, 500, 502, 504])
def test_other_answers_settle_nothing(status: int) -> None:
    """An empty success, a redirect, a wrong address, a broken server: records wait."""
    world = World(Twin(lambda _, __: Answer(status, b"")))
    attempt = world.courier.attempt([prediction("a")])
    assert attempt.settled == ()
    assert attempt.failure


def test_results_of_a_failed_status_are_not_believed() -> None:
    """A 500 or redirect whose body claims that all is stored claims in vain."""
    for code in (302, 401, 404, 500, 503):
        world = World(Twin(partial(said_with, code)))
        assert world.courier.attempt([prediction("a")]).settled == ()


def test_what_cannot_be_sent_is_settled_as_invalid() -> None:
    """A damaged payload is dropped alone, also where the collector is down."""
    world = World(Twin(lambda _, __: Answer(500, b"")))
    attempt = world.courier.attempt([b"p{", prediction("a")])
    assert attempt.settled == ((0, "invalid"),)
    world = World(Twin(lambda _, ids: said(ids)))
    assert world.courier.attempt([b"p{"]).settled == ((0, "invalid"),)
    assert world.twin.posts == []


def test_warnings_come_once_a_minute(caplog: pytest.LogCaptureFixture) -> None:
    """An outage of ten minutes is told at most eleven times."""
    world = World(Twin(lambda _, __: Answer(500, b"")))
    while world.now < 600:
        world.now += 0.5 + world.courier.attempt([prediction("a")]).wait_s
    assert 5 <= len(caplog.records) <= 11
    assert {record.levelname for record in caplog.records} == {"WARNING"}
    assert "http://there" in caplog.text


LIES = (
    "401 413 422 500 503 busy away redirect garbage noise deep short surplus others "
    "unheard cut cut_late endless huge headers forgetful drip"
)


@pytest.mark.parametrize("mode", LIES.split())
def test_a_real_server_that_misbehaves_settles_nothing(
    mode: str, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """No lie is an acknowledgement, and no word of the key is anywhere in the logs."""
    with Receiver(tmp_path / "kept", mode=mode) as receiver, caplog.at_level("DEBUG"):
        target = Target.parse(receiver.url)
        courier = Courier(Exchange(target, Key(KEY), agent="t"), str(target))
        attempt = courier.attempt(
            [prediction("a"), prediction("b")], within_s=0.3 if mode == "drip" else 5
        )
        assert attempt.settled == ()
        assert (attempt.wait_s > 0) == (mode not in {"413", "422"})
        courier.close()
        assert KEY not in caplog.text + repr(attempt) + repr(vars(courier))


def test_a_resend_after_a_lost_answer_doubles_nothing(tmp_path: Path) -> None:
    """What was stored without being said is a duplicate the second time: stored."""
    with Receiver(tmp_path / "kept", mode="well") as receiver:
        receiver.modes = ["forgetful"]
        target = Target.parse(receiver.url)
        courier = Courier(
            Exchange(target, Key(KEY), agent="t"), "there", spread=lambda low, _: low
        )
        waiting = [prediction(f"{n}") for n in range(5)]
        assert courier.attempt(waiting).settled == ()
        assert [outcome for _, outcome in courier.attempt(waiting).settled] == [
            STORED
        ] * 5
        courier.close()
        assert set(receiver.times.values()) == {2}
        assert receiver.ids() == {f"{n}" for n in range(5)}
