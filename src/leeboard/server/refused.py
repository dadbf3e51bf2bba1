"""What is refused of a person's request, as a page to read instead of JSON."""

from __future__ import annotations

from collections.abc import Mapping

from starlette.responses import Response

from leeboard.pages.dashboard.contexts import ProblemPage
from leeboard.pages.dashboard.drawing import problem_page
from leeboard.pages.dashboard.links import Links
from leeboard.server.refusal import Refusal

__all__ = ["refusal_page"]


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
