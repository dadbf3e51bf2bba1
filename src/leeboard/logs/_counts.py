"""What files of a log hold in number, and which minutes a batch of events touched.

Place: beside the join, by the same rules.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from leeboard.logs._files import Files
from leeboard.logs._log import Changes
from leeboard.logs._once import labelled, once
from leeboard.logs._query import DEFAULT, Limits, Query
from leeboard.logs._sides import (
    Sides,
    bounds_of,
    may_hold,
    sides_among,
    sides_of,
)
from leeboard.logs._tables import FEEDBACK_PLAIN, PREDICTIONS_PLAIN

__all__ = ["Counts", "changes", "counts"]

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Counts:
    """How many predictions and labels there are, each id once.

    Parameters
    ----------
    predictions, labels, joined : int
        ``labels`` are those not taken back, with and without a prediction; feedback
        that names no model counts where its prediction is.
    first, last : datetime or None
        Of ``made_at``.
    last_received : datetime or None
        Of predictions, and of feedback that names the model.
    conflicts : int
        Ids whose predictions differ in more than when they were received.
    """

    predictions: int
    labels: int
    joined: int
    first: datetime | None
    last: datetime | None
    last_received: datetime | None
    conflicts: int = 0


def counts(
    files: Files, *, among: Files | None = None, limits: Limits = DEFAULT
) -> Counts:
    """Count what files of one model hold; of ids that are among others, if any are."""
    if among is None:
        sides = sides_of(files, None, None, limits)
    else:
        sides = sides_among(files, among, limits)
    query = sides.query
    here = once(sides, [])
    ((predictions, first, last),) = query.rows(
        f"SELECT count(*), min(epoch_us(made_at)), max(epoch_us(made_at)) FROM ({here})"
    )
    ((labels, joined),) = query.rows(
        "SELECT count(*) FILTER (joined OR told_model <> ''), "
        "count(*) FILTER (joined) FROM "
        f"(SELECT told_model, id IN (SELECT id FROM ({here})) AS joined "
        f"FROM ({labelled(sides)}))"
    )
    ((received,),) = query.rows(
        "SELECT max(epoch_us(received_at)) FROM (SELECT received_at FROM own "
        "UNION ALL SELECT received_at FROM told WHERE model <> '')"
    )
    conflicts = _conflicts(sides)
    query.close()
    return Counts(
        predictions=predictions,
        labels=labels,
        joined=joined,
        first=_time(first),
        last=_time(last),
        last_received=_time(received),
        conflicts=conflicts,
    )


def _conflicts(sides: Sides) -> int:
    if not sides.repeated:
        return 0
    apart = {"id", "received_at"}
    contents = [
        sides.inner(column) for column in sides.predictions if column not in apart
    ]
    hashed = f"hash({', '.join(contents)})"
    ((found,),) = sides.query.rows(
        "SELECT count(*) FROM (SELECT id FROM rival SEMI JOIN doubled ON hash(id) = h "
        f"GROUP BY id HAVING min({hashed}) <> max({hashed}))"
    )
    return int(found)


def changes(files: Files, after: int, *, limits: Limits = DEFAULT) -> Changes:
    """Tell which minutes events touched that came since a place in the log.

    These are the minutes of all predictions, old and new, with an id among the new
    events: a repeated prediction may take the place of one in another minute. Events
    that are in no file yet have no place in the log, and are left for later.
    """
    new = [f for f in files.predictions if f.sequence > after]
    told = [f for f in files.feedback if f.sequence > after]
    bounds = bounds_of([*new, *told], None)
    held = [f for f in files.predictions if may_hold(f, bounds)]
    upto = max([after, *(file.sequence for file in (*new, *told))])
    if not held or not (new or told):
        return Changes(upto, frozenset())
    query = Query([*held, *told], limits)
    query.view("held", held, None, PREDICTIONS_PLAIN)
    asked = "true"
    if any(file.sequence <= after for file in held):
        query.view("fresh", new, None, PREDICTIONS_PLAIN)
        query.view("told", told, None, FEEDBACK_PLAIN)
        ids = "SELECT hash(id) FROM fresh UNION ALL SELECT hash(id) FROM told"
        asked = f"hash(id) IN ({ids})"
    minutes = query.rows(
        "SELECT DISTINCT CAST(floor(epoch_us(made_at) / 60000000) AS BIGINT) "
        f"FROM held WHERE {asked}"
    )
    query.close()
    return Changes(upto, frozenset(minute for (minute,) in minutes))


def _time(microseconds: int | None) -> datetime | None:
    if microseconds is None:
        return None
    return _EPOCH + timedelta(microseconds=microseconds)
