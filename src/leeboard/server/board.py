"""The dashboard over HTTP: signing in, pages, and what forms do.

Place: beside the collector. Pages know no request, and this module knows no page.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qs, quote

from starlette.concurrency import run_in_threadpool
from starlette.requests import ClientDisconnect, Request
from starlette.responses import RedirectResponse, Response

from leeboard.dashboard import Answer, Dashboard
from leeboard.errors import AlarmError, LeeboardError
from leeboard.monitor.monitor import Monitor
from leeboard.monitor.spans import moment_read
from leeboard.pages.dashboard.contexts import ProblemPage, Shell
from leeboard.pages.dashboard.drawing import (
    login_page,
    plain_page,
    problem_page,
    static_files,
)
from leeboard.server._body import Bounds, receive
from leeboard.server._openapi import document
from leeboard.server.access import Grant
from leeboard.server.compressed import compressed
from leeboard.server.gate import Gate, address_of
from leeboard.server.interface import interface_page
from leeboard.server.refusal import Refusal
from leeboard.server.refused import HEADERS, missing_page, refusal_page
from leeboard.server.routes import OPEN, PERSON, Rule
from leeboard.server.sessions import COOKIE, LENGTH, Session, Sessions

__all__ = ["Board"]

_BOUNDS = Bounds(sent=64 << 10)
_ACTIONS = ("ack", "silence", "expect", "accept", "close", "note")
_SPANS = {f"{days}d": timedelta(days=days) for days in (1, 3, 7, 30)}
_PAGES = (
    "/",
    "/model",
    "/model/{section}",
    "/incidents",
    "/incident",
    "/explain",
    "/settings",
)

_Form = Mapping[str, list[str]]


class Board:
    """Answers by the pages of a monitor.

    Parameters
    ----------
    monitor : Monitor
    dashboard : Dashboard
    sessions : Sessions
    secure : bool
        Cookies go over TLS alone.
    gate : Gate, optional
        Bounds how often one may try to sign in, and is told who did.
    """

    def __init__(
        self,
        monitor: Monitor,
        dashboard: Dashboard,
        sessions: Sessions,
        *,
        secure: bool,
        gate: Gate | None = None,
    ) -> None:
        self._gate = gate or Gate()
        self._monitor, self._dashboard = monitor, dashboard
        self._sessions, self._secure = sessions, secure

    def rules(self) -> list[Rule]:
        """Return what is asked by people, and what is open to them."""
        every = [
            Rule("GET", "/login", OPEN, self._login),
            Rule("POST", "/login", OPEN, self._sign_in),
            Rule("GET", "/setup", OPEN, self._enter),
            Rule("GET", "/static/{name}", OPEN, self._static),
            Rule("POST", "/sign-out", "read", self._sign_out, by=PERSON),
            Rule("GET", "/api", "read", self._api, by=PERSON),
            *(Rule("GET", path, "read", self._page, by=PERSON) for path in _PAGES),
            *(
                Rule("POST", f"/incident/{action}", "write", self._act, by=PERSON)
                for action in _ACTIONS
            ),
        ]
        return [
            replace(rule, answer=compressed(rule.answer), refused=self._refused)
            for rule in every
        ]

    def _refused(self, error: Refusal) -> Response:
        return refusal_page(error, self._dashboard.links, HEADERS)

    async def _static(self, request: Request, _grant: Grant | None) -> Response:
        found = static_files().get(request.path_params["name"])
        if found is None:
            return missing_page(self._dashboard.links)
        kind, text = found
        age = "max-age=31536000, immutable" if request.url.query else "no-cache"
        headers = {**HEADERS, "Cache-Control": age}
        return Response(text, 200, headers, kind)

    async def _login(self, request: Request, _grant: Grant | None) -> Response:
        goal = _inside(request.query_params.get("next", "/"))
        return self._html(200, login_page(goal, self._dashboard.links))

    async def _sign_in(self, request: Request, _grant: Grant | None) -> Response:
        _same_site(request)
        form = await _read(request)
        goal = _inside(_one(form, "next") or "/")
        try:
            self._gate.trying(request, _name(form))
            cookie = await run_in_threadpool(self._signed_in, request, form)
        except Refusal as refusal:
            html = login_page(goal, self._dashboard.links, refused=refusal.code)
            return self._html(refusal.status, html, refusal.headers)
        if cookie is None:
            how = "person" if _name(form) else "key"
            html = login_page(goal, self._dashboard.links, refused=how)
            return self._html(403, html)
        return self._begun(cookie, goal)

    def _signed_in(self, request: Request, form: _Form) -> str | None:
        self._sessions.refresh()
        now, name = datetime.now(UTC), _name(form)
        if name:
            password = _one(form, "password")
            cookie = self._sessions.sign_in_person(name, password, now)
        else:
            cookie = self._sessions.sign_in(_one(form, "key").strip(), now)
        return self._seen(request, cookie, name)

    def _seen(self, request: Request, cookie: str | None, name: str) -> str | None:
        """Tell who signed in, or that somebody could not."""
        session = self._sessions.of(cookie or "", datetime.now(UTC))
        if session is None:
            self._gate.refused(request)
            return None
        self._gate.opened(request, name)
        self._gate.tell(request, "sign_in", who=session.name, via=session.via)
        return cookie

    async def _enter(self, request: Request, _grant: Grant | None) -> Response:
        secret = request.query_params.get("token", "")
        self._gate.trying(request)
        cookie = self._sessions.enter(secret, datetime.now(UTC))
        cookie = await run_in_threadpool(self._seen, request, cookie, "")
        if cookie is None:
            html = login_page("/", self._dashboard.links, refused="link")
            return self._html(403, html)
        return self._begun(cookie, "/")

    def _begun(self, cookie: str, goal: str) -> Response:
        answer = RedirectResponse(goal, 303, HEADERS)
        answer.set_cookie(
            COOKIE,
            cookie,
            max_age=int(LENGTH.total_seconds()),
            secure=self._secure,
            httponly=True,
            samesite="strict",
        )
        return answer

    async def _sign_out(self, request: Request, _grant: Grant | None) -> Response:
        session = self._session(request)
        session.check(_one(await _read(request), "csrf"))
        self._sessions.end(request.cookies.get(COOKIE, ""))
        about = {"who": session.name, "via": session.via}
        await run_in_threadpool(self._gate.tell, request, "sign_out", **about)
        answer = RedirectResponse("/login", 303, HEADERS)
        answer.delete_cookie(COOKIE)
        return answer

    async def _page(self, request: Request, grant: Grant | None) -> Response:
        session = self._session(request)
        found: Answer = await run_in_threadpool(
            self._dashboard.page,
            request.url.path,
            dict(request.query_params),
            shell=_shell(session),
            may_see=_sees(grant),
        )
        return self._html(found.status, found.html)

    async def _api(self, request: Request, grant: Grant | None) -> Response:
        sees = _sees(grant)
        names = [one.name for one in self._monitor.plan.models if sees(one.name)]
        address = str(request.base_url).rstrip("/")
        page = interface_page(document(), address, next(iter(names), "MODEL"))
        shell = _shell(self._session(request))
        return self._html(200, plain_page(page, self._dashboard.links, shell))

    async def _act(self, request: Request, grant: Grant | None) -> Response:
        session = self._session(request)
        form = await _read(request)
        session.check(_one(form, "csrf"))
        action = request.url.path.rpartition("/")[2]
        try:
            goal = await run_in_threadpool(
                self._done, request, action, form, _sees(grant)
            )
        except LeeboardError as error:
            page = ProblemPage(
                title="Not done",
                headline="Nothing was changed.",
                code=error.code,
                where=error.where,
                found=error.found,
                expected=error.expected,
                fix=error.fix,
            )
            html = problem_page(page, self._dashboard.links, _shell(session))
            return self._html(409 if isinstance(error, AlarmError) else 503, html)
        return RedirectResponse(goal, 303, HEADERS)

    def _done(
        self,
        request: Request,
        action: str,
        form: _Form,
        sees: Callable[[str], bool],
    ) -> str:
        """Do what a form asks for; return where to go on."""
        incident = self._monitor.incident(_one(form, "id")).incident
        if not sees(incident.model):
            raise _unknown()
        now, why = datetime.now(UTC), _one(form, "why")
        session = self._session(request)
        who = session.name
        how = {"via": session.via, "address": address_of(request)}
        if action == "expect":
            self._monitor.expect(
                _one(form, "text"),
                _day(_one(form, "from")),
                _day(_one(form, "to")),
                columns=[one for one in form.get("column", []) if one],
                model=incident.model,
                who=who,
                **how,
            )
        elif action == "silence":
            span = _SPANS.get(_one(form, "for"))
            if span is None:
                raise _bad("for", "no length that is offered", ", ".join(_SPANS))
            until = now + span
            self._monitor.act(incident.id, action, why=why, who=who, until=until, **how)
        else:
            self._monitor.act(incident.id, action, why=why, who=who, **how)
        return self._dashboard.links.incident(incident.id)

    def _session(self, request: Request) -> Session:
        session: Session = request.state.session
        return session

    def _html(
        self, status: int, html: str, headers: Mapping[str, str] | None = None
    ) -> Response:
        return Response(html, status, {**HEADERS, **(headers or {})}, "text/html")


def _shell(session: Session) -> Shell:
    return Shell(
        csrf=session.token,
        who=session.name,
        sign_out="/sign-out",
        read_only=not session.grant.covers("write"),
        admin=session.grant.covers("admin") and not session.grant.model,
    )


def _sees(grant: Grant | None) -> Callable[[str], bool]:
    model = "" if grant is None else grant.model
    return lambda name: not model or name == model


def _inside(goal: str) -> str:
    """Return a path of this server; anything else is the first page."""
    sound = goal.startswith("/") and not goal.startswith("//") and "\\" not in goal
    plain = all(" " < c != "\x7f" for c in goal)
    return quote(goal, safe="/?&=%+:,.-_~") if sound and plain else "/"


def _same_site(request: Request) -> None:
    """Refuse a form of another site: it would sign a person in as somebody else."""
    if request.headers.get("sec-fetch-site", "same-origin") not in {
        "same-origin",
        "none",
    }:
        raise Refusal(
            403,
            code="foreign_form",
            where="form",
            found="a form of another site",
            expected="one from a page of this server",
            fix="Open the page itself, and sign in there.",
        )


async def _read(request: Request) -> _Form:
    """Read a form's fields, up to a bound."""
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind != "application/x-www-form-urlencoded":
        raise Refusal(
            415,
            code="bad_content_type",
            where="Content-Type",
            found="another type than that of a form",
            expected="application/x-www-form-urlencoded",
            fix="Send the form from its page.",
        )
    try:
        body = await receive(request.stream(), None, _BOUNDS)
        return parse_qs(body.decode("utf-8"), max_num_fields=5000)
    except (ValueError, ClientDisconnect):
        raise Refusal(
            400,
            code="bad_form",
            where="form",
            found="fields that cannot be read",
            expected="UTF-8, and at most 5,000 fields",
            fix="Send the form from its page.",
        ) from None


def _name(form: _Form) -> str:
    """Name that somebody signs in by; none is longer."""
    return _one(form, "name").strip().lower()[:64]


def _one(form: _Form, name: str) -> str:
    return form.get(name, [""])[0]


def _day(text: str) -> datetime:
    try:
        return moment_read(text)
    except ValueError:
        raise _bad("from, to", "no day", "days, such as 2026-03-01") from None


def _bad(where: str, found: str, expected: str) -> AlarmError:
    return AlarmError(
        code="bad_field",
        where=where,
        found=found,
        expected=expected,
        fix="Go back, and correct the form.",
    )


def _unknown() -> AlarmError:
    return AlarmError(
        code="unknown_incident",
        where="incident",
        found="an id that none has",
        expected="the id of an incident",
        fix="Go back to the list of incidents.",
    )
