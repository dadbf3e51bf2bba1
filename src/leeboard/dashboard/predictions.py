"""Prediction analysis: how predictions are spread, how that moved, and what remains."""

from __future__ import annotations

from collections.abc import Iterator

from leeboard.alarms.look import RESIDUAL
from leeboard.dashboard.asked import Asked
from leeboard.dashboard.columns import chosen_window, column_lines, schema_of
from leeboard.dashboard.distributions import distribution_of
from leeboard.dashboard.lines import figure_chart
from leeboard.dashboard.standing import when
from leeboard.errors import LeeboardError
from leeboard.pages.dashboard.parts import Empty, Notice, Part, Tile, Tiles
from leeboard.pages.words import DASH, number
from leeboard.schema import Role
from leeboard.verdicts.verdict import Lines

__all__ = ["prediction_parts"]

_MOST = 4
_LINES = Lines()
_ROLES = (Role.PREDICTION, Role.SCORE)


def prediction_parts(asked: Asked) -> Iterator[Part]:
    """Draw predictions and scores, beside the reference's, and the residual."""
    done = chosen_window(asked)
    if done is None:
        return
    names = [c.name for c in schema_of(asked).values() if c.role in _ROLES]
    lines = {line.name: line for line in column_lines(asked, done)}
    known = [name for name in names if name in lines][:_MOST]
    if not known and "prediction" in lines:
        known = ["prediction"]
    if not known:
        yield Empty(
            "Predictions are not compared",
            "The reference has no column with the role `prediction` or `score`."
            " Train data that hold the model's predictions give one.",
        )
    else:
        tiles = [
            Tile(
                name,
                lines[name].state,
                f"PSI {number(lines[name].size, 2)}, {when(done.window.start)}",
                lines[name].state,
                asked.links.verdict(lines[name].verdict) if lines[name].verdict else "",
            )
            for name in known
        ]
        yield Tiles(tuple(tiles))
    for name in known:
        yield from _over_time(asked, name)
        try:
            yield from distribution_of(
                asked.reader, asked.plan, name, done.window, asked.get("segment")
            )
        except LeeboardError as error:
            yield Notice("failed", "The reference cannot be read.", str(error))
    yield from _residual(asked)


def _over_time(asked: Asked, name: str) -> Iterator[Part]:
    where = {"subject": name, "segment": asked.get("segment")}
    means = asked.reader.figures(asked.plan.name, asked.whole, metric="mean", **where)
    told = [row for row in means if row["value"] is not None]
    if told:
        last = told[-1]
        beside = DASH if last["reference"] is None else number(last["reference"], 3)
        chart = figure_chart(
            means,
            asked.windows,
            name="mean",
            title=f"{name} is {number(last['value'], 3)} on average now,"
            f" {beside} in the reference",
            metric="mean",
            stretches=asked.stretches(),
            unit="mean by window",
        )
        if chart is not None:
            yield chart
    sizes = asked.reader.figures(asked.plan.name, asked.whole, metric="psi", **where)
    chart = figure_chart(
        sizes,
        asked.windows,
        name="size",
        title=f"How far {name} was from the reference",
        metric="psi",
        level=_LINES.large,
        level_name="large",
        stretches=asked.stretches(),
    )
    if chart is not None:
        yield chart


def _residual(asked: Asked) -> Iterator[Part]:
    rows = asked.reader.figures(
        asked.plan.name,
        asked.whole,
        subject=RESIDUAL,
        metric="mean",
        segment=asked.get("segment"),
    )
    told = [row for row in rows if row["value"] is not None]
    if not told:
        return
    value = told[-1]["value"]
    side = "below" if value > 0 else "above"
    chart = figure_chart(
        rows,
        asked.windows,
        name="residual",
        title=f"Predictions lie {number(abs(value), 3)} {side} the labels on average",
        metric="mean",
        stretches=asked.stretches(),
        unit="label less prediction",
        note="Far from zero, the model is wrong in one direction.",
    )
    if chart is not None:
        yield chart
