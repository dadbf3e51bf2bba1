"""The finding in one line.

Place: on the path. Used when an incident opens or escalates, and by whatever shows it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import timedelta

from leeboard.alarms.judged import Group, Judged, Severity
from leeboard.incidents.causes._numbers import percent
from leeboard.incidents.incident import Incident, Kind
from leeboard.windows import Window

__all__ = [
    "PARTIAL",
    "absence_title",
    "blamed",
    "figure",
    "heading",
    "title_of",
    "when",
]

_ORDER = (
    Group.PERFORMANCE,
    Group.QUALITY,
    Group.SYSTEM,
    Group.PREDICTIONS,
    Group.FEATURES,
)
_DAY = timedelta(days=1)
_NAMED = 3
_LACKS = {
    Kind.NO_DATA: "no data since",
    Kind.LATE_DATA: "data comes too late since",
    Kind.NOT_RUN: "no evaluation since",
    Kind.LOST_DATA: "events are lost since",
}


PARTIAL = " (partial data)"
"""Ends the title of what was found in windows that lack events."""

_SHARES = {
    "missing": "values are missing",
    "range": "values lie beyond the reference's",
    "unseen": "levels are unknown",
}
"""Shares of a column's rows, as people say them."""


_UNNAMED = {"", "undetermined", "covariate", "concept", "prior shift", "virtual"}
"""Causes that say how a change hangs together, and not what it is."""

_ERROR = re.compile(r"error\b.* since [\d-]+(?: \d\d:\d\d)?")
"""What a title says of the error, without what moved beside it."""


def figure(value: float) -> str:
    """Write a number with three figures, whole thousands in full."""
    if abs(value) >= 1e15:
        return f"{value:.3g}"
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.3g}"


def when(window: Window) -> str:
    """Write when a window began: its day, and the time if it is shorter."""
    short = window.end - window.start < timedelta(hours=23)
    return f"{window.start:%Y-%m-%d %H:%M}" if short else f"{window.start:%Y-%m-%d}"


def title_of(model: str, crossings: Iterable[Judged]) -> str:
    """State what crossed, the most urgent first.

    Parameters
    ----------
    model : str
    crossings : iterable of Judged
        At least one.
    """
    ordered = sorted(crossings, key=_weight)
    lead = ordered[0]
    names = list(dict.fromkeys(one.subject.name for one in ordered))
    others = [name for name in names if name != lead.subject.name]
    more = _more(others)
    least = PARTIAL if all(one.partial for one in ordered) else ""
    return f"{model}: {_finding(lead)} since {when(lead.window)}{more}{least}"


def absence_title(model: str, kind: Kind, since: str) -> str:
    """State what does not come, and since when."""
    return f"{model}: {_LACKS[kind]} {since}"


def blamed(incident: Incident) -> tuple[str, ...]:
    """Columns of the cause that the diagnosis names for sure, most telling first.

    It is sure of a cause that says what it is, in a column that crossed itself.
    """
    diagnosis = incident.diagnosis
    if diagnosis is None or diagnosis.cause in _UNNAMED:
        return ()
    names = {subject.name for subject in incident.subjects}
    return tuple(name for name in diagnosis.columns if name in names)


def heading(incident: Incident) -> str:
    """State the finding: the diagnosis if there is a named one, else what crossed.

    What became of the model's error is said behind its cause, and alone where no column
    that crossed explains it.
    """
    diagnosis = incident.diagnosis
    about_error = any(one.name == "performance" for one in incident.subjects)
    if diagnosis is None or diagnosis.cause in _UNNAMED:
        return incident.title
    if about_error and not blamed(incident):
        return incident.title
    error = _ERROR.match(incident.title.removeprefix(f"{incident.model}: "))
    then = f"; {error[0]}" if error and about_error else ""
    lacks = PARTIAL if incident.title.endswith(PARTIAL) else ""
    return f"{incident.model}: {diagnosis.text.rstrip('.')}{then}{lacks}"


def _weight(one: Judged) -> tuple[int, int, float, str]:
    severity = one.severity or Severity.NOTE
    # A segment is said only if nothing as urgent was found over all rows.
    return (
        -severity.rank,
        2 * _ORDER.index(one.group) + bool(one.subject.segment),
        -(one.evidence or 0.0),
        str(one.subject),
    )


def _finding(one: Judged) -> str:
    subject = one.subject
    where = f" where {subject.segment}" if subject.segment else ""
    if one.group is Group.PERFORMANCE:
        what = f"{subject.aspect}{where}"
    else:
        what = f"{subject.aspect} of {subject.name}{where}"
    if one.value is None:
        return f"{what} moved"
    if subject.aspect == "constant":
        return f"{subject.name} has had one value in all rows{where}"
    if subject.aspect in _SHARES and one.reference is not None:
        now, usual = percent(one.value), percent(one.reference)
        said = f"{_SHARES[subject.aspect]} in {now} of the rows of {subject.name}"
        return f"{said}{where}, usually in {usual},"
    if one.reference is None or subject.aspect == "distribution":
        return f"{what} moved by {figure(one.value)}"
    turned = "rose" if one.value > one.reference else "fell"
    return f"{what} {turned} from {figure(one.reference)} to {figure(one.value)}"


def _more(names: list[str]) -> str:
    if not names:
        return ""
    if len(names) <= _NAMED:
        return f"; {', '.join(names)} with it"
    return f"; {', '.join(names[:_NAMED])} and {len(names) - _NAMED} more with it"
