"""A compact table for notebooks: HTML with inline styles, no script, nothing loaded."""

from __future__ import annotations

from leeboard.pages.report import draw, report_page
from leeboard.verdicts.report import Findings

__all__ = ["MOST", "render_fragment"]

MOST = 40
"""So many columns are shown; a notebook is no place for two hundred."""


def render_fragment(findings: Findings) -> str:
    """Draw the headline and a table as an HTML fragment.

    Colours are chosen to be readable on a light and on a dark ground.
    """
    return draw("notebook.html.j2", page=report_page(findings), most=MOST)
