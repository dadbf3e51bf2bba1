"""Which page an address names: path and query in, status and HTML out.

Place: what a server mounts. It knows no request and no session; who asks is said by
``may_see`` and ``shell``. Every model name comes through ``may_see`` before anything is
read of it, so that what may not be seen looks as if it were not there.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from leeboard.dashboard.explain import verdict_of
from leeboard.dashboard.fleet import fleet_of
from leeboard.dashboard.incident import incident_of
from leeboard.dashboard.lists import incidents_of
from leeboard.dashboard.model import model_of
from leeboard.dashboard.reading import Reader
from leeboard.dashboard.settings import settings_of
from leeboard.errors import AlarmError, LeeboardError
from leeboard.pages.dashboard import drawing
from leeboard.pages.dashboard.contexts import ProblemPage, Shell
from leeboard.pages.dashboard.links import SECTIONS, Links

__all__ = ["Answer", "Dashboard"]

_UNKNOWN = frozenset({"unknown_incident", "unknown_verdict"})
_SECTIONS = frozenset(name for name, _ in SECTIONS) | {"reference"}


@dataclass(frozen=True, slots=True)
class Answer:
    """A page.

    Parameters
    ----------
    status : int
        200, 404 where there is no such page, 503 where the store cannot be read.
    html : str
    """

    status: int
    html: str


def _anybody(model: str) -> bool:
    del model
    return True


@dataclass(frozen=True, slots=True, eq=False)
class Dashboard:
    """All pages of one store.

    Parameters
    ----------
    reader : Reader
    links : Links

    Examples
    --------
    ``Dashboard(reader).page("/model/drift", {"model": "demand"})`` is what stands at
    ``/model/drift?model=demand``.
    """

    reader: Reader
    links: Links = field(default_factory=Links)

    def page(
        self,
        path: str,
        query: Mapping[str, str] | None = None,
        *,
        shell: Shell | None = None,
        may_see: Callable[[str], bool] = _anybody,
    ) -> Answer:
        """Draw the page at a path.

        Parameters
        ----------
        path : str
            Without the root of ``links``.
        query : mapping of str to str
            The last value of each name.
        shell : Shell, optional
            Token, name and nonce of whoever asks.
        may_see : callable
            Whether who asks may see a model.
        """
        shell = shell or Shell()
        try:
            html = self._drawn(path, query or {}, shell, may_see)
        except AlarmError as error:
            status = 404 if error.code in _UNKNOWN else 503
            return Answer(status, self._problem(error, shell))
        except LeeboardError as error:
            return Answer(503, self._problem(error, shell))
        if html is None:
            page = ProblemPage("Not found", "There is no such page.")
            return Answer(404, drawing.problem_page(page, self.links, shell))
        return Answer(200, html)

    def _problem(self, error: LeeboardError, shell: Shell) -> str:
        unknown = error.code in _UNKNOWN
        headline = (
            "There is no such page."
            if unknown
            else "What this page shows cannot be read at the moment."
        )
        page = ProblemPage(
            title="Not found" if unknown else "Not readable",
            headline=headline,
            code=error.code,
            where=error.where,
            found=error.found,
            expected=error.expected,
            fix=error.fix,
        )
        return drawing.problem_page(page, self.links, shell)

    def _drawn(
        self,
        path: str,
        query: Mapping[str, str],
        shell: Shell,
        may_see: Callable[[str], bool],
    ) -> str | None:
        reader, links = self.reader, self.links
        if path == "/":
            return drawing.fleet_page(fleet_of(reader, links, may_see), links, shell)
        if path == "/incidents":
            page = incidents_of(reader, links, query, may_see)
            return drawing.incidents_page(page, links, shell)
        if path == "/settings":
            return drawing.plain_page(
                settings_of(reader, links, may_see, admin=shell.admin), links, shell
            )
        if path == "/incident":
            return self._incident(query.get("id", ""), shell, may_see)
        if path == "/explain":
            verdict = reader.verdict(query.get("verdict", ""))
            if not may_see(verdict.model):
                return None
            return drawing.verdict_page(
                verdict_of(reader, links, verdict), links, shell
            )
        return self._model(path, query, shell, may_see)

    def _incident(
        self, id_: str, shell: Shell, may_see: Callable[[str], bool]
    ) -> str | None:
        found = self.reader.state.alarms.incident(id_) if id_ else None
        if found is None or not may_see(found.model):
            return None
        page = incident_of(self.reader, self.links, self.reader.case(found.id))
        return drawing.incident_page(page, self.links, shell)

    def _model(
        self,
        path: str,
        query: Mapping[str, str],
        shell: Shell,
        may_see: Callable[[str], bool],
    ) -> str | None:
        head, _, section = path.removeprefix("/").partition("/")
        name = query.get("model", "")
        if head != "model" or section not in _SECTIONS or path.endswith("/"):
            return None
        plan = self.reader.model(name)
        if plan is None or not may_see(name):
            return None
        page = model_of(self.reader, self.links, plan, section, query)
        return drawing.model_page(page, self.links, shell)
