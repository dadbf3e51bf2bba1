"""A pass that slept beyond its lease writes nothing of what it remembers."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from leeboard.errors import StateError
from leeboard.monitor import passes
from leeboard.monitor.adopted import KEY
from leeboard.monitor.delays import DELAYS
from leeboard.monitor.due import PENDING
from leeboard.monitor.holder import taken
from leeboard.state import State, open_state
from tests.monitor._world import DAY, START, world

NOW = START + 5 * DAY


@pytest.mark.parametrize("asleep", ["labels_of", "_read"])
def test_a_pass_that_slept_writes_nothing(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    asleep: str,
) -> None:
    """Wherever it slept, what the next one has written stays as it is."""
    model = world(tmp_path)
    for day in range(4):
        model.labelled_day(day, n=20)
    state = open_state(model.monitor.plan.state)
    after: list[object] = []
    real = getattr(passes, asleep)

    def sleeping(*given: object, **more: object) -> object:
        monkeypatch.undo()
        model.labelled_day(4, n=20)  # an unripe day, which the next one remembers
        _steal(state)
        model.monitor.run(NOW)
        after.append(_held(state))
        return real(*given, **more)

    monkeypatch.setattr(passes, asleep, sleeping)
    with pytest.raises(StateError) as caught:
        model.monitor.run(NOW - timedelta(hours=6))
    assert caught.value.code == "lease_lost"
    assert [_held(state)] == after
    state.close()


def _steal(state: State) -> None:
    """End the lease of the pass under way, as its time would."""
    held = state.leased("pass:demand")
    assert held is not None
    state.release(held)
    again = taken(state, "pass:demand")
    assert again is not None
    assert again.token > held.token
    state.release(again)


def _held(state: State) -> tuple[object, ...]:
    documents = [state.kept("demand", key) for key in (PENDING, DELAYS, KEY)]
    return state.place("demand"), state.windows("demand"), documents
