"""``leeboard doctor``: what is wrong with an installation, as lines or as JSON."""

from __future__ import annotations

import json as jsonlib
from collections.abc import Iterator

from leeboard.cli._terminal import clean, say
from leeboard.doctor import Examined, Finding, Outcome, examine
from leeboard.pages.words import plural
from leeboard.server.listening import Listening

__all__ = ["run"]

_INDENT = " " * 21


def run(config: str, listening: Listening, *, json: bool, deep: bool) -> int:
    """Print it; return 1 if something is broken."""
    examined = examine(config, listening=listening, deep=deep)
    if json:
        say(jsonlib.dumps(examined.to_dict()) + "\n")
    else:
        say("\n".join(_lines(examined)) + "\n")
    return int(not examined.sound)


def _lines(examined: Examined) -> Iterator[str]:
    part = ""
    for own, finding in examined.findings:
        if own != part:
            part = own
            yield part
        yield from _told(finding)
    ok = examined.count(Outcome.OK)
    yield (
        f"{examined.count(Outcome.FAIL)} failed,"
        f" {plural(examined.count(Outcome.WARN), 'warning')}, {ok} ok"
    )


def _told(finding: Finding) -> Iterator[str]:
    mark = finding.outcome.value
    mark = mark.upper() if finding.outcome is Outcome.FAIL else mark
    yield f"  {mark:<4}  {finding.check:<13}{clean(finding.found)}"
    if finding.outcome is not Outcome.OK:
        yield f"{_INDENT}expected: {clean(finding.expected)}"
        yield f"{_INDENT}next: {clean(finding.fix)}"
