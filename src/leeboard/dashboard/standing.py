"""How a model is: all right or not, since when, and what needs a person."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from leeboard.alarms.judged import Severity
from leeboard.dashboard.reading import Reader
from leeboard.errors import LeeboardError
from leeboard.incidents.incident import Incident, Stage
from leeboard.incidents.titles import heading
from leeboard.performance import performance_metrics

__all__ = [
    "ORDER",
    "Standing",
    "main_metric",
    "metric_name",
    "standing_of",
    "told",
    "unit_of",
    "when",
]

ORDER = ("moved", "failed", "unsure", "held")
"""States, the worst first."""

_MAIN = ("mae", "accuracy", "roc_auc", "log_loss", "rmse")


@dataclass(frozen=True, slots=True)
class Standing:
    """How one model is.

    Parameters
    ----------
    state : str
        ``moved``: a page runs and nobody is at it; ``unsure``: a warning runs, or
        somebody is at it; ``held``: neither; ``failed``: nothing was counted.
    says, since : str
    headline : str
        The same in a sentence.
    leading : Incident or None
        The incident that matters most.
    running : tuple of Incident
    """

    state: str
    says: str
    since: str
    headline: str
    leading: Incident | None
    running: tuple[Incident, ...]


def standing_of(
    model: str, first: datetime | None, incidents: Sequence[Incident]
) -> Standing:
    """Judge a model by its incidents, of which the newest comes first.

    ``first`` is when its first window began; None: none was counted.
    """
    running = [one for one in incidents if not one.stage.ended]
    running.sort(key=lambda one: (-one.severity.rank, one.stage is not Stage.OPEN))
    if first is None and not running:
        return Standing(
            "failed", "no data", "", f"{model} has no counted window yet.", None, ()
        )
    loud = [one for one in running if one.severity is not Severity.NOTE]
    if not loud:
        return _calm(model, first, incidents, tuple(running))
    worst = loud[0]
    open_pages = [
        one for one in loud if one.severity is Severity.PAGE and one.stage is Stage.OPEN
    ]
    since = f"since {when(worst.first_window.start)}"
    if open_pages:
        state, says = "moved", "needs a person"
    elif worst.severity is Severity.PAGE:
        state, says = "unsure", "somebody is at it"
    else:
        state, says = "unsure", "a warning"
    sentence = told(worst)
    return Standing(state, says, since, sentence, worst, tuple(running))


def _calm(
    model: str,
    first: datetime | None,
    incidents: Sequence[Incident],
    running: tuple[Incident, ...],
) -> Standing:
    ended = [
        one.last_window.end for one in incidents if one.severity is not Severity.NOTE
    ]
    since = ""
    if ended:
        since = f"since {when(max(ended))}"
    elif first is not None:
        since = f"since the first window, {when(first)}"
    sentence = f"{model} is all right {since}.".replace(" .", ".")
    return Standing("held", "all right", since, sentence, None, running)


def told(one: Incident) -> str:
    """State an incident's finding without the model's name, which stands beside it."""
    text = heading(one).removeprefix(f"{one.model}: ")
    names = {subject.name for subject in one.subjects}
    if text.split(" ", 1)[0] in names:  # a column keeps its own spelling
        return text
    return text[:1].upper() + text[1:]


def metric_name(metric: str) -> str:
    """Write the name of a figure as people do."""
    short = {"mae", "rmse", "mape", "smape", "mcc", "psi", "f1"}
    special = {"r2": "R²", "roc_auc": "ROC AUC"}
    if metric in short:
        return metric.upper()
    return special.get(metric, metric.replace("_", " "))


def main_metric(reader: Reader, model: str) -> tuple[str, float | None]:
    """Name the figure that stands for a model's performance, and the reference's."""
    plan = reader.model(model)
    figures: Mapping[str, float] = {}
    if plan is not None:
        try:
            figures = reader.reference_figures(plan)
        except LeeboardError:  # the page of the reference says what is wrong with it
            figures = {}
    asked = (plan.performance if plan is not None else ()) or tuple(figures)
    name = next((one for one in _MAIN if one in asked), None)
    name = name or (asked[0] if asked else _MAIN[0])
    return name, figures.get(name)


def unit_of(metric: str) -> str:
    """Unit of a performance metric, or empty."""
    known = performance_metrics()
    return known[metric].unit if metric in known else ""


def when(moment: datetime) -> str:
    """Write a moment: the day alone where it is midnight."""
    whole = (moment.hour, moment.minute) == (0, 0)
    return f"{moment:%Y-%m-%d}" if whole else f"{moment:%Y-%m-%d %H:%M}"
