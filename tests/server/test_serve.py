"""The whole server, in a process of its own."""

from __future__ import annotations

import json
import math
import signal
import socket
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from leeboard import Logger
from leeboard.errors import ConfigError, LeeboardError
from leeboard.server.listening import Listening
from leeboard.server.serve import serve
from tests.logger.certificate import self_signed
from tests.monitor._world import World, world
from tests.server._process import Server, key_for, resident_mib
from tests.server._served import event

HELLO = (
    b"POST /v1/predictions HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
)


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Server, str]]:
    """One server, and a key to send events with."""
    model = world(tmp_path_factory.mktemp("serve"))
    key = key_for(model)
    with Server(model) as server:
        yield server, key


def _predictions(model: World) -> int:
    (found,) = model.monitor.status().models
    return int(found.predictions)


def _ids(model: World) -> list[str]:
    reader = model.monitor.export("predictions")
    return [str(one) for one in reader.read_all().column("id").to_pylist()]


@pytest.mark.parametrize("mode", ["buffered", "spooled", "durable"])
def test_a_logger_of_each_mode_arrives(
    running: tuple[Server, str], tmp_path: Path, mode: str
) -> None:
    """What it counts as acknowledged is in the log, with its labels."""
    server, key = running
    spool = tmp_path / "spool" if mode == "spooled" else None
    log = Logger(
        server.url,
        model="demand",
        key=key,
        mode=mode,
        timeout=20,
        spool=spool,
        close_s=20,
    )
    with log:
        ids = [
            log.log_prediction({"temp": 20.0 + n, "odd": float("nan")}, n)
            for n in range(50)
        ]
        log.log_feedback(ids[0], 99.0)
        assert log.flush(20)
    assert log.stats().predictions.acknowledged == 50
    stored = {
        row["id"]: row
        for row in server.model.monitor.export("joined").read_all().to_pylist()
    }
    assert set(ids) <= set(stored)
    assert stored[ids[0]]["label"] == 99.0
    temps = [stored[one]["temp"] for one in ids]
    assert temps == [20.0 + n for n in range(50)]
    assert math.isnan(stored[ids[7]]["odd"])


def test_status_shows_what_came(running: tuple[Server, str]) -> None:
    """Before any pass has committed it."""
    server, key = running
    before = _predictions(server.model)
    body = {"predictions": [event("s")]}
    assert server.ask("POST", "/v1/predictions", body, key=key)[0] == 200
    assert _predictions(server.model) == before + 1


def test_health_is_open_and_nothing_else_is(running: tuple[Server, str]) -> None:
    """And says nothing beyond its status."""
    server, _ = running
    assert server.ask("GET", "/healthz") == (200, b"")
    assert server.ask("GET", "/readyz") == (200, b"")
    assert server.ask("GET", "/v1/openapi.json")[0] == 401
    assert server.ask("POST", "/v1/predictions", {})[0] == 401


def test_p36_other_ways_to_send_a_body(running: tuple[Server, str]) -> None:
    """HTTP/1.0, chunks, Expect, and lengths that lie: an answer, or an end."""
    server, key = running
    hello = HELLO + f"Authorization: Bearer {key}\r\n".encode()
    body = json.dumps({"predictions": [event("p36")]}).encode()
    length = f"Content-Length: {len(body)}\r\n".encode()
    close = b"Connection: close\r\n"
    whole = hello + length + close + b"\r\n" + body
    assert b" 200 " in server.raw(whole).splitlines()[0]
    assert (
        b" 200 " in server.raw(whole.replace(b"HTTP/1.1", b"HTTP/1.0")).splitlines()[0]
    )
    chunk = b"%x\r\n%s\r\n0\r\n\r\n" % (len(body), body)
    chunked = hello + close + b"Transfer-Encoding: chunked\r\n\r\n" + chunk
    assert b'"duplicate"' in server.raw(chunked)
    expecting = hello + length + close + b"Expect: 100-continue\r\n\r\n" + body
    assert b'"duplicate"' in server.raw(expecting)
    longer = whole + b"more"
    assert server.raw(longer).count(b'"duplicate"') == 1
    both = hello + close + b"Transfer-Encoding: chunked\r\n" + length + b"\r\n" + chunk
    assert b" 500 " not in server.raw(both)
    for noise in (b"\x00\xff\r\n\r\n", b"POST\r\n\r\n"):
        assert b" 400 " in server.raw(noise).splitlines()[0]


