"""Room and rights where Leeboard writes."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator

from leeboard.config import Plan
from leeboard.databases import network_disk
from leeboard.doctor.case import Case
from leeboard.doctor.finding import Finding
from leeboard.logs import local_folder
from leeboard.pages.words import bytes_in_words
from leeboard.state import file_of

__all__ = ["free_bytes", "rights", "room"]

_WARN_BYTES, _FAIL_BYTES = 1 << 30, 100 << 20


def room(case: Case) -> Iterator[Finding]:
    """Look how much is free on each disk that is written to."""
    disks: dict[int, list[str]] = {}
    for what, path in _places(case.plan):
        disks.setdefault(os.stat(_there(path)).st_dev, []).append(f"{what} {path}")
    for places in disks.values():
        what, _, path = places[0].partition(" ")
        free = free_bytes(_there(path))
        names = ", ".join(one.partition(" ")[0] for one in places)
        found = f"{bytes_in_words(free)} free on the disk of {names}"
        expected = (
            f"{bytes_in_words(_WARN_BYTES)} or more; the spool takes a tenth at most"
        )
        fix = (
            f"Free some, or grow the disk of {path} ({what}); events are refused"
            " with 503 while it is full, and nothing is lost."
        )
        if free < _FAIL_BYTES:
            yield Finding.fail("disk", found, expected, fix)
        elif free < _WARN_BYTES:
            yield Finding.warn("disk", found, expected, fix)
        else:
            yield Finding("disk", found)


def rights(case: Case) -> Iterator[Finding]:
    """Look whether this user may write there, and nobody else into the spool."""
    bad = case.plan is None
    closed: dict[str, str] = {}
    for what, path in sorted(_places(case.plan), key=lambda one: one[1]):
        there = _there(path)
        if not os.path.isdir(there) or not os.access(there, os.W_OK | os.X_OK):
            above = next((one for one in closed if _holds(one, path)), path)
            closed[above] = f"{closed[above]}, {what}" if above in closed else what
        elif os.path.exists(path) and os.stat(path).st_uid != os.geteuid():
            bad = True
            yield Finding.warn(
                "rights",
                f"{path} belongs to {_user(path)}, this is user {os.geteuid()}"
                f" ({what})",
                "one user for the server, the loggers' spool and the commands",
                f"Run it as {_user(path)}.",
            )
        kind = network_disk(path)
        if kind is not None and what != "log":
            bad = True
            yield Finding.warn(
                "rights",
                f"{what} lies on a network disk ({kind}): {path}",
                "a local disk, whose locks hold",
                "Move it to a local disk, or the state to Postgres.",
            )
    for path, names in closed.items():
        yield _closed(path, names)
    if not bad and not closed:
        may = [what for what, _ in _places(case.plan)]
        yield Finding("rights", f"user {os.geteuid()} may write: {', '.join(may)}")


def _holds(folder: str, path: str) -> bool:
    """Tell whether what mends a folder mends a path, too."""
    there = _there(folder)
    return there == _there(path) or path.startswith(os.path.join(folder, ""))


def _closed(path: str, names: str) -> Finding:
    """Say that a folder cannot be written to, or cannot be made."""
    there, me = _there(path), os.geteuid()
    expected = "a folder that this user can write to"
    if not os.path.isdir(there):
        found = f"{there} is no folder ({names})"
        fix = "Move the file away, or name another folder in the configuration."
        return Finding.fail("rights", found, expected, fix)
    found = f"{there} is of {_user(there)}, and user {me} cannot write to it ({names})"
    if there == path:
        fix = f"Run Leeboard as {_user(there)}, or give all of it to this one: chown -R"
        return Finding.fail("rights", found, expected, f"{fix} {me} {there}.")
    # what is not Leeboard's alone is not to be given away
    first = os.path.relpath(path, there).split(os.sep, 1)[0]
    fix = f"Make it, as root: install -d -m 0700 -o {me} {os.path.join(there, first)}."
    return Finding.fail("rights", found, expected, fix)


def _user(path: str) -> str:
    return f"user {os.stat(path).st_uid}"


def free_bytes(path: str) -> int:
    """Return how much this user may still write to the disk of a path."""
    return shutil.disk_usage(path).free


def _places(plan: Plan | None) -> Iterator[tuple[str, str]]:
    """Yield the folders that are written to, each with what it holds."""
    if plan is None:
        return
    log, state = local_folder(plan.log), file_of(plan.state)
    if log is not None:
        yield "log", log
    if state is not None:
        yield "state", os.path.dirname(os.path.abspath(state))
    if plan.spool:
        yield "spool", plan.spool


def _there(path: str) -> str:
    """Return the path, or the nearest folder above it that exists."""
    while not os.path.exists(path):
        path = os.path.dirname(os.path.abspath(path))
    return path
