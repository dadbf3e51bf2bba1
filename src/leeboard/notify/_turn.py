"""What is due on one channel: sent, folded, held back or given up.

Place: below delivery.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Generic

from leeboard.errors import Note, NotifyError
from leeboard.incidents.message import Message
from leeboard.notify._backoff import Limits, rest
from leeboard.notify._cap import room_for_digest, within_cap
from leeboard.notify._channel import Channel, Sent, ShowsPictures
from leeboard.notify._delivered import Delivered
from leeboard.notify._outbox import Outbox, RowT
from leeboard.notify._reports import broken, digest, given_up

__all__ = ["Turn"]


class Turn(Generic[RowT]):
    """What is due on one channel."""

    def __init__(
        self,
        store: Outbox[RowT],
        channels: Mapping[str, Channel],
        name: str,
        now: datetime,
        limits: Limits,
    ) -> None:
        self._store = store
        self._channels = channels
        self._name = name
        self._now = now
        self._limits = limits
        self._rests_until: datetime | None = None

    def take(self, due: Sequence[RowT]) -> Delivered:
        """Send, fold, hold back or give up each of them."""
        channel = self._channels.get(self._name)
        if channel is None:
            return self._strand(due)
        if self._rests_until is not None:
            self._hold(due, self._rests_until)
            return Delivered(waiting=len(due))
        told = self._store.told(self._name, self._now - timedelta(hours=1))
        chosen, over = within_cap(due, told, self._limits.per_hour)
        done = Delivered()
        for i, one in enumerate(chosen):
            try:
                thread = self._send(channel, one)
            except NotifyError as error:
                behind = [*chosen[i + 1 :], *over]
                return done + self._fail(one, error, behind)
            done += Delivered(sent=1, notes=self._show(channel, one.message, thread))
        return done + self._overflow(channel, over, told + len(chosen))

    def _send(self, channel: Channel, one: RowT) -> str:
        """Send one, note it as sent, and return its thread."""
        thread = self._store.thread(self._name, one.message.incident)
        sent = _try(channel, one.message, thread)
        self._store.keep_outgoing(
            replace(
                one,
                attempts=one.attempts + 1,
                sent_at=self._now,
                thread=sent.thread,
                error="",
            )
        )
        return sent.thread

    def _show(
        self, channel: Channel, message: Message, thread: str
    ) -> tuple[Note, ...]:
        """Show a picture of what was sent; a kill here repeats no message."""
        if not isinstance(channel, ShowsPictures):
            return ()
        why = channel.show(message, thread)
        return (Note("picture_not_sent", self._name, why),) if why else ()

    def _fail(self, one: RowT, error: NotifyError, behind: Sequence[RowT]) -> Delivered:
        """Note a failure, let the others wait behind it, and tell another channel."""
        tried = replace(one, attempts=one.attempts + 1, error=str(error))
        ended = self._limits.ended(tried.attempts, self._now - one.message.at)
        due = self._now + rest(tried, error.retry_after, self._limits)
        self._rests_until = due
        self._store.keep_outgoing(replace(tried, due_at=due, given_up=ended))
        self._hold(behind, due)
        note = Note("channel_failed", self._name, str(error))
        if ended:
            self._tell_another(given_up(tried, str(error), self._now))
        elif tried.attempts == self._limits.broken_after:
            report = broken(tried, len(behind), str(error), self._now)
            self._tell_another(report)
        return Delivered(
            failed=0 if ended else 1,
            given_up=1 if ended else 0,
            waiting=len(behind),
            notes=(note,),
        )

    def _overflow(self, channel: Channel, over: Sequence[RowT], told: int) -> Delivered:
        """Tell of what is over the cap in one digest, or hold it back."""
        room = room_for_digest(over, told, self._limits.per_hour)
        if not (over and room and getattr(channel, "folds", True)):
            self._hold(over, self._now + self._limits.hold)
            return Delivered(waiting=len(over))
        try:
            _try(channel, digest(self._name, over, self._now), "")
        except NotifyError as error:
            return self._fail(over[0], error, over[1:])
        # The last stands for the digest and is noted last: after a kill in between the
        # digest that repeats has the same key.
        for one in over[:-1]:
            told_of = replace(one, given_up=True, error="told of in a digest")
            self._store.keep_outgoing(told_of)
        self._store.keep_outgoing(
            replace(over[-1], sent_at=self._now, error="told of in a digest")
        )
        return Delivered(folded=len(over))

    def _hold(self, waiting: Sequence[RowT], until: datetime) -> None:
        for one in waiting:
            self._store.keep_outgoing(replace(one, due_at=until))

    def _strand(self, due: Sequence[RowT]) -> Delivered:
        """Keep what is for a channel that is not there, for a day."""
        done = Delivered()
        for one in due:
            ended = self._limits.ended(one.attempts, self._now - one.message.at)
            later = self._now + self._limits.longest
            error = "no channel of that name is in the configuration"
            self._store.keep_outgoing(
                replace(one, due_at=later, given_up=ended, error=error)
            )
            done += Delivered(given_up=1) if ended else Delivered(waiting=1)
        note = Note(
            "channel_gone",
            self._name,
            f"{len(due)} messages wait for a channel that is not in the configuration",
        )
        return done + Delivered(notes=(note,))

    def _tell_another(self, report: Message) -> None:
        """Tell the first other channel that takes it; it is of no use to try twice."""
        for name, channel in self._channels.items():
            if name != self._name:
                try:
                    _try(channel, report, "")
                except NotifyError:
                    continue
                return


def _try(channel: Channel, message: Message, thread: str) -> Sent:
    """Send, and turn whatever a channel of the user's own raises into our error."""
    try:
        return channel.send(message, thread)
    except NotifyError:
        raise
    except Exception as error:
        raise NotifyError(
            code="channel_failed",
            where=f"channel {channel.name}",
            found=type(error).__name__,
            expected="a channel that sends, or raises NotifyError",
            fix="Mend the channel; it is tried again.",
        ).within(0.0) from error
