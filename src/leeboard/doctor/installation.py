"""Python, the libraries, SQLite, and the extras that a configuration needs."""

from __future__ import annotations

import re
import sqlite3
import sys
from collections.abc import Iterator
from importlib.metadata import PackageNotFoundError, requires, version
from importlib.util import find_spec

from leeboard._version import __version__
from leeboard.config import Plan
from leeboard.databases import journal_mode
from leeboard.doctor.case import Case
from leeboard.doctor.finding import Finding

__all__ = ["extras", "libraries", "python", "sqlite"]

_BOUND = re.compile(r"([A-Za-z0-9._-]+)(?:\[[a-z,]*\])?\s*>=\s*([0-9.]+)")
_EXTRA = re.compile(r"extra\s*==\s*['\"]([a-z0-9]+)['\"]")


def python(_case: Case) -> Iterator[Finding]:
    """Name the interpreter and Leeboard; an older Python could not have come here."""
    found = f"Python {sys.version.split()[0]}, Leeboard {__version__}"
    yield Finding("python", found)


def libraries(_case: Case) -> Iterator[Finding]:
    """Compare what is installed with the oldest releases that are supported."""
    try:
        bounds = list(_bounds())
    except PackageNotFoundError:
        yield Finding.warn(
            "libraries",
            "Leeboard runs from a folder of sources, not as an installed package",
            "an installed package, whose requirements can be read",
            "Install it: pip install leeboard.",
        )
        return
    good = 0
    for name, least, extra in bounds:
        try:
            have = version(name)
        except PackageNotFoundError:
            if not extra:
                yield Finding.fail(
                    "libraries",
                    f"no {name}",
                    f"{name} {least} or newer",
                    f"Install it: pip install '{name}>={least}'.",
                )
            continue
        if _numbers(have) < _numbers(least):
            yield Finding.fail(
                "libraries",
                f"{name} {have}",
                f"{name} {least} or newer, the oldest that the tests pass with",
                f"Update it: pip install --upgrade '{name}>={least}'.",
            )
        else:
            good += 1
    yield Finding("libraries", f"{good} libraries of supported versions")


def sqlite(case: Case) -> Iterator[Finding]:
    """Name SQLite's version, and which journal that allows."""
    found = f"SQLite {sqlite3.sqlite_version}"
    if journal_mode(sqlite3.sqlite_version_info, remote=False) == "wal":
        yield Finding("sqlite", found)
    elif case.plan is not None and case.plan.state.startswith("postgres"):
        yield Finding("sqlite", f"{found}; the state is in Postgres")
    else:
        yield Finding(
            "sqlite",
            f"{found}, whose write-ahead log has a defect (mended in 3.51.3): the state"
            " keeps a rollback journal instead, so readers wait for writers",
        )


def extras(case: Case) -> Iterator[Finding]:
    """Look whether what the configuration asks for is installed."""
    if case.plan is None:
        return
    wanted = dict(_wanted(case.plan))
    missing = {
        (module, extra): why
        for (module, extra), why in wanted.items()
        if find_spec(module) is None
    }
    for (module, extra), why in missing.items():
        yield Finding.fail(
            "extras",
            f"{why}, but {module} is not installed",
            f"the extra {extra!r}",
            f'Install it: pip install "leeboard[{extra}]".',
        )
    if not missing:
        named = ", ".join(sorted({extra for _, extra in wanted})) or "none"
        yield Finding("extras", f"needed and installed: {named}")


def _wanted(plan: Plan) -> Iterator[tuple[tuple[str, str], str]]:
    for what, place in (("log", plan.log), ("state", plan.state)):
        if place.startswith("postgres"):
            yield ("psycopg", "postgres"), f"the {what} is in Postgres"
    if plan.log.startswith("s3:"):
        yield ("obstore", "s3"), "the log is in a bucket"
    for channel in plan.channels:
        if channel.to == "apprise":
            yield ("apprise", "notify"), f"channel {channel.name} uses Apprise"
        elif channel.to == "slack" and channel.secret:
            yield ("slack_sdk", "notify"), f"channel {channel.name} shows pictures"


def _bounds() -> Iterator[tuple[str, str, str]]:
    """Yield name, oldest release and extra of each requirement."""
    for line in requires("leeboard") or ():
        found = _BOUND.match(line)
        extra = _EXTRA.search(line)
        if found:
            yield found[1], found[2], extra[1] if extra else ""


def _numbers(text: str) -> tuple[int, ...]:
    """Leading numbers of a version, without zeros at the end."""
    parts = []
    for part in text.split("."):
        digits = re.match(r"\d+", part)
        if digits is None:
            break
        parts.append(int(digits[0]))
    while parts and parts[-1] == 0:
        parts.pop()
    return tuple(parts)
