"""One exchange with a collector: whole, in time, and secret."""

from __future__ import annotations

import contextlib
import json
import os
import pickle
import socket
import ssl
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from leeboard_logger._errors import LoggerError
from leeboard_logger._http_target import Key, Target
from leeboard_logger._http_wire import Exchange, Unreachable
from tests.logger.certificate import self_signed
from tests.logger.receiver import KEY, Receiver

BODY = json.dumps({"predictions": [{"id": f"i{n}"} for n in range(3)]}).encode()


@pytest.fixture
def receiver(tmp_path: Path) -> Iterator[Receiver]:
    """Yield a running collector."""
    with Receiver(tmp_path / "kept") as running:
        yield running


@pytest.fixture
def post(receiver: Receiver) -> Iterator[Exchange]:
    """Yield an exchange with the collector."""
    exchange = Exchange(Target.parse(receiver.url), Key(KEY), agent="test/1")
    yield exchange
    exchange.close()


def test_an_answer_comes_back_whole(receiver: Receiver, post: Exchange) -> None:
    """Status and body arrive; the request carries the key and says it is JSON."""
    answer = post.post("/v1/predictions", BODY, within_s=5)
    assert answer.status == 200
    assert len(json.loads(answer.body)["results"]) == 3
    (seen,) = receiver.requests
    assert seen["headers"]["Authorization"] == f"Bearer {KEY}"
    assert seen["headers"]["Content-Type"] == "application/json"
    assert "Content-Encoding" not in seen["headers"]


def test_a_body_above_a_kilobyte_is_zipped(receiver: Receiver, post: Exchange) -> None:
    """A large body goes out as gzip and is read as it was."""
    body = json.dumps({"predictions": [{"id": f"i{n}"} for n in range(500)]}).encode()
    post.post("/v1/predictions", body, within_s=5)
    (seen,) = receiver.requests
    assert seen["headers"]["Content-Encoding"] == "gzip"
    assert int(seen["headers"]["Content-Length"]) < len(body) / 3
    assert len(receiver.ids()) == 500


def test_a_connection_is_kept_and_replaced(receiver: Receiver, post: Exchange) -> None:
    """Posts share a connection; one that was closed meanwhile is opened again."""
    for mode in ("well", "hangup", "well", "farewell", "well"):
        receiver.mode = mode
        assert post.post("/v1/predictions", BODY, within_s=5).status == 200
        time.sleep(0.02)
    first, *more = (seen["from"] for seen in receiver.requests)
    assert more[0] == first
    assert len({first, *more}) == 3


@pytest.mark.parametrize(
    "mode", ["cut", "cut_late", "endless", "huge", "noise", "headers", "forgetful"]
)
def test_an_answer_that_is_not_whole_is_none(
    receiver: Receiver, post: Exchange, mode: str
) -> None:
    """A body cut short, endless or too long, noise and no answer are failures."""
    receiver.mode = mode
    start = time.monotonic()
    with pytest.raises(Unreachable):
        post.post("/v1/predictions", BODY, within_s=5)
    assert time.monotonic() - start < 5


@pytest.mark.parametrize("mode", ["drip", "slow"])
def test_the_deadline_is_of_the_whole_exchange(
    receiver: Receiver, post: Exchange, mode: str
) -> None:
    """A byte now and then does not prolong the wait, and neither does silence."""
    receiver.mode = mode
    start = time.monotonic()
    with pytest.raises(Unreachable, match="no answer in time"):
        post.post("/v1/predictions", BODY, within_s=0.4)
    assert 0.3 < time.monotonic() - start < 1.5


def test_an_address_that_does_not_answer_is_left_in_time() -> None:
    """Connecting is bounded too: a full backlog does not hold the sender."""
    with socket.socket() as full:
        full.bind(("127.0.0.1", 0))
        full.listen(0)
        port = full.getsockname()[1]
        fillers = [socket.socket() for _ in range(4)]
        for filler in fillers:
            filler.setblocking(False)
            filler.connect_ex(("127.0.0.1", port))
        target = Target.parse(f"http://127.0.0.1:{port}")
        start = time.monotonic()
        with pytest.raises(Unreachable):
            Exchange(target, None, agent="t", connect_s=0.3).post("/", b"", within_s=5)
        assert time.monotonic() - start < 1.5
        for filler in fillers:
            filler.close()


def test_no_redirect_is_followed(receiver: Receiver, post: Exchange) -> None:
    """A redirect is an answer like any other: nothing goes where it points."""
    receiver.mode = "redirect"
    assert post.post("/v1/predictions", BODY, within_s=5).status == 307
    assert len(receiver.requests) == 1


