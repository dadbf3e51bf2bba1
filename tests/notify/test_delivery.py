from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from leeboard.alarms.judged import Severity
from leeboard.errors import NotifyError
from leeboard.incidents.message import Message, Purpose
from leeboard.notify import Channel, Delivered, Limits, MemoryChannel, Sent, deliver
from leeboard.notify._backoff import rest
from leeboard.state._alarms import Outgoing
from tests.notify.messages import NOW
from tests.notify.outbox import Kill, Killed, Outbox, rows

MINUTE = timedelta(minutes=1)


def refusal(after: float | None = 0.0) -> NotifyError:
    """Return a failure of a receiver."""
    return NotifyError(
        code="not_taken", where="channel chat", found="503", expected="2xx", fix="Wait."
    ).within(after)


def pass_every(
    minutes: int, until: timedelta, store: Outbox, channels: Mapping[str, Channel]
) -> Delivered:
    """Deliver again and again, and return what came of all."""
    done, now = Delivered(), NOW
    while now <= NOW + until:
        done += deliver(store, channels, now)
        now += minutes * MINUTE
    return done


def test_each_is_sent_once() -> None:
    """What was taken is not sent again."""
    store, chat = Outbox(rows(5)), MemoryChannel("chat")
    assert deliver(store, {"chat": chat}, NOW) == Delivered(sent=5)
    assert deliver(store, {"chat": chat}, NOW + MINUTE) == Delivered()
    assert [one.title for one in chat.sent] == [f"thing {i}" for i in range(5)]


def test_messages_of_an_incident_share_a_thread() -> None:
    """What the first was answered with goes along with the next."""
    first, second = rows(2, incident="same")
    store, chat = Outbox([first]), MemoryChannel("chat")
    deliver(store, {"chat": chat}, NOW)
    store.rows["chat", second.message.key] = second
    deliver(store, {"chat": chat}, NOW)
    assert [thread for _, thread in chat.attempts] == ["", "1"]


@pytest.mark.parametrize("n", [4, 40], ids=["one by one", "with a digest"])
def test_a_kill_anywhere_repeats_at_most_one_under_its_key(n: int) -> None:
    """Each message reaches the receiver; what comes twice carries the same key."""
    visits = 2 * n
    for at in range(visits):
        store, chat = Outbox(rows(n), Kill(at)), MemoryChannel("chat")
        with pytest.raises(Killed):
            deliver(store, {"chat": chat}, NOW)
        pass_every(5, timedelta(hours=3), store, {"chat": chat})
        times = Counter(one.key for one in chat.sent)
        assert sum(times.values()) - len(times) <= 1
        told = "\n".join("\n".join((one.title, *one.lines)) for one in chat.sent)
        if n == 4:
            assert [f"thing {i}" in told for i in range(n)] == [True] * n
        assert store.outgoing(NOW + timedelta(days=9), 100) == []
        # the last of a digest, if it alone was not noted, is also told by itself
        assert len(times) <= 21


def test_a_kill_before_sending_loses_nothing() -> None:
    """What was decided and not yet sent is sent by the next pass."""

    class Dies(MemoryChannel):
        def send(self, message: Message, thread: str = "") -> Sent:
            raise Killed(message.key, thread)

    store = Outbox(rows(3))
    with pytest.raises(Killed):
        deliver(store, {"chat": Dies("chat")}, NOW)
    chat = MemoryChannel("chat")
    assert deliver(store, {"chat": chat}, NOW).sent == 3


def test_failures_rest_longer_each_time() -> None:
    """The rest doubles to an hour, with jitter that a replay repeats."""
    limits = Limits()
    (row,) = rows(1)
    for attempts in range(1, 30):
        tried = replace(row, attempts=attempts)
        whole = min(timedelta(seconds=30) * 2 ** (attempts - 1), timedelta(hours=1))
        rested = rest(tried, 0.0, limits)
        assert whole / 2 <= rested <= whole
        assert rest(tried, 0.0, limits) == rested
        assert rest(tried, 5000.0, limits) == max(rested, timedelta(seconds=5000))
        assert timedelta(minutes=30) <= rest(tried, None, limits) <= timedelta(hours=1)
    rests = {rest(replace(r, attempts=5), 0.0, limits) for r in rows(50)}
    assert len(rests) == 50


