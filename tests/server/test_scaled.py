"""Two collectors and two schedulers, processes of their own, on one Postgres."""

from __future__ import annotations

import signal
import sys
from collections import Counter
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from leeboard.monitor.history import Made, passes_made
from leeboard.monitor.holder import LEAD
from leeboard.state import Done, State, open_state
from tests.monitor._world import CONFIG, START, World, world
from tests.server._process import Server, free_port, key_for
from tests.server._sender import Sender
from tests.server._waiting import until

QUICK = """
import leeboard.monitor.holder, leeboard.server.leading
leeboard.monitor.holder.LEASE_SECONDS = leeboard.server.leading.LEAD_S = 3.0
from leeboard.cli import main
raise SystemExit(main())
"""
"""A server whose leases last three seconds, so that a paused one is followed soon."""


class Scaled:
    """Four processes, each in a folder of its own."""

    def __init__(self, folder: Path, database: str, stack: ExitStack) -> None:
        self._folder, self._database, self._stack = folder, database, stack
        self.first = self._world("first")
        self.read_key = key_for(self.first, "read")
        self.state = open_state(database)
        self.passes: dict[tuple[str, datetime], Made] = {}

    def _world(self, name: str) -> World:
        (self._folder / name).mkdir()
        model = world(self._folder / name)
        places = (
            f'log = "{self._database}"\nstate = "{self._database}"\nspool = "spool"'
        )
        config = CONFIG.replace('log = "monitor"', places)
        model.configure(config.replace('grace = "2d"', 'grace = "999d"'))
        return model

    def serve(self, name: str, role: str) -> Server:
        """Start one."""
        return self._stack.enter_context(
            Server(
                self._world(name),
                port=free_port() if name == "c1" else 0,  # it is killed, and comes back
                every="1s",
                options=("--role", role),
                program=(sys.executable, "-c", QUICK),
            )
        )

    def leads(self, server: Server) -> bool:
        """Ask one whether it leads."""
        status, told = server.ask("GET", "/v1/health", key=self.read_key)
        assert (status, told["role"]) == (200, "scheduler")
        for one in passes_made(self.state):
            self.passes[one.by, one.began_at] = one
        return bool(told["leads"])

    def by(self, server: Server) -> int:
        """Passes that one has made."""
        return sum(f":{server.process.pid}:" in by for by, _ in self.passes)


def _spread(number: int) -> Mapping[str, Any]:
    """Events of eight days, so that each pass has windows to count."""
    made_at = START + timedelta(hours=number % 192)
    return {"made_at": made_at.isoformat()}


def _counts(state: State) -> list[tuple[object, ...]]:
    def seen(one: Done) -> tuple[object, ...]:
        return one.window, one.rows, one.labels, one.digest

    return [seen(one) for one in state.windows("demand")]


@pytest.mark.long
def test_two_collectors_and_two_schedulers(tmp_path: Path, postgres: str) -> None:
    """Each acknowledged event is there once; of the schedulers one makes passes.

    The leader is paused and woken again, its follower is killed, and a collector is
    killed too; at the end the figures are those that one process counts alone.
    """
    with ExitStack() as stack:
        scaled = Scaled(tmp_path, postgres, stack)
        key = key_for(scaled.first)
        one = scaled.serve("s1", "scheduler")
        with ThreadPoolExecutor(3) as pool:
            two, *collectors = pool.map(
                scaled.serve,
                ["s2", "c1", "c2"],
                ["scheduler", "collector", "collector"],
            )
        senders = [
            Sender(
                int(server.url.rpartition(":")[2]),
                key,
                name,
                seed,
                _spread,
                pause_s=0.2,
            )
            for seed, (name, server) in enumerate(zip("ab", collectors, strict=True))
        ]
        for sender in senders:
            sender.start()
            stack.callback(sender.ending.set)
        until(lambda: scaled.leads(one) and scaled.by(one) >= 2)
        assert not scaled.leads(two)
        assert two.ask("POST", "/v1/predictions", {}, key=key)[0] == 404

        paused = datetime.now(UTC)
        one.process.send_signal(signal.SIGSTOP)
        until(lambda: scaled.leads(two) and scaled.by(two) >= 2)
        token = scaled.state.leased(LEAD).token
        one.process.send_signal(signal.SIGCONT)
        until(lambda: not scaled.leads(one) and scaled.leads(two))
        until(lambda: "the lead has gone to another scheduler" in "".join(one.said()))
        assert scaled.state.leased(LEAD).token == token

        collectors[0].end(signal.SIGKILL)
        restarted = Server(
            collectors[0].model,
            port=collectors[0].port,
            every="1s",
            options=("--role", "collector"),
        )
        stack.enter_context(restarted)
        before = scaled.by(one)
        two.end(signal.SIGKILL)
        until(lambda: scaled.leads(one) and scaled.by(one) >= before + 2)
        for server in (one, restarted, collectors[1]):
            assert server.ask("GET", "/login")[0] == 200  # the dashboard's door
        for sender in senders:
            sender.ending.set()
            sender.join(60)
        for server in (restarted, collectors[1], one):
            assert server.end(signal.SIGTERM) == 0
        assert scaled.state.leased(LEAD) is None
        _check(scaled, senders, paused)
        scaled.state.close()


def _check(scaled: Scaled, senders: list[Sender], paused: datetime) -> None:
    monitor = scaled.first.monitor
    monitor.run()
    table = monitor.export("predictions").read_all()
    ids = table.column("id").to_pylist()
    assert [one for one, n in Counter(ids).items() if n > 1] == []
    rows = dict(zip(ids, table.column("prediction").to_pylist(), strict=True))
    for sender in senders:
        assert sender.wrong == []
        assert len(sender.acknowledged) > 20
        assert {i: rows.get(i) for i in sender.acknowledged} == sender.acknowledged
    assert rows.keys() <= senders[0].sent | senders[1].sent
    made = sorted(scaled.passes.values(), key=lambda one: one.began_at)
    overlaps = [
        (before, later)
        for before, later in pairwise(made)
        if before.by.split(":")[1] != later.by.split(":")[1]
        and later.began_at < before.ended_at
        # one that slept in its pass: what it wrote after that was refused
        and not before.began_at < paused < before.ended_at
    ]
    assert overlaps == []
    alone = scaled._world("alone")
    text = (alone.folder / "leeboard.toml").read_text()
    alone.configure(text.replace(f'state = "{scaled._database}"', 'state = "own.db"'))
    alone.monitor.run()
    state = open_state(alone.monitor.plan.state)
    assert _counts(scaled.state) == _counts(state)
    assert len(_counts(state)) == 8
    state.close()
