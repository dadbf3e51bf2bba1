"""The live model under watch: its log judged a day at a time, under one budget.

Place: after the live model, whose log it reads. Uses only what a user may use.
"""

from __future__ import annotations

import os
import textwrap
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from leeboard.alarms.judged import Severity
from leeboard.incidents.incident import Incident
from leeboard.incidents.titles import heading
from leeboard.lab._live import CONFIG, END, MODEL
from leeboard.monitor.alarmed import Alarmed
from leeboard.monitor.monitor import Monitor

__all__ = ["Alarms", "alarm_story", "alarms"]

_WIDTH = 79
_INDENT = "   "
_DAILY = CONFIG.replace('window = "1w"', 'window = "1d"').replace(
    'segments = ["workingday"]', 'performance = ["mae"]'
)


@dataclass(frozen=True, slots=True, eq=False)
class Alarms:
    """What people would have been told of.

    Parameters
    ----------
    config : str
        Path of the configuration, for ``leeboard incidents`` and the like.
    incidents : sequence of Incident
        In order of time.
    alarmed : Alarmed
        Their number beside what is promised.
    """

    config: str
    incidents: Sequence[Incident]
    alarmed: Alarmed


def alarms(folder: str) -> Alarms:
    """Judge the log that ``live`` left in a folder, window by window of a day.

    What an earlier call left there is replaced.
    """
    config = os.path.join(folder, "daily.toml")
    state = os.path.join(folder, "daily.db")
    if os.path.exists(state):
        os.remove(state)
    with open(config, "w", encoding="utf-8", newline="\n") as file:
        file.write('state = "daily.db"\n' + _DAILY)
    monitor = Monitor(config)
    monitor.run(now=END)
    (status,) = monitor.status(now=END).models
    return Alarms(config, monitor.incidents(MODEL)[::-1], status.alarms)


def alarm_story(told: Alarms) -> str:
    """Return the incidents that people hear of, in lines of 79 columns."""
    return "\n".join(_lines(told)) + "\n"


def _lines(told: Alarms) -> Iterator[str]:
    one = told.alarmed
    yield "6. Alarms: one window a day, one budget for all that is watched"
    yield from _prose(
        f"In {one.days:.0f} days {one.pages} times somebody would have been paged, and"
        f" {one.warnings} times warned. Of false pages at most one in"
        f" {one.page_every.days} days is promised, on average."
    )
    for incident in told.incidents:
        if incident.severity is not Severity.NOTE:
            yield from _incident(incident)
    yield ""
    yield from _prose(f"Look closer: leeboard incidents --all --config {told.config}")


def _incident(one: Incident) -> Iterator[str]:
    span = f"{one.first_window.start:%Y-%m-%d}"
    if one.last_window != one.first_window:
        span += f" to {one.last_window.start:%Y-%m-%d}"
    yield f"{_INDENT}{span:24}  {one.severity.value:4}  {one.stage.value}"
    text = heading(one).removeprefix(f"{one.model}: ")
    if one.diagnosis is not None and one.diagnosis.pattern != "unclear":
        text += f" ({one.diagnosis.pattern})"
    yield from _prose(text, 2 * _INDENT)


def _prose(text: str, indent: str = _INDENT) -> list[str]:
    return textwrap.wrap(text, _WIDTH, initial_indent=indent, subsequent_indent=indent)
