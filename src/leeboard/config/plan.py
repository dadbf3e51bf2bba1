"""What to monitor and how: the plan that ``leeboard.toml`` is read into.

Place: below the monitor, which carries the plan out. A plan is whole and consistent;
nothing reads the file again.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta

from leeboard.errors import Note
from leeboard.windows import Calendar, Due

__all__ = ["ModelPlan", "Plan"]


@dataclass(frozen=True, slots=True)
class ModelPlan:
    """How one model is monitored.

    Parameters
    ----------
    name : str
    reference : str
        Path of the saved profile.
    baseline : str
        Path of what else is known of the reference: its performance and estimator.
        Empty if the reference has no labelled predictions.
    calendar : Calendar
        Of the windows.
    delay : timedelta
        How long after its end a window is counted first.
    grace : timedelta
        How long after its end predictions that come late still change a window.
    horizon : timedelta
        How long after a prediction its label may come.
    no_event : str or None
        Label that a prediction without one gets once the horizon has passed.
    complete : float
        Share of the labels expected in the end from which a window is not provisional.
    segments, metadata : tuple of str
        Segments to count apart, and metadata columns to count.
    metrics : tuple of str
        Of each column.
    performance : tuple of str
        Empty: those that suit the task.
    hours_for : timedelta
        Windows shorter than a day are added into days after this.
    retention : timedelta or None
        How long raw events are kept after they arrived; None: for ever.
    """

    name: str
    reference: str
    baseline: str
    calendar: Calendar
    delay: timedelta = timedelta(0)
    grace: timedelta = timedelta(days=2)
    horizon: timedelta = timedelta(days=30)
    no_event: str | None = None
    complete: float = 0.95
    segments: tuple[str, ...] = ()
    metadata: tuple[str, ...] = ()
    metrics: tuple[str, ...] = ("psi", "missing", "unseen", "mean")
    performance: tuple[str, ...] = ()
    hours_for: timedelta = timedelta(days=30)
    retention: timedelta | None = None

    @property
    def due(self) -> Due:
        """When windows are counted, and how long predictions may still come."""
        return Due(self.delay, self.grace)


@dataclass(frozen=True, slots=True)
class Plan:
    """Where events and results are, and how each model is monitored.

    Parameters
    ----------
    path : str
        Of the file it was read from.
    log : str
        Folder, ``s3://bucket/prefix`` or ``postgresql://…``.
    spool : str
        Folder in which loggers leave frames; empty: none.
    state : str
        Path of a SQLite file or ``postgresql://…``.
    models : tuple of ModelPlan
    notes : tuple of Note
    """

    path: str
    log: str
    spool: str
    state: str
    models: tuple[ModelPlan, ...]
    notes: tuple[Note, ...] = field(default=())

    def __getitem__(self, name: str) -> ModelPlan:
        for model in self.models:
            if model.name == name:
                return model
        raise KeyError(name)
