"""A message's picture: the figure of its incident by window, from the store.

Place: between the store, the pages that draw, and the channels that send; under
sending. It is drawn when it is asked for, so that a message waits for no picture.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from leeboard.alarms.judged import Subject
from leeboard.incidents.incident import Incident, Standing
from leeboard.incidents.message import Message
from leeboard.incidents.titles import blamed, figure, when
from leeboard.monitor.drift import COUNTED
from leeboard.monitor.realised import PERFORMANCE, REALISED
from leeboard.monitor.sizes import without_noise
from leeboard.pages.pictures import draw_picture, png_of
from leeboard.pages.timelines import Point, Series, Stretch, Timeline
from leeboard.state import State
from leeboard.windows import Window

__all__ = ["Pictures", "timeline_of"]

_BEFORE = 45
"""Windows that are shown before the first bad one."""

_MOST = 400
"""Windows that a picture shows, the latest of an incident that lasts."""

_KEPT = {
    "distribution": ("psi",),
    "constant": ("psi",),
    "missing": ("missing",),
    "unseen": ("unseen", "psi"),
    "range": ("out_of_range", "psi"),
    "error": ("mae", "accuracy"),
}
"""By aspect, the figures that tell of it, the best first; a rule's is its metric."""

_WORDS = {
    "mae": "mean absolute error",
    "accuracy": "share of wrong predictions",
    "psi": "distance from the reference (PSI less its noise)",
    "missing": "share of rows without a value",
    "unseen": "share of values that the reference never had",
    "out_of_range": "share of values beyond the reference's",
}


class Pictures:
    """Draws the pictures of messages; what ``open_channel`` takes.

    Parameters
    ----------
    state : State
    """

    def __init__(self, state: State) -> None:
        self._state = state

    def __call__(self, message: Message) -> bytes | None:
        """Return a PNG, or None: no such incident, no figures, nothing to draw with."""
        incident = self._state.alarms.incident(message.incident)
        if incident is None:
            return None
        chart = timeline_of(self._state, incident, message.title, message.at)
        return None if chart is None else png_of(draw_picture(chart))


def timeline_of(
    state: State, incident: Incident, title: str, upto: datetime
) -> Timeline | None:
    """Figures of an incident's cause, or gravest subject, from before its first window.

    Parameters
    ----------
    state : State
    incident : Incident
        Once it has ended, its windows alone are shaded.
    title : str
    upto : datetime
        Windows that began later are left out, unless the incident has them.

    Returns
    -------
    Timeline or None
        None if the incident is about no subject, as where no data came, or if fewer
        than two windows have a figure.
    """
    if not incident.subjects:
        return None
    subject = _gravest(incident)
    first, last = incident.first_window, incident.last_window
    length = first.end - first.start
    latest = max(last.end, upto)
    begin = max(first.start - _BEFORE * length, latest - _MOST * length)
    span = Window(begin, max(last.start, upto) + _MOMENT)
    for metric in _KEPT.get(subject.aspect, (subject.aspect,)):
        rows = _rows(state, incident.model, subject, metric, span)
        if sum(_finite(row["value"]) for row in rows) > 1:
            return _timeline(rows, subject, metric, title, incident)
    return None


def _gravest(incident: Incident) -> Subject:
    if not incident.standing:
        return incident.subjects[0]
    causes = blamed(incident)[:1]

    def weight(one: Standing) -> tuple[bool, int, float]:
        return one.subject.name in causes, one.severity.rank, one.margin

    return max(incident.standing, key=weight).subject


def _rows(
    state: State, model: str, subject: Subject, metric: str, span: Window
) -> list[dict[str, Any]]:
    """Kept figures by window, in order of time."""
    where = {
        "model": model,
        "subject": subject.name,
        "metric": metric,
        "basis": REALISED if subject.name == PERFORMANCE else COUNTED,
        "segment": subject.segment,
    }
    rows: list[dict[str, Any]] = state.measurements(where, span).to_pylist()
    return sorted(without_noise(rows), key=lambda row: row["window_start"])


def _timeline(
    rows: Sequence[dict[str, Any]],
    subject: Subject,
    metric: str,
    title: str,
    incident: Incident,
) -> Timeline:
    # people read errors, not what was right
    wrong = metric == "accuracy" and subject.aspect == "error"
    points = tuple(_point(row, turned=wrong) for row in rows)
    usual = next((r["reference"] for r in rows if _finite(r["reference"])), None)
    level = None
    if usual is not None:
        usual = 1.0 - usual if wrong else usual
        level = (f"reference {figure(usual)}", usual)
    words = metric if metric == "accuracy" and not wrong else _WORDS.get(metric, metric)
    about = "" if subject.name == PERFORMANCE else f" · {subject.name}"
    where = f" where {subject.segment}" if subject.segment else ""
    first = incident.first_window
    over = incident.last_window.end if incident.stage.ended else points[-1].end
    bad = Stretch(first.start, over, incident.severity.value, f"since {when(first)}")
    return Timeline(
        title,
        f"{words}{about}{where}, by window",
        (Series(metric, "current", points),),
        level=level,
        stretches=(bad,),
    )


def _point(row: dict[str, Any], *, turned: bool) -> Point:
    value, low, high = row["value"], row["low"], row["high"]
    if turned:
        value, low, high = (
            None if end is None else 1.0 - end for end in (value, high, low)
        )
    # what is not finite has no place in a drawing; an interval needs both of its ends
    value = value if _finite(value) else None
    if not (_finite(low) and _finite(high)):
        low = high = None
    return Point(row["window_start"], row["window_end"], value, low, high)


def _finite(value: float | None) -> bool:
    return value is not None and math.isfinite(value)


_MOMENT = timedelta(microseconds=1)
