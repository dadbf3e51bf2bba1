"""A live model's history on one page: its error by window, labels, and traffic.

One file, no network, no script. Every text and figure comes from the context.
"""

from __future__ import annotations

from dataclasses import dataclass

from leeboard._version import __version__
from leeboard.pages.report import asset, draw, style_source
from leeboard.pages.timelines import Timeline

__all__ = ["HistoryLine", "HistoryPage", "HistorySection", "render_history"]


@dataclass(frozen=True, slots=True)
class HistorySection:
    """A chart with its legend.

    Parameters
    ----------
    name : str
        For links: letters and hyphens.
    chart : Timeline
    note : str
        What to read from it.
    """

    name: str
    chart: Timeline
    note: str


@dataclass(frozen=True, slots=True)
class HistoryLine:
    """One window in words, for those who do not look at charts."""

    window: str
    predictions: str
    labels: str
    realised: str
    estimated: str


@dataclass(frozen=True, slots=True)
class HistoryPage:
    """All that the page shows.

    Parameters
    ----------
    title, headline, summary : str
    sections : tuple of HistorySection
    lines : tuple of HistoryLine
    version : str
    """

    title: str
    headline: str
    summary: str
    sections: tuple[HistorySection, ...]
    lines: tuple[HistoryLine, ...]
    version: str = __version__


def render_history(page: HistoryPage) -> str:
    """Draw the page as one self-contained HTML file."""
    style = asset("report.css") + asset("history.css")
    return draw(
        "history.html.j2", page=page, style=style, style_hash=style_source(style)
    )
