"""Pictures beside messages: shown in the thread, and never worth a second message."""

from __future__ import annotations

import json
import time
from collections.abc import Sequence
from typing import Any
from urllib.parse import parse_qs

import pytest

from leeboard.errors import NotifyError
from leeboard.incidents.message import Message, Purpose
from leeboard.notify import ChannelPlan, Delivered, deliver, open_channel
from leeboard.notify._slack_api import SlackApi
from tests.notify.messages import HOSTILE, NOW, message
from tests.notify.outbox import Killed, Outbox, rows
from tests.notify.receiver import Receiver, Request, Say
from tests.notify.test_escape import marks

TOKEN = "canary-token-0123456789abcdef"
POSTED = Say(200, b'{"ok":true,"channel":"C1","ts":"1700000000.000100"}')
SHOWN = Say(200, b'{"ok":true,"files":[{"id":"F1"}]}')
TAKEN = Say(200, b"OK - 12")
PICTURE = b"\x89PNG\r\n\x1a\n a picture\x00\xff"


def where(receiver: Receiver, url: str = "", file: Any = "F1") -> Say:
    """Return Slack's answer that says where a file goes."""
    place = url or receiver.url.replace("/hook/", "/upload/")
    said = {"ok": True, "upload_url": place, "file_id": file}
    return Say(200, json.dumps(said).encode())


def plan(receiver: Receiver, **more: Any) -> ChannelPlan:
    """Return a bot of Slack that talks to the receiver."""
    facts: dict[str, Any] = {"secret": TOKEN, "channel": "C1", **more}
    return ChannelPlan(
        to="slack", name="chat", url=receiver.url, allow_private=True, **facts
    )


def sent(
    receiver: Receiver,
    *answers: Say,
    n: int = 1,
    draw: Any = lambda _: PICTURE,
    **more: Any,
) -> tuple[Delivered, Outbox]:
    """Deliver n messages to the receiver, which answers so."""
    receiver.then(answers)
    channel = open_channel(plan(receiver, **more), draw)
    store = Outbox(rows(n))
    return deliver(store, {"chat": channel}, NOW), store


def methods(requests: Sequence[Request]) -> list[str]:
    """Return what was called, in order."""
    return [one.path.split("/")[-1] for one in requests]


def test_a_picture_follows_its_message_into_the_thread() -> None:
    """Three calls: a form, the bytes without the token, and where they belong."""
    with Receiver() as receiver:
        done, _ = sent(receiver, POSTED, where(receiver), TAKEN, SHOWN)
        posted, asked, put, shown = receiver.requests
    assert done == Delivered(sent=1)
    assert posted.path.endswith("/chat.postMessage")
    assert asked.path.endswith("/files.getUploadURLExternal")
    assert asked.headers["Content-Type"] == "application/x-www-form-urlencoded"
    form = parse_qs(asked.body.decode())
    assert form["length"] == [str(len(PICTURE))]
    assert form["filename"] == ["leeboard.png"]
    assert form["alt_txt"] == ["Page · demand: thing 0"]
    assert "/upload/" in put.path
    assert put.body == PICTURE
    assert "Authorization" not in put.headers
    assert shown.path.endswith("/files.completeUploadExternal")
    assert shown.json == {
        "files": [{"id": "F1", "title": "Page · demand: thing 0"}],
        "channel_id": "C1",
        "thread_ts": "1700000000.000100",
    }
    for one in (posted, asked, shown):
        assert one.headers["Authorization"] == f"Bearer {TOKEN}"


REFUSED = Say(200, b'{"ok":false,"error":"missing_scope"}')


@pytest.mark.parametrize("step", [0, 1, 2], ids=["where", "put", "show"])
@pytest.mark.parametrize(
    "failure",
    [
        *(REFUSED, Say(500), Say(429, b"", {"Retry-After": "60"}), Say(mode="hang up")),
        *(Say(mode="garbage"), Say(mode="cut"), Say(302, b"", {"Location": "/x"})),
    ],
    ids=["refused", "500", "429", "hang up", "garbage", "cut", "elsewhere"],
)
def test_a_picture_that_fails_leaves_its_message_sent_once(
    step: int, failure: Say
) -> None:
    """One note; the next messages come without a picture; nothing is sent twice."""
    if step == 1 and failure is REFUSED:
        failure = Say(403, b"no")
    with Receiver(usual=POSTED) as receiver:
        well = [where(receiver), TAKEN][:step]
        done, store = sent(receiver, POSTED, *well, failure, n=3)
        deliver(store, {"chat": open_channel(plan(receiver))}, NOW)
        called = methods(receiver.requests)
    assert (done.sent, done.failed, done.waiting) == (3, 0, 0)
    (note,) = done.notes
    assert (note.code, note.where) == ("picture_not_sent", "chat")
    assert TOKEN not in note.text
    assert called.count("chat.postMessage") == 3
    assert called.count("files.getUploadURLExternal") == 1


