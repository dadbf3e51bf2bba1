"""An erasure that is held up on its way: what it took is on record, and no draw has it.

Leases last a second here, so that a log takes longer to write anew than they do.
"""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from leeboard.errors import StateError
from leeboard.logs import Wanted
from leeboard.logs.folder import FolderLog
from leeboard.monitor import blotting, holder, sampling
from leeboard.monitor.blotting import Rights
from leeboard.monitor.erasing import ERASURES
from leeboard.monitor.sampling import SAMPLES, Draw, draws_of, write_draws
from leeboard.state import Lease, State, open_state
from leeboard.state.memory import MemoryState
from tests.monitor._world import CONFIG, DAY, START, World, hours, world

LASTING = 1.0
WRITERS = ["announce:demand", "pass:demand", "sample:demand", "sending"]
DRAW = Draw(START, START, 1, 2, 9, "value", "", "", {"p0": (0.5, 0), "p1": (0.5, 0)})


@pytest.fixture
def model(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> World:
    """A model with four days of predictions, every other one of Graz."""
    made = world(tmp_path)
    made.predict(hours(0, 96))
    for module in (holder, blotting):
        monkeypatch.setattr(module, "LEASE_SECONDS", LASTING)
    monkeypatch.setattr(blotting, "_PATIENCE_S", 0.2)
    return made


@pytest.fixture
def state(model: World) -> Iterator[State]:
    """What another process has open."""
    with closing(open_state(model.monitor.plan.state)) as opened:
        yield opened


def _slow(monkeypatch: pytest.MonkeyPatch, then: Any) -> None:
    """Have the log take longer than leases last, and something happen meanwhile."""
    real = FolderLog.take_out

    def slow(log: FolderLog, wanted: Wanted) -> Any:
        taken = real(log, wanted)
        then()
        return taken

    monkeypatch.setattr(FolderLog, "take_out", slow)


def _lease(state: State, name: str) -> Lease | None:
    return state.lease(name, "other", datetime.now(UTC), 60.0)


def test_rights_are_kept_while_the_log_is_written_anew(
    model: World, state: State, monkeypatch: pytest.MonkeyPatch
) -> None:
    """However long that takes, nobody begins a pass, a draw or a delivery."""
    begun: list[Lease | None] = []

    def meanwhile() -> None:
        time.sleep(1.5 * LASTING)
        begun.extend(_lease(state, name) for name in WRITERS)

    _slow(monkeypatch, meanwhile)
    done = model.monitor.erase("Graz", column="city")
    assert begun == [None] * len(WRITERS)
    assert (done.predictions, done.left) == (48, ())
    assert all(_lease(state, name) is not None for name in WRITERS)


def test_what_was_taken_is_on_record_whatever_comes_after(
    model: World, state: State, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Rights that are lost all the same stop words alone; draws lose the ids."""
    leases: dict[str, Lease] = {}

    def meanwhile() -> None:
        time.sleep(1.5 * LASTING)
        leases.update({n: one for n in WRITERS if (one := _lease(state, n))})
        state.keep("demand", SAMPLES, write_draws([DRAW]))
        state.release(leases["sample:demand"])

    # as of a process that sleeps
    monkeypatch.setattr(Rights, "_renew", lambda _: None)
    _slow(monkeypatch, meanwhile)
    with pytest.raises(StateError, match="busy"):
        model.monitor.erase("Graz", column="city")
    assert {*leases} == {*WRITERS}
    assert _counts(state) == [48]
    assert [one.detail for one in state.audit.deeds()] == ["48 predictions, 0 labels"]
    assert [set(one.chosen) for one in draws_of(state, "demand")] == [{"p1"}]

    monkeypatch.undo()
    for lease in leases.values():
        state.release(lease)
    assert model.monitor.erase("Graz", column="city").left == ()
    assert _counts(state) == [48, 0]


def _counts(state: State) -> list[int]:
    records = json.loads(state.kept("", ERASURES) or "[]")
    return [one["predictions"] for one in records]


def test_a_right_that_another_has_is_not_renewed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Nor is it given back to who lost it, and a store that is away is asked again."""
    for module in (holder, blotting):
        monkeypatch.setattr(module, "LEASE_SECONDS", LASTING)
    store = MemoryState()
    rights = Rights(store, ["pass:demand", "sending"])
    until = rights.take()["pass:demand"].until
    other = store.lease("pass:demand", "other", until, 60.0)
    asked: list[str] = []
    lease = store.lease

    def away(name: str, *arguments: Any) -> Lease | None:
        asked.append(name)
        if len(asked) <= 2:
            raise StateError(code="busy", where="", found="", expected="", fix="")
        return lease(name, *arguments)

    monkeypatch.setattr(store, "lease", away)
    with rights.kept():
        time.sleep(1.5 * LASTING)
    assert {*asked} == {"pass:demand", "sending"}
    assert len(asked) > 4
    assert store.leased("pass:demand") == other
    held = store.leased("sending")
    assert held is not None
    assert held.until > until


def test_a_draw_that_lost_its_right_keeps_no_ids(
    model: World, state: State, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It has read the log before an erasure, and would write down after it."""
    real = sampling._rows

    def slow(*arguments: Any) -> Any:
        rows = real(*arguments)
        time.sleep(1.5 * LASTING)
        assert _lease(state, "sample:demand") is not None
        return rows

    monkeypatch.setattr(sampling, "_rows", slow)
    with pytest.raises(StateError, match="lease_lost"):
        model.monitor.sample(2, now=START + 4 * DAY)
    assert draws_of(state, "demand") == ()


def test_the_same_id_of_another_model_stays_in_its_draws(
    model: World, state: State
) -> None:
    """Ids are a model's own: of two that count from one, each has a first."""
    other = CONFIG.partition("[model.demand]")[2]
    model.configure(f"{CONFIG}\n[model.other]{other}")
    for name in ("demand", "other"):
        state.keep(name, SAMPLES, write_draws([DRAW]))
    model.monitor.erase(ids=["p0"], model="demand")
    assert _drawn(state) == [{"p1"}, {"p0", "p1"}]
    model.monitor.erase("Lyon", column="city")
    assert _drawn(state) == [set(), {"p0", "p1"}]
    model.monitor.erase(ids=["p1"])
    assert _drawn(state) == [set(), {"p0"}]


def _drawn(state: State) -> list[set[str]]:
    names = ("demand", "other")
    return [{*one.chosen} for name in names for one in draws_of(state, name)]
