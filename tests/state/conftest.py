"""Every kind of store, for the contract suites."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from leeboard.state import State, open_state
from leeboard.state.memory import MemoryState


@pytest.fixture(params=["memory", "sqlite", "postgres"])
def state(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[State]:
    """Give an empty store of each kind."""
    store: State
    if request.param == "memory":
        store = MemoryState()
    elif request.param == "sqlite":
        store = open_state(tmp_path / "state.sqlite")
    else:
        store = open_state(request.getfixturevalue("postgres"))
    yield store
    store.close()
