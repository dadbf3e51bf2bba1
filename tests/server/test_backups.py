"""A backup while events come, brought back under another server."""

from __future__ import annotations

import signal
from collections import Counter
from contextlib import ExitStack
from pathlib import Path

import pytest

from leeboard import Monitor
from leeboard.cli import main
from tests.monitor._world import World, world
from tests.server._process import Server, free_port, key_for
from tests.server._sender import Sender
from tests.server._waiting import until


def _rows(monitor: Monitor) -> dict[str, float]:
    """Return predictions by id; an id that is seen twice fails."""
    table = monitor.export("predictions").read_all()
    ids = table.column("id").to_pylist()
    assert [one for one, n in Counter(ids).items() if n > 1] == []
    return dict(zip(ids, table.column("prediction").to_pylist(), strict=True))


@pytest.mark.long
def test_a_backup_while_events_come(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """It holds all that was acknowledged before it began, and nothing twice.

    After it is brought back, senders repeat what they sent since; then the new server
    has what the old one has, and counts the same.
    """
    (tmp_path / "old").mkdir()
    model = world(tmp_path / "old")
    key, port = key_for(model), free_port()
    senders = [Sender(port, key, f"s{n}", n, pause_s=0.02) for n in range(2)]
    with ExitStack() as stack:
        server = stack.enter_context(Server(model, port=port, every="1s"))
        for sender in senders:
            stack.callback(sender.ending.set)
            sender.start()
        until(lambda: all(len(sender.acknowledged) > 300 for sender in senders))
        before = [dict(sender.acknowledged) for sender in senders]
        saved = tmp_path / "monitor.tar"
        model.monitor.backup(saved)
        behind = [len(sender.acknowledged) for sender in senders]
        until(
            lambda: all(
                len(sender.acknowledged) > n + 100
                for sender, n in zip(senders, behind, strict=True)
            )
        )
        for sender in senders:
            sender.ending.set()
            sender.join(60)
            assert sender.wrong == []
        assert server.end(signal.SIGTERM) == 0
    (tmp_path / "new").mkdir()
    config = tmp_path / "new" / "leeboard.toml"
    assert main(["restore", str(saved), "--config", str(config)]) == 0
    restored = World(tmp_path / "new")
    rows = _rows(restored.monitor)
    for acknowledged in before:
        assert {i: rows.get(i) for i in acknowledged} == acknowledged
    assert rows.keys() <= senders[0].sent | senders[1].sent
    with Server(restored, every="1s") as again:  # the key was saved too
        statuses = Counter(
            status for sender in senders for status in sender.repeat(again, key)
        )
        assert set(statuses) <= {"accepted", "duplicate"}
        assert again.end(signal.SIGTERM) == 0
    now_there = _rows(restored.monitor)
    assert now_there == _rows(model.monitor)
    for sender in senders:
        assert sender.acknowledged.items() <= now_there.items()
    for one in (model, restored):
        one.monitor.run()
    found, expected = (one.monitor.status().models[0] for one in (restored, model))
    assert (found.windows, found.waiting) == (expected.windows, expected.waiting)
    assert found.predictions == expected.predictions == len(now_there)
