"""Kept figures of windows, as rules by name want them.

Place: under judging.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from leeboard.alarms.rules import Figure, Rule
from leeboard.monitor.drift import COUNTED
from leeboard.monitor.realised import PERFORMANCE, REALISED
from leeboard.monitor.sizes import SIZE
from leeboard.state import State
from leeboard.windows import Window

__all__ = ["figures_for", "needs_labels"]


def needs_labels(rule: Rule) -> bool:
    """Tell whether a rule is about performance from labels."""
    return not rule.column


def figures_for(
    state: State, model: str, rule: Rule, span: Window
) -> Mapping[Window, Figure]:
    """Figures of a rule's metric by window; without labels that are to come."""
    basis = REALISED if needs_labels(rule) else COUNTED
    where = {
        "model": model,
        "metric": rule.metric,
        "subject": rule.column or PERFORMANCE,
        "segment": rule.segment,
        "basis": basis,
    }
    rows: list[dict[str, Any]] = state.measurements(where, span).to_pylist()
    return {
        Window(row["window_start"], row["window_end"]): Figure(
            row["value"], row["low"], row["high"], _reference(row), row["n_current"]
        )
        for row in rows
    }


def _reference(row: Mapping[str, Any]) -> float | None:
    """Figure to compare with; a distance has its noise there, which is no such one."""
    beside: float | None = None if row["metric"] == SIZE else row["reference"]
    return beside