def test_a_slow_picture_costs_one_deadline(monkeypatch: pytest.MonkeyPatch) -> None:
    """All pictures of a pass share their time; the messages do not wait for more."""
    now = [0.0]
    monkeypatch.setattr(time, "monotonic", lambda: now[0])

    def draw(_: Message) -> bytes:
        now[0] += 9.0
        return PICTURE

    with Receiver(usual=POSTED) as receiver:
        answers = [POSTED, where(receiver), TAKEN, SHOWN]
        done, _ = sent(receiver, *answers, n=4, draw=draw)
        called = methods(receiver.requests)
    assert done.sent == 4
    assert called.count("files.getUploadURLExternal") == 1
    assert "no time left" in done.notes[0].text


def test_a_kill_while_it_is_drawn_repeats_no_message() -> None:
    """The message was noted before its picture was begun."""

    def die(_: Message) -> bytes:
        raise Killed

    with Receiver(usual=POSTED) as receiver:
        store = Outbox(rows(1))
        with pytest.raises(Killed):
            deliver(store, {"chat": open_channel(plan(receiver), die)}, NOW)
        again = deliver(store, {"chat": open_channel(plan(receiver))}, NOW)
        assert methods(receiver.requests) == ["chat.postMessage"]
    assert again == Delivered()


def test_what_cannot_be_drawn_is_noted() -> None:
    """A fault in drawing is a note; its text may hold data and is not repeated."""

    def fail(_: Message) -> bytes:
        raise ValueError("<!channel> of the data")

    with Receiver(usual=POSTED) as receiver:
        done, _ = sent(receiver, draw=fail, n=2)
    assert done.sent == 2
    assert [note.text for note in done.notes] == ["it could not be drawn: ValueError"]


@pytest.mark.parametrize("more", [{}, {"secret": "", "channel": ""}])
def test_without_a_picture_or_a_token_nothing_more_is_called(more: Any) -> None:
    """Nothing to draw, and a webhook: one call a message."""
    draw = (lambda _: PICTURE) if more else (lambda _: None)
    usual = Say() if more else POSTED
    with Receiver(usual=usual) as receiver:
        done, _ = sent(receiver, n=2, draw=draw, **more)
        assert len(receiver.requests) == 2
    assert done == Delivered(sent=2)


@pytest.mark.parametrize("purpose", list(Purpose))
def test_only_messages_about_figures_have_one(purpose: Purpose) -> None:
    """That somebody is at it, and a test, need no picture."""
    asked: list[Message] = []
    with Receiver(usual=POSTED) as receiver:
        channel: Any = open_channel(plan(receiver), asked.append)
        said = channel.show(message(purpose=purpose), "1700000000.000100")
    assert said == ""
    assert bool(asked) is (purpose not in {Purpose.ACKNOWLEDGE, Purpose.TEST})


@pytest.mark.parametrize("text", HOSTILE)
def test_no_text_of_a_picture_is_markup(text: str) -> None:
    """Title and text for those who do not see are disarmed, as is what is notified."""
    with Receiver() as receiver:
        receiver.then([where(receiver), TAKEN, SHOWN])
        channel: Any = open_channel(plan(receiver), lambda _: PICTURE)
        assert channel.show(message(title=text, model=text), "1.0") == ""
        asked, _, shown = receiver.requests
    told = parse_qs(asked.body.decode())["alt_txt"][0]
    assert told == shown.json["files"][0]["title"]
    assert marks(told) == []


@pytest.mark.parametrize(
    ("url", "code"),
    [
        ("http://files.example.com/x", "not https"),
        ("ftp://files.example.com/x", "not https"),
        ("file:///etc/passwd", "not https"),
        ("https://169.254.169.254/latest", "cloud|link|metadata|address"),
        ("https://127.0.0.1/x", "address"),
    ],
)
def test_slack_cannot_send_a_picture_anywhere(url: str, code: str) -> None:
    """The address for the bytes is judged like any other, and is never in the clear."""
    api = SlackApi("chat", "", TOKEN)
    with pytest.raises(NotifyError, match=code):
        api.upload(url, PICTURE, 5.0)


@pytest.mark.parametrize("file", [None, 7, ""])
def test_an_answer_without_a_place_is_an_error(file: Any) -> None:
    """Half an answer is none."""
    with Receiver(usual=POSTED) as receiver:
        done, _ = sent(receiver, POSTED, where(receiver, file=file))
        assert methods(receiver.requests)[1:] == ["files.getUploadURLExternal"]
    assert done.sent == 1
    assert [note.code for note in done.notes] == ["picture_not_sent"]
