"""Every route of the real server under hostile requests: no failure, no secret.

Three kinds: what the server's own OpenAPI document describes, and near misses of it;
bytes of any kind; and a dictionary of what servers stumbled over, in each place of a
request that takes text.
"""

from __future__ import annotations

import gzip
import json
import logging
import random
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import product
from typing import Any

import pytest
from html5lib import parse
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from leeboard.server._openapi import document
from leeboard.server.sessions import COOKIE
from tests.monitor._world import World
from tests.pages.payloads import PAYLOADS as MARKUP
from tests.server._live import Live, live
from tests.server._served import FACTS, Answer, asked
from tests.server.test_everybody import ROUTES, about
from tests.server.test_fuzz import PAYLOADS, bodies

CANARY = "cAnArY-91b2"
CODES = {*range(200, 300), 303, 400, 401, 403, 404, 405, 409, 413, 414, 415, 422}
"""All but 408, 429 and 503: nobody is slow, limits are off, and the disk is well."""

TEXTS = [
    *MARKUP, *PAYLOADS, CANARY, "", " ", "demand", "-1", "0", "1e9", "9" * 40, "NaN",
    "\x00", "\r\nSet-Cookie: x=1", "..", "../../../etc/passwd", "..\\..\\x",
    "%2e%2e%2f", "/etc/passwd", "file:///etc/passwd", "C:\\x", "\u202e",
    "\ud800", "\uff0e\uff0e/",
    "' OR 1=1 --", '"; DROP TABLE audit; --', "$(id)", "`id`", "{{config}}", "*", "%",
    "2026-03-01", "2026-13-45", "0001-01-01", "9999-12-31", "2026-03-01T00:00:00+99:99",
    "2026-02-30", "7d", "all", "10000y", "x" * 3000, "\u0661\u0662", "\u00b2", "+inf",
]  # fmt: skip

QUERY = [
    "model", "id", "verdict", "range", "from", "to", "segment", "metric", "column",
    "window", "sort", "page", "show", "severity", "find", "next", "token", "atomic",
    "time_unit", "v", "limit", "cursor", "",
]  # fmt: skip

FORM = [
    "csrf", "id", "why", "for", "text", "from", "to", "column", "key", "name",
    "password", "next", "",
]  # fmt: skip

HEADERS = [
    "content-type", "content-encoding", "content-length", "accept", "cookie", "host",
    "authorization", "sec-fetch-site", "x-forwarded-for", "range", "origin", "expect",
    "transfer-encoding", "if-none-match", "accept-encoding", "upgrade",
]  # fmt: skip

KINDS = [
    "application/x-www-form-urlencoded",
    "application/json",
    "application/x-ndjson",
    "text/plain",
]

METHODS = ["GET", "POST", "HEAD", "PUT", "DELETE", "OPTIONS", "PATCH", "TRACE", "X"]


@dataclass(frozen=True)
class Sent:
    """One request; ``who`` is nobody, or admin with a key or a session."""

    method: str
    path: str
    query: str
    headers: Mapping[str, str]
    body: bytes
    who: str


class Heard(logging.Handler):
    """Keeps what any logger says."""

    def __init__(self) -> None:
        super().__init__(logging.DEBUG)
        self.lines: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        """Keep it, with its exception."""
        self.lines.append(self.format(record))


def _pairs(draw: random.Random, names: list[str], most: int) -> str:
    from urllib.parse import quote_plus

    chosen = [draw.choice(names) for _ in range(draw.randrange(most))]
    texts = [draw.choice(TEXTS).encode("utf-8", "surrogatepass") for _ in chosen]
    return "&".join(f"{n}={quote_plus(t)}" for n, t in zip(chosen, texts, strict=True))


def by_dictionary(draw: random.Random, ids: tuple[str, str]) -> Sent:
    """Put hostile texts into each place of a request for a route that there is."""
    method, path = draw.choice(list(ROUTES))
    if draw.random() < 0.15:
        method = draw.choice(METHODS)
    text = draw.choice(TEXTS).encode("utf-8", "replace").decode()
    path = re.sub(r"\{\w+\}", lambda _: draw.choice(["drift", "icon.svg", text]), path)
    if draw.random() < 0.1:
        path += "/" + text
    query = _pairs(draw, QUERY, 5)
    if draw.random() < 0.5:
        query = f"model=demand&id={ids[0]}&verdict={ids[1]}&{query}"
    headers = {
        draw.choice(HEADERS): draw.choice(TEXTS) for _ in range(draw.randrange(3))
    }
    kind = draw.choice(["form", "json", "noise"])
    if kind == "form":
        headers.setdefault("content-type", "application/x-www-form-urlencoded")
        body = _pairs(draw, FORM, 8).encode()
        if draw.random() < 0.6:
            body = f"csrf=CSRF&id={ids[0]}&".encode() + body
    elif kind == "json":
        headers.setdefault("content-type", "application/json")
        body = draw.choice(PAYLOADS).encode("utf-8", "surrogatepass")
    else:
        body = draw.randbytes(draw.randrange(80))
        headers.setdefault("content-type", draw.choice(KINDS))
    who = draw.choice(["nobody", "key", "session", "session"])
    return Sent(method, path, query, headers, body, who)


