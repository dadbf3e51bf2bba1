"""Who makes a pass, so that one that was killed does not hold others up.

Place: beside the lease of a pass. On one host a process that is gone is known at once;
of other hosts only the time of the lease tells.
"""

from __future__ import annotations

import os
import secrets
import socket
from datetime import UTC, datetime

from leeboard.errors import StateError
from leeboard.state import Lease, State

__all__ = ["LEAD", "LEASE_SECONDS", "gone", "me", "process_of", "renewed", "taken"]

LEASE_SECONDS = 120.0

LEAD = "scheduler"
"""The lease of the scheduler that leads: of several, it alone makes passes."""


def me() -> str:
    """Name this process, and one use of it: host, process, its start, a number."""
    pid = os.getpid()
    return f"{_host()}:{pid}:{_started(pid)}:{secrets.token_hex(4)}"


def gone(holder: str) -> bool:
    """Tell whether a holder was a process of this host that is no more."""
    host, _, rest = holder.partition(":")
    pid, _, rest = rest.partition(":")
    started = rest.partition(":")[0]
    if host != _host() or not pid.isdigit():
        return False
    return _started(int(pid)) != started


def process_of(holder: str) -> str:
    """Host and process of a holder, as people say it."""
    host, _, rest = holder.partition(":")
    return f"process {rest.partition(':')[0]} of {host.partition('/')[0]}"


def taken(state: State, name: str, seconds: float | None = None) -> Lease | None:
    """Take a lease, from a holder that is gone too; None while another has it."""
    holder = me()
    seconds = LEASE_SECONDS if seconds is None else seconds
    lease = state.lease(name, holder, datetime.now(UTC), seconds)
    if lease is None:
        held = state.leased(name)
        if held is not None and gone(held.holder):
            state.release(held)
            lease = state.lease(name, holder, datetime.now(UTC), seconds)
    return lease


def renewed(state: State, lease: Lease) -> Lease:
    """Renew a lease past half its time.

    Raises
    ------
    StateError
        If it has gone to another holder (code ``lease_lost``).
    """
    now = datetime.now(UTC)
    if (lease.until - now).total_seconds() > LEASE_SECONDS / 2:
        return lease
    fresh = state.lease(lease.name, lease.holder, now, LEASE_SECONDS)
    if fresh is None or fresh.token != lease.token:
        raise StateError(
            code="lease_lost",
            where=lease.name,
            found="another holder, after this one took too long",
            expected=f"it to be still with {lease.holder!r}",
            fix="Nothing was lost: the other holder goes on with the work.",
        )
    return fresh


def _host() -> str:
    """Name where numbers of processes mean something.

    Containers may share the name of their host, and each counts from 1.
    """
    try:
        return f"{socket.gethostname()}/{os.stat('/proc/self/ns/pid').st_ino}"
    except OSError:
        return socket.gethostname()


def _started(pid: int) -> str:
    """When a process started, in ticks since boot; empty where it is gone."""
    try:
        with open(f"/proc/{pid}/stat", encoding="utf-8", errors="replace") as file:
            text = file.read()
    except OSError:
        return "" if _absent(pid) else "unknown"
    # the name in parentheses may hold anything; the state Z is a process that ended
    fields = text.rpartition(")")[2].split()
    return "" if fields[0] in "ZX" else fields[19]


def _absent(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return True
    except OSError:
        pass
    return False
