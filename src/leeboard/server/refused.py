"""What is refused of a person's request, as a page to read instead of JSON."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping

from starlette.requests import Request
from starlette.responses import Response

from leeboard.pages.dashboard.contexts import ProblemPage
from leeboard.pages.dashboard.drawing import problem_page
from leeboard.pages.dashboard.links import Links
from leeboard.server.access import Grant
from leeboard.server.refusal import Refusal

__all__ = ["readable"]

_Answer = Callable[[Request, Grant | None], Awaitable[Response]]


def readable(answer: _Answer, links: Links, headers: Mapping[str, str]) -> _Answer:
    """Make an answer that says in a page what is refused, and what to do.

    Parameters
    ----------
    answer : callable
    links : Links
    headers : mapping of str to str
        Of such pages.
    """

    async def told(request: Request, grant: Grant | None) -> Response:
        try:
            return await answer(request, grant)
        except Refusal as error:
            page = ProblemPage("Not taken", "This was not taken.", **error.facts())
            html = problem_page(page, links)
            found = {**headers, **error.headers}
            return Response(html, error.status, found, "text/html")

    return told
