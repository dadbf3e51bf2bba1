"""What a model's part of ``leeboard.toml`` says of alarms, read strictly.

[model.demand.alarms]
false_page_every = "90d"      # on average, over all columns and metrics together
false_warn_every = "14d"
page_on = ["performance", "quality", "predictions"]
importance = { temperature = 3.0 }
owner = "demand team"
runbook = "runbook.toml"      # `leeboard incidents runbook` prints one to begin with

[[model.demand.rule]]
metric = "f1"
below = 0.75
for_windows = 2
severity = "page"
"""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from datetime import timedelta
from enum import StrEnum
from typing import Any, TypeVar

from leeboard.alarms.budget import Budget
from leeboard.alarms.judged import Group, Severity
from leeboard.alarms.rules import Rule
from leeboard.config._counted import refuse_rows
from leeboard.config._document import Document, close_names
from leeboard.config.plan import AlarmPlan
from leeboard.errors import ConfigError, LeeboardError
from leeboard.windows import duration

__all__ = ["alarm_plan", "rules_from_texts"]

_ALARMS = (
    "false_page_every",
    "false_warn_every",
    "false_page_ever",
    "page_on",
    "importance",
    "owner",
    "runbook",
    "link",
    "segments",
)
_RULE = (
    "name",
    "metric",
    "column",
    "segment",
    "above",
    "below",
    "rises_by",
    "falls_by",
    "chart",
    "settings",
    "for_windows",
    "severity",
)
_OWN = {"labels": {"completeness", "delay_shift"}, "predictions": {"count"}}
"""Metrics of what is no column, by its name."""

_NUMBERS = ("above", "below", "rises_by", "falls_by")
_Name = TypeVar("_Name", bound=StrEnum)
_T = TypeVar("_T")


def alarm_plan(document: Document, folder: str, *at: str) -> AlarmPlan:
    """Read the tables ``alarms`` and ``rule`` of a model.

    Raises
    ------
    ConfigError
        With file and line.
    """
    given: dict[str, Any] = {}
    here = (*at, "alarms")
    if "alarms" in document.table(*at):
        document.only(_ALARMS, *here)
        for key in ("owner", "link"):
            given[key] = document.text(*here, key) or ""
        runbook = document.text(*here, "runbook")
        given["runbook"] = (
            os.path.normpath(os.path.join(folder, runbook)) if runbook else ""
        )
        given["budget"] = _budget(document, *here)
        given["segments"] = _segments(document, *at)
    return AlarmPlan(rules=_rules(document, *at), **given)


def _segments(document: Document, *at: str) -> tuple[str, ...]:
    """Segments that are watched: of columns by which windows are counted."""
    here = (*at, "alarms", "segments")
    counted = document.texts(*at, "segments") or ()
    named = document.texts(*here) or ()
    for i, name in enumerate(named):
        column = name.partition("=")[0]
        if column not in counted:
            document.refuse(
                *here,
                i,
                code="unknown_name",
                found=repr(name),
                expected="a column among the model's segments, or column=level",
                fix=close_names(column, counted)
                or f"Count by it first: segments = [{column!r}] of the model.",
            )
    return named


def _budget(document: Document, *at: str) -> Budget:
    spans = {
        key: _span(document, *at, f"false_{key}")
        for key in ("page_every", "warn_every")
    }
    given: dict[str, Any] = {
        key: span for key, span in spans.items() if span is not None
    }
    ever = document.number(*at, "false_page_ever")
    if ever is not None:
        given["page_ever"] = ever
        if "page_every" in given:
            document.refuse(
                *at,
                "false_page_ever",
                code="two_budgets",
                found="false_page_every and false_page_ever",
                expected="one of the two: a rate, or a probability of any at all",
                fix="Leave one out.",
            )
    names = document.texts(*at, "page_on")
    if names is not None:
        given["page_on"] = tuple(
            _named(document, Group, name, *at, "page_on", i)
            for i, name in enumerate(names)
        )
    return _built(
        document, lambda: Budget(importance=_importance(document, *at), **given), *at
    )


def _importance(document: Document, *at: str) -> dict[str, float]:
    here = (*at, "importance")
    table = document.table(*at).get("importance", {})
    if not isinstance(table, dict):
        document.wrong_type(*here, value=table, wanted=dict)
    found = {}
    for column in table:
        number = document.number(*here, column)
        if number is not None:
            found[column] = number
    return found


def _rules(document: Document, *at: str) -> tuple[Rule, ...]:
    rows = document.table(*at).get("rule", [])
    if not isinstance(rows, list):
        document.wrong_type(*at, "rule", value=rows, wanted=list)
    found: dict[str, Rule] = {}
    for i in range(len(rows)):
        one = _rule(document, *at, "rule", i)
        if one.name in found:
            document.refuse(
                *at,
                "rule",
                i,
                code="duplicate_name",
                found=f"two rules named {one.name!r}",
                expected="a name of its own for each",
                fix='Give one a name = "…".',
            )
        found[one.name] = one
    return tuple(found.values())


