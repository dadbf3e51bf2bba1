"""The map of columns by windows, read one page of columns at a time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from leeboard.dashboard.asked import Asked
from leeboard.dashboard.columns import ColumnLine
from leeboard.dashboard.lists import paged
from leeboard.dashboard.ranges import shown_windows, stamp_of
from leeboard.dashboard.reading import Row
from leeboard.dashboard.standing import when
from leeboard.pages.dashboard.heatmaps import (
    LEVELS,
    HeatCell,
    HeatMap,
    HeatRow,
    level_of,
)
from leeboard.pages.times import ticks
from leeboard.pages.words import number, plural
from leeboard.state import Done

__all__ = ["heat_map"]

_COLUMNS, _WINDOWS = 30, 60
_ROOM = 20
"""A label of time takes this part of the map's width, at most."""

_Key = tuple[str, datetime]


def heat_map(asked: Asked, chosen: Done, lines: Sequence[ColumnLine]) -> HeatMap:
    """Draw how far columns were from the reference in each window.

    Parameters
    ----------
    asked : Asked
    chosen : Done
        The window that is looked at.
    lines : sequence of ColumnLine
        Columns, in the order in which they are shown; a page of them is drawn.

    Notes
    -----
    Where windows are many, every so-manieth is drawn; what crossed in those left out is
    shown in the next that is drawn, so that nothing that asked for somebody is lost.
    """
    shown, pager = paged(
        lines, asked.query, _COLUMNS, lambda page: asked.here(page=page) + "#map"
    )
    windows = shown_windows(asked.windows, _WINDOWS)
    names = [line.name for line in shown]
    sizes = _sizes(asked, windows, names)
    crossed = _crossed(asked, windows, names)
    rows = tuple(_row(asked, name, windows, sizes, crossed, chosen) for name in names)
    left = len(asked.windows) - len(windows)
    note = "Each square is a column in one window: the darker, the farther from the"
    note += " reference, the noise of few rows taken off. Choose one to see its"
    note += " distribution."
    if left:
        note += f" {left:,} windows are left out; what crossed in them is shown in the"
        note += " next."
    return HeatMap(
        title=_title(crossed, len(asked.windows)),
        note=note,
        windows=tuple(stamp_of(one.window.start) for one in windows),
        marks=_marks(windows),
        rows=rows,
        legend=_legend(),
        pager=pager,
        search=asked.search(),
    )


def _title(crossed: Mapping[_Key, Row], n: int) -> str:
    columns = {name for name, _ in crossed}
    if not columns:
        return f"None of these columns asked for somebody in {plural(n, 'window')}"
    some = plural(len(columns), "column")
    return f"{some} asked for somebody in {plural(n, 'window')}"


def _sizes(
    asked: Asked, windows: Sequence[Done], names: Sequence[str]
) -> dict[_Key, float | None]:
    """Sizes by column and window."""
    if not windows or not names:
        return {}
    rows = asked.reader.figures(
        asked.plan.name,
        [one.window for one in windows],
        subject=names,
        metric="psi",
        segment=asked.get("segment"),
    )
    return {(row["subject"], row["window_start"]): row["value"] for row in rows}


def _crossed(
    asked: Asked, windows: Sequence[Done], names: Sequence[str]
) -> dict[_Key, Row]:
    """Crossings that asked for somebody, in the drawn window at or after theirs."""
    if not names:
        return {}
    rows = asked.reader.verdicts(
        asked.plan.name,
        asked.whole,
        severity=("warn", "page"),
        segment=asked.get("segment"),
        subject=names,
    )
    found: dict[_Key, Row] = {}
    starts = [one.window.start for one in windows]
    at = 0
    for row in rows:  # in order of time
        while at < len(starts) - 1 and starts[at] < row["window_start"]:
            at += 1
        key = (row["subject"], starts[at])
        if key not in found or found[key]["severity"] != "page":
            found[key] = row
    return found


def _row(
    asked: Asked,
    name: str,
    windows: Sequence[Done],
    sizes: Mapping[_Key, float | None],
    crossed: Mapping[_Key, Row],
    chosen: Done,
) -> HeatRow:
    looked_at = asked.get("column")
    cells = []
    for one in windows:
        key = (name, one.window.start)
        size, row = sizes.get(key), crossed.get(key)
        text = "not measured" if size is None else f"PSI {number(size, 2)}"
        if row is not None:
            text += f"; {row['severity']}: {row['aspect']}, {when(row['window_start'])}"
        cells.append(
            HeatCell(
                level_of(size),
                text,
                row["severity"] if row is not None else "",
                chosen=name == looked_at and one.window == chosen.window,
            )
        )
    return HeatRow(
        name,
        f"{asked.here(column=name)}#cell",
        f"{asked.here(column=name, window='')}&window=",
        tuple(cells),
    )


def _marks(windows: Sequence[Done]) -> tuple[tuple[str, int], ...]:
    """Labels of time over the windows, each over those until the next."""
    if not windows:
        return ()
    labels = list(ticks((windows[0].window.start, windows[-1].window.end)))
    marks: list[tuple[str, int]] = []
    at = -1
    for one in windows:
        moved = False
        while at + 1 < len(labels) and labels[at + 1][0] <= one.window.start:
            at, moved = at + 1, True
        if moved or not marks:
            marks.append((labels[at][1] if at >= 0 else "", 1))
        else:
            marks[-1] = (marks[-1][0], marks[-1][1] + 1)
    if marks[-1][1] * _ROOM < len(windows):  # a label there would leave the map
        marks[-1] = ("", marks[-1][1])
    return tuple(marks)


def _legend() -> tuple[tuple[str, str], ...]:
    found = [("l0", f"PSI less its noise under {LEVELS[0]:g}")]
    found += [(f"l{i + 1}", f"from {line:g}") for i, line in enumerate(LEVELS)]
    return (*found, ("none", "not measured"))
