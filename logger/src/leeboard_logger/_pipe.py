"""The way of entries from callers to a sink: a bounded queue and one worker thread.

Callers hold one lock for about a microsecond and wait for nothing else. It can be taken
again by its holder, as a signal's handler or a finaliser may log while its thread is in
here. The worker never holds it while it writes or waits.
"""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import islice

from leeboard_logger._counts import Counts, Stats
from leeboard_logger._edges import Clock
from leeboard_logger._encode import encode
from leeboard_logger._sink import ACKNOWLEDGED, QUEUED, Answer, Entry, Sink
from leeboard_logger._values import LARGEST_RECORD

__all__ = ["LINGER_S", "Pipe", "Room", "written"]

_BATCH = 500
_BATCH_BYTES = 1 << 20
_SLICE = 4
"""Records written out before callers get a chance to run."""
LINGER_S = 0.01
_TICK_S = 0.5
_IDLE_S = 60.0
_WARN_S = 60.0


def written(entry: Entry) -> str:
    """Write a record out; return why it cannot be taken, or nothing."""
    if entry.record is not None:
        try:
            entry.payload = encode(entry.kind, entry.record)
        except (TypeError, ValueError, RecursionError):
            return "invalid"
        entry.record = None
    return "too_large" if len(entry.payload) > LARGEST_RECORD else ""


@dataclass(frozen=True, slots=True)
class Room:
    """What may wait: records, and their bytes; the batch being sent is included."""

    records: int
    bytes: int


