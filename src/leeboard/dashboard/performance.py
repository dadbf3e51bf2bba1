"""Performance: from labels, from labels so far, and estimated without; and labels."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from leeboard.dashboard.asked import Asked
from leeboard.dashboard.by_segment import interval_of, segments_table
from leeboard.dashboard.lines import MOST_POINTS, figure_chart
from leeboard.dashboard.reading import Row
from leeboard.dashboard.standing import main_metric, metric_name, when
from leeboard.pages.dashboard.parts import (
    Cell,
    Chart,
    Empty,
    Head,
    Part,
    Table,
)
from leeboard.pages.dashboard.thinning import thinned
from leeboard.pages.timelines import Point, Series, Timeline
from leeboard.pages.words import number, plural, share
from leeboard.performance import performance_metrics

__all__ = ["finding", "performance_parts"]


def performance_parts(asked: Asked) -> Iterator[Part]:
    """Draw the chosen figure, labels beneath it, and all figures of a window."""
    main, reference = main_metric(asked.reader, asked.plan.name)
    metric = asked.get("metric") or main
    segment = asked.get("segment")
    rows = asked.reader.figures(
        asked.plan.name,
        asked.whole,
        subject="performance",
        metric=metric,
        segment=segment,
    )
    level = reference if metric == main and not segment else None
    chart = figure_chart(
        rows,
        asked.windows,
        name="performance",
        title=finding(metric, rows, level),
        metric=metric,
        level=level,
        stretches=asked.stretches(),
        note=_note(metric, rows),
        unit=asked.unit(metric),
    )
    if chart is None:
        yield Empty(
            "No performance yet",
            "It needs labels, or a reference with labelled predictions to estimate"
            " from. Send each label with the id of its prediction.",
            "log.log_feedback(prediction_id, label)",
        )
    else:
        yield chart
    yield _completeness(asked)
    yield _figures(asked, segment)
    if asked.plan.segments:
        yield segments_table(asked, metric)


def finding(metric: str, rows: Sequence[Row], level: float | None) -> str:
    """State the latest labelled figure, its window, and what the reference says."""
    name = metric_name(metric)
    labelled = [
        r
        for r in rows
        if r["value"] is not None and r["basis"] in {"realised", "provisional"}
    ]
    if not labelled:
        return f"{name}: estimated, no labels yet"
    last = labelled[-1]
    value, where = last["value"], f"window of {when(last['window_start'])}"
    if level is None:
        level = last["reference"]
    if level is None:
        return f"{name} is {number(value, 3)} in the {where}"
    low, high = last["low"], last["high"]
    near = low is not None and high is not None and low <= level <= high
    better = performance_metrics()
    direction = better[metric].better if metric in better else ""
    beside = f"{number(value, 3)} in the {where}, {number(level, 3)} in the reference"
    if near:
        return f"{name} is as in the reference: {beside}"
    worse = {"lower": value > level, "higher": value < level}.get(direction)
    if worse is None:
        return f"{name}: {beside}"
    return f"{name} is {'worse' if worse else 'better'} than the reference: {beside}"


def _note(metric: str, rows: Sequence[Row]) -> str:
    known = performance_metrics()
    answers = f"{known[metric].answers} " if metric in known else ""
    found = {row["basis"] for row in rows}
    said = "Bands are 95 % intervals."
    if "estimated" in found:
        said += " The estimate needs no label; it cannot see a change of concept."
    return f"{answers[:1].upper()}{answers[1:]}{said}"


def _completeness(asked: Asked) -> Chart:
    """Draw which share of the predictions have their label."""
    points = [
        Point(
            one.window.start,
            one.window.end,
            100.0 * one.labels / one.rows if one.rows else None,
        )
        for one in asked.windows
    ]
    rows = sum(one.rows for one in asked.windows)
    labels = sum(one.labels for one in asked.windows)
    open_ = sum(one.provisional for one in asked.windows)
    title = f"{share(labels / rows) if rows else 'None'} of predictions have a label"
    note = (
        f"{open_} windows still expect some."
        if open_
        else "No window expects any more."
    )
    drawn = thinned(points, MOST_POINTS)
    series = (Series("labelled", "share", drawn),)
    return Chart(
        "labels", Timeline(title, "% of predictions", series, 80, top=100.0), note
    )


def _figures(asked: Asked, segment: str) -> Table:
    """All figures of the latest window that has any."""
    for done in reversed(asked.windows[-12:]):
        rows = asked.reader.figures(
            asked.plan.name, done.window, subject="performance", segment=segment
        )
        if rows:
            where = f"window of {when(done.window.start)}"
            where += "" if done is asked.windows[-1] else ", the latest that has some"
            break
    else:
        rows, where = [], "window"
    heads = ("Figure", "Rests on", "Reference", "Current", "95 % interval", "Rows")
    return Table(
        name="figures",
        title=f"All figures of the {where}",
        head=tuple(Head(text, number=i > 1) for i, text in enumerate(heads)),
        rows=tuple(_figure(asked, row) for row in rows),
        note="A name draws the figure above. Rows: labels that a figure rests on; of an"
        " estimate, predictions.",
        empty="None: no labels have come.",
    )


def _figure(asked: Asked, row: Row) -> tuple[Cell, ...]:
    metric = row["metric"]
    return (
        Cell(metric_name(metric), asked.here(metric=metric), sub=asked.unit(metric)),
        Cell(row["basis"]),
        Cell(number(row["reference"]), number=True),
        Cell(number(row["value"]), number=True, sub=row["reason"].replace("_", " ")),
        Cell(interval_of(row), number=True),
        Cell(_rows_of(row), number=True),
    )


def _rows_of(row: Row) -> str:
    """Say how many rows a figure rests on, and of what: an estimate has no label."""
    noun = "prediction" if row["basis"] == "estimated" else "label"
    return plural(row["n_current"], noun)
