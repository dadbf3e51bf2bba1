"""``leeboard import``."""

from __future__ import annotations

import json as jsonlib
from collections.abc import Mapping, Sequence
from typing import Any

from leeboard.cli._terminal import clean, say, tell
from leeboard.errors import ConfigError
from leeboard.monitor.importing import Imported
from leeboard.monitor.monitor import Monitor
from leeboard.pages.words import plural

__all__ = ["run"]


def run(
    config: str,
    data: str,
    maps: Sequence[str],
    groups: Mapping[str, str | None],
    options: Mapping[str, str | None],
    *,
    json: bool,
) -> None:
    """Import, and say how many rows became what.

    Parameters
    ----------
    maps : sequence of FIELD=COLUMN
    groups : mapping of group to names with commas between
    options : mapping
        Table, model, time zone and unit, as of ``Monitor.import_``.
    """
    columns = {key: None if v is None else _names(v) for key, v in groups.items()}
    given: dict[str, Any] = {**columns, **options}
    done = Monitor(config).import_(data, _fields(maps), **given)
    for note in done.notes:
        tell(clean(f"note: {note.where}: {note.text} [{note.code}]"))
    if json:
        say(jsonlib.dumps(_plain(done)) + "\n")
    else:
        say(_told(done) + "\n")


def _fields(maps: Sequence[str]) -> dict[str, str]:
    fields: dict[str, str] = {}
    for one in maps:
        key, mark, column = one.partition("=")
        if not mark or not column or key in fields:
            raise ConfigError(
                code="bad_mapping",
                where="--map",
                found=f"{one!r}" + (" after another of that field" if mark else ""),
                expected="FIELD=COLUMN, each field once",
                fix="Write, for example, --map made_at=timestamp.",
            )
        fields[key] = column
    return fields


def _names(text: str) -> list[str]:
    return [name.strip() for name in text.split(",") if name.strip()]


def _told(done: Imported) -> str:
    events = plural(done.predictions, "prediction")
    text = f"Read {plural(done.rows, 'row')}: {events} and"
    text += f" {plural(done.labels, 'label')} stored"
    if done.known:
        text += f"; {done.known:,} rows were stored before"
    if done.quarantined:
        aside = ", ".join(f"{n:,} {why}" for why, n in sorted(done.quarantined.items()))
        text += f"; quarantined: {aside}"
    return text + "."


def _plain(done: Imported) -> dict[str, object]:
    return {
        "rows": done.rows,
        "predictions": done.predictions,
        "labels": done.labels,
        "quarantined": dict(done.quarantined),
        "known": done.known,
    }
