from __future__ import annotations

import logging

import pytest

from leeboard.errors import NotifyError
from leeboard.notify import Channel, ChannelPlan, open_channel
from tests.notify.messages import HOSTILE, hostile, message
from tests.notify.receiver import Receiver, Say
from tests.notify.test_escape import marks

# Apprise loads a module of the standard library that is on its way out.
pytestmark = pytest.mark.filterwarnings("ignore:'imghdr':DeprecationWarning")


def through(url: str, *, allow_private: bool = True) -> Channel:
    """Return a channel through Apprise."""
    return open_channel(
        ChannelPlan(to="apprise", name="ours", url=url, allow_private=allow_private)
    )


def ntfy(receiver: Receiver, more: str = "") -> str:
    """Return the URL of a service that may be hosted by oneself."""
    return f"ntfy://user:very-secret@127.0.0.1:{receiver.server_address[1]}/t{more}"


@pytest.mark.parametrize(
    "url",
    [
        *("json://127.0.0.1/", "jsons://example.com/", "xml://h/", "form://h/"),
        *("apprise://h/key", "file:///etc/passwd", "syslog://", "dbus://", "exec://x"),
        *("https://discord.com/api/webhooks/1/a", "http://127.0.0.1/", "", "mailto:x"),
        *("JSON://127.0.0.1/", " json://127.0.0.1/", "rsyslog://h", "mqtt://h/t"),
    ],
)
def test_only_services_for_people_are_let_through(url: str) -> None:
    """What posts anywhere, reads files or speaks to this machine is refused."""
    with pytest.raises(ValueError) as caught:
        through(url)
    assert caught.value.code in {"scheme_not_allowed", "missing_key"}  # type: ignore[attr-defined]


@pytest.mark.parametrize("text", HOSTILE)
def test_no_text_becomes_markup(text: str) -> None:
    """What the service gets holds no sign of markup, whatever it takes for that."""
    with Receiver(usual=Say(200, b"{}")) as receiver:
        through(ntfy(receiver)).send(hostile(text))
        (got,) = receiver.requests
    assert marks(got.json["title"]) == []
    for line in got.json["message"].splitlines():
        assert line == text or marks(line) == []
        assert line != text or text == "https://evil.example/login"


def test_a_host_inside_is_refused() -> None:
    """Of a service with a host of its own, and of mail through a relay inside."""
    with Receiver() as canary:
        for url in (ntfy(canary), "mailto://u:p@example.com?smtp=127.0.0.1"):
            with pytest.raises(NotifyError, match="allow_private = true"):
                through(url, allow_private=False).send(message())
        assert canary.requests == []


def test_redirects_are_not_followed() -> None:
    """Not even where the URL asks for it."""
    with Receiver() as canary, Receiver() as receiver:
        receiver.usual = Say(302, headers={"Location": canary.url})
        with pytest.raises(NotifyError):
            through(ntfy(receiver, "?redirect=yes")).send(message())
        assert canary.requests == []


def test_a_refusal_is_tried_again_and_tells_no_secret(
    caplog: pytest.LogCaptureFixture,
) -> None:
    """Apprise does not say why; neither error nor log holds the password."""
    caplog.set_level(logging.DEBUG)
    with Receiver(usual=Say(500)) as receiver:
        with pytest.raises(NotifyError) as caught:
            through(ntfy(receiver)).send(message())
        assert len(receiver.requests) == 1
    assert caught.value.retry_after == 0.0
    assert "very-secret" not in f"{caught.value}{caplog.text}"


def test_a_url_that_apprise_does_not_know_is_refused() -> None:
    """The error does not repeat it."""
    with pytest.raises(NotifyError) as caught:
        through("discord://only-half-of-a-secret").send(message())
    assert caught.value.code == "bad_url"
    assert "half" not in str(caught.value)
