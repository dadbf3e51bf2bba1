"""Who asks too often waits; who does not, does not; and memory stays bounded."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leeboard.config.plan import ServePlan
from leeboard.server.gate import Gate
from leeboard.server.limits import Buckets, Limits, network_of
from leeboard.server.refusal import Refusal
from leeboard.server.witness import Witness
from leeboard.state import open_state
from leeboard.state.memory import MemoryState
from tests.monitor._world import World
from tests.server._people import People
from tests.server._served import Served, event


@dataclass
class Clock:
    """A clock that goes on when it is told to."""

    at: float = 0.0

    def __call__(self) -> float:
        """Return the time."""
        return self.at


@given(
    st.lists(st.floats(0, 3), min_size=1, max_size=80),
    st.sampled_from([(1.0, 1.0), (0.5, 3.0), (10.0, 20.0)]),
)
def test_a_bucket_lets_through_what_it_says(
    pauses: list[float], terms: tuple[float, float]
) -> None:
    """Never more than burst + rate x time; and after the wait it names, one more."""
    rate, burst = terms
    clock = Clock()
    bucket = Buckets(rate, burst, clock=clock)
    taken = 0
    for pause in pauses:
        clock.at += pause
        wait = bucket.take("a")
        taken += wait == 0
        assert taken <= burst + rate * clock.at + 1e-6
        assert 0 <= wait <= 1 / rate + 1e-9
        if wait > 0:
            clock.at += wait + 1e-6
            assert bucket.take("a") == 0
            taken += 1


def test_names_do_not_share_and_are_bounded() -> None:
    """A million names take the room of a few; those in use are not forgotten."""
    clock = Clock()
    bucket = Buckets(0.001, 1, most=10, clock=clock)
    assert bucket.take("mine") == 0
    for number in range(1000):
        assert bucket.take(f"n{number}") == 0
        assert bucket.take("mine") > 0
    assert len(bucket) <= 10


def test_a_token_comes_back_once_and_never_more_than_fit() -> None:
    """Sound tries do not count, and do not save up."""
    bucket = Buckets(0.001, 2, clock=Clock())
    bucket.give("a")
    bucket.take("a")
    bucket.give("a")
    bucket.give("a")
    assert [bucket.take("a") == 0 for _ in range(3)] == [True, True, False]


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("10.0.0.7", "10.0.0.7"),
        ("::ffff:10.0.0.7", "10.0.0.7"),
        ("2001:db8:1:2:3::4", "2001:db8:1:2::/64"),
        ("fe80::1%eth0", "fe80::/64"),
        ("", ""),
        ("testclient", "testclient"),
    ],
)
def test_one_network_of_ipv6_is_one_address(address: str, network: str) -> None:
    """Whoever has one address there has 2^64 of them."""
    assert network_of(address) == network


def limited(folder: Path, clock: Clock, **plan: float) -> Served:
    """Return a server with limits, by a clock."""
    return Served(folder, gate=Gate(Limits(ServePlan(**plan), clock)))


def test_p30_a_key_that_asks_too_often_waits(tmp_path: Path) -> None:
    """429 says when to come again, and another key goes on; after the wait so it is."""
    clock = Clock()
    server = limited(tmp_path, clock, requests_per_s=0.5)
    other = server.add_key(["ingest"])
    assert server.post([event("a")]).status == 200
    answer = server.post([event("b")])
    assert (answer.status, answer.error["code"]) == (429, "too_many")
    assert answer.headers["retry-after"] == "2"
    assert server.post([event("c")], key=other).status == 200
    clock.at += 2
    assert server.post([event("b")]).statuses == ["accepted"]
    assert {one["id"] for one in server.stored()} == {"a", "b", "c"}
    server.close()


def test_p30_a_person_who_asks_too_often_waits(tmp_path: Path, watched: World) -> None:
    """As a key does, and reads why on a page."""
    clock = Clock()
    limits = Limits(ServePlan(requests_per_s=1.0), clock)
    state = open_state(watched.monitor.plan.state)
    people = People(tmp_path, watched, state, limits)
    cookie = people.signed_in("read")
    assert [people.page("/settings", cookie).status for _ in range(2)] == [200, 200]
    answer = people.page("/settings", cookie)
    assert (answer.status, b"too_many" in answer.body) == (429, True)
    assert answer.headers["content-type"].startswith("text/html")
    assert answer.headers["retry-after"] == "1"
    clock.at += 1
    assert people.page("/settings", cookie).status == 200
    people.close()
    state.close()


def test_what_is_counted_is_written_while_the_server_runs() -> None:
    """From time to time, and not at its end alone."""
    came = threading.Event()
    witness = Witness(lambda _: came.set(), every_s=0.01)
    witness.start()
    witness.count("key_refused", address="10.0.0.1")
    assert came.wait(30)
    witness.close()


def test_the_usual_limits_let_the_promised_rate_through() -> None:
    """5,000 events a second in batches of 100 are a twentieth of the limit."""
    clock = Clock()
    limits = Limits(ServePlan(), clock)
    for _ in range(10 * 60 * 50):
        limits.known("a")
        clock.at += 1 / 50


def test_guessing_is_slowed_and_who_has_a_key_is_not(tmp_path: Path) -> None:
    """Ten tries a minute from one address; a key that holds passes all the while."""
    clock = Clock()
    server = limited(tmp_path, clock)
    tried = [
        server.ask("GET", "/v1/openapi.json", key=f"lb_0000_{n}").status
        for n in range(12)
    ]
    assert tried == [401] * 10 + [429] * 2
    assert server.ask("GET", "/v1/openapi.json", key="read").status == 200
    server.address = "10.0.0.8"
    assert server.ask("GET", "/v1/openapi.json", key="lb_0000_x").status == 401
    server.address = "127.0.0.1"
    clock.at += 6
    assert server.ask("GET", "/v1/openapi.json", key="lb_0000_x").status == 401
    server.close()


def test_strangers_do_not_flood(tmp_path: Path) -> None:
    """What is open to all is bounded by address, and so is who has no key."""
    server = limited(tmp_path, Clock())
    open_ = [server.ask("GET", "/healthz").status for _ in range(201)]
    assert (open_[:200], open_[200]) == ([200] * 200, 429)
    assert server.ask("GET", "/v1/openapi.json").status == 429
    server.close()


def test_a_limit_leaves_few_rows_in_the_log(tmp_path: Path) -> None:
    """Refusals are counted, the most frequent by address, and the rest together."""
    state = MemoryState()
    witness = Witness(state.audit.add)
    server = Served(tmp_path, gate=Gate(Limits(ServePlan(), Clock()), witness))
    for number in range(200):
        server.address = f"10.0.{number}.1"
        server.ask("GET", "/v1/openapi.json", key="lb_0000_secret")
    server.ask("GET", "/v1/openapi.json", key="lb_0000_secret")
    assert list(state.audit.deeds()) == []
    witness.flush()
    deeds = state.audit.deeds()
    assert len(deeds) == 21
    assert deeds[0].address == "10.0.199.1"
    assert deeds[0].detail == "2 times"
    assert (deeds[-1].address, deeds[-1].detail) == ("elsewhere", "180 times")
    assert "secret" not in repr(deeds)
    server.close()


def test_a_log_that_is_away_holds_nobody_up() -> None:
    """What it did not take is written with what comes next."""
    state = MemoryState()
    away = [True]

    def add(deeds: list[object]) -> None:
        if away[0]:
            raise OSError
        state.audit.add(deeds)  # type: ignore[arg-type]

    witness = Witness(add)  # type: ignore[arg-type]
    witness.tell("sign_in", who="ada")
    for number in range(5000):
        witness.tell("ack", who=f"{number}")
    away[0] = False
    witness.tell("sign_out", who="ada")
    deeds = state.audit.deeds()
    assert (deeds[0].what, deeds[-1].what) == ("sign_in", "sign_out")
    assert len(deeds) <= 1002


def test_a_refusal_without_a_gate_is_none(served: Served) -> None:
    """Without limits nobody waits: tests and tools of our own."""
    for _ in range(300):
        assert served.ask("GET", "/healthz").status == 200


def test_names_are_limited_from_everywhere() -> None:
    """Twenty tries a minute of one name, from however many addresses."""
    limits = Limits(ServePlan(), Clock())
    for number in range(20):
        limits.trying(f"10.0.0.{number}", "ada")
    with pytest.raises(Refusal, match="too_many"):
        limits.trying("10.0.0.99", "ada")
    limits.trying("10.0.0.99", "bob")
