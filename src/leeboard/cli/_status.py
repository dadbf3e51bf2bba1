"""``leeboard status``: how every model stands, as a table or as JSON."""

from __future__ import annotations

import json as jsonlib
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any

from leeboard.cli._terminal import clean, say, tell
from leeboard.incidents.titles import heading
from leeboard.monitor.alarmed import Alarmed, in_days
from leeboard.monitor.monitor import Monitor
from leeboard.monitor.status import ModelStatus, Status
from leeboard.pages.words import bytes_in_words, plural
from leeboard.windows import duration, duration_in_words

__all__ = ["run"]

_SHOWN = 8
_FIRST = ("accuracy", "roc_auc", "f1", "recall", "precision", "mae", "rmse", "r2")
_BASES = ("realised", "provisional", "corrected", "estimated")


def run(config: str, model: str | None, stale: str | None, *, json: bool) -> int:
    """Print it; return 1 if a model is stale."""
    after = None if stale is None else duration(stale)
    status = Monitor(config).status()
    if model is not None:
        chosen = [one for one in status.models if one.model == model]
        if not chosen:
            raise _unknown(model, [one.model for one in status.models])
        status = Status(status.now, chosen, status.strangers)
    old = () if after is None else status.stale(after)
    if json:
        document = status.to_dict()
        for name, one in document["models"].items():
            one["stale"] = None if after is None else name in old
        say(jsonlib.dumps(document) + "\n")
    else:
        blocks = [
            "\n".join(_lines(one, status.now, one.model in old))
            for one in status.models
        ]
        say("\n\n".join(blocks) + "\n")
        for name in status.strangers:
            who = f"model {clean(name)!r}" if name else "no model that can be read"
            tell(f"note: the log has events of {who}, not of the configuration's")
    return int(bool(old))


def _unknown(model: str, names: list[str]) -> Exception:
    from leeboard.errors import ConfigError

    return ConfigError(
        code="unknown_model",
        where="--model",
        found=repr(model),
        expected="one of " + ", ".join(map(repr, names)),
        fix="Name a model of the configuration.",
    )


def _lines(one: ModelStatus, now: datetime, stale: bool) -> Iterator[str]:  # noqa: FBT001 - a mark in a table
    yield clean(one.model) + ("  STALE" if stale else "")
    yield _line("predictions", f"{one.predictions:,}{_ago(one.last_received, now)}")
    share = f" ({one.joined / one.predictions:.1%})" if one.predictions else ""
    yield _line("labels", f"{one.labels:,}; joined {one.joined:,}{share}")
    if one.conflicts:
        text = f"{one.conflicts:,} ids came with several contents; one of each counts"
        yield _line("conflicts", text)
    if one.quarantined:
        yield _line("quarantined", _reasons(one.quarantined))
    if one.dropped:
        yield _line("dropped", _reasons(one.dropped))
    text = f"{one.windows:,}"
    for n, word in (
        (one.provisional, "provisional"),
        (one.partial, "partial"),
        (one.waiting, "not yet ripe"),
    ):
        text += f"; {n:,} {word}" if n else ""
    yield _line("windows", text)
    if one.completeness is not None:
        yield _line(
            "completeness", f"{one.completeness:.1%} of predictions have a label"
        )
    if one.late:
        yield _line("too late", f"{one.late:,} predictions")
    if one.lost:
        yield _line("lost", f"about {one.lost:,} predictions of counted windows")
    if one.bytes_per_year is not None:
        yield _line(
            "results", f"{bytes_in_words(one.bytes_per_year)} a year at this pace"
        )
    if one.record:
        yield _line("estimates", one.record)
    if one.windows:
        yield from _alarms(one.alarms)
    if one.segments or one.unwatched:
        yield _line("segments", _segments(one))
    for note in one.notes[:_SHOWN]:
        yield _line("note", note)
    if one.latest:
        first = one.latest[0]
        yield _line("latest", f"window from {first['window_start']:%Y-%m-%d %H:%M} UTC")
        rows = sorted(one.latest, key=_rank)
        for row in rows[:_SHOWN]:
            yield f"    {_figure(row)}"
        if len(rows) > _SHOWN:
            yield f"    and {len(rows) - _SHOWN} more: leeboard export measurements"


def _segments(one: ModelStatus) -> str:
    left = [f"{name} ({why})" for name, why in one.unwatched.items()]
    text = f"{len(one.segments):,} watched apart"
    if left:
        text += f"; not watched: {', '.join(left[:_SHOWN])}"
    if len(left) > _SHOWN:
        text += f" and {len(left) - _SHOWN} more"
    return text


def _alarms(alarms: Alarmed) -> Iterator[str]:
    said = [
        plural(alarms.pages, "page"),
        plural(alarms.warnings, "warning"),
    ]
    said += [
        f"{n:,} {what}"
        for n, what in (
            (alarms.by_rule, "by named rules alone"),
            (alarms.missing, "about what did not come"),
        )
        if n
    ]
    yield _line("alarms", f"{', '.join(said)} in {in_days(alarms.days)}")
    yield _line("promised", alarms.promise())
    for incident in alarms.running[:_SHOWN]:
        text = f"{incident.severity.value}: {heading(incident)}  {incident.id}"
        yield _line("runs", text)
    if len(alarms.running) > _SHOWN:
        more = len(alarms.running) - _SHOWN
        yield _line("runs", f"and {more} more: leeboard incidents")


def _line(name: str, text: str) -> str:
    return f"  {name:<13} {clean(text)}"


def _reasons(counts: Mapping[str, int]) -> str:
    told = ", ".join(f"{reason} {n:,}" for reason, n in sorted(counts.items()))
    return f"{sum(counts.values()):,} ({told})"


def _rank(row: Mapping[str, Any]) -> tuple[int, int, str]:
    """Figures that people ask for first, and those from labels before estimates."""
    metric, basis = row["metric"], row["basis"]
    place = _FIRST.index(metric) if metric in _FIRST else len(_FIRST)
    return place, _BASES.index(basis) if basis in _BASES else len(_BASES), metric


def _figure(row: Mapping[str, Any]) -> str:
    value, low, high = row["value"], row["low"], row["high"]
    if value is None:
        return f"{row['metric']:<18} none: {row['reason']}"
    between = f"  [{low:.4g}, {high:.4g}]" if low is not None else ""
    return f"{row['metric']:<18} {value:.4g}{between}  {row['basis']}"


def _ago(moment: datetime | None, now: datetime) -> str:
    if moment is None:
        return ""
    since = now - moment
    if since < timedelta(seconds=1):
        return "; the last arrived just now"
    return f"; the last arrived {duration_in_words(since)} ago"
