from __future__ import annotations

import hashlib
import hmac
import json
import logging
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from slack_sdk.models.blocks import Block

from leeboard.alarms.judged import Severity
from leeboard.errors import ConfigError, NotifyError
from leeboard.incidents.message import Purpose
from leeboard.notify import ChannelPlan, open_channel
from leeboard.notify.escape import clean
from tests.notify.messages import HOSTILE, hostile, message
from tests.notify.receiver import Receiver, Say
from tests.notify.test_escape import marks

KEY = "canary-key-0123456789abcdef"
SUCCESS = Say(202, b'{"status":"success","message":"Event processed"}')
POSTED = Say(200, b'{"ok":true,"channel":"C1","ts":"1700000000.000100"}')


def plan(to: Any, receiver: Receiver, **more: Any) -> ChannelPlan:
    """Return a channel to a receiver on this machine."""
    if to == "slack" and more.get("secret"):
        more.setdefault("channel", "C1")
    return ChannelPlan(
        to=to, name=f"our-{to}", url=receiver.url, allow_private=True, **more
    )


def texts(value: Any) -> Iterator[tuple[str, str]]:
    """Yield each text of a payload, with the type of the element it stands in."""
    if isinstance(value, dict):
        for key, inner in value.items():
            if isinstance(inner, str):
                yield str(value.get("type", key)), inner
            else:
                yield from texts(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from texts(inner)


def test_a_webhook_is_signed_over_time_and_body() -> None:
    """A receiver of a few lines verifies it; another body, time or key does not fit."""
    with Receiver() as receiver:
        open_channel(plan("webhook", receiver, secret=KEY)).send(message())
        (got,) = receiver.requests
    parts = dict(p.split("=") for p in got.headers["Leeboard-Signature"].split(","))
    signed = parts["t"].encode() + b"." + got.body

    def right(key: bytes, what: bytes) -> bool:
        return hmac.new(key, what, hashlib.sha256).hexdigest() == parts["v1"]

    assert right(KEY.encode(), signed)
    assert not right(KEY.encode(), signed + b" ")
    assert not right(KEY.encode(), b"1" + signed)
    assert not right(b"another", signed)
    assert got.json["key"] == message().key


@pytest.mark.parametrize("text", HOSTILE)
def test_a_webhook_carries_texts_unchanged(text: str) -> None:
    """JSON needs no escaping of ours; only half a surrogate pair gives way."""
    with Receiver() as receiver:
        open_channel(plan("webhook", receiver)).send(hostile(text))
        (got,) = receiver.requests
    assert "Leeboard-Signature" not in got.headers
    assert got.json["lines"][0] == text.replace("\ud800", "?")


def test_a_chart_without_numbers_is_still_json() -> None:
    """Strict readers take no NaN."""
    chart = (1.0, float("nan"), float("inf"))
    with Receiver() as receiver:
        open_channel(plan("webhook", receiver)).send(message(chart=chart))
        assert receiver.requests[0].json["chart"] == [1.0, None, None]


@pytest.mark.parametrize("text", HOSTILE)
@pytest.mark.parametrize("secret", ["", KEY], ids=["webhook", "bot"])
def test_in_slack_no_text_becomes_markup(text: str, secret: str) -> None:
    """Texts stand in elements that are shown as they are; the other one is disarmed."""
    with Receiver(usual=POSTED) as receiver:
        open_channel(plan("slack", receiver, secret=secret)).send(hostile(text))
        payload = receiver.requests[0].json
    fallback = payload["text"]
    assert marks(fallback) == []
    assert payload["mrkdwn"] is False
    assert payload["parse"] == "none"
    kinds = {kind for kind, shown in texts(payload["blocks"]) if shown not in kind}
    assert kinds <= {"plain_text", "text", "link"}
    shown = [line.strip() for _, line in texts(payload["blocks"])]
    assert clean(text, 600) in shown
    assert all(line.isprintable() for line in shown)


def test_slack_sdk_takes_our_blocks() -> None:
    """Its own models read them back, and find nothing too long."""
    huge = message(
        title="x" * 5000,
        lines=("y" * 9000,) * 200,
        facts=(("n" * 900, "v" * 9000),) * 200,
        next_steps=("z" * 9000,) * 200,
    )
    with Receiver() as receiver:
        channel = open_channel(plan("slack", receiver))
        channel.send(message())
        channel.send(huge)
        for got in receiver.requests:
            for block in Block.parse_all(got.json["blocks"]):
                assert block is not None
                block.validate_json()
            assert len(got.body) < 40_000


def test_a_bot_keeps_one_thread_an_incident() -> None:
    """The first message starts it, the next answer in it; worse news shows."""
    with Receiver(usual=POSTED) as receiver:
        bot = open_channel(plan("slack", receiver, secret=KEY))
        first = bot.send(message())
        assert bot.send(message(purpose=Purpose.ESCALATE), first.thread) == first
        bot.send(message(purpose=Purpose.RESOLVE), first.thread)
        one, two, three = (got.json for got in receiver.requests)
        got = receiver.requests[0]
    assert first.thread == "1700000000.000100"
    assert got.path.endswith("/chat.postMessage")
    assert got.headers["Authorization"] == f"Bearer {KEY}"
    assert one["channel"] == "C1"
    assert "thread_ts" not in one
    assert (two["thread_ts"], two["reply_broadcast"]) == (first.thread, True)
    assert (three["thread_ts"], three["reply_broadcast"]) == (first.thread, False)


@pytest.mark.parametrize(
    ("answer", "again"),
    [
        (Say(200, b'{"ok":false,"error":"channel_not_found"}'), False),
        (Say(200, b'{"ok":false,"error":"ratelimited"}'), True),
        (Say(200, b'{"ok":false,"error":"<!channel> secret"}'), False),
        (Say(200, b'{"ok":1}'), False),
        (Say(200, b"[" * 60_000), False),
        (Say(200, b"<html>login</html>"), False),
        (Say(200, b""), False),
        (Say(201, b"ok"), False),
        (Say(404, b"no_service"), False),
        (Say(500, b"ok"), True),
        (Say(429, b"ok", {"Retry-After": "30"}), True),
    ],
)
@pytest.mark.parametrize("secret", ["", KEY], ids=["webhook", "bot"])
def test_what_slack_did_not_take_is_an_error(
    answer: Say, again: object, secret: str
) -> None:
    """Another status than 200, or no ok, is a failure, and repeats no foreign text."""
    with Receiver(usual=answer) as receiver, pytest.raises(NotifyError) as caught:
        open_channel(plan("slack", receiver, secret=secret)).send(message())
    assert caught.value.code == "not_taken"
    assert (caught.value.retry_after is not None) is again
    assert "<!channel>" not in str(caught.value)


def test_pagerduty_has_one_alert_an_incident() -> None:
    """Trigger, acknowledge and resolve share a key; a test closes what it opened."""
    with Receiver(usual=SUCCESS) as receiver:
        channel = open_channel(plan("pagerduty", receiver, secret=KEY))
        for purpose in Purpose:
            channel.send(message(purpose=purpose))
        sent = [got.json for got in receiver.requests]
    assert [event["event_action"] for event in sent] == [
        *("trigger", "trigger", "acknowledge", "resolve", "trigger"),
        *("trigger", "resolve"),
    ]
    assert {event["dedup_key"] for event in sent} == {message().incident}
    assert {event["routing_key"] for event in sent} == {KEY}
    severities = [event["payload"]["severity"] for event in sent]
    assert severities == ["critical"] * 4 + ["info"] * 3
    needed = {"summary", "source", "severity"}
    assert all(needed <= event["payload"].keys() for event in sent)
    assert all(len(event["payload"]["summary"]) <= 1024 for event in sent)


@pytest.mark.parametrize(
    "answer",
    [
        Say(200, b"ok"),
        Say(202, b'{"status":"invalid event"}'),
        Say(202, b"[]"),
        Say(400, b'{"status":"invalid event"}'),
        Say(429),
    ],
)
def test_what_pagerduty_did_not_take_is_an_error(answer: Say) -> None:
    """Only its word for success is one."""
    with Receiver(usual=answer) as receiver, pytest.raises(NotifyError) as caught:
        open_channel(plan("pagerduty", receiver, secret=KEY)).send(message())
    assert caught.value.code == "not_taken"


@pytest.mark.parametrize("text", HOSTILE)
def test_pagerduty_gets_one_line(text: str) -> None:
    """Summaries are printable text on one line."""
    with Receiver(usual=SUCCESS) as receiver:
        open_channel(plan("pagerduty", receiver, secret=KEY)).send(hostile(text))
        event = receiver.requests[0].json
    assert event["payload"]["summary"].isprintable()
    hrefs = [link["href"] for link in event.get("links", [])]
    assert hrefs in ([], ["https://evil.example/login"])


@pytest.mark.parametrize("to", ["slack", "pagerduty", "webhook"])
@pytest.mark.parametrize(
    "answer",
    [Say(500), Say(403), Say(302, headers={"Location": "/"}), Say(mode="garbage")],
    ids=["500", "403", "302", "garbage"],
)
def test_secrets_are_in_no_error_log_or_repr(
    to: str, answer: Say, caplog: pytest.LogCaptureFixture
) -> None:
    """A failure names the channel; neither the key nor the secret path of its URL."""
    caplog.set_level(logging.DEBUG)
    with Receiver(usual=answer) as receiver:
        made = plan(to, receiver, secret=KEY)
        channel = open_channel(made)
        with pytest.raises(NotifyError) as caught:
            channel.send(message())
    said = f"{caught.value}{caught.value!r}{made!r}{channel!r}{caplog.text}"
    assert f"our-{to}" in said
    assert KEY not in said
    assert "very-secret-path" not in said


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"to": "slack", "url": ""}, "missing_key"),
        ({"to": "slack", "secret": KEY, "channel": ""}, "missing_key"),
        ({"to": "pagerduty", "secret": ""}, "missing_key"),
        ({"to": "webhook", "url": ""}, "missing_key"),
        ({"to": "apprise", "url": ""}, "missing_key"),
        ({"to": "fax"}, "out_of_range"),
        ({"secret": "two\nlines"}, "bad_secret"),
        ({"secret": "schlüssel"}, "bad_secret"),
    ],
)
def test_what_a_channel_needs_is_asked_for(changes: Any, code: str) -> None:
    """A table that cannot work is refused when it is read."""
    whole = ChannelPlan(to="webhook", name="ours", url="https://example.com/x")
    with pytest.raises(ConfigError) as caught:
        open_channel(replace(whole, **changes))
    assert caught.value.code == code
    assert "ours" in caught.value.where