class Pipe:
    """A queue in front of a sink.

    Parameters
    ----------
    sink : Sink
    room : Room
    linger_s : float
        Seconds for which the worker lets events gather.
    started : callable
        Called in each process once the worker runs there.
    sync : callable
        Has what the sink took on the disk; tells whether it is.
    """

    def __init__(
        self,
        sink: Sink,
        clock: Clock,
        room: Room,
        *,
        linger_s: float = LINGER_S,
        started: Callable[[], None] = lambda: None,
        sync: Callable[[], bool] = lambda: True,
    ) -> None:
        self._sync = sync
        self._started = started
        self._sink = sink
        self._clock = clock
        self._most = room.records
        self._most_bytes = room.bytes
        self._linger_s = linger_s
        self._forget()

    def _forget(self) -> None:
        self.counts = Counts()
        self._lock = threading.RLock()
        self._settled = threading.Condition(self._lock)
        self._wake = threading.Lock()
        self._wake.acquire()
        self._asleep = self._idle = self._news = False
        self._queue: deque[Entry] = deque()
        self._sending: list[Entry] = []
        self._bytes = 0
        self._not_before = self._next_tick = self._warned = -1e9
        self._syncs_asked = self._syncs_done = 0
        self._sync_went_well = True
        self._worker: threading.Thread | None = None
        self._closing = self._over = False
        self._stop_at = float("inf")
        self.trouble = ""

    # ── callers ─────────────────────────────────────────────────────────────────────

    def put(self, entry: Entry) -> bool:
        """Queue one entry, or count why not."""
        if self._worker is None:
            self._start()
        with self._lock:
            # Calls come before the counting and after it, never within: a signal's
            # handler that raises finds each event counted whole or not at all.
            side = self.counts.sides[entry.kind]
            if self._full(entry.size) or self._closing:
                reason = self.trouble or "queue_full"
                reason = "shutdown" if self._closing else reason
                entry.outcome = reason
                before = side.dropped.get(reason, 0)
                side.logged += 1
                side.dropped[reason] = before + 1
                return False
            side.logged += 1
            side.queued += 1
            self._bytes += entry.size
            self._queue.append(entry)
            if self._asleep:
                self._rouse()
        return True

    @property
    def closed(self) -> bool:
        """Tell whether nothing more is taken."""
        return self._closing

    def stats(self, *, cut: int, dropped: int) -> Stats:
        """Return the counts of one moment."""
        with self._lock:
            return self.counts.stats(cut=cut, dropped=dropped, trouble=self.trouble)

    def refuse(self, kind: str, reason: str) -> None:
        """Count an event that cannot be taken."""
        with self._lock:
            side = self.counts.sides[kind]
            before = side.dropped.get(reason, 0)
            side.logged += 1
            side.dropped[reason] = before + 1
            self._tell()
        if self._worker is None:
            self._start()

    def left_out(self, why: str) -> None:
        """Count a call beside the identity: sampled, disabled or degraded."""
        with self._lock:
            setattr(self.counts, why, getattr(self.counts, why) + 1)

    def stored(self, kind: str, count: int = 1) -> None:
        """Count events that a caller has written itself."""
        with self._lock:
            side = self.counts.sides[kind]
            side.logged += count
            side.acknowledged += count
            self._tell()
        if self._worker is None:
            self._start()

    def wait_for_room(self, size: int, timeout: float) -> bool:
        """Wait until the queue takes so many bytes more; tell whether it does."""
        until = time.monotonic() + timeout
        with self._settled:
            while self._full(size) and not self._closing:
                left = until - time.monotonic()
                if left <= 0:
                    return False
                self._settled.wait(left)
        return True

    def _full(self, size: int) -> bool:
        return (
            len(self._queue) + len(self._sending) >= self._most
            or self._bytes + size > self._most_bytes
        )

    def wait(self, entries: Sequence[Entry], timeout: float) -> bool:
        """Wait until entries are settled; tell whether they are."""
        until = time.monotonic() + timeout
        with self._settled:
            # The last first: entries are settled in order.
            while any(entry.outcome == QUEUED for entry in reversed(entries)):
                left = until - time.monotonic()
                if left <= 0:
                    return False
                self._settled.wait(left)
        return True

    def flush(self, timeout: float) -> bool:
        """Have all that is queued now settled and on the disk, or give up in time."""
        with self._lock:
            waiting = [*self._sending, *self._queue]
            self._rouse()
        until = time.monotonic() + timeout
        if not self.wait(waiting, timeout):
            return False
        with self._settled:
            # Asked for once all is written: a sync under way may have begun before.
            self._syncs_asked += 1
            mine = self._syncs_asked
            self._rouse()
            while self._syncs_done < mine and self._worker is not None:
                left = until - time.monotonic()
                if left <= 0:
                    return False
                self._settled.wait(left)
            return self._sync_went_well

    def close(self, timeout: float) -> None:
        """Send what is queued for so many seconds, then count the rest as lost."""
        with self._lock:
            if self._over:
                return
            self._closing = True
            self._stop_at = self._clock.monotonic() + timeout
            worker = self._worker
            self._rouse()
        if worker is None or worker.ident is None:
            # Nothing was logged, or no thread can be started.
            self._run()
        elif worker is not threading.current_thread():
            worker.join(timeout)
        with self._lock:
            self._over = True
            lost = [*self._sending, *self._queue]
            self._sending, self._queue = [], deque()
            self._count(lost, ["shutdown"] * len(lost))
        if lost:
            # The last word of this logger: nobody may ask for its counts any more.
            self._warned = -1e9
            self.warn(f"{len(lost)} were waiting when the time to close was over")

    def abandon(self) -> None:
        """In a child after a fork: begin empty; what is queued is the parent's."""
        self._sink.abandon()
        self._forget()

    def _tell(self) -> None:
        """See to it that the sink's next tick is soon: there is more to account for."""
        self._news = True
        if self._idle:
            self._rouse()

    def _rouse(self) -> None:
        if self._asleep:
            self._asleep = self._idle = False
            self._wake.release()

    # ── the worker ──────────────────────────────────────────────────────────────────

    def _start(self) -> None:
        with self._lock:
            if self._worker is not None or self._over:
                return
            # Known before it runs: a signal's handler that logs while this thread waits
            # for the new one must not start a second.
            try:
                self._worker = threading.Thread(
                    target=self._run, name="leeboard-logger", daemon=True
                )
                self._worker.start()
            except RuntimeError:  # too many, none allowed, or Python is going
                self._worker = None
                return
        self._started()

    def _run(self) -> None:
        while True:
            try:
                wait_s = self.step()
            except Exception as error:  # noqa: BLE001  # the thread must live
                wait_s = self._failed(error)
            if self._closing and (
                not (self._queue or self._sending)
                or self._clock.monotonic() >= self._stop_at
            ):
                break
            if wait_s > 0:
                self._wait(wait_s)
        self._sink.close()

    def _failed(self, error: Exception) -> float:
        """Give up the batch that something of ours broke on, and go on."""
        self.warn(f"a fault of the logger itself: {type(error).__name__}")
        with self._lock:
            lost, self._sending = self._sending, []
            self._count(lost, ["internal"] * len(lost))
        return LINGER_S

    def warn(self, what: str) -> None:
        """Say what is wrong, once a minute at most."""
        now = self._clock.monotonic()
        if now - self._warned < _WARN_S:
            return
        self._warned = now
        import logging  # loaded only where there is something to say

        logging.getLogger("leeboard_logger").warning("events are not stored: %s", what)

    def _wait(self, wait_s: float) -> None:
        if self._closing:
            time.sleep(min(wait_s, 0.05))
            return
        with self._lock:
            wait_s = min(wait_s, _TICK_S) if self._news else wait_s
            if self._syncs_asked > self._syncs_done:
                wait_s = 0.0
            if self._queue and not self._sending:
                # it came after the step had looked, and found nobody asleep to rouse
                wait_s = min(wait_s, self._linger_s)
            self._asleep = wait_s > LINGER_S
            self._idle = wait_s > _TICK_S
        roused = self._wake.acquire(timeout=wait_s)
        with self._lock:
            if not self._asleep and not roused:
                self._wake.acquire(blocking=False)  # roused just after the wait
            self._asleep = self._idle = False
        if roused:
            time.sleep(self._linger_s)

    def step(self) -> float:
        """Do what there is to do now; return seconds until there may be more."""
        now = self._clock.monotonic()
        sent = False
        if now >= self._not_before or self._closing:
            sent = self._send(now)
        more = True
        if now >= self._next_tick:
            self._news = False  # before it is told, so that none is missed
            more = self._sink.tick()
            self._next_tick = now + _TICK_S
        asked = self._syncs_asked
        if asked > self._syncs_done:
            well = self._sync()
            with self._settled:
                self._syncs_done = asked
                self._sync_went_well = well
                self._settled.notify_all()
        if self._sending:
            return max(0.0, self._not_before - now)
        if len(self._queue) >= _BATCH:
            return 0.0
        if self._queue or (sent and self._linger_s):
            return self._linger_s
        return _TICK_S if more else _IDLE_S

    def _send(self, now: float) -> bool:
        """Try to send one batch; tell whether there was one."""
        if not self._sending:
            with self._lock:
                size = 0
                while (
                    self._queue and len(self._sending) < _BATCH and size < _BATCH_BYTES
                ):
                    entry = self._queue.popleft()
                    self._sending.append(entry)
                    size += entry.size
            self._write_out()
        if not self._sending:
            return False
        answer = self._sink.send(self._sending)
        self._not_before = now + answer.wait_s
        self.trouble = answer.trouble
        if answer.trouble:
            self.warn(answer.trouble)
        self._settle(answer)
        return True

    def _write_out(self) -> None:
        bad: dict[Entry, str] = {}
        hurry = len(self._queue) > self._most // 4
        count = 0
        for entry in self._sending:
            count += entry.record is not None
            reason = written(entry)
            if reason:
                bad[entry] = reason
            if count == _SLICE and not hurry:
                count = 0
                # Not zero: this thread would have the interpreter back before a
                # caller that waits for it has woken.
                time.sleep(2e-5)
        if bad:
            with self._lock:
                self._sending = [e for e in self._sending if e not in bad]
                self._count(list(bad), list(bad.values()))

    def _settle(self, answer: Answer) -> None:
        done = len(answer.settled)
        for start in range(0, done, 64):
            outcomes = answer.settled[start : start + 64]
            with self._lock:
                if self._over:
                    return
                batch = list(islice(self._sending, len(outcomes)))
                del self._sending[: len(outcomes)]
                self._count(batch, outcomes)

    def _count(self, entries: Sequence[Entry], outcomes: Sequence[str]) -> None:
        """Count what has become of entries. The lock is held."""
        for entry, outcome in zip(entries, outcomes, strict=True):
            side = self.counts.sides[entry.kind]
            self._bytes -= entry.size
            side.queued -= 1
            if outcome == ACKNOWLEDGED:
                side.acknowledged += 1
                entry.id.stored = True
            else:
                side.drop(outcome)
            entry.outcome = outcome
        self._settled.notify_all()
