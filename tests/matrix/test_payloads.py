"""Bad payloads, one test for each row P of the list of bad inputs that is the server's.

Each ends in a stored event, an event set aside, or an error with all its parts.
"""

from __future__ import annotations

import gzip
import json
import time
import zlib
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from leeboard.server._body import Bounds
from leeboard.server.intake import Room
from tests.server._served import LINES, Served, event, label


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """One server for all rows; each uses ids of its own."""
    made = Served(tmp_path_factory.mktemp("payloads"))
    yield made
    made.close()


def raw(text: str) -> bytes:
    """Return a body with one event that holds a feature, as text."""
    head = '{"predictions":[{"id":"raw","model":"demand","features":{"x":'
    return f"{head}{text}}}}}]}}".encode("utf-8", "surrogatepass")


PATH = "$.predictions[0].features.x"


@pytest.mark.parametrize("word", ["NaN", "Infinity", "-Infinity"])
def test_p01_numbers_that_json_lacks_are_refused_with_their_path(
    server: Served, word: str
) -> None:
    """Their path is told; null and ``special`` say the same in JSON."""
    answer = server.post(raw(word))
    assert (answer.status, answer.error["code"]) == (422, "not_json_number")
    assert answer.error["where"] == PATH
    special = {"features.x": {"NaN": "nan"}.get(word, word.lower()[:-5])}
    sent = event(f"p1{word}", features={"x": None}, special=special)
    assert server.post([sent]).statuses == ["accepted"]


@pytest.mark.parametrize("number", ["1e999", "-1e999", "1" * 400, "9" * 5000])
def test_p02_numbers_beyond_every_double_are_refused(
    server: Served, number: str
) -> None:
    """However many digits they have."""
    answer = server.post(raw(number))
    assert (answer.status, answer.error["code"]) == (422, "number_out_of_range")
    assert answer.error["where"] == PATH


def test_p03_integers_of_64_bits_are_exact(server: Served) -> None:
    """The largest and the smallest come back; one more is refused."""
    edges = {"hi": 2**63 - 1, "lo": -(2**63), "odd": 2**53 + 1}
    assert server.post([event("p3", features=edges)]).statuses == ["accepted"]
    (row,) = [one for one in server.stored() if one["id"] == "p3"]
    assert {name: row[f"features.{name}#i"] for name in edges} == edges
    for number in (2**63, -(2**63) - 1):
        answer = server.post(raw(str(number)))
        assert (answer.status, answer.error["code"]) == (422, "number_out_of_range")


@pytest.mark.parametrize(
    "body",
    [
        b'{"predictions":[],"predictions":[]}',
        b'{"predictions":[{"id":"a","id":"b"}]}',
        raw('{"y":1,"y":1}'),
        raw('{"y":1,"\\u0079":2}'),
    ],
)
def test_p04_a_name_twice_is_refused(server: Served, body: bytes) -> None:
    """At every level, and however it is written."""
    answer = server.post(body)
    assert (answer.status, answer.error["code"]) == (422, "duplicate_key")


def test_p05_nesting_is_bounded(server: Served) -> None:
    """Eight levels within an event are taken, nine and a hundred thousand are not."""
    fits, deep = "[" * 6 + "]" * 6, "[" * 7 + "]" * 7
    assert server.post(raw(fits)).statuses == ["accepted"]
    for text in (deep, "[" * 100_000 + "]" * 100_000, "[" * 100_000):
        answer = server.post(raw(text))
        assert answer.error["code"] in {"too_deep", "bad_json"}
        assert answer.status in {400, 422}
    line = json.dumps(event("p5", features={"x": json.loads(deep)})).encode()
    answer = server.post(line, kind=LINES)
    assert answer.results[0]["error"]["code"] == "too_deep"


def test_p06_text_that_is_none_is_refused(server: Served) -> None:
    """Half a surrogate pair, bytes that are not UTF-8, and a byte order mark."""
    for escaped in ('"\\ud800"', '"\\udc00 x"', '{"\\ud800": 1}'):
        answer = server.post(raw(escaped))
        assert (answer.status, answer.error["code"]) == (422, "bad_text")
    whole = raw('"\\ud83d\\ude00"').replace(b'"raw"', b'"p6"')
    assert server.post(whole).statuses == ["accepted"]
    for body in (raw('"\ud800"'), b"\xff\xfe" + raw("1"), b"\xef\xbb\xbf" + raw("1")):
        answer = server.post(body)
        assert (answer.status, answer.error["code"]) == (400, "bad_encoding")
        assert answer.error["where"].startswith("byte ")


