"""Python searches for cycles seldom while serving, and as before afterwards."""

from __future__ import annotations

import contextlib
import gc
import weakref
from collections.abc import Iterator
from pathlib import Path

import pytest

from leeboard.server.cycles import SELDOM, few_collections
from leeboard.server.listening import Listening
from leeboard.server.serve import serve
from tests.monitor._world import world


@pytest.fixture(autouse=True)
def _as_it_was() -> Iterator[None]:
    """Whatever a test leaves, the next begins with Python's own."""
    before = gc.get_threshold()
    yield
    gc.set_threshold(*before)
    gc.unfreeze()


@pytest.mark.parametrize(
    ("own", "meanwhile"), [(700, SELDOM), (50_000, 50_000), (0, 0)]
)
def test_a_host_that_asks_for_less_has_it(
    tmp_path: Path, own: int, meanwhile: int
) -> None:
    """What it set is there again, whatever ended it."""
    gc.set_threshold(own, 10, 10)
    with contextlib.suppress(OSError), few_collections():
        seen = gc.get_threshold(), gc.get_freeze_count()
        tmp_path.read_bytes()
    assert seen[0] == (meanwhile, 10, 10)
    assert seen[1] > 0
    assert gc.get_threshold() == (own, 10, 10)
    assert gc.get_freeze_count() == 0


def test_what_a_host_froze_stays_so() -> None:
    """It is not ours to thaw."""
    gc.freeze()
    with few_collections():
        pass
    assert gc.get_freeze_count() > 0


def test_cycles_that_requests_make_are_found() -> None:
    """Unasked, though less often: memory does not grow by them without end."""

    class Held:
        def __init__(self) -> None:
            self.me = self

    with few_collections():
        first = weakref.ref(Held())
        for _ in range(2 * SELDOM):
            Held()
        assert first() is None


def test_a_server_runs_so(tmp_path: Path) -> None:
    """From before it says its address."""
    seen = []

    def told(_address: str, _entry: str) -> None:
        seen.append((gc.get_threshold()[0], gc.get_freeze_count() > 0))
        raise InterruptedError

    with pytest.raises(InterruptedError):
        serve(world(tmp_path).monitor, Listening(port=0), 60.0, told)
    assert seen == [(SELDOM, True)]
