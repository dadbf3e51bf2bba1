"""Executive summary: is it all right, since when, and what needs a person."""

from __future__ import annotations

from collections.abc import Iterator

from leeboard.dashboard.asked import Asked
from leeboard.dashboard.lines import figure_chart
from leeboard.dashboard.lists import incident_table
from leeboard.dashboard.performance import finding
from leeboard.dashboard.reading import Row
from leeboard.dashboard.standing import main_metric, metric_name, when
from leeboard.pages.dashboard.parts import Notice, Part, Tile, Tiles
from leeboard.pages.words import DASH, count, number, plural, share

__all__ = ["summary_parts"]

_MOST = 12


def summary_parts(asked: Asked) -> Iterator[Part]:
    """Say how it is in figures, one chart, and the incidents."""
    standing = asked.standing
    if standing.leading is not None:
        yield Notice(
            standing.state,
            f"{standing.says.capitalize()}, {standing.since}.",
            "",
            asked.links.incident(standing.leading.id),
            "Open the incident",
        )
    metric, level = main_metric(asked.reader, asked.plan.name)
    rows = asked.reader.figures(
        asked.plan.name, asked.whole, subject="performance", metric=metric, segment=""
    )
    labelled = [row for row in rows if row["basis"] in {"realised", "provisional"}]
    last = next((row for row in reversed(labelled) if row["value"] is not None), None)
    yield Tiles((_how(asked), _figure(asked, metric, last, level), *_counts(asked)))
    chart = figure_chart(
        labelled,
        asked.windows,
        name="of-late",
        title=finding(metric, labelled, level),
        metric=metric,
        level=level,
        stretches=asked.stretches(),
        unit=asked.unit(metric),
    )
    if chart is not None:
        yield chart
    yield incident_table(
        asked.incidents[:_MOST],
        asked.links,
        title=f"Incidents: the latest of {plural(len(asked.incidents), 'incident')}",
        empty="None so far.",
    )


def _how(asked: Asked) -> Tile:
    standing = asked.standing
    return Tile("How it is", standing.says, standing.since, standing.state)


def _figure(asked: Asked, metric: str, last: Row | None, level: float | None) -> Tile:
    return Tile(
        metric_name(metric),
        number(last["value"], 3) if last else DASH,
        ", ".join(_beside(last, level)),
        href=asked.links.model(asked.plan.name, "performance", **asked.span.kept),
    )


def _beside(last: Row | None, level: float | None) -> Iterator[str]:
    if last is not None:
        yield f"window of {when(last['window_start'])}"
    if level is not None:
        yield f"reference {number(level, 3)}"


def _counts(asked: Asked) -> tuple[Tile, ...]:
    windows = asked.windows
    done = windows[-1]
    total = sum(one.rows for one in windows)
    labels = sum(one.labels for one in windows)
    return (
        Tile(
            "Predictions",
            count(done.rows),
            f"in the latest window, to {when(done.window.end)}",
            href=asked.links.model(asked.plan.name, "system", **asked.span.kept),
        ),
        Tile("Labelled", share(labels / total) if total else DASH, "of those shown"),
        Tile(
            "Incidents",
            count(len(asked.standing.running)),
            f"run; {count(len(asked.incidents))} in all",
            href=asked.links.incidents(model=asked.plan.name, show="all"),
        ),
    )