def test_retry_after_is_honoured() -> None:
    """Nothing is sent before the receiver wants it, and all of it afterwards."""
    store, chat = Outbox(rows(3)), MemoryChannel("chat", failures=[refusal(600.0)])
    assert deliver(store, {"chat": chat}, NOW).waiting == 2
    deliver(store, {"chat": chat}, NOW + 9 * MINUTE)
    assert chat.sent == []
    assert len(chat.attempts) == 1
    assert deliver(store, {"chat": chat}, NOW + 10 * MINUTE).sent == 3


def test_a_broken_channel_holds_up_no_other() -> None:
    """It is tried once a pass, and the others get their messages in the same pass."""
    broken = MemoryChannel("a", failures=[refusal()] * 99)
    well = MemoryChannel("b")
    store = Outbox([*rows(1500, "a"), *rows(3, "b")])
    done = deliver(store, {"a": broken, "b": well}, NOW)
    assert (done.sent, done.failed, done.waiting) == (3, 1, 1499)
    assert len(broken.attempts) == 1
    assert [note.code for note in done.notes] == ["channel_failed"]


@pytest.mark.parametrize("after", [0.0, None], ids=["for now", "for good"])
def test_a_broken_channel_is_reported_on_another_once(after: float | None) -> None:
    """Another channel is told, with what was not told, and not again in the outage."""
    broken = MemoryChannel("a", failures=[refusal(after)] * 12)
    deaf, well = MemoryChannel("b", failures=[refusal()] * 99), MemoryChannel("c")
    store = Outbox(rows(3, "a"))
    channels = {"a": broken, "b": deaf, "c": well}
    done = pass_every(5, timedelta(hours=20), store, channels)
    (report,) = well.sent
    assert "channel a does not take messages" in report.title
    assert any("thing 0" in line for line in report.lines)
    assert (done.sent, done.given_up) == (3, 0)
    assert len(broken.sent) == 3


def test_a_message_is_given_up_after_a_day_and_that_is_said() -> None:
    """Some forty attempts; then the row says so, and so does another channel."""
    broken = MemoryChannel("a", failures=[refusal()] * 999)
    well = MemoryChannel("b")
    store = Outbox(rows(1, "a"))
    done = pass_every(5, timedelta(hours=30), store, {"a": broken, "b": well})
    assert done.given_up == 1
    assert 20 <= len(broken.attempts) <= 60
    assert [("given up" in one.title) for one in well.sent] == [False, True]
    (row,) = store.rows.values()
    assert row.given_up
    assert "503" in row.error


def test_what_is_old_is_tried_once_all_the_same() -> None:
    """If Leeboard did not run for days, what it had decided is still told."""
    store, chat = Outbox(rows(2)), MemoryChannel("chat")
    assert deliver(store, {"chat": chat}, NOW + timedelta(days=9)).sent == 2


def test_a_flood_becomes_one_digest() -> None:
    """The cap holds in any hour, the digest included, and nothing is lost silently."""
    store = Outbox(rows(300, severity=Severity.WARN))
    chat = MemoryChannel("chat")
    done = deliver(store, {"chat": chat}, NOW)
    assert len(chat.sent) == 15
    assert chat.sent[-1].purpose is Purpose.DIGEST
    assert chat.sent[-1].title.startswith("286 messages")
    assert (done.sent, done.folded) == (14, 286)
    assert pass_every(5, timedelta(minutes=55), store, {"chat": chat}) == Delivered()


def _most_in_an_hour(times: list[datetime]) -> int:
    hour = timedelta(hours=1)
    return max(sum(a <= b < a + hour for b in times) for a in times)