@pytest.mark.parametrize("to", ["slack", "pagerduty", "webhook"])
def test_an_address_inside_is_refused_when_it_is_read(to: Any) -> None:
    """The error names the setting that would allow it."""
    given = ChannelPlan(
        to=to, name="ours", url="http://10.0.0.7/x", secret=KEY, channel="C1"
    )
    with pytest.raises(NotifyError, match="set allow_private = true"):
        open_channel(given)
    assert open_channel(replace(given, allow_private=True)).name == "ours"


def test_a_channel_takes_what_is_urgent_enough() -> None:
    """What is below its severity is not for it; a test always is."""
    warned = ChannelPlan(to="webhook", name="ours", severity=Severity.WARN)
    told = {s: warned.takes(message(severity=s)) for s in Severity}
    assert told == {Severity.NOTE: False, Severity.WARN: True, Severity.PAGE: True}
    assert warned.takes(message(severity=Severity.NOTE, purpose=Purpose.TEST))


def test_channels_load_nothing_slow() -> None:
    """What sends is loaded when something is sent."""
    code = (
        "import sys, leeboard.notify\n"
        "slow = ('httpcore', 'httpx', 'slack_sdk', 'apprise', 'requests', 'ssl')\n"
        "print([name for name in slow if name in sys.modules])"
    )
    run = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )
    assert run.stdout.strip() == "[]"


def test_a_message_is_sent_as_it_was_kept() -> None:
    """The same message twice is the same body: a receiver sees the same key."""
    with Receiver() as receiver:
        channel = open_channel(plan("webhook", receiver))
        channel.send(message())
        channel.send(message())
        one, two = (got.body for got in receiver.requests)
    assert one == two
    assert json.loads(one)["format"] == 1
