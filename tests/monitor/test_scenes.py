"""What a diagnosis sees of the error: whether rows changed, or their mix."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from leeboard import performance
from leeboard.alarms.judged import Group, Subject
from leeboard.alarms.look import Look
from leeboard.config.plan import ModelPlan
from leeboard.engines.profiling import profile_current, profile_reference
from leeboard.incidents.incident import Incident
from leeboard.monitor.adopted import Adopted
from leeboard.monitor.baseline import Baseline, load_baseline
from leeboard.monitor.packs import join_packed
from leeboard.monitor.scenes import Scenes
from leeboard.performance import Outcomes, Tally, tally_of
from leeboard.profiles.packed import pack
from leeboard.schema import Task
from leeboard.sources import open_source
from leeboard.state import Packed
from leeboard.state.memory import MemoryState
from leeboard.windows import Calendar, Every, Window
from tests.monitor._world import world
from tests.state._results import done, hour, leased, measured
from tests.state.test_alarms import incident, verdict

Rows = Callable[[np.random.Generator, int], pa.Table]
HOURS = 8
"""Bad windows."""


def rows(
    rng: np.random.Generator, n: int, *, more: float = 1.0, tilt: float = 1.0
) -> Any:
    """Return rows whose error grows with their feature.

    ``more`` makes errors larger on the same rows; ``tilt`` makes large rows more often.
    """
    x = 10.0 * rng.random(n) ** (1.0 / tilt)
    said = 20.0 * x
    noise = rng.normal(0.0, 1.0, n) * (1.0 + 2.0 * x)
    return pa.table({"x": x, "prediction": said, "label": said + more * noise})


def outcomes(table: pa.Table) -> Outcomes:
    """Return rows as labels beside predictions."""
    return Outcomes(
        Task.REGRESSION, np.asarray(table["label"]), np.asarray(table["prediction"])
    )


@dataclass
class Kept:
    """A model's reference and its bad windows, as a pass has kept them."""

    baseline: Baseline
    state: MemoryState
    tables: list[pa.Table]

    def look(self, at: int) -> Look:
        """Return what was seen of a window."""
        table = self.tables[at]
        part = profile_current(open_source(table), self.baseline.reference).parts[None]
        return Look(hour(at), part, tally_of(outcomes(table), self.cells))

    @property
    def cells(self) -> Any:
        """Cells of the reference's outcomes."""
        return self.baseline.adopted.outcomes

    def diagnosed(self, baseline: Baseline | None = None) -> Incident:
        """Return the incident as the last window diagnoses it."""
        plan = ModelPlan("demand", "", "", Calendar(Every.parse("1h"), UTC))
        scenes = Scenes(self.state, plan, baseline or self.baseline, "mae")
        error = Subject("", "performance", "error")
        one = incident(
            subjects=(error,), standing=(), diagnosis=None, verdicts=(),
            first_window=hour(0), last_window=hour(HOURS - 1),
        )  # fmt: skip
        return scenes.diagnosed(
            one, self.look(HOURS - 1), None, [verdict(HOURS - 1, subject=error)]
        )


def kept(change: Rows, n: int = 120, *, cells: Any = None) -> Kept:
    """Keep bad windows of n rows each."""
    rng = np.random.default_rng(8)
    table = rows(rng, 4000)
    profile = profile_reference(open_source(table))
    own = Adopted().with_outcomes(outcomes(table))
    tally = tally_of(outcomes(table), own.outcomes)
    mae = float(np.abs(outcomes(table).labels - outcomes(table).predictions).mean())
    baseline = Baseline(profile, own, {"mae": mae}, 4000, None, tally)
    found = Kept(baseline, MemoryState(), [change(rng, n) for _ in range(HOURS)])
    lease = leased(found.state)
    written = []
    for at, one in enumerate(found.tables):
        size = np.abs(outcomes(one).labels - outcomes(one).predictions)
        reach = 2.0 * float(size.std()) / n**0.5
        mean = float(size.mean())
        figure = measured(
            "mae", value=mean, low=mean - reach, high=mean + reach, reference=mae
        )
        counts = tally_of(outcomes(one), cells or own.outcomes)
        data = join_packed(pack(found.look(at).part), performance.pack(counts))
        facts = done(hour(at), fingerprint=profile.fingerprint)
        written.append((facts, (Packed("", n, data),), (figure,)))
    found.state.put(lease, written, model="demand", place=1)
    found.state.release(lease)
    return found


def share(one: Incident) -> str:
    """Return what the evidence says of the parts."""
    assert one.diagnosis is not None
    said = [fact for fact in one.diagnosis.evidence if "mix of rows" in fact]
    return said[0] if said else ""


