"""Panels of a Grafana dashboard as plain values.

Place: knows Grafana's JSON and none of our families; ``dashboard`` says what is drawn.
Each kind of panel gets the options that Grafana itself writes for a new one.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

__all__ = ["DATASOURCE", "Panel", "Query", "laid_out"]

DATASOURCE = {"type": "prometheus", "uid": "${datasource}"}

_ROW = 24
"""Columns of a dashboard."""

_COLOURS = ("green", "orange", "red")


@dataclass(frozen=True, slots=True)
class Query:
    """A query, and how its series are called.

    Parameters
    ----------
    expr : str
    legend : str
        With labels as ``{{model}}``.
    now : bool
        The latest value alone, in place of all over the time that is shown.
    """

    expr: str
    legend: str = ""
    now: bool = False


@dataclass(frozen=True, slots=True)
class Panel:
    """One panel.

    Parameters
    ----------
    title : str
    kind : str
        ``stat``, ``timeseries``, ``bargauge`` or ``state-timeline``.
    queries : tuple of Query
    about : str
        What a reader should know.
    unit : str
        As Grafana names it.
    width, height : int
        Of 24 columns; in rows.
    limits : tuple of float
        From the first on it is orange, from the second red; one alone is red.
    falling : bool
        Low values are the bad ones: the limits are given from red to green.
    words : mapping of value to (text, colour)
    smallest, largest : float or None
        Of the axis.
    """

    title: str
    kind: str
    queries: tuple[Query, ...]
    about: str
    unit: str = "short"
    width: int = 8
    height: int = 8
    limits: tuple[float, ...] = ()
    falling: bool = False
    words: Mapping[int, tuple[str, str]] | None = None
    smallest: float | None = None
    largest: float | None = None

    def to_dict(self, id_: int, x: int, y: int) -> dict[str, Any]:
        """Return it as Grafana reads it."""
        return {
            "id": id_,
            "type": self.kind,
            "title": self.title,
            "description": self.about,
            "datasource": DATASOURCE,
            "gridPos": {"h": self.height, "w": self.width, "x": x, "y": y},
            "fieldConfig": {"defaults": self._field(), "overrides": []},
            "options": _OPTIONS[self.kind],
            "targets": [
                _target(query, chr(ord("A") + i))
                for i, query in enumerate(self.queries)
            ],
        }

    def _field(self) -> dict[str, Any]:
        by_limit = self.kind != "timeseries"
        field: dict[str, Any] = {
            "unit": self.unit,
            "color": {"mode": "thresholds" if by_limit else "palette-classic"},
            "custom": _CUSTOM[self.kind],
            "mappings": _mappings(self.words or {}),
            "thresholds": {"mode": "absolute", "steps": self._steps()},
        }
        ends = {"min": self.smallest, "max": self.largest}
        return field | {key: end for key, end in ends.items() if end is not None}

    def _steps(self) -> list[dict[str, Any]]:
        colours = {0: ("green",), 1: ("green", "red")}.get(len(self.limits), _COLOURS)
        if self.falling:
            colours = colours[::-1]
        values = (None, *self.limits)
        return [
            {"color": colour, "value": value}
            for colour, value in zip(colours, values, strict=True)
        ]


def laid_out(rows: Sequence[tuple[str, Sequence[Panel]]]) -> list[dict[str, Any]]:
    """Put panels side by side under the titles of their rows."""
    found: list[dict[str, Any]] = []
    y = 0
    for title, panels in rows:
        place = {"h": 1, "w": _ROW, "x": 0, "y": y}
        row = {"id": len(found) + 1, "type": "row", "title": title, "gridPos": place}
        found.append({**row, "collapsed": False, "panels": []})
        y, x, tallest = y + 1, 0, 0
        for panel in panels:
            if x + panel.width > _ROW:
                y, x, tallest = y + tallest, 0, 0
            found.append(panel.to_dict(len(found) + 1, x, y))
            x, tallest = x + panel.width, max(tallest, panel.height)
        y += tallest
    return found


def _target(query: Query, name: str) -> dict[str, Any]:
    return {
        "refId": name,
        "datasource": DATASOURCE,
        "editorMode": "code",
        "expr": query.expr,
        "legendFormat": query.legend or "__auto",
        "instant": query.now,
        "range": not query.now,
    }


def _mappings(words: Mapping[int, tuple[str, str]]) -> list[dict[str, Any]]:
    if not words:
        return []
    options = {
        str(value): {"text": text, "color": colour, "index": i}
        for i, (value, (text, colour)) in enumerate(words.items())
    }
    return [{"type": "value", "options": options}]


_LATEST = {"calcs": ["lastNotNull"], "fields": "", "values": False}
_LEGEND = {
    "calcs": ["lastNotNull"],
    "displayMode": "table",
    "placement": "bottom",
    "showLegend": True,
}
_TOOLTIP = {"mode": "multi", "sort": "desc"}
_OPTIONS: Mapping[str, Mapping[str, Any]] = {
    "stat": {
        "colorMode": "background",
        "graphMode": "none",
        "justifyMode": "auto",
        "orientation": "auto",
        "percentChangeColorMode": "standard",
        "reduceOptions": _LATEST,
        "showPercentChange": False,
        "textMode": "auto",
        "wideLayout": True,
    },
    "timeseries": {"legend": _LEGEND, "tooltip": _TOOLTIP},
    "bargauge": {
        "displayMode": "basic",
        "legend": {**_LEGEND, "calcs": [], "showLegend": False},
        "maxVizHeight": 300,
        "minVizHeight": 12,
        "minVizWidth": 8,
        "namePlacement": "left",
        "orientation": "horizontal",
        "reduceOptions": _LATEST,
        "showUnfilled": True,
        "sizing": "auto",
        "valueMode": "color",
    },
    "state-timeline": {
        "alignValue": "left",
        "legend": {**_LEGEND, "calcs": [], "displayMode": "list"},
        "mergeValues": True,
        "rowHeight": 0.9,
        "showValue": "auto",
        "tooltip": {"mode": "single", "sort": "none"},
    },
}
_CUSTOM: Mapping[str, Mapping[str, Any]] = {
    "stat": {},
    "timeseries": {
        "drawStyle": "line",
        "fillOpacity": 0,
        "lineInterpolation": "stepAfter",
        "lineWidth": 1,
        "showPoints": "never",
        "spanNulls": True,
    },
    "bargauge": {},
    "state-timeline": {"fillOpacity": 80, "lineWidth": 0},
}
