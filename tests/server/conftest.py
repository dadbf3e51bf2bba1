"""A server for each test, and one with pages."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from leeboard.server import passwords
from leeboard.state import open_state
from tests.monitor._world import CONFIG, DAY, START, World, hours, world
from tests.server._live import LIMITS
from tests.server._people import RULE, People
from tests.server._served import Served


@pytest.fixture
def served(tmp_path: Path) -> Iterator[Served]:
    """Give a server with an empty spool."""
    server = Served(tmp_path)
    yield server
    server.close()


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> World:
    """A model with one incident that pages."""
    made = world(tmp_path_factory.mktemp("board"))
    made.configure(CONFIG + RULE)
    for day in range(3):
        made.predict(hours(day, 400 if day == 2 else 100), first=1000 * day)
    made.monitor.run(now=START + 3 * DAY + timedelta(hours=2))
    return made


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let passwords cost little, where their cost is not what is tested."""
    monkeypatch.setattr(passwords, "_N", 1 << 8)
    monkeypatch.setattr(passwords, "_P", 1)


@pytest.fixture
def people(tmp_path: Path, model: World, quick: None) -> Iterator[People]:
    """The server, over the model's own store."""
    state = open_state(model.monitor.plan.state)
    served = People(tmp_path, model, state)
    yield served
    served.close()
    state.close()


@pytest.fixture(scope="module")
def watched(tmp_path_factory: pytest.TempPathFactory) -> World:
    """A model with an incident, under limits that do not matter here."""
    made = world(tmp_path_factory.mktemp("everybody"))
    made.configure(CONFIG + RULE + LIMITS)
    for day in range(3):
        made.predict(hours(day, 400 if day == 2 else 100), first=1000 * day)
    made.monitor.run(now=START + 3 * DAY + timedelta(hours=2))
    return made
