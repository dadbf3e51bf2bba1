"""Whatever comes: no failure of the server, and no word of it sent back."""

from __future__ import annotations

import gzip
import json
import logging
import math
import random
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from leeboard.logs._exact import read_exactly
from leeboard.server._json import read_json
from leeboard.server._terms import Terms
from leeboard.server.events import Event, read_events
from leeboard.server.refusal import Refusal
from tests.server._served import JSON, LINES, Answer, Served, event, label

CANARY = "cAnArY-7f3a"
TERMS = Terms({"demand": None, "rides": None}, datetime.now(UTC))

PAYLOADS = [
    "NaN", "-Infinity", "1e999", "-0", "0.1e-400", "9" * 30, "9" * 5000, "1E400",
    '"\\ud800"', '"\\udfff\\ud800"', '"\\u0000"', '"\ufeff"', '"\u202e"', "\ud800",
    "[" * 3000, "{" * 3000, '{"a":' * 3000, "[]", "{}", "null", "true", '""', "''",
    '{"x":1,"x":2}', '{"__proto__":{"a":1}}', '{"constructor":1}', '{"":1}',
    '"{{7*7}}"', '"</script><script>alert(1)</script>"', '"=cmd|calc"', '"%00"',
    '"../../../etc/passwd"', '"\' OR 1=1 --"', '"\\n\\r\\t"', '{"$ref":"#/"}',
    "1e5", "0x1F", "1_000", "+1", "01", ".5", "1.", "Infinity", "undefined",
    '"2026-03-01T00:00:00Z"', '"9999-12-31T23:59:59Z"', '"0000-00-00"', "-1", "1e18",
]  # fmt: skip
"""Values, and what passes for one, that parsers of others stumbled over."""

NAMES = [
    "id", "model", "version", "made_at", "features", "prediction", "scores", "segments",
    "latency_s", "metadata", "rate", "special", "label", "observed_at", "predictions",
    "feedback", "", "more",
]  # fmt: skip


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """One server for all requests."""
    made = Served(tmp_path_factory.mktemp("fuzz"))
    yield made
    made.close()


def check(answer: Answer) -> None:
    """No failure; each refusal has all its parts, and repeats nothing."""
    assert answer.status < 500, answer.body
    told = answer.json
    for one in told.get("results", ()):  # ids go back, so that senders know which
        one.pop("id", None)
    assert CANARY not in json.dumps(told)
    if answer.status >= 400:
        assert answer.error
    else:
        for one in answer.results:
            assert one["status"] in {"accepted", "duplicate", "rejected"} | {
                "conflict",
                "quarantined",
            }
            assert ("error" in one) == (one["status"] not in {"accepted", "duplicate"})


LEAVES = (
    st.none()
    | st.booleans()
    | st.integers(-(2**70), 2**70)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=20)
    | st.just(CANARY)
)
ANY_NAME = st.sampled_from(NAMES) | st.text(max_size=6)
VALUES = st.recursive(
    LEAVES,
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.sampled_from(NAMES) | st.text(max_size=6), inner, max_size=5
        )
    ),
    max_leaves=12,
)
EVENTS = st.builds(
    lambda base, more: {**base, **more},
    st.sampled_from([event("x"), label("x"), {}]),
    st.dictionaries(st.sampled_from(NAMES), VALUES, max_size=4),
)


@st.composite
def bodies(draw: st.DrawFn) -> bytes:
    """Draw a body: noise, JSON of any shape, events bent, or text with a bad value."""
    kind = draw(st.integers(0, 3))
    if kind == 0:
        return draw(st.binary(max_size=200))
    name = draw(st.sampled_from(["predictions", "feedback"]))
    if kind == 1:
        return json.dumps(draw(VALUES)).encode()
    if kind == 2:
        return json.dumps({name: draw(st.lists(EVENTS, max_size=4))}).encode()
    text = json.dumps({name: [{**event("x"), "features": {"a": CANARY, "b": 1}}]})
    bad = draw(st.sampled_from(PAYLOADS))
    old = draw(
        st.sampled_from([f'"{CANARY}"', '"x"', "1", '"demand"', "4.5", '"a"', "{"])
    )
    return text.replace(old, bad, 1).encode("utf-8", "surrogatepass")


def _one_request(server: Served, body: bytes, turn: tuple[str, str, str, str]) -> None:
    path, kind, encoding, query = turn
    sent = gzip.compress(body) if encoding == "gzip" else body
    check(server.post(sent, path + query, kind=kind, encoding=encoding))


TURNS = st.tuples(
    st.sampled_from(["/v1/predictions", "/v1/feedback"]),
    st.sampled_from([JSON, LINES]),
    st.sampled_from(["", "", "gzip", "zstd"]),
    st.sampled_from(["", "", "?atomic=true", "?time_unit=ms"]),
)


@settings(max_examples=250, suppress_health_check=[HealthCheck.too_slow])
@given(bodies(), TURNS)
def test_no_body_makes_it_fail(
    server: Served,
    silent: None,
    body: bytes,
    turn: tuple[str, str, str, str],
) -> None:
    """Whatever the bytes, headers and options are."""
    _one_request(server, body, turn)


