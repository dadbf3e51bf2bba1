"""The runbook's five timed steps, as text that people may replace.

Place: on the path; data. A line whose placeholder has no value is left out; a line that
is one placeholder becomes one line a value.
"""

from __future__ import annotations

import string
import tomllib
from dataclasses import dataclass

from leeboard.errors import AlarmError

__all__ = ["DEFAULT", "PLACEHOLDERS", "Draft", "read_template"]

PLACEHOLDERS = frozenset(
    {
        "acceptable",
        "columns",
        "commands",
        "config",
        "diagnosis",
        "evidence",
        "expect",
        "expectable",
        "export",
        "figures",
        "first_window",
        "id",
        "last_good_version",
        "last_window",
        "link",
        "model",
        "moved_with_it",
        "owner",
        "segments",
        "severity",
        "title",
    }
)
"""Names that a line may hold after a dollar sign."""

DEFAULT = """\
[[step]]
title = "Assess"
minutes = [5, 5]
lines = [
  "$title",
  "Severity $severity; first bad window $first_window, last $last_window.",
  "$figures",
  "Segments: $segments.",
  "Owner: $owner.",
  "Decide who is harmed by it, and say that you are at it.",
]
commands = ["leeboard incidents ack $id --why 'assessing'"]

[[step]]
title = "Investigate"
minutes = [15, 15]
lines = [
  "$diagnosis",
  "$evidence",
  "Columns: $columns.",
  "Moved with it: $moved_with_it.",
  "Ask what was deployed, and what changed upstream, shortly before $first_window.",
  "$link",
]
commands = ["leeboard incidents show $id", "$commands"]

[[step]]
title = "Mitigate"
minutes = [30, 30]
lines = [
  "Last good version: $last_good_version. Go back to it if the model is at fault.",
  "If a source is at fault, stop or mend it; fall back on a rule where one exists.",
  "If this was planned ($expectable), announce it: what is announced pages nobody.",
]
commands = ["leeboard incidents note $id --why 'what was done'", "$expect"]

[[step]]
title = "Find the root cause"
minutes = [60, 120]
lines = [
  "Compare rows from before and after $first_window, by segment and by source.",
  "Write down what speaks for the cause, and what speaks against it.",
]
commands = ["$export"]

[[step]]
title = "Fix it for good"
minutes = []
lines = [
  "Mend the cause where it arose, and add a check there that would have caught it.",
  "After a retraining, accept the new state as the baseline: of $acceptable.",
]
commands = ["leeboard incidents accept $id --why 'retrained'"]
"""


@dataclass(frozen=True, slots=True)
class Draft:
    """One step before it is filled.

    Parameters
    ----------
    title : str
    minutes : (int, int) or None
        From and to; None: as long as it takes.
    lines, commands : tuple of str
    """

    title: str
    minutes: tuple[int, int] | None
    lines: tuple[str, ...]
    commands: tuple[str, ...]


def read_template(text: str = DEFAULT) -> tuple[Draft, ...]:
    """Read a template written in TOML.

    Raises
    ------
    AlarmError
        If it is not TOML, has no step, or a step has a key or placeholder that does not
        exist (``bad_runbook``).
    """
    try:
        steps = tomllib.loads(text).get("step", [])
    except tomllib.TOMLDecodeError as error:
        raise _bad("runbook", str(error), "a file in TOML") from error
    if not isinstance(steps, list) or not steps:
        raise _bad("runbook", "no step", "one [[step]] or more")
    return tuple(_draft(number, step) for number, step in enumerate(steps, 1))


def _draft(number: int, step: object) -> Draft:
    where = f"step {number}"
    if not isinstance(step, dict) or not isinstance(step.get("title"), str):
        raise _bad(where, "no title", "title, minutes, lines and commands")
    extra = sorted(set(step) - {"title", "minutes", "lines", "commands"})
    if extra:
        raise _bad(where, ", ".join(extra), "title, minutes, lines and commands")
    minutes = step.get("minutes", [])
    whole = isinstance(minutes, list) and all(type(one) is int for one in minutes)
    if not whole or len(minutes) not in {0, 2} or sorted(minutes) != minutes:
        raise _bad(where, f"minutes {minutes!r}", "two whole numbers, or none")
    lines, commands = _texts(where, step, "lines"), _texts(where, step, "commands")
    span = (minutes[0], minutes[1]) if minutes else None
    return Draft(step["title"], span, lines, commands)


def _texts(where: str, step: dict[str, object], key: str) -> tuple[str, ...]:
    texts = step.get(key, [])
    if not isinstance(texts, list) or not all(isinstance(one, str) for one in texts):
        raise _bad(where, f"{key} {texts!r}", "a list of texts")
    for text in texts:
        template = string.Template(text)
        if not template.is_valid():
            raise _bad(where, repr(text), "a dollar sign before a name, or two of them")
        unknown = sorted(set(template.get_identifiers()) - PLACEHOLDERS)
        if unknown:
            allowed = ", ".join(sorted(PLACEHOLDERS))
            raise _bad(where, f"${unknown[0]}", f"one of {allowed}")
    return tuple(texts)


def _bad(where: str, found: str, expected: str) -> AlarmError:
    return AlarmError(
        code="bad_runbook",
        where=where,
        found=found,
        expected=expected,
        fix="Correct the template.",
    )