def test_p07_nul_is_refused(server: Served) -> None:
    """In a value, in a name, escaped or not."""
    for text in ('"a\\u0000b"', '{"a\\u0000": 1}'):
        answer = server.post(raw(text))
        assert (answer.status, answer.error["code"]) == (422, "bad_text")
    assert server.post(raw('"a\0b"')).error["code"] == "bad_json"


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"", 400),
        (b"  \n", 400),
        (b"null", 422),
        (b"[]", 422),
        (b"{}", 422),
        (b"events", 400),
        (b'{"predictions":[]} x', 400),
        (b'{"predictions":[', 400),
        (b'{"predictions":{}}', 422),
        (b'{"predictions":[],"more":1}', 422),
        (b'{"feedback":[]}', 422),
        (b'"predictions"', 422),
        (b"7", 422),
    ],
)
def test_p08_bodies_that_hold_no_events(
    server: Served, body: bytes, status: int
) -> None:
    """What is no JSON is told by its place."""
    answer = server.post(body)
    assert answer.status == status
    assert ("character" in answer.error["where"]) == (status == 400)


@pytest.mark.parametrize(
    "kind",
    ["", "text/plain", "application/json; charset=utf-16", "multipart/form-data"],
)
def test_p09_other_types_are_refused(server: Served, kind: str) -> None:
    """The header is named."""
    answer = server.post([event("p9")], kind=kind)
    assert (answer.status, answer.error["where"]) == (415, "Content-Type")


def test_p10_bytes_that_belie_their_header(server: Served) -> None:
    """Plain bytes called gzip or zstd, compressed ones called nothing, and parts."""
    body = json.dumps({"predictions": [event("p10")]}).encode()
    zipped = gzip.compress(body)
    packed = pa.compress(body, "zstd", asbytes=True)
    for sent, encoding in (
        (body, "gzip"),
        (body, "zstd"),
        (zipped, ""),
        (packed, ""),
        (zipped[:-3], "gzip"),
        (packed[:-3], "zstd"),
        (zipped + b"more", "gzip"),
        (b"", "gzip"),
        (b"", "zstd"),
    ):
        answer = server.post(sent, encoding=encoding)
        assert (answer.status, answer.error["code"]) == (400, "bad_compression")
    assert server.post(zipped, encoding="gzip").statuses == ["accepted"]
    assert server.post(packed, encoding="zstd").statuses == ["duplicate"]
    halves = gzip.compress(body[:20]) + gzip.compress(body[20:])
    assert server.post(halves, encoding="gzip").statuses == ["duplicate"]


@pytest.mark.parametrize("encoding", ["gzip, gzip", "br", "deflate", "gzip, zstd"])
def test_p11_other_encodings_are_refused(server: Served, encoding: str) -> None:
    """And two at a time."""
    answer = server.post(gzip.compress(b"{}"), encoding=encoding)
    assert (answer.status, answer.error["where"]) == (415, "Content-Encoding")


def _bombs() -> Iterator[tuple[bytes, str]]:
    zeros = bytes(64 << 20)
    packer = zlib.compressobj(9, zlib.DEFLATED, 31)
    bomb = packer.compress(zeros) + packer.flush()
    yield bomb, "gzip"
    part = gzip.compress(zeros[: 8 << 20])
    yield part * 8, "gzip"
    yield pa.compress(zeros, "zstd", asbytes=True), "zstd"


def test_p12_what_is_too_large_is_refused_with_its_bound(
    server: Served, tmp_path: Path
) -> None:
    """A body, what unfolds to more, a batch, and one event among others."""
    small = Served(tmp_path, bounds=Bounds(sent=1000, unfolded=2000))
    answer = small.post([event("a", features={"x": "y" * 1000})])
    assert (answer.status, answer.error["code"]) == (413, "too_large")
    assert "1,000" in answer.error["expected"]
    raw_body = json.dumps({"predictions": [event("b")]}).encode() + b" " * 3000
    answer = small.post(gzip.compress(raw_body), encoding="gzip")
    assert (answer.status, answer.error["code"]) == (413, "too_large")
    small.close()
    for bomb, encoding in _bombs():
        answer = server.post(bomb, encoding=encoding)
        assert (answer.status, answer.error["code"]) == (413, "too_large")
    answer = server.post([{}] * 10_001)
    assert (answer.status, answer.error["code"]) == (413, "too_many_events")
    large = event("p12b", metadata={"x": "y" * 300_000})
    answer = server.post([event("p12a"), large])
    assert answer.statuses == ["accepted", "rejected"]
    assert answer.results[1]["error"]["code"] == "event_too_large"