def _bent(draw: random.Random, body: bytes) -> bytes:
    """Change, insert, drop or repeat some bytes, or put a payload in their place."""
    for _ in range(draw.randint(1, 3)):
        at = draw.randrange(len(body) + 1)
        upto = min(len(body), at + draw.choice([0, 1, 1, 4, 20]))
        new = draw.choice(
            [
                b"",
                bytes([draw.randrange(256)]),
                draw.choice(PAYLOADS).encode("utf-8", "surrogatepass"),
                body[at:upto] * 2,
                draw.choice([b"{", b"}", b"[", b"]", b",", b":", b'"', b"\\", b"\n"]),
            ]
        )
        body = body[:at] + new + body[upto:]
    return body


@pytest.mark.long
def test_no_bent_body_makes_it_fail(server: Served, silent: None) -> None:
    """Eight thousand sound bodies with a few bytes changed, of both kinds and forms."""
    draw = random.Random(20261126)
    bent: list[bytes] = []
    for _ in range(8000):
        path = draw.choice(["/v1/predictions", "/v1/feedback"])
        kind = draw.choice([JSON, LINES])
        one = event("x", scores=[0.5], special={"prediction": "nan"}, prediction=None)
        events = [one, event("y")] if "pred" in path else [label("x"), label("y")]
        whole = (
            json.dumps({path[4:]: events})
            if kind == JSON
            else "\n".join(map(json.dumps, events))
        )
        body = _bent(draw, whole.encode())
        bent.append(body)
        check(server.post(body, path, kind=kind))
    assert len(set(bent)) > 7000


@pytest.fixture(scope="module")
def silent() -> Iterator[None]:
    """Fail where the server logs anything."""
    said: list[str] = []
    handler = logging.Handler()
    handler.emit = lambda record: said.append(record.getMessage())  # type: ignore[method-assign]
    logging.getLogger("leeboard.server").addHandler(handler)
    yield
    logging.getLogger("leeboard.server").removeHandler(handler)
    assert said == []


@pytest.mark.parametrize("bad", PAYLOADS, ids=range(len(PAYLOADS)))
def test_each_known_payload_in_each_place(server: Served, bad: str) -> None:
    """Every value of an event is replaced by it in turn."""
    places = {"id", "model", "made_at", "prediction", "features", "scores", "special"}
    places |= {"label", "observed_at", "latency_s", "rate", "version", "metadata"}
    for name in sorted(places):
        path = "/v1/feedback" if name in {"label", "observed_at"} else "/v1/predictions"
        base = label(CANARY) if "feedback" in path else event(CANARY)
        base.pop(name, None)
        if name != "id":
            base["id"] = "x"
        inner = json.dumps(base)[:-1] + f',"{name}":{bad}}}'
        whole = f'{{"{path[4:]}":[{inner}]}}'
        check(server.post(whole.encode("utf-8", "surrogatepass"), path))
        check(server.post(inner.encode("utf-8", "surrogatepass"), path, kind=LINES))


def _taken(value: Any, kind: str) -> list[Event]:
    name = {"p": "predictions", "f": "feedback"}[kind]
    body = json.dumps({name: value}).encode()
    try:
        found = read_events(body, kind, TERMS)
    except Refusal:
        return []
    return [one for one in found if isinstance(one, Event)]


@settings(max_examples=80)
@given(st.lists(EVENTS, max_size=4), st.sampled_from("pf"))
def test_what_is_taken_the_log_takes(events: list[Any], kind: str) -> None:
    """The log's own reader refuses nothing that was accepted here."""
    for one in _taken(events, kind):
        payload = one.payload
        if one.aside:
            assert payload[:1] == b"q"
            payload = payload.partition(b"\n")[2]
        columns = read_exactly(payload)
        assert columns["id"] == one.id


GOOD_VALUES = (
    st.none()
    | st.booleans()
    | st.integers(-(2**63), 2**63 - 1)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"))
)


@settings(max_examples=60)
@given(st.dictionaries(st.text("abc ./\u00e9'\"", min_size=1), GOOD_VALUES, max_size=8))
def test_sound_features_come_back_as_they_were(features: dict[str, Any]) -> None:
    """Names and values are those that were sent, to the last bit."""
    (one,) = _taken([event("a", features=features)], "p")
    columns = read_exactly(one.payload)
    back = {
        name.removeprefix("features.").rpartition("#")[0]: value
        for name, value in columns.items()
        if name.startswith("features.")
    }
    given_ = {name: value for name, value in features.items() if value is not None}
    assert back == given_
    assert {n: type(v) for n, v in back.items()} == {
        n: type(v) for n, v in given_.items()
    }


NUMBERS = st.one_of(
    st.integers(-(2**70), 2**70).map(str),
    st.floats(allow_nan=False, allow_infinity=False).map(repr),
    st.from_regex(
        r"-?(0|[1-9][0-9]{0,25})(\.[0-9]{1,20})?([eE][+-]?[0-9]{1,4})?", fullmatch=True
    ),
)


@settings(max_examples=200)
@given(NUMBERS)
def test_numbers_are_those_that_python_reads(text: str) -> None:
    """Each is read as Python reads it if 64 bits or a double hold it, else refused."""
    value = json.loads(text)
    fits = -(2**63) <= value < 2**63 if isinstance(value, int) else math.isfinite(value)
    for body in (text, f"[{text}]", f'{{"x":[{text},"\\u00e9"]}}'):
        if fits:
            found = read_json(body)
            assert repr(found) == repr(json.loads(body))
        else:
            with pytest.raises(Refusal, match="number_out_of_range"):
                read_json(body)
