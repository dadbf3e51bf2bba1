"""``leeboard.toml``: read strictly into a plan.

    log = "./monitor"                    # folder, s3://bucket/prefix, postgresql://…
    state = { env = "LEEBOARD_STATE" }   # results; else a file in the log's folder

    [model.demand]
    reference = "demand.profile.json"
    window = "1d"
    time_zone = "Europe/Berlin"

Paths are relative to the file. What looks like a secret belongs in the environment.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from datetime import timedelta
from os import PathLike
from typing import Any, TypeVar

from leeboard.config._alarm_file import alarm_plan
from leeboard.config._counted import refuse_rows
from leeboard.config._document import Document, read_document
from leeboard.config._names import alike, mixed, one_way
from leeboard.config._notify_file import channel_plans, heartbeat_plan
from leeboard.config._secrets import notes_on_secrets, refuse_secrets
from leeboard.config._serve_file import serve_plan
from leeboard.config.plan import ModelPlan, Plan
from leeboard.errors import ConfigError, LeeboardError, Note
from leeboard.windows import Calendar, Every, duration, zone_of

__all__ = ["DEFAULT", "load_plan"]

DEFAULT = "leeboard.toml"

_TOP = ("log", "spool", "state", "model", "notify", "heartbeat", "serve")
_MODEL = (
    "reference",
    "baseline",
    "window",
    "time_zone",
    "delay",
    "grace",
    "horizon",
    "no_event",
    "complete",
    "segments",
    "metadata",
    "metrics",
    "performance",
    "hours_for",
    "retention",
    "alarms",
    "rule",
)
_NAME_LIMIT = 128
_T = TypeVar("_T")


def load_plan(path: str | PathLike[str] = DEFAULT, *, strict: bool = False) -> Plan:
    """Read a monitor's configuration.

    Parameters
    ----------
    path : path of a TOML file
    strict : bool
        Refuse what is otherwise a warning: a text that looks like a secret.

    Raises
    ------
    ConfigError
        With file and line, what was found, what was expected, and the way out.
    """
    if not os.path.exists(path):
        raise ConfigError(
            code="unreadable",
            where=os.fspath(path),
            found="no such file",
            expected="the configuration of a monitor",
            fix="Let `leeboard init TRAINING --model NAME` write one, or name it with"
            " --config.",
        )
    document = read_document(path)
    if strict:
        refuse_secrets(document)
    document.only(_TOP)
    folder = os.path.dirname(os.path.abspath(document.name))
    log = _place(document, folder, "log")
    if log is None:
        document.refuse(
            code="missing_key",
            found="no place for the log",
            expected='log = "…"',
            fix='Add a line such as log = "./monitor" at the top.',
        )
    local = "://" not in log
    beside = os.path.join(log, "spool") if local else ""
    spool = _place(document, folder, "spool") or beside
    home = log if local else folder
    state = _place(document, folder, "state") or os.path.join(home, "results.db")
    models = document.values.get("model", {})
    if not isinstance(models, dict):
        document.wrong_type("model", value=models, wanted=dict)
    if not models:
        document.refuse(
            code="missing_key",
            found="no model",
            expected="at least one table [model.NAME]",
            fix="Let `leeboard init TRAINING --model NAME` write one.",
        )
    plans = tuple(_model(document, folder, name) for name in models)
    _check_twins(document, plans)
    return Plan(
        os.path.abspath(document.name),
        log,
        spool,
        state,
        plans,
        (*notes_on_secrets(document), *_notes_on_names(plans, document)),
        channel_plans(document, _given),
        heartbeat_plan(document, _given),
        serve_plan(document),
    )


def _place(document: Document, folder: str, *at: str) -> str | None:
    """Path or URL at a key, read from the environment where the file says so."""
    text = _given(document, *at)
    if text is None:
        return None
    if not text.strip() or "\0" in text:
        document.refuse(
            *at,
            code="out_of_range",
            found=f"{at[-1]} = {text!r}",
            expected="a path or a URL",
            fix="Name a folder, such as ./monitor.",
        )
    return text if "://" in text else os.path.normpath(os.path.join(folder, text))


def _given(document: Document, *at: str | int) -> str | None:
    """Text at a key, read from the environment where the file says so."""
    if isinstance(document.table(*at[:-1]).get(str(at[-1])), dict):
        document.only(("env",), *at)
        return _environment(document, *at)
    return document.text(*at)


def _environment(document: Document, *at: str | int) -> str:
    name = document.text(*at, "env")
    if not name:
        document.refuse(
            *at,
            code="missing_key",
            found="a table without env",
            expected='{ env = "NAME" }',
            fix="Name the variable of the environment that holds the value.",
        )
    value = os.environ.get(name)
    if not value:
        document.refuse(
            *at,
            code="environment",
            found=f"the environment has no variable {name}",
            expected=f"{name} to hold the value of {at[-1]}",
            fix=f"Set {name} where Leeboard runs.",
        )
    return value


def _model(document: Document, folder: str, name: str) -> ModelPlan:
    at = ("model", name)
    if not 0 < len(name) <= _NAME_LIMIT or not name.isprintable():
        document.refuse(
            *at,
            code="bad_name",
            found=f"a model named {name!r:.60}",
            expected=f"1 to {_NAME_LIMIT} printable characters",
            fix="Rename the model here and in its logger.",
        )
    document.only(_MODEL, *at)
    reference = _place(document, folder, *at, "reference")
    if reference is None:
        document.refuse(
            *at,
            code="missing_key",
            found="a model without a reference",
            expected='reference = "….profile.json"',
            fix="Let `leeboard init TRAINING --model NAME` write one.",
        )
    given: dict[str, Any] = {
        "no_event": document.text(*at, "no_event"),
        "complete": _share(document, *at, "complete"),
    }
    for key in ("delay", "grace", "horizon", "hours_for", "retention"):
        given[key] = _parsed(duration, document, *at, key)
    for key in ("segments", "metadata", "metrics", "performance"):
        given[key] = document.texts(*at, key)
    plan = ModelPlan(
        name=one_way(name),
        reference=reference,
        baseline=_place(document, folder, *at, "baseline") or "",
        calendar=_calendar(document, *at),
        alarms=alarm_plan(document, folder, *at),
        **{key: value for key, value in given.items() if value is not None},
    )
    _check_retention(document, name, plan)
    _check_names(document, name, plan)
    return plan


def _check_twins(document: Document, plans: Sequence[ModelPlan]) -> None:
    """Refuse two names that are one, written in two ways."""
    names = [one.name for one in plans]
    for name in set(names):
        if names.count(name) > 1:
            document.refuse(
                "model",
                code="duplicate_name",
                found=f"two models named {name!r:.60}, written in two ways of Unicode",
                expected="a name of its own for each",
                fix="Rename one of them.",
            )


def _notes_on_names(plans: Sequence[ModelPlan], document: Document) -> Iterator[Note]:
    """Warn of names that people could take for one another."""
    where = document.where("model")
    names = [one.name for one in plans]
    for first, second in alike(names):
        text = f"{first!r:.60} and {second!r:.60} look alike, and are two models"
        yield Note("confusable_names", where, text)
    for name in filter(mixed, names):
        text = f"{name!r:.60} has letters of two scripts, some of which look alike"
        yield Note("confusable_names", where, text)


def _calendar(document: Document, *at: str) -> Calendar:
    every = _parsed(Every.parse, document, *at, "window") or Every.parse("1d")
    zone = _parsed(zone_of, document, *at, "time_zone") or zone_of("UTC")
    return Calendar(every, zone)


def _parsed(read: Callable[[str], _T], document: Document, *at: str) -> _T | None:
    """Value of a text by its reader, whose complaint gets the line; None if absent."""
    text = document.text(*at)
    if text is None:
        return None
    try:
        return read(text)
    except LeeboardError as error:
        document.refuse(
            *at,
            code=error.code,
            found=f"{at[-1]} = {error.found}",
            expected=error.expected,
            fix=error.fix,
        )


def _share(document: Document, *at: str) -> float | None:
    value = document.number(*at)
    if value is not None and not 0.0 < value <= 1.0:
        document.refuse(
            *at,
            code="out_of_range",
            found=f"{at[-1]} = {value}",
            expected="a share above 0 and up to 1",
            fix="Leave the line out to use 0.95.",
        )
    return value


def _check_retention(document: Document, name: str, plan: ModelPlan) -> None:
    """Refuse to forget events before their window and their labels are done."""
    if plan.retention is None:
        return
    needed = _longest(plan.calendar.every) + plan.delay
    needed += max(plan.grace, plan.horizon)
    if plan.retention < needed:
        document.refuse(
            "model",
            name,
            "retention",
            code="out_of_range",
            found=f"events are kept for {plan.retention}",
            expected=f"at least {needed}: one window, its delay, and until its last"
            " label may come",
            fix="Keep events longer, or shorten window, grace or horizon.",
        )


def _longest(every: Every) -> timedelta:
    """Longest window of a calendar, a day that gains an hour apart."""
    if every.minutes is not None:
        return timedelta(minutes=every.minutes)
    return every.count * timedelta(days={"d": 1, "w": 7, "mo": 31}[every.unit])


def _check_names(document: Document, model: str, plan: ModelPlan) -> None:
    """Refuse metrics that do not exist, with close names, or that need rows."""
    from leeboard.metrics import metrics
    from leeboard.performance import performance_metrics

    for key, known in (("metrics", metrics()), ("performance", performance_metrics())):
        for i, name in enumerate(getattr(plan, key)):
            try:
                known[name]
            except LeeboardError as error:
                raise ConfigError(
                    code=error.code,
                    where=document.where("model", model, key, i),
                    found=error.found,
                    expected=error.expected,
                    fix=error.fix,
                ) from error
            if key == "metrics":
                refuse_rows(document, name, "model", model, key, i)
