"""``leeboard init TRAINING --model NAME``: everything a monitor starts from.

Writes the configuration, a schema to review, the profile of the reference and, where
the training data has labels beside predictions, what else is known of it.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

from leeboard.check import profile
from leeboard.cli._files import check_new, check_places, write_whole
from leeboard.cli._init import refuse_problems
from leeboard.cli._progress import watched
from leeboard.cli._terminal import clean, say
from leeboard.config import load_plan, quoted, schema_to_toml
from leeboard.errors import ConfigError
from leeboard.monitor.reference import Reference, reference_of
from leeboard.profiles.document import to_text
from leeboard.schema import Role, Schema, Task

__all__ = ["Request", "run"]


@dataclass(frozen=True, slots=True)
class Request:
    """What was asked for on the command line; see ``leeboard init --help``."""

    training: str
    model: str
    config: str
    log: str
    segment: str | None
    reviewed: bool
    force: bool


@dataclass(frozen=True, slots=True)
class _Places:
    schema: str
    profile: str
    baseline: str


def run(request: Request) -> None:
    """Write the files, and say what to do next."""
    places = _places(request)
    known = _known(request.config)
    check_places([request.config, places.schema, places.profile, places.baseline])
    for path in (places.schema, places.profile, places.baseline):
        if not request.reviewed:
            check_new(path, force=request.force)
    with watched(request.training) as (data,):
        schema = places.schema if request.reviewed else None
        counted = profile(data, schema=schema, segment=request.segment)
        if request.reviewed:
            refuse_problems(counted, places.schema)
        reference = reference_of(data, counted)
    if not request.reviewed:
        written = _with_task(counted.schema, reference)
        write_whole(places.schema, schema_to_toml(written, counted))
    write_whole(places.profile, to_text(counted))
    if reference is not None:
        write_whole(places.baseline, reference.to_text())
    if request.model not in known:
        old = _text(request.config) or _head(request)
        table = _table(request, places, labelled=reference is not None)
        write_whole(request.config, f"{old.rstrip()}\n\n{table}")
    load_plan(request.config)
    say("\n".join(map(clean, _told(request, places, reference))) + "\n")


def _with_task(schema: Schema, reference: Reference | None) -> Schema:
    """Return the schema with the task that labels and predictions told, if any did."""
    cells = None if reference is None else reference.adopted.outcomes
    if cells is None or schema.task is not Task.NONE:
        return schema
    return replace(schema, task=cells.task)


def _places(request: Request) -> _Places:
    stem = re.sub(r"[^a-z0-9]+", "-", request.model.casefold()).strip("-") or "model"
    folder = os.path.dirname(request.config)
    names = (f"{stem}.schema.toml", f"{stem}.profile.json", f"{stem}.baseline.json")
    return _Places(*(os.path.join(folder, name) for name in names))


def _known(config: str) -> tuple[str, ...]:
    """Models that the configuration has already."""
    if not os.path.exists(config):
        return ()
    try:
        return tuple(model.name for model in load_plan(config).models)
    except ConfigError as error:
        if error.code == "missing_key":  # no model yet
            return ()
        raise


def _text(path: str) -> str:
    if not os.path.exists(path):
        return ""
    with open(path, encoding="utf-8") as file:
        return file.read()


def _head(request: Request) -> str:
    return (
        "# What is monitored, and how. `leeboard config check` says what it means.\n"
        "# Events: a folder, s3://bucket/prefix, or postgresql://…\n"
        f"log = {quoted(request.log)}\n"
        "# Results: by default a file in the log's folder.\n"
        '# state = "postgresql://…"\n'
    )


def _table(request: Request, places: _Places, *, labelled: bool) -> str:
    name = request.model if re.fullmatch(r"[A-Za-z0-9_-]+", request.model) else None
    lines = [
        f"[model.{name or quoted(request.model)}]",
        f"reference = {quoted(os.path.basename(places.profile))}",
    ]
    if labelled:
        lines.append(f"baseline = {quoted(os.path.basename(places.baseline))}")
    if request.segment:
        lines.append(f"segments = [{quoted(request.segment)}]")
    lines += [
        'window = "1d"        # or "15m", "1h", "6h", "1w", "1mo"',
        'time_zone = "UTC"    # whose days and hours they are',
        'delay = "1h"         # a window is counted so long after its end',
        'grace = "2d"         # predictions that come so late still change it',
        'horizon = "30d"      # so long may a label take',
        "",
    ]
    return "\n".join(lines)


def _told(
    request: Request, places: _Places, reference: Reference | None
) -> Iterator[str]:
    yield f"Wrote {request.config}, {places.schema} and {places.profile}"
    if reference is not None:
        yield f"Wrote {places.baseline}: {reference.sentence}"
        if reference.doubt:
            yield f"note: {reference.doubt}"
    else:
        yield (
            "The training data has no label beside a prediction: performance is"
            " measured, and neither compared with it nor estimated without labels."
        )
        yield (
            f"  If it has, say which columns they are: role = {Role.LABEL.value!r} and"
            f" role = {Role.PREDICTION.value!r} in {places.schema}, then run init again"
            " with --reviewed."
        )
    yield ""
    yield "Log predictions from the model's own process:"
    yield "  from leeboard import Logger"
    yield f"  log = Logger({request.log!r}, model={request.model!r})"
    yield "  id = log.log_prediction(features, prediction=…)"
    yield "Then, from cron or by hand:"
    yield "  leeboard run"
    yield "  leeboard status"