def test_p13_one_bad_event_in_a_thousand(server: Served) -> None:
    """The others are taken; with ``atomic`` none is."""
    events = [event(f"p13-{n}") for n in range(1000)]
    events[700]["made_at"] = "yesterday"
    answer = server.post(events, "/v1/predictions?atomic=true")
    assert answer.status == 422
    assert set(answer.statuses) == {"rejected"}
    assert answer.error["code"] == "not_atomic"
    answer = server.post(events)
    assert answer.status == 200
    assert [n for n, s in enumerate(answer.statuses) if s != "accepted"] == [700]
    error = answer.results[700]["error"]
    assert error["where"] == "$.predictions[700].made_at"
    ids = {one["id"] for one in server.stored()}
    assert {f"p13-{n}" for n in range(1000)} - ids == {"p13-700"}


def test_p14_an_absent_id_is_made_and_said(server: Served) -> None:
    """So is an absent time; feedback without an id is of no use."""
    sent = event(..., made_at=...)
    first, second = (server.post([sent]).results[0] for _ in range(2))
    assert (first["status"], second["status"]) == ("accepted", "accepted")
    assert first["id"] != second["id"]
    codes = [note["code"] for note in first["notes"]]
    assert codes == ["id_made", "time_of_arrival"]
    answer = server.post([label(...)], "/v1/feedback")
    assert (answer.status, answer.error["code"]) == (422, "missing_id")


def test_p15_the_same_again_is_a_duplicate(server: Served) -> None:
    """In one body and in the next, whatever the order of names."""
    sent = event("p15")
    turned = dict(reversed(sent.items()))
    turned["features"] = dict(reversed(sent["features"].items()))
    assert server.post([sent, turned]).statuses == ["accepted", "duplicate"]
    answer = server.post([turned])
    assert (answer.status, answer.statuses) == (200, ["duplicate"])
    assert [one["id"] for one in server.stored()].count("p15") == 1


def test_p16_the_same_id_with_other_contents_conflicts(server: Served) -> None:
    """What was stored first counts; another model's id is another event."""
    first = event("p16", prediction=1.0)
    assert server.post([first]).statuses == ["accepted"]
    answer = server.post([event("p16", prediction=2.0)])
    assert (answer.status, answer.statuses) == (422, ["conflict"])
    assert answer.error["code"] == "conflict"
    other = event("p16", prediction=2.0, model="rides")
    assert server.post([other]).statuses == ["accepted"]
    mixed = [event("p16b"), event("p16", prediction=3.0)]
    answer = server.post(mixed, "/v1/predictions?atomic=true")
    assert answer.statuses == ["rejected", "conflict"]
    assert server.post(mixed).statuses == ["accepted", "conflict"]
    rows = [one for one in server.stored() if one["id"] == "p16"]
    assert sorted(one["prediction#d"] for one in rows) == [1.0, 2.0]


@pytest.mark.parametrize(
    "bad", ["x" * 129, "", "a\nb", "a\u202eb", "x" * 10_000, 7, True, ["a"], "\u200b"]
)
def test_p17_ids_are_short_and_printable(server: Served, bad: Any) -> None:
    """Other characters and kinds are refused, and not repeated."""
    answer = server.post([event("p17x"), event(bad)])
    assert answer.results[1]["status"] == "rejected"
    assert answer.results[1]["error"]["code"] == "bad_id"
    assert answer.results[1]["id"] is None


def test_p17_slashes_and_emoji_are_fine(server: Served) -> None:
    """Up to 128 characters."""
    ids = ["../etc/passwd", "\U0001f6b2 7", "y" * 128, "<b>"]
    answer = server.post([event(one) for one in ids])
    assert answer.statuses == ["accepted"] * 4
    assert {one["id"] for one in answer.results} == set(ids)


