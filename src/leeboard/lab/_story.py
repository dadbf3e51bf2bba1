"""The walk told: what was looked at, what was found, what to do next.

Every figure comes from the walk. Must not compute verdicts, nor know where it is shown.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from leeboard.lab._walk import Error, Stuck, Walk, Window
from leeboard.report import Report
from leeboard.verdicts.report import ColumnResult
from leeboard.verdicts.verdict import State

__all__ = ["story"]

_SIGNS = {State.MOVED: "▲", State.UNSURE: "○", State.HELD: "●", State.FAILED: "✗"}
_SHOWN = (
    *("temp", "hum", "windspeed", "weathersit", "hr"),
    *("prediction", "cnt", "error"),
)
_SUMMER, _LATER = "1-summer.html", "3-a-year-later.html"
_FEW_ROWS = 12


def story(walk: Walk) -> str:
    """Return what the lab found, in at most 60 lines of 79 columns."""
    parts = (_setting(walk), _season(walk), _faults(walk), _growth(walk), _errors(walk))
    return "\n".join(line for part in parts for line in (*part, ""))


def _setting(walk: Walk) -> Iterator[str]:
    trained = walk.trained
    low, high = trained.interval
    yield "Bike rentals in Washington, D.C., hour by hour"
    yield "A random forest learned January and February 2011. On days like those it is"
    yield f"off by {trained.value:.0f} rentals an hour ({low:.0f} to {high:.0f}); the"
    yield f"mean is {trained.mean:.0f}. Leeboard compared every month ({len(walk.months)}),"
    yield f"week ({len(walk.weeks)}) and day ({walk.days}) since with what it learned from."


def _season(walk: Walk) -> Iterator[str]:
    yield "1. The season: the weather leaves what the model knows"
    yield from _strip(walk)
    summer = walk.reports[_SUMMER]
    temp = summer["temp"]
    yield f"   July 2011: {_size(temp)}; weather codes {summer['weathersit'].state}."
    yield "   Next: nothing is broken, every year does this. The model has not learned"
    yield "   warm days: train on a whole year, or compare with the same months of one."


def _strip(walk: Walk) -> Iterator[str]:
    """Every month's verdict as one sign, and the first week that moved."""
    years = [month.start.year for month in walk.months]
    gap = years.index(max(years))
    initials = ["JFMAMJJASOND"[month.start.month - 1] for month in walk.months]

    def spaced(signs: list[str]) -> str:
        return f"{''.join(signs[:gap])} {''.join(signs[gap:])}"

    yield f"   {'':12}{min(years):<{gap + 1}}{max(years)}"
    yield f"   {'':12}{spaced(initials)}  first week that moved"
    for name in _SHOWN:
        signs = [_SIGNS[month.report[name].state] for month in walk.months]
        yield f"   {name:12}{spaced(signs)}  {_first(walk.weeks, name)}"
    legend = "  ".join(f"{_SIGNS[state]} {state}" for state in list(State)[:3])
    yield f"   {legend}"


def _first(weeks: tuple[Window, ...], name: str) -> str:
    moved = (w.start for w in weeks if w.report[name].state is State.MOVED)
    first = next(moved, None)
    return "none" if first is None else f"{first}"


def _size(column: ColumnResult) -> str:
    shift = column.verdict.shift
    if shift is None or column.state is not State.MOVED:
        return f"{column.name} {column.state}"
    return f"{column.name} moved by about {shift:.1f} standard deviations"


def _faults(walk: Walk) -> Iterator[str]:
    yield "2. Two sensors: one value all day (the condition: constant)"
    for day in dict.fromkeys(one.day for one in walk.stuck):
        yield f"   {day}  {_fault([one for one in walk.stuck if one.day == day])}"
    week = _week_of(walk, date(2011, 3, 10))
    state = week.report["hum"].state
    yield f"   In the week of {week.start} hum was {state}: a day's fault drowns in a"
    yield "   week. Such conditions belong on every day, or every batch."
    yield "   Next: have the station mended; leave these hours out of training."


def _fault(stuck: list[Stuck]) -> str:
    first, low, high = stuck[0], *stuck[0].temp
    if first.rows < _FEW_ROWS:
        return f"{first.rows} row: too few to say that anything is stuck"
    names = " and ".join(one.column for one in stuck)
    if len(stuck) > 1:
        return f"{names} steady, {first.others} others not: a steady day, no fault"
    what = f"{names} {first.value:g} in all {first.rows} rows"
    return f"{what}, while temp went from {low:.2f} to {high:.2f}: a fault"


def _week_of(walk: Walk, day: date) -> Window:
    return max((w for w in walk.weeks if w.start <= day), key=lambda w: w.start)


def _growth(walk: Walk) -> Iterator[str]:
    report = walk.reports[_LATER]
    before = walk.trained.mean
    now = _mean(report, "cnt")
    held = [n for n in _SHOWN[:5] if report[n].state is State.HELD]
    yield "3. Growth: January and February 2012 against the same months of 2011"
    yield f"   {_size(report['cnt'])}: {before:.0f} to {now:.0f} rentals an hour."
    yield f"   {_size(report['temp'])}; held: {', '.join(held)}."
    yield "   Next: the season is the same and demand is not, at any temperature. Only"
    yield "   newer labels help; ask what changed, then train again."


def _mean(report: Report, name: str) -> float:
    return float(report[name].measurements["mean"].current or 0.0)


def _errors(walk: Walk) -> Iterator[str]:
    first = _first(walk.weeks, "error")
    worst = max(walk.errors, key=lambda one: one.value)
    picked = [one for one in walk.errors if one.start.month in (3, 6, 9, 12)]
    yield "4. The error, in rentals an hour, with 95 % intervals"
    yield f"   trained  {_interval(walk.trained)}"
    for one in picked:
        yield f"   {one.start:%Y-%m}  {_interval(one)}"
    yield f"   It moved first in the week of {first}, and was largest in"
    yield f"   {worst.start:%Y-%m}: {worst.value / walk.trained.value:.0f} times what it"
    yield "   was. Next: the model has not been fit for use since that spring; train"
    yield "   it again on recent months and on a whole year, and keep watching."


def _interval(error: Error) -> str:
    low, high = error.interval
    figures = f"{error.value:5.0f}  ({low:3.0f} to {high:3.0f})"
    share = error.value / error.mean
    return f"{figures}  {share:4.0%} of a mean of {error.mean:3.0f}"
