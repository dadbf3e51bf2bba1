"""A picture in the thread of its message: Slack's upload in three calls.

Place: below the channel of Slack. The message is there already; whatever fails here
leaves it as it is.
"""

from __future__ import annotations

from collections.abc import Callable

from leeboard.errors import NotifyError
from leeboard.incidents.message import Message
from leeboard.notify._channel import Draw
from leeboard.notify._slack_api import SlackApi
from leeboard.notify._words import heading
from leeboard.notify.escape import disarmed

__all__ = ["show_picture"]

_TITLE = 150
_LEAST_S = 0.5
"""Seconds without which nothing is begun."""


def show_picture(
    api: SlackApi,
    draw: Draw,
    message: Message,
    place: tuple[str, str],
    left: Callable[[], float],
) -> str:
    """Draw a message's picture and show it; return why not, or nothing.

    Parameters
    ----------
    api : SlackApi
    draw : callable
    message : Message
        That was taken.
    place : (str, str)
        Id of the channel, and time stamp of the thread.
    left : callable
        Seconds that are left for all of it.
    """
    try:
        picture = draw(message)
        if picture is not None:
            _show(api, picture, message, place, left)
    except NotifyError as error:
        return str(error)
    except Exception as error:  # noqa: BLE001  # a picture is not worth a message
        return f"it could not be drawn: {type(error).__name__}"
    return ""


def _show(
    api: SlackApi,
    picture: bytes,
    message: Message,
    place: tuple[str, str],
    left: Callable[[], float],
) -> None:
    title = disarmed(heading(message), _TITLE)
    about = {
        "filename": "leeboard.png",
        "length": str(len(picture)),
        "alt_txt": title,
    }
    said = api.form("files.getUploadURLExternal", about, _enough(api, left))
    url, file = said.get("upload_url"), said.get("file_id")
    if not (isinstance(url, str) and isinstance(file, str) and file):
        raise _lacking(api)
    api.upload(url, picture, _enough(api, left))
    channel, thread = place
    shown = {"files": [{"id": file, "title": title}], "channel_id": channel}
    api.call(
        "files.completeUploadExternal",
        {**shown, "thread_ts": thread},
        _enough(api, left),
    )


def _enough(api: SlackApi, left: Callable[[], float]) -> float:
    """Return the seconds that are left, if they are enough for a call."""
    seconds = left()
    if seconds < _LEAST_S:
        raise NotifyError(
            code="unreachable",
            where=f"channel {api.name}",
            found="no time left for the picture",
            expected="a channel that takes message and picture in time",
            fix="The message is there; nothing needs to be done.",
        )
    return seconds


def _lacking(api: SlackApi) -> NotifyError:
    return NotifyError(
        code="not_taken",
        where=f"channel {api.name}",
        found="no address to put a file at",
        expected="upload_url and file_id",
        fix="The message is there; check the token's scope files:write.",
    )
