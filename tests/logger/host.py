"""A process that logs, of the kind its first argument names; run by test_hosts.

``python host.py KIND TARGET MODE COUNT`` logs COUNT events in each of eight threads or
tasks, or in each of four children, and prints their ids, one a line.
"""

from __future__ import annotations

import asyncio
import multiprocessing
import os
import sys
import threading
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from leeboard_logger import Logger

FEATURES = {f"x{n}": n / 7 for n in range(19)} | {"city": "Graz"}
THREADS = 8
CHILDREN = 4


def logger(target: str, mode: str) -> Logger:
    """Return a logger as a host would make it."""
    from leeboard_logger import Logger

    spool = os.environ.get("HOST_SPOOL")
    key = os.environ.get("HOST_KEY")
    # Longer than by default: the machine may be busy with other tests.
    return Logger(
        target, model="demand", mode=mode, key=key, spool=spool, close_s=10, timeout=10
    )


def say(ids: Iterable[str]) -> None:
    """Print ids in one write, so that those of several processes do not mix."""
    os.write(1, "".join(f"{name}\n" for name in ids).encode())


def some(log: Logger, count: int, place: int) -> None:
    """Log so many events and print their ids."""
    say([log.log_prediction(FEATURES, float(place)) for _ in range(count)])


def in_threads(log: Logger, count: int) -> None:
    """Eight threads share a logger."""
    threads = [
        threading.Thread(target=some, args=(log, count, place))
        for place in range(THREADS)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def in_tasks(log: Logger, count: int) -> None:
    """Eight tasks of one loop share a logger."""

    async def task(place: int) -> None:
        for _ in range(count):
            say([await log.log_prediction_async(FEATURES, float(place))])
            await asyncio.sleep(0)

    async def run() -> None:
        await asyncio.gather(*(task(place) for place in range(THREADS)))

    asyncio.run(run())


def child(target: str, mode: str, count: int, place: int) -> None:
    """Log in a child that makes a logger of its own."""
    some(logger(target, mode), count, place)


def in_processes(method: str, target: str, mode: str, count: int) -> None:
    """Children of multiprocessing, each with a logger of its own."""
    context: Any = multiprocessing.get_context(method)
    children = [
        context.Process(target=child, args=(target, mode, count, place))
        for place in range(CHILDREN)
    ]
    finish(children)


def inherited(log: Logger, count: int) -> None:
    """Forked children go on with the logger of their parent, which logs too."""
    context = multiprocessing.get_context("fork")
    some(log, count, 0)
    children = [
        context.Process(target=some, args=(log, count, place))
        for place in range(1, CHILDREN)
    ]
    finish(children)


def finish(children: list[Any]) -> None:
    """Run children to their end; any that failed fails the host."""
    for process in children:
        process.start()
    for process in children:
        process.join()
    if any(process.exitcode for process in children):
        raise SystemExit(1)


def forked(log: Logger, count: int, *, leave: Callable[[Logger], object]) -> None:
    """Children of a bare fork, which end as they like."""
    pids = []
    for place in range(CHILDREN):
        pid = os.fork()
        if pid == 0:
            some(log, count, place)
            leave(log)
            os._exit(0)
        pids.append(pid)
    if any(os.waitpid(pid, 0)[1] for pid in pids):
        raise SystemExit(1)


def in_greenlets(log: Logger, count: int) -> None:
    """Eight greenlets share a logger."""
    import gevent

    jobs = [gevent.spawn(some, log, count, place) for place in range(THREADS)]
    gevent.joinall(jobs, raise_error=True)


def main() -> None:
    """Be the host asked for."""
    kind, target, mode, count = sys.argv[1], sys.argv[2], sys.argv[3], int(sys.argv[4])
    if kind == "gevent":
        from gevent import monkey

        monkey.patch_all()
    if kind.startswith("own-"):
        in_processes(kind.removeprefix("own-"), target, mode, count)
        return
    log = logger(target, mode)
    if kind == "threads":
        in_threads(log, count)
    elif kind == "asyncio":
        in_tasks(log, count)
    elif kind == "inherited":
        inherited(log, count)
    elif kind == "fork-exit":
        forked(log, count, leave=lambda _: None)
    elif kind == "fork-flush":
        forked(log, count, leave=lambda log: log.flush(5))
    elif kind == "gevent":
        in_greenlets(log, count)


if __name__ == "__main__":
    main()
