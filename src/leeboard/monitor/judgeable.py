"""How many of the kept windows a rule by name could judge at all, and why not the rest.

Place: beside a rehearsal, so that "no incident" is never said of what nobody looked at.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from leeboard.alarms.rules import Figure, Rule
from leeboard.config.plan import ModelPlan
from leeboard.monitor.figures import figures_for, needs_labels
from leeboard.monitor.looking import Places, turns
from leeboard.state import Done, State
from leeboard.windows import Window, duration_in_words

__all__ = ["Judgeable", "judgeable"]


@dataclass(frozen=True, slots=True)
class Judgeable:
    """Windows that one rule could judge.

    Parameters
    ----------
    rule : str
    windows : int
        All windows of the time.
    judged : int
        Those with a figure whose turn had come.
    waiting : int
        Those that a rule of labels does not judge yet: their labels, or those of a
        window before them, are still to come.
    """

    rule: str
    windows: int
    judged: int
    waiting: int

    @property
    def found(self) -> str:
        """How many windows were judged, in words."""
        return (
            f"{self.rule}: {self.judged:,} of {self.windows:,} windows could be judged"
        )

    def why(self, plan: ModelPlan) -> str:
        """Why not the others and what to do, in words; empty where all were judged."""
        parts = []
        if self.waiting:
            parts.append(
                f"{self.waiting:,} wait for labels: windows are judged in order, each"
                f" when it has {plan.complete:.0%} of its labels, or"
                f" {duration_in_words(plan.horizon)} after its end. Where labels come"
                f" sooner, or stay fewer, set horizon and complete in"
                f" [model.{plan.name}] so; it holds for windows counted from then on."
            )
        rest = self.windows - self.judged - self.waiting
        if rest > 0:
            parts.append(
                f"{rest:,} have no figure that it can judge: leeboard export"
                " measurements has what was measured. Windows that are counted once"
                " the rule is in the configuration have what it asks."
            )
        return " ".join(parts)


def judgeable(
    state: State, plan: ModelPlan, done: Sequence[Done], now: datetime
) -> Iterator[Judgeable]:
    """Count, for each rule, the windows that it could judge.

    Parameters
    ----------
    state : State
    plan : ModelPlan
    done : sequence of Done, at least 1
    now : datetime
    """
    coming = turns(plan, done, Places(), now)
    span = Window(done[0].window.start, max(one.window.end for one in done))
    for rule in plan.alarms.rules:
        labelled = needs_labels(rule)
        own = {turn.done.window for turn in coming if turn.labelled is labelled}
        figures = figures_for(state, plan.name, rule, span)
        seen = [w for w in own if _can(rule, figures.get(w))]
        windows = {turn.done.window for turn in coming if not turn.labelled}
        waits = windows - own
        if labelled:  # past a horizon that was shortened, what was counted before waits
            waits |= {one.window for one in done if one.provisional} & windows
        waiting = len(waits - {*seen})
        yield Judgeable(rule.name, len(windows), len(seen), waiting)


def _can(rule: Rule, figure: Figure | None) -> bool:
    """Tell whether a figure is one that the rule can hold against its limits."""
    if figure is None or figure.value is None:
        return False
    alone = rule.chart or rule.above is not None or rule.below is not None
    return bool(alone) or figure.reference is not None
