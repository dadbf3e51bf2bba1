"""A suite: a TOML file of conditions, or a Python list of them.

    [[condition]]
    fail = "psi > 0.2"          # the condition fails when this is true
    columns = ["temp", "hum"]   # or role = "feature", or pattern = "user_*"
    severity = "warning"        # leaves the exit code alone; "error" does not
    name = "weather"

Knows no metric: ``verdicts.suite`` reads the rule.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from os import PathLike
from os.path import exists
from typing import Any

from leeboard.config._document import Document, read_document
from leeboard.config._secrets import notes_on_secrets, refuse_secrets
from leeboard.errors import ConfigError, Note
from leeboard.verdicts.suite import Condition, refuse_twins

__all__ = ["Suite", "load_suite"]

_KEYS = ("fail", "columns", "role", "pattern", "severity", "name")


@dataclass(frozen=True, slots=True)
class Suite:
    """Conditions, and what should be known about the file they came from."""

    conditions: tuple[Condition, ...] = ()
    notes: tuple[Note, ...] = ()


def load_suite(
    suite: Suite | Sequence[Condition | str] | str | PathLike[str] | None,
    *,
    strict: bool = False,
) -> Suite:
    """Read a suite file, or take a list of conditions.

    Parameters
    ----------
    suite : path, sequence of Condition or rule text, Suite, or None
    strict : bool
        Refuse what is otherwise a warning: a text that looks like a secret.

    Raises
    ------
    ConfigError
        With file and line, what was found, what was expected, and the way out.
    """
    if suite is None:
        return Suite()
    if isinstance(suite, Suite):
        return suite
    if isinstance(suite, str | PathLike):
        _refuse_rule(suite)
        return _of_file(suite, strict=strict)
    conditions = tuple(_condition(one, i) for i, one in enumerate(suite, 1))
    refuse_twins(conditions)
    return Suite(conditions)


def _refuse_rule(path: str | PathLike[str]) -> None:
    """Refuse the text of one rule where a path is meant."""
    if not isinstance(path, str) or exists(path):
        return
    try:
        Condition(path)
    except ConfigError:
        return
    raise ConfigError(
        code="wrong_type",
        where="suite",
        found=f"the rule {path!r}",
        expected="the path of a file, or a list of rules",
        fix=f"Put it in brackets: [{path!r}].",
    )


def _condition(one: Condition | str, number: int) -> Condition:
    if isinstance(one, Condition):
        return one
    if isinstance(one, str):
        return Condition(one)
    raise ConfigError(
        code="wrong_type",
        where=f"condition {number} of the suite",
        found=type(one).__name__,
        expected="a Condition, or the text of a rule",
        fix='Write it as "psi > 0.2" or Condition("psi > 0.2", columns=["age"]).',
    )


def _of_file(path: str | PathLike[str], *, strict: bool) -> Suite:
    document = read_document(path)
    if strict:
        refuse_secrets(document)
    given = document.only(("condition",)).get("condition", [])
    if not isinstance(given, list):
        document.refuse(
            "condition",
            code="wrong_type",
            found="one table [condition]",
            expected="[[condition]], in two pairs of brackets",
            fix="Double the brackets.",
        )
    conditions = tuple(_read(document, i) for i in range(len(given)))
    _refuse_twins(document, conditions)
    return Suite(conditions, notes_on_secrets(document))


def _read(document: Document, number: int) -> Condition:
    at = ("condition", number)
    document.only(_KEYS, *at)
    fail = document.text(*at, "fail")
    if fail is None:
        document.refuse(
            *at,
            code="missing_key",
            found="a condition without a rule",
            expected='fail = "…"',
            fix='Add a line such as fail = "psi > 0.2".',
        )
    optional: dict[str, Any] = {
        "columns": document.texts(*at, "columns"),
        "role": document.text(*at, "role"),
        "pattern": document.text(*at, "pattern"),
        "name": document.text(*at, "name"),
    }
    severity = document.text(*at, "severity")
    try:
        return Condition(fail, **optional, severity=severity or "error")
    except ConfigError as error:
        key = {"bad_severity": "severity", "bad_role": "role", "regex": "pattern"}
        where = document.where(*at, key.get(error.code, "fail"))
        raise ConfigError(
            code=error.code,
            where=f"{where}, {error.where}",
            found=error.found,
            expected=error.expected,
            fix=error.fix,
        ) from error


def _refuse_twins(document: Document, conditions: Sequence[Condition]) -> None:
    try:
        refuse_twins(conditions)
    except ConfigError as error:
        names = [condition.name for condition in conditions]
        twin = next(n for n in names if n is not None and names.count(n) > 1)
        at = [
            str(document.lines.get(("condition", i, "name"), "?"))
            for i, name in enumerate(names)
            if name == twin
        ]
        raise ConfigError(
            code=error.code,
            where=f"{document.name}, lines {' and '.join(at)}",
            found=error.found,
            expected=error.expected,
            fix=error.fix,
        ) from error
