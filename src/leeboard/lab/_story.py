"""The walk told: what was looked at, what was found, what to do next.

Every figure comes from the walk. Must not compute verdicts, nor know where it is shown.
"""

from __future__ import annotations

import textwrap
from collections.abc import Iterator
from datetime import date

from leeboard.lab._walk import Error, Stuck, Walk, Window
from leeboard.report import Report
from leeboard.verdicts.verdict import State

__all__ = ["story"]

_WIDTH = 79
_INDENT = "   "
_SIGNS = {State.MOVED: "▲", State.UNSURE: "○", State.HELD: "●", State.FAILED: "✗"}
_WEATHER = ("temp", "hum", "windspeed", "weathersit")
_SHOWN = (*_WEATHER, "hr", "prediction", "cnt", "error")
_SUMMER, _LATER = "1-summer.html", "3-a-year-later.html"
_FEW_ROWS = 12
_HUMIDITY_FAILED = date(2011, 3, 10)


def story(walk: Walk) -> str:
    """Return what the lab found, in at most 60 lines of 79 columns."""
    parts = (_setting(walk), _season(walk), _faults(walk), _growth(walk), _errors(walk))
    return "\n".join("\n".join(part) + "\n" for part in parts)


def _prose(text: str, first: str = _INDENT) -> list[str]:
    return textwrap.wrap(
        text, _WIDTH, initial_indent=first, subsequent_indent=" " * len(first)
    )


def _setting(walk: Walk) -> Iterator[str]:
    trained = walk.trained
    low, high = trained.interval
    yield "Bike rentals in Washington, D.C., hour by hour"
    yield from _prose(
        "A random forest learned January and February 2011. On days like those it is"
        f" off by {trained.value:.0f} rentals an hour ({low:.0f} to {high:.0f}); their"
        f" mean is {trained.mean:.0f}. Leeboard has compared each of the"
        f" {len(walk.months)} months, {len(walk.weeks)} weeks and {walk.days} days"
        " since with what it learned from.",
        first="",
    )


def _season(walk: Walk) -> Iterator[str]:
    yield "1. The season: the weather leaves what the model knows"
    yield from _strip(walk)
    temp = _means(walk.reports[_SUMMER], "temp")
    yield from _prose(
        f"In July 2011 temp has a mean of {temp[1]:.2f}; it was {temp[0]:.2f}. Next:"
        " nothing is broken, every year does this, but the model has not learned warm"
        " days. Train on a whole year, or compare with the same months of one."
    )


def _strip(walk: Walk) -> Iterator[str]:
    """Every month's verdict as one sign, and the first week that moved."""
    years = [month.start.year for month in walk.months]
    gap = years.index(max(years))
    initials = ["JFMAMJJASOND"[month.start.month - 1] for month in walk.months]

    def spaced(signs: list[str]) -> str:
        return f"{''.join(signs[:gap])} {''.join(signs[gap:])}"

    yield f"{_INDENT}{'':12}{min(years):<{gap + 1}}{max(years)}"
    yield f"{_INDENT}{'':12}{spaced(initials)}  moved first in the week of"
    for name in _SHOWN:
        signs = [_SIGNS[month.report[name].state] for month in walk.months]
        yield f"{_INDENT}{name:12}{spaced(signs)}  {_first(walk, name)}"
    states = (State.MOVED, State.UNSURE, State.HELD)
    yield _INDENT + "  ".join(f"{_SIGNS[state]} {state}" for state in states)


def _first(walk: Walk, name: str) -> str:
    moved = (w.start for w in walk.weeks if w.report[name].state is State.MOVED)
    first = next(moved, None)
    return "never" if first is None else f"{first}"


def _means(report: Report, name: str) -> tuple[float, float]:
    """Mean of the reference and of the current rows."""
    mean = report[name].measurements["mean"]
    return float(mean.reference or 0.0), float(mean.current or 0.0)


def _faults(walk: Walk) -> Iterator[str]:
    yield "2. Sensors: days on which one gave the same value in every row"
    for day in dict.fromkeys(one.day for one in walk.stuck):
        yield f"{_INDENT}{day}  {_fault([o for o in walk.stuck if o.day == day])}"
    week = _week_of(walk, _HUMIDITY_FAILED)
    yield from _prose(
        f"In the week of {week.start} hum is {week.report['hum'].state}: a day's fault"
        " drowns in a week, so such conditions belong on every batch. Next: have the"
        " station mended, and leave these hours out of training."
    )


def _fault(stuck: list[Stuck]) -> str:
    first, low, high = stuck[0], *stuck[0].temp
    if first.rows < _FEW_ROWS:
        return f"only {first.rows} row: too few to tell"
    names = " and ".join(one.column for one in stuck)
    if len(stuck) > 1:
        return f"{names} steady in all {first.rows} rows: a steady day, no fault"
    what = f"{names} {first.value:g} in all {first.rows} rows"
    return f"{what}, temp {low:.2f} to {high:.2f}: a fault"


def _week_of(walk: Walk, day: date) -> Window:
    return max((w for w in walk.weeks if w.start <= day), key=lambda w: w.start)


def _growth(walk: Walk) -> Iterator[str]:
    report = walk.reports[_LATER]
    (before, now), (cold, mild) = _means(report, "cnt"), _means(report, "temp")
    held = [name for name in _WEATHER if report[name].state is State.HELD]
    yield "3. Growth: January and February 2012 against those of 2011"
    yield from _prose(
        f"cnt {report['cnt'].state}: {before:.0f} rentals an hour became {now:.0f}. Of"
        f" the weather {', '.join(held)} held; temp {report['temp'].state}, from"
        f" {cold:.2f} to {mild:.2f}. Next: the season is the same and demand is not. No"
        " repair of the data helps; ask what changed, and train on newer labels."
    )


def _errors(walk: Walk) -> Iterator[str]:
    worst = max(walk.errors, key=lambda one: one.value)
    picked = [one for one in walk.errors if one.start.month in (3, 6, 9, 12)]
    yield "4. The error: by how many rentals an hour it is off, with 95 % intervals"
    yield f"{_INDENT}learned  {_interval(walk.trained)}"
    for one in picked:
        yield f"{_INDENT}{one.start:%Y-%m}  {_interval(one)}"
    yield from _prose(
        f"It moved first in the week of {_first(walk, 'error')}; in {worst.start:%Y-%m}"
        f" it was {worst.value / walk.trained.value:.0f} times as large. Next: train"
        " again on a whole year that ends recently, and keep watching."
    )


def _interval(error: Error) -> str:
    low, high = error.interval
    figures = f"{error.value:4.0f}  ({low:3.0f} to {high:3.0f})"
    return f"{figures}  {error.value / error.mean:4.0%} of the mean {error.mean:3.0f}"