def test_proxies_of_the_environment_are_not_used(
    receiver: Receiver, post: Exchange, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A variable set for other programs sends no prediction elsewhere."""
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")
    monkeypatch.setenv("all_proxy", "http://127.0.0.1:9")
    assert post.post("/v1/predictions", BODY, within_s=5).status == 200


@pytest.mark.parametrize(("mode", "wait"), [("busy", 7), ("away", 300), ("500", None)])
def test_what_a_collector_asks_to_wait_is_bounded(
    receiver: Receiver, post: Exchange, mode: str, wait: float | None
) -> None:
    """Retry-After is read in seconds, up to five minutes."""
    receiver.mode = mode
    answer = post.post("/v1/predictions", BODY, within_s=5)
    assert answer.retry_after_s == wait


@pytest.mark.filterwarnings("ignore:This process:DeprecationWarning")
def test_a_child_opens_its_own_connection(receiver: Receiver, post: Exchange) -> None:
    """After a fork parent and child do not speak over one connection."""
    post.post("/v1/predictions", BODY, within_s=5)
    child = os.fork()
    if child == 0:
        try:
            status = post.post("/v1/predictions", BODY, within_s=5).status
        except BaseException:  # noqa: BLE001 — the child must end here
            os._exit(9)
        os._exit(0 if status == 200 else 1)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    assert post.post("/v1/predictions", BODY, within_s=5).status == 200
    first, second, third = (seen["from"] for seen in receiver.requests)
    assert first == third != second


@pytest.mark.parametrize("trusted", [False, True])
def test_a_certificate_is_verified(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, *, trusted: bool
) -> None:
    """A server that cannot prove its name is sent nothing, not even the key."""
    pem = self_signed(tmp_path)
    if trusted:
        monkeypatch.setenv("SSL_CERT_FILE", str(pem))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(pem)
    got: list[bytes] = []
    with socket.create_server(("127.0.0.1", 0)) as server:

        def serve() -> None:
            plain, _ = server.accept()
            plain.settimeout(5)
            with (
                contextlib.suppress(OSError),
                plain,
                context.wrap_socket(plain, server_side=True) as secure,
            ):
                got.append(secure.recv(1000))
                secure.sendall(b"HTTP/1.1 204 Well\r\nConnection: close\r\n\r\n")

        thread = threading.Thread(target=serve)
        thread.start()
        url = f"https://127.0.0.1:{server.getsockname()[1]}"
        post = Exchange(Target.parse(url), Key(KEY), agent="t")
        if trusted:
            assert post.post("/", b"", within_s=5).status == 204
        else:
            with pytest.raises(Unreachable, match="SSLCertVerificationError"):
                post.post("/", b"", within_s=5)
        thread.join()
    assert len(got) == trusted


@pytest.mark.parametrize("text", ["", "short", "with space 12345", "line\nend 12345"])
def test_what_is_no_key_is_refused_without_being_quoted(text: str) -> None:
    """A key that could break a header is refused at once, and not repeated."""
    with pytest.raises(LoggerError) as failure:
        Key(text)
    assert failure.value.code == "bad_key"
    assert not text or text not in str(failure.value)


def test_a_key_does_not_show_itself() -> None:
    """Neither repr nor str nor pickle nor an attribute listing gives the key away."""
    key = Key(KEY)
    assert KEY not in repr(key)
    assert KEY not in f"{key}"
    with pytest.raises(TypeError, match="not written"):
        pickle.dumps(key)


@pytest.mark.parametrize(
    "url",
    [
        "",
        "ftp://host",
        "http://",
        "http://user:secret-word@host",
        "http://host:port",
        "http://host:99999",
        "http://host/?q=1",
        "http://host/#f",
        "http://ho st/",
        "http://hö.example",
    ],
)
def test_what_is_no_address_is_refused(url: str) -> None:
    """A URL that is none, or carries more than a place, is refused at once."""
    with pytest.raises(LoggerError) as failure:
        Target.parse(url)
    assert failure.value.code == "bad_target"
    assert "secret-word" not in str(failure.value)


def test_an_address_is_read_and_shown() -> None:
    """Scheme, host, port and path of a URL are kept; ports have their defaults."""
    assert str(Target.parse("https://a.example/x/")) == "https://a.example:443/x"
    assert str(Target.parse("http://[::1]:8181")) == "http://[::1]:8181"


WORKING = """
import sys
from leeboard_logger import Logger
url, spool = sys.argv[1:]
log = Logger(url, model="m", mode="spooled" if spool else "buffered", key=KEY,
             spool=spool or None)
before = set(sys.modules)
for number in range(20):
    log.log_prediction({"x": number, "name": "na\u00efve"}, prediction=1.0)
log.flush(5)
log.close()
print(sorted(set(sys.modules) - before))
"""


@pytest.mark.parametrize("spooled", [False, True])
def test_nothing_is_loaded_once_the_logger_is_there(
    receiver: Receiver, tmp_path: Path, *, spooled: bool
) -> None:
    """A fork while a worker loads a module leaves a child that waits for ever.

    Nor can a worker load one while the interpreter ends.
    """
    spool = str(tmp_path / "spool") if spooled else ""
    code = WORKING.replace("KEY", repr(KEY))
    run = subprocess.run(
        [sys.executable, "-c", code, receiver.url, spool],
        capture_output=True,
        text=True,
        check=False,
    )
    assert (run.returncode, run.stdout) == (0, "[]\n"), run.stderr


def test_a_secure_target_loads_tls_with_the_logger() -> None:
    """Not at the first request, in a worker."""
    code = (
        "import sys; from leeboard_logger import Logger;"
        "Logger('https://collector.example', model='m', mode='buffered', key='k' * 9);"
        "print('ssl' in sys.modules)"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True)
    assert run.stdout == b"True\n"
