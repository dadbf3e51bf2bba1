"""The server is killed under load, again and again; senders repeat what they must."""

from __future__ import annotations

import os
import random
import signal
import time
from collections import Counter
from pathlib import Path

import pytest

from leeboard import Logger
from tests.monitor._world import World, world
from tests.server._process import Server, free_port, key_for
from tests.server._sender import Sender


def _rows(model: World) -> dict[str, float]:
    """Return the log as people read it; an id that is seen twice fails."""
    table = model.monitor.export("predictions").read_all()
    ids = table.column("id").to_pylist()
    assert [one for one, n in Counter(ids).items() if n > 1] == []
    return dict(zip(ids, table.column("prediction").to_pylist(), strict=True))


def _killed(folder: Path, kills: int, seed: int) -> None:
    draw = random.Random(seed)
    model = world(folder)
    key, port = key_for(model), free_port()
    spooled = Logger(
        f"http://127.0.0.1:{port}",
        model="demand",
        key=key,
        mode="spooled",
        spool=folder / "sender",
        close_s=60,
    )
    senders = [Sender(port, key, f"s{n}", seed + n) for n in range(2)]
    logged = []
    for sender in senders:
        sender.start()
    try:
        for _ in range(kills):
            with Server(model, port=port, every="1s") as server:
                until = time.monotonic() + draw.uniform(0.0, 1.5)
                while time.monotonic() < until:
                    logged.append(spooled.log_prediction({"temp": 1.0}, 7.5))
                    time.sleep(0.005)
                server.end(signal.SIGKILL)
        with Server(model, port=port, every="1s") as server:
            time.sleep(1.0)
            for sender in senders:
                sender.ending.set()
            for sender in senders:
                sender.join(60)
            spooled.close()
            assert server.end(signal.SIGTERM) == 0
    finally:
        for sender in senders:
            sender.ending.set()
    rows = _rows(model)
    for sender in senders:
        assert sender.wrong == [], f"seed {seed}"
        assert sender.acknowledged, f"seed {seed}"
        lost = sender.acknowledged.keys() - rows.keys()
        assert lost == set(), f"seed {seed}"
        changed = {i for i, said in sender.acknowledged.items() if rows[i] != said}
        assert changed == set(), f"seed {seed}"
    assert set(logged) - rows.keys() == set(), f"seed {seed}"
    known = set(logged).union(*(sender.sent for sender in senders))
    assert rows.keys() <= known, f"seed {seed}"
    assert any(sender.again for sender in senders)


@pytest.mark.long
def test_a_killed_server_loses_and_repeats_nothing(tmp_path: Path) -> None:
    """What was acknowledged is there once, as it was sent, after kills under load.

    Four of them, or as many as LEEBOARD_TORTURE says.
    """
    _killed(tmp_path, int(os.environ.get("LEEBOARD_TORTURE", "4")), 20261127)
