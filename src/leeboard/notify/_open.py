"""From what the configuration says to a channel that can send.

Place: above the channels. Nothing is looked up and nothing is sent: an address that may
not be used is refused here if it can be seen without a network.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from leeboard.errors import ConfigError
from leeboard.notify._channel import Channel, Draw
from leeboard.notify._settings import ChannelPlan
from leeboard.notify.apprise import AppriseChannel
from leeboard.notify.guard import place_of
from leeboard.notify.pagerduty import PagerDuty
from leeboard.notify.slack import Slack
from leeboard.notify.webhook import Webhook

__all__ = ["open_channel"]


def open_channel(plan: ChannelPlan, draw: Draw | None = None) -> Channel:
    """Return the channel of one table ``[[notify]]``.

    Parameters
    ----------
    plan : ChannelPlan
    draw : callable, optional
        From a message to its picture; only Slack with a bot's token shows one.

    Raises
    ------
    ConfigError
        ``missing_key`` if what the kind needs is not there; ``bad_secret`` if the
        secret holds what no header can; ``out_of_range`` for an unknown kind.
    NotifyError
        If the guard, or the list of Apprise's schemes, refuses the URL.
    """
    text = plan.secret
    if " " in text or not (text.isascii() and text.isprintable()):
        found = "a secret with blanks or letters beyond ASCII"
        raise _refused(plan, "bad_secret", found)
    if plan.to not in _MAKERS:
        raise _refused(plan, "out_of_range", f"to = {plan.to!r:.40}")
    _refuse_what_is_missing(plan)
    if plan.url and plan.to != "apprise":
        place_of(plan.url, channel=plan.name, allow_private=plan.allow_private)
    return _MAKERS[plan.to](plan, draw)


_MAKERS: Mapping[str, Callable[[ChannelPlan, Draw | None], Channel]] = {
    "slack": lambda plan, draw: Slack(plan, draw=draw),
    "pagerduty": lambda plan, _: PagerDuty(plan),
    "webhook": lambda plan, _: Webhook(plan),
    "apprise": lambda plan, _: AppriseChannel(plan),
}


def _refuse_what_is_missing(plan: ChannelPlan) -> None:
    if plan.to == "slack":
        if plan.secret and not plan.channel:
            raise _refused(plan, "missing_key", "a token without a channel")
        if not plan.secret and not plan.url:
            raise _refused(plan, "missing_key", "neither a url nor a token")
    elif plan.to == "pagerduty":
        if not plan.secret:
            raise _refused(plan, "missing_key", "no integration key")
    elif not plan.url:
        raise _refused(plan, "missing_key", "no url")


def _refused(plan: ChannelPlan, code: str, found: str) -> ConfigError:
    return ConfigError(
        code=code,
        where=f"[[notify]] {plan.name}",
        found=found,
        expected="slack, pagerduty, webhook or apprise, each with what it needs",
        fix='Give the address or the secret as { env = "NAME" }; see docs/messages.md.',
    )
