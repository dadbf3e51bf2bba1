"""The configuration, the secrets that it takes from the environment, and references."""

from __future__ import annotations

import os
import tomllib
from collections.abc import Iterator
from typing import Any

from leeboard.config import load_plan
from leeboard.doctor.case import Case
from leeboard.doctor.finding import Finding
from leeboard.errors import LeeboardError
from leeboard.monitor.baseline import load_baseline
from leeboard.monitor.naming import check_names, notes_on_names

__all__ = ["configuration", "environment", "names", "references", "zones"]

_FEW_ROWS = 1000


def configuration(case: Case) -> Iterator[Finding]:
    """Read it, as every command does; keeps the plan for the checks that follow."""
    try:
        plan = case.plan = load_plan(case.config)
    except LeeboardError as error:
        yield Finding.of("config", error)
        return
    names = ", ".join(model.name for model in plan.models)
    yield Finding("config", f"{plan.path}: models {names}")
    for note in plan.notes:
        yield Finding.warn(
            "config",
            f"{note.where}: {note.text} [{note.code}]",
            "a configuration without remarks",
            "Look at that line; see docs/errors.md.",
        )


def environment(case: Case) -> Iterator[Finding]:
    """Look whether each variable that the file names is set; no value is shown."""
    try:
        with open(case.config, "rb") as file:
            named = sorted(set(_variables(tomllib.load(file))))
    except (OSError, ValueError):
        return  # the check of the configuration tells
    for name in named:
        if not os.environ.get(name):
            yield Finding.fail(
                "environment",
                f"the variable {name} is not set",
                f"{name} to hold what {case.config} takes from it",
                f"Set {name} where Leeboard runs: in its unit, secret or shell.",
            )
    good = [name for name in named if os.environ.get(name)]
    if good:
        yield Finding("environment", f"set: {', '.join(good)}")


def _variables(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        if set(value) == {"env"} and isinstance(value["env"], str):
            yield value["env"]
        for inner in value.values():
            yield from _variables(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _variables(inner)


def zones(case: Case) -> Iterator[Finding]:
    """Name the time zones that windows follow: each was found when it was read."""
    if case.plan is not None:
        found = sorted({str(model.calendar.zone) for model in case.plan.models})
        yield Finding("time zone", f"known: {', '.join(found)}")


def references(case: Case) -> Iterator[Finding]:
    """Look whether each model's reference can be read, and has rows enough."""
    for model in case.plan.models if case.plan else ():
        try:
            baseline = load_baseline(model)
        except (LeeboardError, OSError) as error:
            if isinstance(error, LeeboardError):
                yield Finding.of("reference", error)
            else:
                yield Finding.fail(
                    "reference",
                    f"{model.reference} ({error.strerror})",
                    f"the reference of {model.name}",
                    f"Write it: leeboard init TRAINING --model {model.name} --force.",
                )
            continue
        rows, labelled = baseline.reference.rows, baseline.rows
        found = f"{model.name}: {rows:,} rows, {labelled:,} labelled"
        if rows < _FEW_ROWS:
            yield Finding.warn(
                "reference",
                found,
                f"{_FEW_ROWS:,} rows or more: few rows find only large changes",
                "Make it again from more data: leeboard init TRAINING"
                f" --model {model.name} --force.",
            )
        else:
            yield Finding("reference", found)


def names(case: Case) -> Iterator[Finding]:
    """Hold the names in rules and budgets against what is counted."""
    for model in case.plan.models if case.plan else ():
        path = case.plan.path if case.plan else ""
        try:
            baseline = load_baseline(model)
        except (LeeboardError, OSError):
            continue  # the check of the reference tells
        try:
            check_names(model, baseline, path)
        except LeeboardError as error:
            yield Finding.of("names", error)
            continue
        for note in notes_on_names(model, baseline.reference, path):
            yield Finding.warn(
                "names",
                f"{note.where}: {note.text} [{note.code}]",
                "names that the reference knows",
                "Look at that line; a level may still come.",
            )
