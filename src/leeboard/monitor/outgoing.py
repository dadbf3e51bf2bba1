"""News made into messages, one for each channel that wants to hear it.

Place: under whatever has news. Nothing is sent here: messages are kept with the news.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from leeboard.alarms.judged import Judged, Severity
from leeboard.config.plan import ModelPlan
from leeboard.incidents.news import News
from leeboard.incidents.runbook import Facts, runbook_of
from leeboard.incidents.telling import message_of
from leeboard.monitor.runbooks import steps_of
from leeboard.state import Outgoing

__all__ = ["outgoing"]


def outgoing(
    plan: ModelPlan,
    news: News,
    judged: Sequence[Judged],
    channels: Mapping[str, Severity],
    now: datetime,
    *,
    chart: Sequence[float] = (),
) -> list[Outgoing]:
    """Messages about one piece of news.

    Parameters
    ----------
    plan : ModelPlan
    news : News
    judged : sequence of Judged
        Of the window that brought it; may be empty.
    channels : mapping of name to the least Severity it is told of
    now : datetime
    chart : sequence of float
        Sizes of the change by window, the oldest first.
    """
    owner, link = plan.alarms.owner, plan.alarms.link
    facts = Facts(owner=owner, link=link)
    runbook = runbook_of(news.incident, judged, facts, template=steps_of(plan))
    message = message_of(news, judged, runbook, at=now, link=link, chart=chart)
    return [
        Outgoing(name, message, 0, now)
        for name, least in channels.items()
        if message.severity.rank >= least.rank
    ]
