"""A map of columns by windows: how far each was from the reference.

An HTML table, so that it is read aloud by row and column; colours come from classes.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from leeboard.pages.dashboard.parts import Pager, Search
from leeboard.pages.printable import printable

if TYPE_CHECKING:
    from markupsafe import Markup

__all__ = ["LEVELS", "HeatCell", "HeatMap", "HeatRow", "draw_cells", "level_of"]

LEVELS = (0.02, 0.1, 0.3, 1.0, 3.0)
"""PSI (nats) from which a cell is a shade darker."""


def level_of(size: float | None) -> str:
    """Class of a cell's shade; ``none`` where nothing was measured."""
    if size is None:
        return "none"
    return f"l{sum(size >= line for line in LEVELS)}"


@dataclass(frozen=True, slots=True)
class HeatCell:
    """One column in one window.

    Parameters
    ----------
    level : str
        As ``level_of`` gives it.
    text : str
        The size in words.
    crossed : str
        Severity of what crossed there; empty: nothing did.
    chosen : bool
    """

    level: str
    text: str
    crossed: str = ""
    chosen: bool = False


@dataclass(frozen=True, slots=True)
class HeatRow:
    """One column.

    Parameters
    ----------
    name, href : str
    query : str
        Address of a cell, without its window.
    cells : tuple of HeatCell
    """

    name: str
    href: str
    query: str
    cells: tuple[HeatCell, ...]


@dataclass(frozen=True, slots=True)
class HeatMap:
    """The map.

    Parameters
    ----------
    title, note : str
    windows : tuple of str
        Start of each drawn window, as it stands in an address.
    marks : tuple of (str, int)
        Labels over the windows, and how many each spans.
    rows : tuple of HeatRow
    legend : tuple of (str, str)
        Class and meaning.
    pager : Pager or None
    search : Search or None
    """

    title: str
    note: str
    windows: tuple[str, ...]
    marks: tuple[tuple[str, int], ...]
    rows: tuple[HeatRow, ...]
    legend: tuple[tuple[str, str], ...]
    pager: Pager | None = None
    search: Search | None = None
    part: str = "heatmap"


def draw_cells(row: HeatRow, windows: Sequence[str]) -> Markup:
    """Draw the squares of one column as cells of the table; a page has thousands.

    Tab passes over them, since rows lead to the same places.
    """
    from markupsafe import Markup, escape

    href = escape(printable(row.query))
    parts = []
    for window, one in zip(windows, row.cells, strict=True):
        kind = one.level
        kind += f" x-{one.crossed}" if one.crossed else ""
        kind += " chosen" if one.chosen else ""
        at, says = escape(window), escape(printable(one.text))
        parts.append(
            f'<td class="{escape(kind)}"><a tabindex="-1" href="{href}{at}#cell"'
            f' title="{at}: {says}"><span>{says}</span></a></td>'
        )
    # every text among the parts has been escaped
    return Markup("".join(parts))  # noqa: S704