def concept(rng: np.random.Generator, n: int) -> pa.Table:
    """Return the same rows with larger errors."""
    return rows(rng, n, more=1.5)


def covariate(rng: np.random.Generator, n: int) -> pa.Table:
    """Return more of the rows on which errors were always large."""
    return rows(rng, n, tilt=4.0)


def both(rng: np.random.Generator, n: int) -> pa.Table:
    """Return rows of another mix, with far larger errors."""
    return rows(rng, n, more=2.5, tilt=2.0)


@pytest.mark.parametrize(
    ("change", "cause"),
    [(concept, "concept"), (covariate, "covariate"), (both, "concept")],
)
def test_what_was_simulated_is_named(change: Rows, cause: str) -> None:
    """Errors that grew on the same rows are concept; more rows with large ones, not."""
    found = kept(change).diagnosed()
    assert found.diagnosis is not None
    assert found.diagnosis.cause == cause, found.diagnosis
    assert share(found)


def test_windows_of_the_incident_are_taken_together() -> None:
    """Of thirty rows a window alone nothing could be said."""
    few = kept(covariate, 30)
    assert share(few.diagnosed())
    (alone,) = [few.look(HOURS - 1).tally]
    assert alone is not None
    assert alone.rows == 30
    few.state.drop("demand", [hour(at) for at in range(HOURS - 1)])
    assert share(few.diagnosed()) == ""


def test_without_the_references_counts_nothing_is_split() -> None:
    """A baseline of an older time has none; the diagnosis goes on without."""
    found = kept(covariate)
    older = replace(found.baseline, tally=None)
    one = found.diagnosed(older)
    assert one.diagnosis is not None
    assert one.diagnosis.cause == "covariate"
    assert "was not measured" in " ".join(one.diagnosis.evidence)


def test_windows_in_other_cells_are_left_out() -> None:
    """Counts of before a new reference say nothing of it, and stop nothing."""
    other = performance.cells_of(outcomes(rows(np.random.default_rng(1), 500)))
    found = kept(covariate, 30, cells=other)
    assert share(found.diagnosed()) == ""
    assert share(kept(covariate, 300, cells=other).diagnosed())


def test_init_keeps_the_references_counts(tmp_path: Any) -> None:
    """The baseline's file holds them, in the cells that windows are counted in."""
    model = world(tmp_path)
    (plan,) = model.monitor.plan.models
    baseline = load_baseline(plan)
    tally: Tally | None = baseline.tally
    assert tally is not None
    assert tally.rows == baseline.rows == 2000
    assert tally.cells.to_text() == baseline.adopted.outcomes.to_text()
    mae = performance.figures(tally, ["mae"])[0].value
    assert mae == pytest.approx(baseline.figures["mae"])


@pytest.mark.parametrize(("warmth", "again"), [(2.0, True), (-3.0, False)])
def test_a_second_spring_is_recurring(warmth: float, *, again: bool) -> None:
    """Thirty days of a year ago were like this one; a frost never was."""
    rng = np.random.default_rng(12)

    def day(mean: float, n: int = 200) -> pa.Table:
        return pa.table({"x": rng.normal(mean, 1.0, n)})

    profile = profile_reference(open_source(day(0.0, 4000)))
    state = MemoryState()
    lease = leased(state)
    means = {**dict.fromkeys(range(30), 2.0), **dict.fromkeys(range(300, 361), 0.0)}
    written = []
    for at, mean in means.items():
        part = profile_current(open_source(day(mean)), profile).parts[None]
        facts = done(day_window(at), fingerprint=profile.fingerprint)
        data = join_packed(pack(part), b"")
        size = measured("psi", subject="x", basis="counted", value=max(mean, 0.01))
        written.append((facts, (Packed("", 200, data),), (size,)))
    state.put(lease, written, model="demand", place=1)
    plan = ModelPlan("demand", "", "", Calendar(Every.parse("1d"), UTC))
    scenes = Scenes(state, plan, Baseline(profile), "mae")
    x = Subject("", "x", "distribution")
    now = day_window(361)
    part = profile_current(open_source(day(warmth)), profile).parts[None]
    crossing = replace(verdict(0, subject=x), window=now, group=Group.FEATURES)
    one = incident(
        subjects=(x,), standing=(), diagnosis=None, verdicts=(),
        first_window=now, last_window=now,
    )  # fmt: skip
    found = scenes.diagnosed(one, Look(now, part), None, [crossing])
    assert (found.diagnosis.pattern == "recurring") is again


def day_window(number: int) -> Window:
    """Return a day's window."""
    start = datetime(2026, 1, 1, tzinfo=UTC) + timedelta(days=number)
    return Window(start, start + timedelta(days=1))
