"""A connection that is slow ends; one that is not, does not."""

from __future__ import annotations

import asyncio
import socket
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from threading import Thread

import pytest
import uvicorn
from starlette.types import Receive, Scope, Send
from uvicorn.server import ServerState

from leeboard.server import connection
from leeboard.server.connection import Patient
from tests.monitor._world import world
from tests.server._process import Server, key_for

HEAD = b"GET / HTTP/1.1\r\nHost: x\r\n"
_Talk = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[bytes]]


async def _app(scope: Scope, receive: Receive, send: Send) -> None:
    """Answer after a while, without reading a body."""
    del scope, receive
    await asyncio.sleep(0.6)
    await send({"type": "http.response.start", "status": 204, "headers": []})
    await send({"type": "http.response.body", "body": b""})


def talked(monkeypatch: pytest.MonkeyPatch, talk: _Talk) -> tuple[bytes, float]:
    """Talk to a connection that waits 0.3 s for a head; what came, and how long."""
    monkeypatch.setattr(connection, "HEAD_S", 0.3)

    async def both() -> tuple[bytes, float]:
        config = uvicorn.Config(_app, http=Patient, log_config=None, lifespan="off")
        config.load()
        loop = asyncio.get_running_loop()
        server = await loop.create_server(
            lambda: Patient(config, ServerState(), {}, loop), "127.0.0.1", 0
        )
        port = server.sockets[0].getsockname()[1]
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        begun = time.monotonic()
        async with asyncio.timeout(20):
            try:
                answer = await talk(reader, writer)
            except ConnectionError:
                answer = b""
        writer.close()
        server.close()
        await server.wait_closed()
        return answer, time.monotonic() - begun

    with asyncio.Runner() as runner:
        return runner.run(both())


async def _drip(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bytes:
    """Send a byte now and then, until the connection ends."""
    while not reader.at_eof():
        writer.write(b"x")
        await writer.drain()
        await asyncio.sleep(0.05)
    return b"ended"


def test_p36_a_head_that_drips_ends_the_connection(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """However many bytes come meanwhile."""

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bytes:
        writer.write(HEAD + b"X-Slow: ")
        return await _drip(reader, writer)

    answer, took = talked(monkeypatch, talk)
    assert answer in {b"", b"ended"}
    assert took >= 0.25


def test_a_connection_that_says_nothing_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    """It does not wait for a first byte for ever."""

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bytes:
        del writer
        return await reader.read()

    assert talked(monkeypatch, talk)[0] == b""


def test_a_body_that_nobody_reads_ends_too(monkeypatch: pytest.MonkeyPatch) -> None:
    """After the answer its bytes may not come for ever."""

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bytes:
        writer.write(HEAD + b"Content-Length: 1000000\r\n\r\n")
        first = await reader.readline()
        assert b" 204 " in first
        return await _drip(reader, writer)

    assert talked(monkeypatch, talk)[1] >= 0.8


def test_an_answer_that_takes_longer_is_waited_for(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The bound is on heads alone: twice on one connection."""

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bytes:
        found = b""
        for _ in range(2):
            writer.write(HEAD + b"\r\n")
            found += await reader.readuntil(b"\r\n\r\n")
            await asyncio.sleep(0.5)  # idle between requests: keep-alive's business
        return found

    assert talked(monkeypatch, talk)[0].count(b" 204 ") == 2


@pytest.mark.long
def test_p36_a_slow_client_is_done_with_within_a_minute(tmp_path: Path) -> None:
    """Of the real server: a head and a body, a byte a second each."""
    model = world(tmp_path)
    key = key_for(model)
    length = b"Content-Length: 9999\r\n\r\n{"
    kinds = b"Content-Type: application/json\r\nAuthorization: Bearer " + key.encode()
    post = b"POST /v1/predictions HTTP/1.1\r\nHost: x\r\n"
    form = b"POST /login HTTP/1.1\r\nHost: x\r\n"
    urlencoded = b"Content-Type: application/x-www-form-urlencoded\r\n"
    starts = [post, post + kinds + b"\r\n" + length, form + urlencoded + length]
    took = [0.0] * len(starts)

    def drip(place: int) -> None:
        host, _, port = server.url.removeprefix("http://").partition(":")
        begun = time.monotonic()
        with socket.create_connection((host, int(port)), 20) as sock:
            sock.settimeout(1)
            sock.sendall(starts[place])
            while time.monotonic() - begun < 60:
                try:
                    sock.sendall(b"x")
                    if not sock.recv(4096):
                        break
                except TimeoutError:
                    continue
                except OSError:
                    break
        took[place] = time.monotonic() - begun

    with Server(model) as server:
        threads = [Thread(target=drip, args=(i,)) for i in range(len(starts))]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert all(25 < one < 50 for one in took), took