def check(server: Live, sent: Sent, answer: Answer) -> None:
    """No failure, all parts of an error, no echo, no secret."""
    assert answer.status in CODES, (sent, answer)
    packed = answer.headers.get("content-encoding") == "gzip"
    body = gzip.decompress(answer.body) if packed and answer.body else answer.body
    for secret in server.secrets.values():
        assert not secret or secret[-20:].encode() not in body
    assert "\n" not in "".join(answer.headers.values())
    kind = answer.headers.get("content-type", "")
    if kind == "application/json":
        told = json.loads(body)
        if answer.status >= 400:
            assert set(told["error"]) == FACTS, (sent, told)
            assert all(told["error"].values()), (sent, told)
        for one in told.get("results", ()):
            one.pop("id", None)
        assert CANARY not in json.dumps(told), sent
    elif kind.startswith("text/html"):
        tree = parse(body, namespaceHTMLElements=False)
        assert len(tree.findall(".//script")) == 1, sent
        assert tree.find(".//h1") is not None, sent
        for element in tree.iter():
            assert not any(str(name).startswith("on") for name in element.attrib), sent
            target = element.get("href") or element.get("src") or element.get("action")
            assert (target or "/")[0] in "/#", (sent, target)
        assert "default-src 'none'" in answer.headers["content-security-policy"]


@dataclass
class Hostile:
    """Sends requests to a server, and checks what it says."""

    server: Live
    heard: Heard
    cookie: str = ""
    csrf: str = ""

    def send(self, sent: Sent) -> Answer:
        """Send one, and check its answer."""
        given = dict(sent.headers)
        if sent.who == "key":
            given["authorization"] = f"Bearer {self.server.secrets['admin']}"
        if sent.who == "session":
            if not self.cookie or not self.alive():
                self.cookie = self.server.signed_in("admin")
                self.csrf = self.server.csrf(self.cookie)
            given["cookie"] = f"{COOKIE}={self.cookie}"
        body = sent.body.replace(b"CSRF", self.csrf.encode())
        path = f"{sent.path.replace('?', '')}?{sent.query}"
        answer = self.server.runner.run(
            asked(self.server.app, sent.method, path, body, given)
        )
        check(self.server, sent, answer)
        if sent.path == "/sign-out":
            self.cookie = ""
        return answer

    def alive(self) -> bool:
        """Whether the session still holds."""
        return self.server.ask("GET", "/settings", cookie=self.cookie).status == 200

    def done(self) -> None:
        """Look at what was logged: nothing broke, and no secret is in it."""
        told = "\n".join(self.heard.lines)
        assert "Traceback" not in told
        assert CANARY not in told
        for secret in self.server.secrets.values():
            assert not secret or secret[-20:] not in told


def hostile(watched: World, act: Any) -> None:
    """Do something to a live server while all loggers are heard."""
    heard = Heard()
    root = logging.getLogger()
    before = root.level
    root.addHandler(heard)
    root.setLevel(logging.DEBUG)
    logging.getLogger("asyncio").setLevel(logging.INFO)

    def acted(server: Live) -> None:
        sender = Hostile(server, heard)
        act(sender)
        sender.done()

    try:
        live(watched, acted)
    finally:
        root.removeHandler(heard)
        root.setLevel(before)


BODIES = (
    b"\xff\xfe=1&csrf=CSRF",
    b"csrf=CSRF&why=%ff%00%ed%a0%80",
    b"a=1&" * 6000,
    b"",
)


def by_route() -> Iterator[Sent]:
    """Each of a few bad bodies to each route that takes one."""
    for method, path in ROUTES:
        for body, kind in product(BODIES if method == "POST" else (), KINDS):
            for who in ("session", "key"):
                yield Sent(method, path, "", {"content-type": kind}, body, who)


def by_payloads(watched: World, times: int, seed: int) -> None:
    """Send so many requests of the dictionary."""
    ids = about(watched)
    draw = random.Random(seed)

    def act(sender: Hostile) -> None:
        seen = {sender.send(sent).status for sent in by_route()}
        for _ in range(times):
            sent = by_dictionary(draw, ids)
            seen.add(sender.send(sent).status)
        assert {200, 303, 401, 404, 405} <= seen

    hostile(watched, act)


def test_texts_in_every_place(watched: World) -> None:
    """A few hundred of them, the same each day."""
    by_payloads(watched, 300, seed=1)


