"""The disk under a server fills while events come, and empties again."""

from __future__ import annotations

import http.client
import io
import os
import shutil
import signal
import subprocess
from functools import partial
from pathlib import Path

import pytest

from leeboard.doctor import examine
from leeboard.server.listening import Listening
from tests.monitor._world import World, world
from tests.server._process import LEEBOARD, Server, free_port, key_for
from tests.server._sender import Sender
from tests.server._waiting import until

MIB = 1 << 20
MOUNT = """
mount -t tmpfs -o size=48m,mode=700 none "$0" && cp -a "$1"/. "$0" && shift && exec "$@"
"""


def _can_mount() -> bool:
    if shutil.which("unshare") is None:
        return False
    tried = ["unshare", "-Urm", "mount", "-t", "tmpfs", "none", "/mnt"]
    return subprocess.run(tried, capture_output=True, check=False).returncode == 0


def _filled(folder: Path) -> Path:
    """Take all the room there is."""
    path = folder / "filler"
    with path.open("wb", buffering=0) as file:
        for size in (MIB, 4096):
            with pytest.raises(OSError, match="No space left"):
                _write_on(file, b"x" * size)
    return path


def _write_on(file: io.FileIO, data: bytes) -> None:
    while True:
        file.write(data)


@pytest.mark.long
@pytest.mark.skipif(not _can_mount(), reason="no disk of its own can be had")
def test_a_disk_that_fills_under_load(tmp_path: Path) -> None:
    """503 and Retry-After while it is full, red with the reason, and back by itself.

    The server lives on a disk of 48 MiB of its own. Nothing that was acknowledged is
    lost, nothing is there twice, its own log does not grow, and it ends in order.
    """
    template, disk = tmp_path / "template", tmp_path / "disk"
    template.mkdir()
    disk.mkdir()
    model = world(template)
    key, read_key = key_for(model), key_for(model, "read")
    program = ("unshare", "-Urm", "sh", "-c", MOUNT, str(disk), str(template))
    seen = World(disk)
    port = free_port()
    senders = [Sender(port, key, f"s{n}", n, pause_s=0.02) for n in range(2)]
    with Server(seen, port=port, every="1s", program=(*program, *LEEBOARD)) as server:
        inside = Path(f"/proc/{server.process.pid}/root{disk}")
        for sender in senders:
            sender.start()
        until(lambda: all(sender.acknowledged for sender in senders))
        for _ in range(2):
            filler = _filled(inside)
            until(lambda: server.ask("GET", "/readyz")[0] == 503)
            for sender in senders:
                before = sender.again
                until(partial(_more, sender, "again", before))
            status, told = server.ask("GET", "/v1/health", key=read_key)
            assert (status, told["ready"]) == (503, False)
            assert told["events"]["reason"] in {"disk_full", "spool_full"}
            assert server.ask("GET", "/healthz")[0] == 200
            answer = _one(server, key)
            assert (answer.status, answer.headers["Retry-After"]) == (503, "5")
            filler.unlink()
            until(lambda: server.ask("GET", "/readyz")[0] == 200)
            for sender in senders:
                before = len(sender.acknowledged)
                until(partial(_more, sender, "acknowledged", before))
        for sender in senders:
            sender.ending.set()
            sender.join(60)
            assert sender.wrong == []
        assert server.log.stat().st_size < 32_000
        assert "Traceback" not in "".join(server.said())
        held = os.open(inside, os.O_RDONLY | os.O_DIRECTORY)  # else it goes with it
        assert server.end(signal.SIGTERM) == 0
    shutil.copytree(f"/proc/self/fd/{held}", tmp_path / "after")
    os.close(held)
    monitor = World(tmp_path / "after").monitor
    monitor.run()
    table = monitor.export("predictions").read_all()
    ids = table.column("id").to_pylist()
    assert len(ids) == len(set(ids))
    rows = dict(zip(ids, table.column("prediction").to_pylist(), strict=True))
    for sender in senders:
        assert {i: rows.get(i) for i in sender.acknowledged} == sender.acknowledged
    assert rows.keys() <= senders[0].sent | senders[1].sent | {"one"}
    assert monitor.quarantine() == []
    assert examine(monitor.plan.path, listening=Listening(port=0), deep=True).sound


def _more(sender: Sender, what: str, before: int) -> bool:
    now = getattr(sender, what)
    return (now if isinstance(now, int) else len(now)) > before


def _one(server: Server, key: str) -> http.client.HTTPResponse:
    body = b'{"predictions": [{"id": "one", "model": "demand", "prediction": 1.0}]}'
    connection = server.connection()
    headers = {"Content-Type": "application/json", "Authorization": f"Bearer {key}"}
    connection.request("POST", "/v1/predictions", body, headers)
    answer = connection.getresponse()
    answer.read()
    connection.close()
    return answer