def test_p32_half_a_body_stores_nothing(running: tuple[Server, str]) -> None:
    """A sender that goes away in the middle has sent nothing."""
    server, key = running
    body = json.dumps({"predictions": [event(f"p32-{n}") for n in range(50)]}).encode()
    hello = HELLO + f"Authorization: Bearer {key}\r\n".encode()
    length = f"Content-Length: {len(body)}\r\n\r\n".encode()
    for part in (0, len(body) // 2, len(body) - 1):
        server.raw(hello + length + body[:part], close=True)
    form = b"POST /login HTTP/1.1\r\nHost: x\r\nContent-Length: 99\r\n"
    form += b"Content-Type: application/x-www-form-urlencoded\r\n\r\nkey=x"
    server.raw(form, close=True)
    time.sleep(0.2)
    assert not [one for one in _ids(server.model) if one.startswith("p32")]
    assert server.ask("GET", "/healthz")[0] == 200
    assert not [line for line in server.said() if "Traceback" in line]


def test_t25_no_key_stands_anywhere(running: tuple[Server, str]) -> None:
    """Neither in what it logs nor in any file it writes."""
    server, key = running
    server.ask("POST", "/v1/predictions", {"predictions": [event("t25")]}, key=key)
    server.ask("GET", f"/{key}")
    secret = key.split("_", 2)[2].encode()
    files = [one for one in server.model.folder.rglob("*") if one.is_file()]
    assert len(files) > 5
    assert [one for one in files if secret in one.read_bytes()] == []


def test_answers_are_not_held_back(tmp_path: Path) -> None:
    """An answer in two parts goes out at once: the kernel would wait some 40 ms."""
    with Server(world(tmp_path)) as server:
        connection = server.connection()
        times = []
        for _ in range(20):
            start = time.perf_counter()
            connection.request("GET", "/static/dashboard.css")
            connection.getresponse().read()
            times.append(time.perf_counter() - start)
        connection.close()
    assert min(times[1:]) < 0.03


def test_it_makes_passes_on_time_and_ends_in_order(tmp_path: Path) -> None:
    """SIGTERM: what came last is committed, the exit code is 0, the port is free."""
    model = world(tmp_path)
    key = key_for(model)
    old = datetime.now(UTC) - timedelta(days=2)
    with Server(model, every="1s") as server:
        assert server.process is not None
        sent = [event(f"{n}", made_at=old.isoformat()) for n in range(30)]
        answer = server.ask("POST", "/v1/predictions", {"predictions": sent}, key=key)
        assert answer[0] == 200
        until = time.monotonic() + 30
        while not _windows(model):
            assert time.monotonic() < until
            time.sleep(0.2)
        # with pandas, which pyarrow loads where it is installed: some 35 MiB
        assert resident_mib(server.process.pid) < 285
        server.ask("POST", "/v1/predictions", {"predictions": [event("last")]}, key=key)
        assert server.end(signal.SIGTERM) == 0
        assert server.said()[-1] == "Stopped."
        host, _, port = server.url.removeprefix("http://").partition(":")
        with pytest.raises(ConnectionRefusedError), socket.socket() as sock:
            sock.connect((host, int(port)))
    assert list((model.folder / "monitor" / "spool").glob("*.frames")) == []
    assert sorted(_ids(model)) == sorted([*(f"{n}" for n in range(30)), "last"])


def _windows(model: World) -> int:
    return len(model.monitor.profiles("demand"))


@pytest.mark.parametrize(
    ("host", "options", "code"),
    [
        ("0.0.0.0", {}, "open_bind"),
        ("::", {}, "open_bind"),
        ("192.0.2.7", {}, "open_bind"),
        ("monitor.example", {}, "open_bind"),
        ("127.0.0.1", {"certificate": "c.pem"}, "incomplete_tls"),
        ("0.0.0.0", {"private_key": "k.pem"}, "incomplete_tls"),
        ("0.0.0.0", {"behind_proxy": True}, ""),
        ("0.0.0.0", {"certificate": "c", "private_key": "k"}, "bad_tls"),
        ("127.0.0.1", {}, ""),
        ("127.8.9.10", {}, ""),
        ("::1", {}, ""),
        ("localhost", {}, ""),
    ],
)
def test_k17_beyond_loopback_it_wants_tls_or_a_proxy(
    host: str, options: dict[str, str], code: str
) -> None:
    """It does not even listen before."""
    listening = Listening(host, **options)  # type: ignore[arg-type]
    if not code:
        listening.check()
        return
    with pytest.raises(ConfigError) as caught:
        listening.check()
    assert caught.value.code == code


def test_an_address_that_is_taken_is_told(running: tuple[Server, str]) -> None:
    """And so is a spool that another server has."""
    server, _ = running
    port = int(server.url.rpartition(":")[2])
    for given, code in ((port, "cannot_listen"), (0, "already_served")):
        with pytest.raises(LeeboardError) as caught:
            serve(server.model.monitor, Listening(port=given), 60.0, print)
        assert caught.value.code == code


def test_a_logger_speaks_tls_to_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With a certificate that the client trusts; without trust nothing is sent."""
    pem = str(self_signed(tmp_path))
    folder = tmp_path / "model"
    folder.mkdir()
    model = world(folder)
    key = key_for(model)
    with Server(model, options=("--tls-cert", pem, "--tls-key", pem)) as server:
        assert server.url.startswith("https://")
        with Logger(server.url, model="demand", key=key, close_s=0.3) as wary:
            wary.log_prediction({"temp": 1.0}, 1.0)
        assert wary.stats().predictions.acknowledged == 0
        monkeypatch.setenv("SSL_CERT_FILE", pem)
        with Logger(server.url, model="demand", key=key, close_s=20) as log:
            identity = log.log_prediction({"temp": 1.0}, 1.0)
        assert log.stats().predictions.acknowledged == 1
    assert _ids(model) == [identity]


def test_metrics_tell_what_the_server_did(running: tuple[Server, str]) -> None:
    """To a key that may read alone: its passes, and every event by its status."""
    server, ingest = running
    key = key_for(server.model, "read")
    body = {"predictions": [event("m"), event("m"), event("n", prediction=["no"])]}
    assert server.ask("POST", "/v1/predictions", body, key=ingest)[0] == 200
    assert server.ask("GET", "/metrics")[0] == 401
    assert server.ask("GET", "/metrics", key=ingest)[0] == 403
    deadline = time.monotonic() + 30
    while True:  # until the first pass has ended
        status, text = server.ask("GET", "/metrics", key=key)
        assert status == 200
        found = text.decode()
        if "leeboard_passes_total 1.0" in found:
            break
        assert time.monotonic() < deadline
        time.sleep(0.05)
    assert "leeboard_pass_failures_total 0.0" in found
    assert 'ml_predictions_total{model="demand"}' in found
    assert "leeboard_pass_interval_seconds 3600.0" in found