def test_a_lasting_flood_keeps_to_the_cap() -> None:
    """Ten messages every five minutes: never more than twenty in any hour."""
    store, chat, times = Outbox(), MemoryChannel("chat"), list[datetime]()
    for step in range(60):
        now = NOW + step * 5 * MINUTE
        for one in rows(10, severity=Severity.WARN if step % 3 else Severity.PAGE):
            key = f"{step}/{one.message.key}"
            new = replace(one, message=replace(one.message, key=key, at=now))
            store.rows["chat", key] = replace(new, due_at=now)
        before = len(chat.sent)
        deliver(store, {"chat": chat}, now)
        times += [now] * (len(chat.sent) - before)
    assert _most_in_an_hour(times) <= 20
    assert len(chat.sent) > 50


def test_warnings_leave_room_for_pages() -> None:
    """After a flood of warnings five pages still go out at once."""
    store = Outbox(rows(100, severity=Severity.WARN))
    chat = MemoryChannel("chat")
    deliver(store, {"chat": chat}, NOW)
    for page in rows(5):
        one = replace(page.message, key=f"page {page.message.key}")
        store.rows["chat", one.key] = replace(page, message=one)
    assert deliver(store, {"chat": chat}, NOW).sent == 5
    assert {one.severity for one in chat.sent[-5:]} == {Severity.PAGE}


def test_events_with_a_state_are_never_folded() -> None:
    """A resolve in a digest would leave its alert open: they wait for room."""

    class Stateful(MemoryChannel):
        folds = False

    store, duty = Outbox(rows(50)), Stateful("chat")
    assert deliver(store, {"chat": duty}, NOW).folded == 0
    pass_every(5, timedelta(hours=6), store, {"chat": duty})
    assert len({one.key for one in duty.sent}) == 50


def test_a_channel_that_is_gone_loses_nothing_for_a_day() -> None:
    """A name that was mistyped may be mended; after a day the rows are given up."""
    store = Outbox(rows(2, "old name"))
    done = deliver(store, {}, NOW)
    assert (done.waiting, [note.code for note in done.notes]) == (2, ["channel_gone"])
    chat = MemoryChannel("old name")
    later = NOW + timedelta(hours=2)
    assert deliver(Outbox(store.rows.values()), {"old name": chat}, later).sent == 2
    assert deliver(store, {}, NOW + timedelta(hours=25)).given_up == 2


def test_a_channel_of_the_users_own_may_raise_anything() -> None:
    """It counts as a failure and is tried again."""

    class Odd(MemoryChannel):
        def send(self, message: Message, thread: str = "") -> Sent:
            if not self.attempts:
                self.attempts.append((message, thread))
                raise ZeroDivisionError
            return super().send(message, thread)

    store, odd = Outbox(rows(1)), Odd("chat")
    assert deliver(store, {"chat": odd}, NOW).failed == 1
    assert deliver(store, {"chat": odd}, NOW + MINUTE).sent == 1


def test_rows_of_the_store_are_what_delivery_takes() -> None:
    """Attempts, thread and moment are noted in the row."""
    store, chat = Outbox(rows(1)), MemoryChannel("chat", failures=[refusal()])
    deliver(store, {"chat": chat}, NOW)
    deliver(store, {"chat": chat}, NOW + MINUTE)
    (row,) = store.rows.values()
    assert isinstance(row, Outgoing)
    assert (row.attempts, row.thread, row.error) == (2, "1", "")
    assert row.sent_at == NOW + MINUTE


def test_a_digest_that_repeats_has_the_same_key() -> None:
    """Killed while its rows are noted, the digest comes again under its key."""
    for at in range(40, 60):
        store, chat = Outbox(rows(40), Kill(at)), MemoryChannel("chat")
        with pytest.raises(Killed):
            deliver(store, {"chat": chat}, NOW)
        pass_every(5, timedelta(hours=3), store, {"chat": chat})
        digests = {one.key for one in chat.sent if one.purpose is Purpose.DIGEST}
        assert digests == {"digest/chat/39/1"}
