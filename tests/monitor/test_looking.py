"""What is read of the windows that are judged, and what is not."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import numpy as np
import pytest

import leeboard as lb
from leeboard.config.plan import ModelPlan
from leeboard.monitor import looking
from leeboard.monitor.adopted import Adopted
from leeboard.monitor.baseline import Baseline
from leeboard.monitor.packs import join_packed
from leeboard.profiles.packed import pack, unpack
from leeboard.state import Done, Packed
from leeboard.state.memory import MemoryState
from leeboard.windows import Calendar, Every, Window
from tests.state._results import hour, leased


def test_windows_a_month_apart_are_read_without_those_between(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The newest, and two whose labels have come: three are unpacked, not 721."""
    reference = lb.profile({"x": np.arange(300.0)})
    baseline = Baseline(reference)
    plan = ModelPlan("m", "", "", Calendar(Every(1, "h"), UTC))
    state = MemoryState()
    data = join_packed(pack(reference.parts[None]), b"")
    rows: list[Any] = [
        (_done(hour(k), reference.fingerprint), [Packed("", 300, data)], [])
        for k in range(721)
    ]
    state.put(leased(state), rows, model="m", place=1)
    unpacked = []

    def counted(*given: Any) -> Any:
        unpacked.append(given)
        return unpack(*given)

    monkeypatch.setattr("leeboard.monitor.looking.unpack", counted)
    wanted = [hour(720), hour(0), hour(1)]
    found = looking.looks(state, plan, baseline, Adopted(), wanted)
    assert sorted(found) == sorted(wanted)
    assert len(unpacked) == 3


def _done(window: Window, fingerprint: str) -> Done:
    at = datetime(2026, 6, 1, tzinfo=UTC)
    return Done("m", window, 1, 300, 0, 0.0, True, fingerprint, "d", at, at)
