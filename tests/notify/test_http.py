from __future__ import annotations

from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest

from leeboard.errors import NotifyError
from leeboard.notify._http import ANSWER_BYTES, Way, exchange, taken
from leeboard.notify.heartbeat import ping
from tests.notify.receiver import Receiver, Say

INSIDE = Way("ours", allow_private=True)
HASTY = Way("ours", allow_private=True, within_s=0.3)


@pytest.mark.parametrize("mode", ["garbage", "cut", "hang up"])
def test_an_answer_that_is_not_whole_is_tried_again(mode: str) -> None:
    """A receiver that speaks no HTTP, or stops within, has not taken the message."""
    with (
        Receiver(usual=Say(mode=mode)) as receiver,
        pytest.raises(NotifyError) as caught,
    ):
        exchange(INSIDE, receiver.url, b"{}")
    assert (caught.value.code, caught.value.retry_after) == ("unreachable", 0.0)
    assert "secret" not in str(caught.value)


@pytest.mark.parametrize("mode", ["silent", "drip"])
def test_the_whole_exchange_has_one_deadline(mode: str) -> None:
    """A byte now and then does not prolong it until the receiver hangs up."""
    with (
        Receiver(usual=Say(mode=mode)) as receiver,
        pytest.raises(NotifyError, match=r"no answer within 0\.3 s"),
    ):
        exchange(HASTY, receiver.url, b"{}")


def test_of_an_endless_answer_little_is_read() -> None:
    """64 KiB are read, and the connection is closed."""
    with Receiver(usual=Say(mode="endless")) as receiver:
        assert len(exchange(INSIDE, receiver.url, b"{}").body) == ANSWER_BYTES


def test_nobody_listens() -> None:
    """A closed port is tried again."""
    with Receiver() as receiver:
        url = receiver.url
    with pytest.raises(NotifyError) as caught:
        exchange(INSIDE, url, b"{}")
    assert (caught.value.code, caught.value.retry_after) == ("unreachable", 0.0)


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_redirects_are_not_followed(status: int) -> None:
    """Where a receiver points elsewhere, nothing goes elsewhere."""
    with Receiver() as canary, Receiver() as receiver:
        receiver.usual = Say(status, headers={"Location": canary.url})
        with pytest.raises(NotifyError, match="Redirects are not followed") as caught:
            taken(INSIDE, exchange(INSIDE, receiver.url, b"{}"))
        assert caught.value.retry_after is None
        assert canary.requests == []


def test_proxies_of_the_environment_are_not_used(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A proxy would connect to whatever address it likes."""
    with Receiver() as proxy, Receiver() as receiver:
        for name in ("http_proxy", "HTTP_PROXY", "all_proxy"):
            monkeypatch.setenv(name, proxy.url)
        assert exchange(INSIDE, receiver.url, b"{}").status == 200
        assert proxy.requests == []


@pytest.mark.parametrize(
    ("status", "header", "wait"),
    [
        (429, "7", 7.0),
        (503, "120", 120.0),
        (429, "999999", 3600.0),
        (429, "-5", 0.0),
        (429, "soon", 0.0),
        (429, "1e9", 0.0),
        (500, None, 0.0),
        (502, None, 0.0),
        (408, None, 0.0),
        (400, "7", None),
        (401, None, None),
        (404, None, None),
        (410, None, None),
    ],
)
def test_an_answer_says_when_to_try_again(
    status: int, header: str | None, wait: float | None
) -> None:
    """Retry-After is honoured up to an hour; most of 4xx is for a person to mend."""
    headers = {} if header is None else {"Retry-After": header}
    with (
        Receiver(usual=Say(status, headers=headers)) as receiver,
        pytest.raises(NotifyError) as caught,
    ):
        taken(INSIDE, exchange(INSIDE, receiver.url, b"{}"))
    assert (caught.value.code, caught.value.retry_after) == ("not_taken", wait)


def test_a_date_says_when_to_try_again() -> None:
    """Retry-After may be a date; one that is past is now."""
    for minutes, low, high in ((10, 500, 600), (-10, 0, 0)):
        at = datetime.now(UTC) + timedelta(minutes=minutes)
        headers = {"Retry-After": format_datetime(at, usegmt=True)}
        with Receiver(usual=Say(429, headers=headers)) as receiver:
            wait = exchange(INSIDE, receiver.url, b"{}").retry_after
        assert wait is not None
        assert low <= wait <= high


def test_a_heartbeat_is_one_get() -> None:
    """A ping that went well says nothing."""
    with Receiver() as receiver:
        assert ping(receiver.url, allow_private=True) is None
        assert [one.method for one in receiver.requests] == ["GET"]


def test_a_heartbeat_that_fails_is_a_note() -> None:
    """The pass went well; the note says what to do, and not the address."""
    for allow_private in (True, False):
        with Receiver(usual=Say(500)) as receiver:
            note = ping(receiver.url, allow_private=allow_private)
        assert note is not None
        assert note.code == "heartbeat_failed"
        assert "very-secret-path" not in note.text
        assert ("allow_private" in note.text) is not allow_private
