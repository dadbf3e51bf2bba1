"""What a pass knows of a model before it looks at a window."""

from __future__ import annotations

from dataclasses import dataclass

from leeboard.config.plan import ModelPlan
from leeboard.monitor.baseline import Baseline
from leeboard.monitor.labels import Labels
from leeboard.monitor.sampling import Draw

__all__ = ["Known"]


@dataclass(frozen=True, slots=True, eq=False)
class Known:
    """Plan and reference of a model, and what is known of its labels.

    Parameters
    ----------
    plan : ModelPlan
    baseline : Baseline
    labels : Labels
    draws : tuple of Draw
        Samples of predictions whose labels were asked for.
    """

    plan: ModelPlan
    baseline: Baseline
    labels: Labels
    draws: tuple[Draw, ...] = ()