def _rule(document: Document, *at: str | int) -> Rule:
    document.only(_RULE, *at)
    given: dict[str, Any] = {
        key: document.text(*at, key) or ""
        for key in ("name", "metric", "column", "segment", "chart")
    }
    for key in _NUMBERS:
        given[key] = document.number(*at, key)
    severity = document.text(*at, "severity")
    if severity is not None:
        given["severity"] = _named(document, Severity, severity, *at, "severity")
    windows = document.number(*at, "for_windows")
    if windows is not None:
        given["for_windows"] = _whole(document, windows, *at, "for_windows")
    given["settings"] = _settings(document, *at)
    given["name"] = given["name"] or _name_of(given)
    if given["metric"]:
        _check_metric(document, given["metric"], given["column"], *at)
    return _built(document, lambda: Rule(**given), *at)


def _check_metric(document: Document, metric: str, column: str, *at: str | int) -> None:
    """Refuse a metric that no window is measured by, and one in the wrong place."""
    from leeboard.metrics import metrics
    from leeboard.performance import performance_metrics

    own, other = set(metrics()), set(performance_metrics())
    expected = "a metric of columns"
    fix = "`leeboard metrics` lists them."
    if not column:
        own, other = other, own
        expected = "a metric of performance"
        fix = "Write one such as mae or f1; docs/performance.md has them."
    own |= _OWN.get(column, set())
    if metric in own:
        if column:
            refuse_rows(document, metric, *at, "metric")
        return
    if metric in other:
        fix = (
            "Leave the column out: it is of performance."
            if column
            else 'It is of a column: add column = "…".'
        )
    document.refuse(
        *at,
        "metric",
        code="unknown_metric",
        found=f"unknown metric {metric!r}" if metric not in other else repr(metric),
        expected=f"{expected} where the rule has {'a' if column else 'no'} column",
        fix=fix if metric in other else close_names(metric, sorted(own)) or fix,
    )


def _settings(document: Document, *at: str | int) -> dict[str, float | str]:
    """Parameters of a chart: numbers, and texts where the chart takes them."""
    table = document.table(*at).get("settings", {})
    if not isinstance(table, dict):
        document.wrong_type(*at, "settings", value=table, wanted=dict)
    found: dict[str, float | str] = {}
    for key, value in table.items():
        if isinstance(value, str):
            found[key] = value
        else:
            found[key] = document.number(*at, "settings", key) or 0.0
    return found


def _name_of(given: dict[str, Any]) -> str:
    """Name of a rule that has none: what it says."""
    column = f" of {given['column']}" if given["column"] else ""
    conditions = [
        f"{key.replace('_', ' ')} {given[key]:g}"
        for key in _NUMBERS
        if given[key] is not None
    ]
    said = " or ".join(conditions) or given["chart"]
    where = f" where {given['segment']}" if given["segment"] else ""
    return f"{given['metric']}{column} {said}{where}"


def _whole(document: Document, value: float, *at: str | int) -> int:
    if value != int(value) or value < 1:
        document.refuse(
            *at,
            code="out_of_range",
            found=f"{at[-1]} = {value:g}",
            expected="a whole number from 1 on",
            fix="Leave the line out for 1.",
        )
    return int(value)


def _span(document: Document, *at: str) -> timedelta | None:
    text = document.text(*at)
    return None if text is None else _built(document, lambda: duration(text), *at)


def _named(document: Document, kind: type[_Name], name: str, *at: str | int) -> _Name:
    known = [one.value for one in kind]
    if name not in known:
        document.refuse(
            *at,
            code="unknown_name",
            found=repr(name),
            expected="one of " + ", ".join(known),
            fix=close_names(name, known) or "Name one of them.",
        )
    return kind(name)


def _built(document: Document, build: Callable[[], _T], *at: str | int) -> _T:
    """Build a value whose own complaint gets the line."""
    try:
        return build()
    except LeeboardError as error:
        document.refuse(
            *at,
            code=error.code,
            found=error.found,
            expected=error.expected,
            fix=error.fix,
        )


def rules_from_texts(texts: Sequence[str]) -> tuple[Rule, ...]:
    """Read rules as the command line gives them: what stands in a rule's table.

    Parameters
    ----------
    texts : sequence of str
        ``metric = "mae", above = 50, for_windows = 2``: commas or lines between keys.

    Raises
    ------
    ConfigError
        With what is wrong, and which text it is in.
    """
    return tuple(_rule_from(text) for text in texts)


def _rule_from(text: str) -> Rule:
    import tomllib

    try:
        values = tomllib.loads(f"rule = {{ {text} }}")
    except tomllib.TOMLDecodeError as inline:
        try:
            values = {"rule": tomllib.loads(text)}
        except tomllib.TOMLDecodeError:
            raise ConfigError(
                code="not_toml",
                where="--rule",
                found=f"{text!r}: {inline}",
                expected="keys and values of a rule",
                fix='Write it as: metric = "mae", above = 50, for_windows = 2',
            ) from inline
    return _rule(Document("--rule", values, {}, ConfigError), "rule")
