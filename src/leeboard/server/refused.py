"""What is refused of a person's request, as a page to read instead of JSON."""

from __future__ import annotations

from collections.abc import Mapping

from starlette.responses import Response

from leeboard.pages.dashboard.contexts import ProblemPage
from leeboard.pages.dashboard.drawing import POLICY, problem_page
from leeboard.pages.dashboard.links import Links
from leeboard.server.refusal import Refusal

__all__ = ["HEADERS", "missing_page", "refusal_page"]

HEADERS = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": POLICY,
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}
"""Of every page for people."""


def missing_page(links: Links) -> Response:
    """Draw a page that says that there is none at its address."""
    page = ProblemPage("Not found", "There is no such page.")
    return Response(problem_page(page, links), 404, HEADERS, "text/html")


def refusal_page(error: Refusal, links: Links, headers: Mapping[str, str]) -> Response:
    """Draw a page that says what is refused, and what to do.

    Parameters
    ----------
    error : Refusal
    links : Links
    headers : mapping of str to str
        Of such pages.
    """
    page = ProblemPage("Not taken", "This was not taken.", **error.facts())
    found = {**headers, **error.headers}
    return Response(problem_page(page, links), error.status, found, "text/html")