@pytest.mark.parametrize(
    ("at", "code"),
    [
        ("2026-03-01T08:00:00", "naive_time"),
        ("2026-13-01T00:00:00Z", "bad_time"),
        ("2016-12-31T23:59:60Z", "bad_time"),
        ("1969-12-31T00:00:00Z", "bad_time"),
        ("9999-12-31T00:00:00Z", "bad_time"),
        ("0001-01-01T00:00:00+23:00", "bad_time"),
        ("", "bad_time"),
        (1772352000, "bad_time"),
        (True, "bad_time"),
    ],
)
def test_p18_times_that_are_none(server: Served, at: Any, code: str) -> None:
    """A zone is asked for; a number says nothing of its unit."""
    answer = server.post([event("p18", made_at=at)])
    assert (answer.status, answer.error["code"]) == (422, code)
    assert answer.error["where"] == "$.predictions[0].made_at"


def test_p18_times_out_of_range_are_set_aside(server: Served) -> None:
    """With their reason, and as they came; a declared unit is read."""
    now = datetime.now(UTC)
    soon = (now + timedelta(minutes=4)).isoformat()
    late = (now + timedelta(days=1)).isoformat()
    old = (now - timedelta(days=40)).isoformat()
    answer = server.post(
        [
            event("p18a", made_at=soon),
            event("p18b", made_at=late),
            event("p18c", made_at="1970-01-21T12:00:00Z"),
            event("p18d", made_at=old),
            event("p18e", made_at=old, model="rides"),
        ]
    )
    aside = "quarantined"
    assert answer.statuses == ["accepted", aside, aside, "accepted", aside]
    codes = [one.get("error", {}).get("code") for one in answer.results]
    assert codes == [None, "time_in_future", "time_too_old", None, "time_too_old"]
    assert server.post([event("p18b", made_at=late)]).statuses == [aside]
    rows = server.stored("quarantined")
    ids = {json.loads(one["payload"][1:])["id"]: one["reason"] for one in rows}
    assert ids["p18b"] == "time_in_future"
    assert ids["p18c"] == ids["p18e"] == "time_too_old"
    micros = int(now.timestamp()) * 10**6
    for unit, factor in {"s": 10**6, "ms": 10**3, "us": 1}.items():
        sent = event(f"p18-{unit}", made_at=micros // factor)
        path = f"/v1/predictions?time_unit={unit}"
        assert server.post([sent], path).statuses == ["accepted"]
    rows = [one for one in server.stored() if one["id"] in {"p18-s", "p18-ms"}]
    assert len({one["made_at"] for one in rows}) == 1


def test_p19_a_model_that_is_not_monitored(server: Served) -> None:
    """Is refused an event; the others are taken."""
    answer = server.post([event("p19"), event("p19b", model="other")])
    assert answer.statuses == ["accepted", "rejected"]
    assert answer.results[1]["error"]["code"] == "unknown_model"
    assert server.post([event("p19c", version="never seen")]).statuses == ["accepted"]


def test_p35_a_name_in_two_ways_of_unicode_is_one_model(server: Served) -> None:
    """An accent as two characters is the accent as one; a look-alike is another."""
    server.models["d\u00e9mand"] = None
    one = event("p35", model="de\u0301mand")
    assert server.post([one]).statuses == ["accepted"]
    assert server.post([{**one, "model": "d\u00e9mand"}]).statuses == ["duplicate"]
    rows = [row for row in server.stored() if row["id"] == "p35"]
    assert [row["model"] for row in rows] == ["d\u00e9mand"]
    answer = server.post([event("p35b", model="dem\u0430nd")])
    assert (answer.status, answer.error["code"]) == (422, "unknown_model")


def test_p20_p21_features_come_and_go_and_change_their_type(server: Served) -> None:
    """All are taken as they are; the pass compares them with the reference."""
    answer = server.post(
        [
            event("p20a", features={"new": 1}),
            event("p20b", features={}),
            event("p20c", features={"temp": None}),
            event("p21", features={"temp": "warm"}),
        ]
    )
    assert answer.statuses == ["accepted"] * 4


def test_p22_labels_may_come_first_change_and_go(server: Served) -> None:
    """Each is a version of its own; the latest counts."""
    sent = [
        label("p22", label=1.0, observed_at="2026-03-01T08:00:00Z"),
        label("p22", label=2.0, observed_at="2026-03-02T08:00:00Z"),
        label("p22", label=None, observed_at="2026-03-03T08:00:00Z"),
    ]
    assert server.post(sent, "/v1/feedback").statuses == ["accepted"] * 3
    assert server.post(sent, "/v1/feedback").statuses == ["duplicate"] * 3
    assert server.post([event("p22")]).statuses == ["accepted"]
    rows = [one for one in server.stored("feedback") if one["id"] == "p22"]
    assert len(rows) == 3


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE", "OPTIONS", "TRACE", "HEAD"])
def test_p28_other_methods_are_told_what_is_taken(server: Served, method: str) -> None:
    """405 with Allow; an address that is too long is 414."""
    answer = server.ask(method, "/v1/predictions", key="ingest")
    assert (answer.status, answer.headers["allow"]) == (405, "POST")
    long = server.ask(method, "/v1/" + "x" * 9000)
    assert (long.status, long.error["code"]) == (414, "address_too_long")


def test_p29_keys_that_open_nothing_hear_the_same(server: Served) -> None:
    """None, malformed, unknown, expired and revoked; another scope and model too."""
    past = datetime.now(UTC) - timedelta(days=1)
    bad = [
        "",
        "Basic abc",
        "Bearer ",
        "Bearer x",
        "Bearer lb_00000000_" + "x" * 43,
        f"Bearer {server.keys['ingest'][:-1]}",
        f"Bearer {server.keys['ingest']}x",
        f"Bearer {server.add_key(['ingest'], until=past)}",
        "Bearer " + "x" * 5000,
        "Bearer \xff",
    ]
    headers = {"Content-Type": "application/json"}
    answers = [
        server.ask("POST", "/v1/predictions", b"{}", headers | {"Authorization": one})
        for one in bad
    ]
    assert {one.status for one in answers} == {401}
    assert len({one.body for one in answers}) == 1
    scope = server.post([event("p29")], key="read")
    model = server.post([event("p29", model="rides")], key="bound")
    none = server.post([event("p29", model="nonsense")], key="bound")
    assert {one.status for one in (scope, model, none)} == {403}
    assert len({one.body for one in (scope, model, none)}) == 1
    answer = server.post([event("p29"), event("p29b", model=...)], key="bound")
    assert answer.statuses == ["accepted", "accepted"]


def test_p31_a_disk_that_takes_nothing(tmp_path: Path) -> None:
    """503 with Retry-After, nothing acknowledged, and on it goes by itself."""
    server = Served(tmp_path, cap_bytes=20_000)
    taken = []
    for n in range(100):
        answer = server.post([event(f"{n}", metadata={"x": "y" * 2000})])
        if answer.status != 200:
            break
        taken.append(f"{n}")
    assert (answer.status, answer.error["code"]) == (503, "not_stored")
    assert int(answer.headers["retry-after"]) > 0
    assert server.ask("GET", "/readyz").status == 503
    assert server.ask("GET", "/healthz").status == 200
    assert len(taken) > 3
    assert {one["id"] for one in server.stored()} == set(taken)
    for file in server.spool.glob("*.frames"):
        file.unlink()  # as the committer does once a file is finished
    time.sleep(1.2)  # the spool looks again how much room there is
    assert server.post([event("more")]).statuses == ["accepted"]
    assert server.ask("GET", "/readyz").status == 200
    server.close()


def test_p30_what_waits_is_bounded(tmp_path: Path) -> None:
    """429 with Retry-After where as much waits as there is room for."""
    server = Served(tmp_path, room=Room(events=0))
    server.intake._events = 1
    answer = server.post([event("a")])
    assert (answer.status, answer.error["code"]) == (429, "queue_full")
    assert int(answer.headers["retry-after"]) > 0
    server.intake._events = 0
    server.close()


def test_p33_options_that_there_are_not(server: Served) -> None:
    """Each is refused with those there are."""
    for query in ("atomic=yes", "time_unit=h", "x=1", "atomic=true&atomic=true"):
        answer = server.post([event("p33")], f"/v1/predictions?{query}")
        assert (answer.status, answer.error["code"]) == (422, "bad_option")


@pytest.mark.parametrize(
    "path",
    ["/..%2fetc", "/v1/..%2f..%2f", "/v1/predictions/", "/v1/%00", "/v1/predictions#x"],
)
def test_p34_other_addresses_are_nothing(server: Served, path: str) -> None:
    """404, with or without a key."""
    for key in (None, "admin"):
        assert server.ask("GET", path, key=key).status == 404
