"""What to monitor and how: the plan that ``leeboard.toml`` is read into.

Place: below the monitor, which carries the plan out. A plan is whole and consistent;
nothing reads the file again.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta

from leeboard.alarms.budget import Budget
from leeboard.alarms.rules import Rule
from leeboard.errors import Note
from leeboard.notify import ChannelPlan
from leeboard.windows import Calendar, Due

__all__ = ["AlarmPlan", "Heartbeat", "ModelPlan", "Plan", "ServePlan"]


@dataclass(frozen=True, slots=True)
class AlarmPlan:
    """When and why people are told of one model.

    Parameters
    ----------
    budget : Budget
        Of false alarms.
    rules : tuple of Rule
        Rules by name; they are not under the budget.
    owner : str
        Who answers for the model; empty: nobody is named.
    runbook : str
        Path of a template; empty: ours.
    link : str
        What people should see beside an incident; empty: nothing.
    segments : tuple of str
        Watched apart, each as ``column`` or ``column=level``; see
        ``monitor.segmented``.
    watches : bool
        Judge by what is under the budget; else by rules alone, as a rehearsal may.
    """

    budget: Budget = field(default_factory=Budget)
    rules: tuple[Rule, ...] = ()
    owner: str = ""
    runbook: str = ""
    link: str = ""
    segments: tuple[str, ...] = ()
    watches: bool = True


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
        Of each column; see ``metrics_of``.
    performance : tuple of str
        Empty: those that suit the task.
    hours_for : timedelta
        Windows shorter than a day are added into days after this.
    retention : timedelta or None
        How long raw events are kept after they arrived; None: for ever.
    alarms : AlarmPlan
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
    alarms: AlarmPlan = field(default_factory=AlarmPlan)

    @property
    def due(self) -> Due:
        """When windows are counted, and how long predictions may still come."""
        return Due(self.delay, self.grace)

    def metrics_of(self, column: str) -> tuple[str, ...]:
        """Metrics of a column: those of every column, and those that rules ask of it.

        Parameters
        ----------
        column : str
            Empty: metrics of performance; none if all that suit are measured anyway.
        """
        every = self.metrics if column else self.performance
        asked = (one.metric for one in self.alarms.rules if one.column == column)
        return tuple(dict.fromkeys((*every, *asked))) if every or column else ()


@dataclass(frozen=True, slots=True)
class Heartbeat:
    """What is pinged after each run, so that silence is noticed elsewhere."""

    url: str = field(repr=False)
    allow_private: bool = False


@dataclass(frozen=True, slots=True)
class ServePlan:
    """What the server lets one do.

    Parameters
    ----------
    requests_per_s : float
        Of one key or person; twice as many may come at once.
    tries_per_min : float
        With keys and passwords that open nothing, from one address.
    """

    requests_per_s: float = 1000.0
    tries_per_min: float = 10.0


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
    channels : tuple of ChannelPlan
        Who is told.
    heartbeat : Heartbeat or None
    serve : ServePlan
    """

    path: str
    log: str
    spool: str
    state: str
    models: tuple[ModelPlan, ...]
    notes: tuple[Note, ...] = field(default=())
    channels: tuple[ChannelPlan, ...] = ()
    heartbeat: Heartbeat | None = None
    serve: ServePlan = field(default_factory=ServePlan)

    def __getitem__(self, name: str) -> ModelPlan:
        for model in self.models:
            if model.name == name:
                return model
        raise KeyError(name)
