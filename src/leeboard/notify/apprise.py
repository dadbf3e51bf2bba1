"""A hundred services more, through Apprise: e-mail, Teams, Discord and so on.

Place: one channel. Apprise would also post to any address (``json://``), read files and
call programs; only services of people's messages are let through, and a host that the
URL names is looked at by the guard first.
"""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import urlsplit

from leeboard.errors import NotifyError
from leeboard.incidents.message import Message
from leeboard.notify._apprise_services import HOSTED, NAMED
from leeboard.notify._channel import Sent
from leeboard.notify._settings import ChannelPlan
from leeboard.notify._words import heading, paragraphs
from leeboard.notify.escape import disarmed, web_link
from leeboard.notify.guard import judged_addresses

__all__ = ["AppriseChannel", "allowed_scheme"]

_TITLE = 200
_LINE = 600
_LINES = 40


class AppriseChannel:
    """Sends messages through one URL of Apprise.

    Parameters
    ----------
    plan : ChannelPlan
        With ``url``, such as ``mailtos://user:password@example.com?to=a@example.com``.
    within_s : float
        For connecting, and for each read; Apprise knows no deadline of the whole.

    Raises
    ------
    NotifyError
        ``scheme_not_allowed`` for a scheme that is not on the list.

    Notes
    -----
    Services differ in what they take for markup, so every sign of it gives way to one
    that looks alike. The address that Apprise connects to is looked up anew by itself:
    against a name that changes in between the guard cannot help here.
    """

    def __init__(self, plan: ChannelPlan, *, within_s: float = 10.0) -> None:
        allowed_scheme(plan.url, plan.name)
        self._plan = plan
        self._within_s = within_s

    @property
    def name(self) -> str:
        """As the configuration names it."""
        return self._plan.name

    def send(self, message: Message, thread: str = "") -> Sent:
        """Send it as plain text.

        Raises
        ------
        NotifyError
            ``missing_extra`` if Apprise is not installed; ``bad_url`` if Apprise does
            not understand the URL; ``private_address`` where the guard refuses; and
            ``not_taken``, to be tried again, for Apprise does not say why.
        """
        del thread
        apprise = _apprise()
        scheme = allowed_scheme(self._plan.url, self.name)
        service = self._service(apprise)
        if scheme in HOSTED:
            self._guard(service)
        lines = [disarmed(line, _LINE) for line in paragraphs(message)]
        lines += [disarmed(step, _LINE) for step in message.next_steps]
        body = [line for line in lines if line][:_LINES]
        if web_link(message.link):
            body.append(web_link(message.link))
        title = disarmed(heading(message), _TITLE)
        sender = apprise.Apprise(asset=_asset(apprise))
        sender.add(service)
        try:
            done = bool(
                sender.notify(
                    body="\n".join(body) or title,
                    title=title,
                    body_format=apprise.NotifyFormat.TEXT,
                    interpret_escapes=False,
                )
            )
        except Exception as error:  # noqa: BLE001 - a hundred services, each its own
            raise self._not_taken(type(error).__name__) from None
        if not done:
            raise self._not_taken("a refusal, or no answer")
        return Sent()

    def _service(self, apprise: Any) -> Any:
        url = self._plan.url
        service = apprise.Apprise.instantiate(
            url, asset=_asset(apprise), suppress_exceptions=True
        )
        if service is None:
            raise NotifyError(
                code="bad_url",
                where=f"channel {self.name}",
                found="a URL that Apprise does not understand",
                expected="one as Apprise documents it for the service",
                fix="Copy it anew; it is not repeated here, for it holds a secret.",
            )
        # the URL's own parameters could turn these on
        service.redirects = False
        service.retry = 0
        service.socket_connect_timeout = self._within_s
        service.socket_read_timeout = self._within_s
        return service

    def _guard(self, service: Any) -> None:
        host = getattr(service, "smtp_host", None) or getattr(service, "host", None)
        judged_addresses(
            str(host or urlsplit(self._plan.url).hostname or ""),
            getattr(service, "port", None) or 443,
            channel=self.name,
            allow_private=self._plan.allow_private,
        )

    def _not_taken(self, found: str) -> NotifyError:
        return NotifyError(
            code="not_taken",
            where=f"channel {self.name}",
            found=found,
            expected="the service to take the message",
            fix="Check the URL and the service; it is tried again.",
        ).within(0.0)


def allowed_scheme(url: str, name: str) -> str:
    """Return the scheme of a URL of Apprise, if it is one of those let through.

    Raises
    ------
    NotifyError
        ``scheme_not_allowed``.
    """
    found = re.match(r"([a-z0-9]+)://", url, re.IGNORECASE)
    scheme = found.group(1).lower() if found else ""
    if scheme not in HOSTED and scheme not in NAMED:
        raise NotifyError(
            code="scheme_not_allowed",
            where=f"channel {name}",
            found=f"the scheme {scheme!r:.20}" if scheme else "a URL without a scheme",
            expected="a service for people, such as mailtos, discord or tgram",
            fix="For a receiver of your own, use a channel to webhook.",
        )
    return scheme


def _asset(apprise: Any) -> Any:
    return apprise.AppriseAsset(
        async_mode=False,  # one service: no threads that outlive the pass
        secure_logging=True,
        http_redirects=False,
        allow_templates=False,
    )


def _apprise() -> Any:
    try:
        import apprise
    except ImportError as error:
        raise NotifyError(
            code="missing_extra",
            where="messages through Apprise",
            found="no package apprise",
            expected="the extra notify",
            fix="pip install leeboard[notify]",
        ) from error
    return apprise