def schema_of(part: Mapping[str, Any], whole: Mapping[str, Any]) -> st.SearchStrategy:
    """Values that a schema of the document describes, and some that it does not."""
    if "$ref" in part:
        name = part["$ref"].rpartition("/")[2]
        return schema_of(whole["components"]["schemas"][name], whole)
    if "enum" in part:
        return st.sampled_from(part["enum"]) | st.text(max_size=4)
    kinds = part.get("type", "string")
    if isinstance(kinds, list):
        return st.one_of([schema_of({**part, "type": kind}, whole) for kind in kinds])
    simple = {
        "null": st.none(),
        "boolean": st.booleans(),
        "number": st.floats(allow_nan=False, allow_infinity=False) | st.integers(),
        "string": st.text(max_size=140)
        | st.sampled_from(["demand", "2026-03-01T00:00:00Z", CANARY]),
    }
    if kinds in simple:
        return simple[kinds]
    if kinds == "array":
        item = part.get("items", {"type": ["number", "string", "null"]})
        return st.lists(schema_of(item, whole), max_size=3)
    own = {k: schema_of(v, whole) for k, v in part.get("properties", {}).items()}
    needed = {name: own[name] for name in part.get("required", ()) if name in own}
    rest = {name: value for name, value in own.items() if name not in needed}
    more = st.dictionaries(st.text(max_size=8), simple["number"], max_size=2)
    described = st.fixed_dictionaries(needed, optional=rest)
    if part.get("additionalProperties") is True:
        return more
    return described | st.builds(lambda a, b: {**a, **b}, described, more)


def by_document() -> st.SearchStrategy[Sent]:
    """Requests that the server's own document describes, and near misses."""
    whole = document()
    every = []
    for path, methods in whole["paths"].items():
        for method, about_it in methods.items():
            kinds = about_it.get("requestBody", {}).get("content", {})
            inner = kinds.get("application/json", {}).get("schema")
            body: st.SearchStrategy = st.just(b"")
            if inner is not None:
                body = schema_of(inner, whole).map(json.dumps).map(str.encode)
            options = about_it.get("parameters", ())
            names = {one["name"]: one["schema"] for one in options}
            query = st.fixed_dictionaries(
                {}, optional={n: schema_of(s, whole) for n, s in names.items()}
            )
            every.append(
                st.builds(
                    Sent,
                    method=st.just(method.upper()),
                    path=st.just(path),
                    query=query.map(_encoded),
                    headers=st.sampled_from(list(kinds) or [""]).map(
                        lambda kind: {"content-type": kind}
                    ),
                    body=body | st.binary(max_size=60),
                    who=st.sampled_from(["key", "key", "key", "nobody"]),
                )
            )
    return st.one_of(every)


def _encoded(given_: Mapping[str, str]) -> str:
    from urllib.parse import urlencode

    return urlencode(given_, errors="replace")


def by_bytes() -> st.SearchStrategy[Sent]:
    """Bodies of any bytes, as any type, to any route."""
    return st.builds(
        Sent,
        method=st.sampled_from(METHODS),
        path=st.sampled_from([path for _, path in ROUTES]) | st.text(max_size=20),
        query=st.text(st.characters(exclude_categories=["Cs"]), max_size=20),
        headers=st.dictionaries(
            st.sampled_from(HEADERS),
            st.text(st.characters(max_codepoint=255), max_size=20)
            | st.sampled_from(["application/json", "gzip", "zstd"]),
            max_size=3,
        ),
        body=bodies(),
        who=st.sampled_from(["key", "session", "nobody"]),
    ).map(_rooted)


def _rooted(sent: Sent) -> Sent:
    path = "/" + sent.path.lstrip("/").encode("utf-8", "replace").decode()
    return Sent(sent.method, path, sent.query, sent.headers, sent.body, sent.who)


def by_strategy(watched: World, kind: st.SearchStrategy[Sent], times: int) -> None:
    """Send so many requests of a kind."""

    def act(sender: Hostile) -> None:
        @settings(
            max_examples=times,
            deadline=None,
            suppress_health_check=list(HealthCheck),
            phases=[Phase.generate],
        )
        @given(kind)
        def sends(sent: Sent) -> None:
            sender.send(sent)

        sends()

    hostile(watched, act)


@pytest.mark.long
def test_four_thousand_texts_in_every_place(watched: World) -> None:
    """Other ones each time; the seed is told where one fails."""
    seed = random.SystemRandom().randrange(10**6)
    print(f"seed {seed}")
    by_payloads(watched, 4000, seed)


@pytest.mark.long
def test_four_thousand_bodies_of_bytes(watched: World) -> None:
    """As any type, with any header, to any route."""
    by_strategy(watched, by_bytes(), 4000)


@pytest.mark.long
def test_two_thousand_requests_of_its_own_document(watched: World) -> None:
    """Each as its OpenAPI document says, or nearly so."""
    by_strategy(watched, by_document(), 2000)
