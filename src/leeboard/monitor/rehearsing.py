"""What settings would have done on the windows that are kept: a rehearsal.

Place: beside judging, whose code it runs on a store of its own. Nothing is written, and
nobody is told.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from typing import Any

import pyarrow as pa

from leeboard.alarms.budget import Budget
from leeboard.alarms.rules import Rule
from leeboard.config.plan import ModelPlan
from leeboard.errors import AlarmError
from leeboard.incidents.incident import Incident
from leeboard.incidents.titles import heading
from leeboard.monitor.accepting import accepted
from leeboard.monitor.adopted import KEY as ADOPTED
from leeboard.monitor.adopted import Adopted
from leeboard.monitor.alarmed import Alarmed, alarmed
from leeboard.monitor.baseline import Baseline
from leeboard.monitor.holder import taken
from leeboard.monitor.judgeable import Judgeable, judgeable
from leeboard.monitor.judging import KEY, Standing, judge_model
from leeboard.monitor.naming import check_names
from leeboard.state import Done, Packed, State, Written
from leeboard.state.memory import MemoryState
from leeboard.windows import Window

__all__ = ["Rehearsal", "rehearse", "trial"]


@dataclass(frozen=True, slots=True, eq=False)
class Rehearsal:
    """What would have happened.

    Parameters
    ----------
    model : str
    windows : int
        Windows that were judged.
    first, last : datetime
        From the beginning of the first to the end of the last of them.
    incidents : tuple of Incident
        In order of time.
    alarms : Alarmed
        Their number beside what is promised.
    by_rules : tuple of Judgeable
        Of each rule, the windows that it could judge.
    """

    model: str
    windows: int
    first: datetime
    last: datetime
    incidents: tuple[Incident, ...]
    alarms: Alarmed
    by_rules: tuple[Judgeable, ...] = ()

    def to_dict(self) -> dict[str, Any]:
        """Return it as plain values."""
        return {
            "model": self.model,
            "windows": self.windows,
            "from": self.first.isoformat(),
            "to": self.last.isoformat(),
            "incidents": [
                {
                    "id": one.id,
                    "severity": one.severity.value,
                    "stage": one.stage.value,
                    "from": one.first_window.start.isoformat(),
                    "to": one.last_window.end.isoformat(),
                    "title": heading(one),
                }
                for one in self.incidents
            ],
            "rules": [asdict(one) for one in self.by_rules],
            **self.alarms.to_dict(),
        }


def trial(
    plan: ModelPlan, rules: Sequence[Rule] | None, budget: Budget | None
) -> ModelPlan:
    """Return a plan with other settings.

    Parameters
    ----------
    plan : ModelPlan
    rules : sequence of Rule or None
        These alone, and no budgeted watch; None: all as they are configured.
    budget : Budget or None
        In place of the configured one.
    """
    alarms = plan.alarms
    if rules is not None:
        alarms = replace(alarms, rules=tuple(rules), watches=False)
    if budget is not None:
        alarms = replace(alarms, budget=budget)
    return replace(plan, alarms=alarms)


def rehearse(
    state: State,
    plan: ModelPlan,
    baseline: Baseline,
    span: Window | None,
    now: datetime,
) -> Rehearsal:
    """Judge kept windows again, from no evidence on.

    Parameters
    ----------
    state : State
        Is read alone.
    plan : ModelPlan
        With the settings to try; see ``trial``.
    baseline : Baseline
    span : Window or None
        Windows that begin in it; None: all that are kept.
    now : datetime

    Raises
    ------
    AlarmError
        If no window of the span is kept (``no_windows``).

    Notes
    -----
    Windows are judged against the reference and what people have accepted up to now,
    whenever they did. Figures that were not measured then cannot be judged now.
    """
    check_names(plan, baseline)
    done = state.windows(plan.name, span)
    if not done:
        raise AlarmError(
            code="no_windows",
            where=f"model {plan.name}",
            found="no counted window in that time",
            expected="windows that `leeboard run` has counted",
            fix="`leeboard status` says what there is.",
        )
    seeds = accepted(state, plan.name)
    stage = _Stage(state, span)
    lease = taken(stage, f"rehearsal:{plan.name}")
    if lease is None:  # nobody else knows the stage
        raise AssertionError
    stage.alarms.write(lease, plan.name, Written(incidents=seeds))
    adopted = baseline.adopted | Adopted.from_text(state.kept(plan.name, ADOPTED))
    judged = judge_model(Standing(stage, lease, plan, baseline, adopted), now, {})
    before = {one.id for one in seeds}
    found = [one for one in stage.alarms.incidents(plan.name) if one.id not in before]
    return Rehearsal(
        plan.name,
        judged.windows,
        done[0].window.start,
        done[-1].window.end,
        tuple(sorted(found, key=lambda one: (one.opened_at, one.id))),
        alarmed(plan, done, stage),
        tuple(judgeable(state, plan, done, now)),
    )


class _Stage(MemoryState):
    """A store whose windows are another's, and whose alarms are its own."""

    def __init__(self, real: State, span: Window | None) -> None:
        super().__init__()
        self._real, self._span = real, span

    def windows(self, model: str, span: Window | None = None) -> Sequence[Done]:
        """Windows of the span that is rehearsed."""
        return self._real.windows(model, span or self._span)

    def profiles(
        self,
        model: str,
        span: Window | None = None,
        segment: str | Collection[str] | None = None,
    ) -> Sequence[tuple[Window, str, Packed]]:
        """Counts, as they are kept."""
        return self._real.profiles(model, span, segment)

    def measurements(
        self, where: Any, span: Window | Collection[Window] | None = None
    ) -> pa.Table:
        """Figures, as they are kept."""
        return self._real.measurements(where, span)

    def kept(self, model: str, key: str) -> str | None:
        """Return a document of its own; announced changes are the real ones."""
        if key == KEY:
            return super().kept(model, key)
        return self._real.kept(model, key)
