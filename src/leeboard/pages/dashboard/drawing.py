"""The dashboard's pages as HTML: one function a page, and the files they load.

Nothing here stands inline: styles and the one small script are static files, so that a
content security policy may forbid everything else.
"""

from __future__ import annotations

import hashlib
from functools import cache

from leeboard._version import __version__
from leeboard.pages.dashboard.contexts import (
    FleetPage,
    IncidentPage,
    IncidentsPage,
    LoginPage,
    ModelPage,
    PlainPage,
    ProblemPage,
    Shell,
    VerdictPage,
)
from leeboard.pages.dashboard.fields import draw_field
from leeboard.pages.dashboard.heatmaps import draw_cells
from leeboard.pages.dashboard.links import SECTIONS, Links
from leeboard.pages.dashboard.sparks import draw_spark
from leeboard.pages.report import asset, draw
from leeboard.pages.timelines import draw_timeline

__all__ = [
    "POLICY",
    "fleet_page",
    "incident_page",
    "incidents_page",
    "login_page",
    "model_page",
    "plain_page",
    "problem_page",
    "stamp",
    "static_files",
    "verdict_page",
]

POLICY = (
    "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self';"
    " img-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
"""Content security policy under which every page works."""


@cache
def static_files() -> dict[str, tuple[str, str]]:
    """Files that pages load: media type and text, by name."""
    styles = ("report.css", "history.css", "dashboard/dashboard.css")
    return {
        "dashboard.css": ("text/css; charset=utf-8", "".join(map(asset, styles))),
        "dashboard.js": (
            "text/javascript; charset=utf-8",
            asset("dashboard/dashboard.js"),
        ),
        "icon.svg": ("image/svg+xml", asset("dashboard/icon.svg")),
    }


@cache
def stamp() -> str:
    """Short digest of the files, for addresses that change when these do."""
    every = "".join(text for _, text in static_files().values())
    return hashlib.sha256(every.encode()).hexdigest()[:12]


def _draw(name: str, page: object, links: Links, shell: Shell | None) -> str:
    return draw(
        f"dashboard/{name}.html.j2",
        page=page,
        links=Links(links.root, stamp()),
        shell=shell or Shell(),
        sections=SECTIONS,
        version=__version__,
        timeline=draw_timeline,
        spark=draw_spark,
        draw_cells=draw_cells,
        draw_field=draw_field,
    )


def fleet_page(page: FleetPage, links: Links, shell: Shell | None = None) -> str:
    """Draw the first page: all models."""
    return _draw("fleet", page, links, shell)


def model_page(page: ModelPage, links: Links, shell: Shell | None = None) -> str:
    """Draw one section of a model."""
    return _draw("model", page, links, shell)


def incidents_page(
    page: IncidentsPage, links: Links, shell: Shell | None = None
) -> str:
    """Draw the list of incidents."""
    return _draw("incidents", page, links, shell)


def incident_page(page: IncidentPage, links: Links, shell: Shell | None = None) -> str:
    """Draw one incident."""
    return _draw("incident", page, links, shell)


def verdict_page(page: VerdictPage, links: Links, shell: Shell | None = None) -> str:
    """Draw one verdict, explained."""
    return _draw("verdict", page, links, shell)


def plain_page(page: PlainPage, links: Links, shell: Shell | None = None) -> str:
    """Draw a page of parts."""
    return _draw("plain", page, links, shell)


def problem_page(page: ProblemPage, links: Links, shell: Shell | None = None) -> str:
    """Draw what could not be shown, and the way out."""
    return _draw("problem", page, links, shell)


def login_page(goal: str, links: Links, *, refused: str = "") -> str:
    """Draw where people sign in."""
    return _draw("login", LoginPage(goal, refused), links, None)
