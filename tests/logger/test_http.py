"""The sink that posts to a collector keeps what a sink promises."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

import pytest

from leeboard_logger._errors import LoggerError
from leeboard_logger._http import HttpSink, courier_to
from leeboard_logger._http_courier import Courier
from leeboard_logger._http_wire import Answer, Unreachable
from leeboard_logger._sink import ACKNOWLEDGED, Entry
from leeboard_logger.ids import new_id
from tests.logger.receiver import KEY, Receiver
from tests.logger.test_http_courier import Twin, feedback, prediction, said


def entry(payload: bytes) -> Entry:
    """Return an entry as the worker hands it on."""
    made = Entry(new_id(), payload[:1].decode(), {}, len(payload))
    made.payload = payload
    return made


def sink(answer: Callable[[str, list[str]], Answer]) -> tuple[HttpSink, Twin]:
    """Return a sink before a collector in memory."""
    twin = Twin(answer)
    return HttpSink(Courier(twin, "there")), twin


def test_a_batch_of_both_kinds_is_settled_whole() -> None:
    """Predictions and labels that lie mixed are all acknowledged by one call."""
    to, twin = sink(lambda _, ids: said(ids))
    batch = [entry(make(f"{n}")) for n in range(600) for make in (prediction, feedback)]
    answer = to.send(batch)
    assert answer.settled == [ACKNOWLEDGED] * 1200
    assert (answer.wait_s, answer.trouble) == (0, "")
    assert len(twin.posts) == 4


def test_what_is_settled_is_told_from_the_first_entry_on() -> None:
    """Labels that went before predictions failed are told with them, not before."""

    def half(path: str, ids: list[str]) -> Answer:
        return said(ids) if path == "/v1/feedback" else Answer(500, b"")

    to, _ = sink(half)
    answer = to.send(
        [entry(feedback("a")), entry(prediction("a")), entry(feedback("b"))]
    )
    assert answer.settled == [ACKNOWLEDGED]
    assert answer.trouble == "unreachable"
    assert 0 <= answer.wait_s <= 1


def test_a_collector_that_is_down_keeps_all_waiting() -> None:
    """Nothing is settled, and the answer says how long to wait."""

    def down(path: str, ids: list[str]) -> Answer:
        raise Unreachable("down")

    to, _ = sink(down)
    answer = to.send([entry(prediction("a"))])
    assert (answer.settled, answer.trouble) == ([], "unreachable")


def test_a_refused_key_drops_and_counts() -> None:
    """401 drops under its reason, now and without asking while the circuit rests."""
    to, twin = sink(lambda _, __: Answer(401, b""))
    assert to.send([entry(prediction("a"))] * 3).settled == ["auth"] * 3
    assert to.send([entry(prediction("a"))]).settled == ["auth"]
    assert len(twin.posts) == 1


@pytest.mark.parametrize(
    ("status", "outcome"),
    [
        ("accepted", ACKNOWLEDGED),
        ("duplicate", ACKNOWLEDGED),
        ("conflict", "conflict"),
        ("quarantined", "quarantined"),
        ("rejected", "rejected"),
    ],
)
def test_only_what_the_collector_has_is_acknowledged(status: str, outcome: str) -> None:
    """Every other status is the reason of a drop."""
    to, _ = sink(lambda _, ids: said(ids, status))
    assert to.send([entry(prediction("a"))]).settled == [outcome]


def test_one_call_ends_in_time(tmp_path: Path) -> None:
    """A batch of several requests has one deadline, not one each."""
    with Receiver(tmp_path / "kept", mode="late") as receiver:
        to = HttpSink(courier_to(receiver.url, KEY), within_s=0.5)
        batch = [entry(prediction(f"{n}")) for n in range(1000)]
        start = time.monotonic()
        answer = to.send(batch)
        assert time.monotonic() - start < 1
        assert len(answer.settled) == 500
        to.close()
        to.abandon()


def test_a_sink_shows_its_place_and_no_key() -> None:
    """The repr of a sink names the collector alone."""
    to = HttpSink(courier_to("https://there.example", KEY))
    assert repr(to) == "HttpSink(https://there.example:443)"
    assert not to.tick()
    to.close()


def test_a_wrong_address_or_key_fails_at_once() -> None:
    """What can be known to be wrong is said when the logger is made."""
    with pytest.raises(LoggerError, match="bad_target"):
        courier_to("https://", KEY)
    with pytest.raises(LoggerError, match="bad_key"):
        courier_to("https://there.example", "a b")
