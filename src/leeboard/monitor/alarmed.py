"""The alarms of a model so far, beside what was promised of them.

Place: under the status; reads incidents and verdicts, changes nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from leeboard.alarms.judged import Severity
from leeboard.config.plan import ModelPlan
from leeboard.incidents.incident import Incident, Kind
from leeboard.incidents.titles import heading
from leeboard.state import Done, State

__all__ = ["Alarmed", "alarmed", "in_days"]

_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Alarmed:
    """What has been said of one model, and what may be said falsely.

    Parameters
    ----------
    running : tuple of Incident
        Those that have not ended, the newest first.
    pages, warnings : int
        Incidents that the budgeted watches opened or raised so far. The promise is
        about those of them that are false, which nobody can count.
    by_rule : int
        Incidents that only named rules called for; no rate is promised of them.
    missing : int
        Incidents about data, or passes, that did not come.
    days : float
        Days of windows that were judged.
    page_every, warn_every : timedelta
        At most one false page, or warning, in so long on average.
    page_ever : float or None
        In place of a rate of pages: probability of any false one, ever.
    """

    running: tuple[Incident, ...] = ()
    pages: int = 0
    warnings: int = 0
    by_rule: int = 0
    missing: int = 0
    days: float = 0.0
    page_every: timedelta = field(default=timedelta(days=90))
    warn_every: timedelta = field(default=timedelta(days=14))
    page_ever: float | None = None

    def promise(self) -> str:
        """Say what is promised, in words."""
        page, warn = (in_days(one / _DAY) for one in (self.page_every, self.warn_every))
        warning = f"one false warning in {warn}"
        if self.page_ever is not None:
            ever = f"{100.0 * self.page_ever:.3g} % chance of any false page, ever"
            return f"at most {ever}; at most {warning}, on average"
        return f"at most one false page in {page} and {warning}, on average"

    def to_dict(self) -> dict[str, Any]:
        """Return it as plain values; spans in days."""
        return {
            "running": [
                {"id": one.id, "severity": one.severity.value, "title": heading(one)}
                for one in self.running
            ],
            "pages": self.pages,
            "warnings": self.warnings,
            "by_rule": self.by_rule,
            "missing": self.missing,
            "days": self.days,
            "false_page_every_days": None
            if self.page_ever is not None
            else self.page_every / _DAY,
            "false_page_ever": self.page_ever,
            "false_warn_every_days": self.warn_every / _DAY,
        }


def in_days(days: float) -> str:
    """Write a length of time."""
    return f"{days:.3g} days" if days < 1000 else f"{days:,.0f} days"


def alarmed(plan: ModelPlan, done: Sequence[Done], state: State) -> Alarmed:
    """Count the alarms of a model.

    Parameters
    ----------
    plan : ModelPlan
    done : sequence of Done
        The model's counted windows, in order of time.
    state : State
    """
    every = state.alarms.incidents(plan.name)
    changes = [one for one in every if one.kind is Kind.CHANGE]
    paged = _budgeted(state, plan.name, Severity.PAGE)
    warned = _budgeted(state, plan.name, Severity.WARN)
    pages = {one.id for one in changes if paged.intersection(one.verdicts)}
    warnings = {one.id for one in changes if warned.intersection(one.verdicts)} - pages
    loud = {one.id for one in changes if one.severity is not Severity.NOTE}
    days = sum((one.window.end - one.window.start for one in done), timedelta()) / _DAY
    return Alarmed(
        tuple(one for one in every if not one.stage.ended),
        len(pages),
        len(warnings),
        len(loud - pages - warnings),
        len(every) - len(changes),
        days,
        plan.alarms.budget.page_every,
        plan.alarms.budget.warn_every,
        plan.alarms.budget.page_ever,
    )


def _budgeted(state: State, model: str, severity: Severity) -> set[str]:
    """Verdicts of budgeted watches that asked for so much."""
    where = {"model": model, "severity": severity.value}
    rows = state.alarms.verdict_table(where).select(["id", "budgeted"]).to_pylist()
    return {row["id"] for row in rows if row["budgeted"]}
