"""A message as Slack's Block Kit.

Place: below the channel of Slack. Every text that may come from data stands in an
element of plain text, which Slack does not read for markup, mentions or links.
"""

from __future__ import annotations

from typing import Any

from leeboard.errors import NotifyError
from leeboard.incidents.message import Message
from leeboard.notify._words import bars, heading
from leeboard.notify.escape import clean, disarmed, web_link

__all__ = ["payload_of"]

# Slack takes 150 characters in a header and 50 blocks; a message that nobody reads to
# its end is of no use long before.
_HEADER = 150
_LINE = 600
_LINES = 12
_FACTS = 20
_STEPS = 10


def payload_of(message: Message) -> dict[str, Any]:
    """Return what is posted: blocks, and the text that notifications show.

    Raises
    ------
    NotifyError
        ``missing_extra`` if slack-sdk is not installed.
    """
    try:
        from slack_sdk.models import blocks as kit
    except ImportError as error:
        raise NotifyError(
            code="missing_extra",
            where="messages to Slack",
            found="no package slack-sdk",
            expected="the extra notify",
            fix="pip install leeboard[notify]",
        ) from error
    part = kit.RichTextElementParts
    bold = part.TextStyle(bold=True)

    def section(*parts: Any) -> Any:
        return kit.RichTextSectionElement(elements=list(parts))

    body = [
        section(part.Text(text=clean(line, _LINE) + "\n"))
        for line in message.lines[:_LINES]
        if clean(line, _LINE)
    ]
    for name, value in message.facts[:_FACTS]:
        told = part.Text(text=f"{clean(name, 100)}: ", style=bold)
        body.append(section(told, part.Text(text=clean(value, _LINE) + " \n")))
    small = bars(message.chart)
    if small:
        body.append(section(part.Text(text=f"By window: {small}\n")))
    body += [
        kit.RichTextPreformattedElement(elements=[part.Text(text=clean(step, _LINE))])
        for step in message.next_steps[:_STEPS]
        if clean(step, _LINE)
    ]
    link = web_link(message.link)
    if link:
        body.append(section(part.Link(url=link, text="Open the incident")))
    head = kit.PlainTextObject(text=clean(heading(message), _HEADER), emoji=False)
    shown: list[Any] = [kit.HeaderBlock(text=head)]
    if body:
        shown.append(kit.RichTextBlock(elements=body))
    return {
        "text": disarmed(heading(message), 300),
        "blocks": [block.to_dict() for block in shown],
        "mrkdwn": False,
        "parse": "none",
        "link_names": False,
        "unfurl_links": False,
        "unfurl_media": False,
    }
