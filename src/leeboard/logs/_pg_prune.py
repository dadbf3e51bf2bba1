"""Takes events out of a log in Postgres: rows, or whole months that are too old.

Place: under the log in Postgres, inside its transactions. Which events those are is
``Wanted``'s to say; tests hold these statements to the answers that other logs give.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import pyarrow as pa
from psycopg import errors
from sqlalchemy import Connection, exc

from leeboard.databases import clean
from leeboard.events import GROUPS, Stored
from leeboard.logs._log import Taken
from leeboard.logs._pg_rows import Shape
from leeboard.logs._tables import QUARANTINED
from leeboard.logs._wanted import Wanted, marked, sought

__all__ = ["ids_with", "seen", "take_out", "wait_for_writers"]

_Counts = list[tuple[str, int, int]]
"""Table, minute in which predictions were made, and how many events."""

_MINUTE = "floor(extract(epoch FROM made_at) / 60)::bigint"

_COUNT = {
    "predictions": f"SELECT tableoid::regclass::text, {_MINUTE}, count(*) FROM",
    "feedback": "SELECT tableoid::regclass::text, 0, count(*) FROM",
}
_RETURNING = {
    "predictions": "RETURNING t.tableoid, t.made_at",
    "feedback": "RETURNING t.tableoid",
}

# a whole month waits so long for reads to end, and new reads for it; else rows go
_SOON = "SET LOCAL lock_timeout = '2s'"
_AS_BEFORE = "SET LOCAL lock_timeout = '60s'"

_OWN = """
    (%(model)s::text IS NULL OR t.model = %(model)s
    OR (t.model = '' AND %(unnamed)s::boolean))
"""
_AGED = "t.received_at < %(before)s::timestamptz"
_MADE = "t.made_at < %(made_before)s::timestamptz"
_KNOWN = "t.batch <= %(upto)s"
_NAMED = """
    t.id = ANY(%(ids)s::text[]) AND EXISTS (
        SELECT FROM unnest(%(models)s::text[], %(ids)s::text[]) AS w (model, id)
        WHERE w.id = t.id AND (w.model = '' OR t.model = '' OR w.model = t.model)
    )
"""

# a value as it is, and as the number by which it is compared
_PLACES = {
    "s": ("t.s[{}]", "t.s[{}]"),
    "j": ("t.j[{}]", "t.j[{}]"),
    "d": ("t.d[{}]", "t.d[{}]"),
    "i": ("t.i[{}]", "t.i[{}]::double precision"),
    "b": ("t.b[{}]", "t.b[{}]::integer::double precision"),
}
_EQUAL = "{} = {}"
_WITHIN = "EXISTS (SELECT FROM unnest({1}::text[]) AS u (x) WHERE strpos({0}, x) > 0)"

# months whose span is wholly past
_PAST = """
    SELECT c.oid::regclass::text
    FROM pg_inherits AS i JOIN pg_class AS c ON c.oid = i.inhrelid
    WHERE i.inhparent = to_regclass('predictions') AND c.relname ~ '_[0-9]{4}_[0-9]{2}$'
    AND to_date(right(c.relname, 7), 'YYYY_MM') + interval '1 month'
        <= %(before)s::timestamptz AT TIME ZONE 'UTC'
    ORDER BY c.relname
"""

_RID_REPEATED = """
    DELETE FROM log_repeated AS x
    WHERE (%(model)s::text IS NULL OR x.model = %(model)s) AND (
        SELECT count(*) FROM (
            SELECT FROM predictions AS p WHERE p.model = x.model AND p.id = x.id LIMIT 2
        ) AS several
    ) < 2
"""

_RID_NAMES = """
    DELETE FROM log_models AS m WHERE
    (kind = 'predictions' AND NOT EXISTS
        (SELECT FROM predictions AS t WHERE t.model = m.model))
    OR (kind = 'feedback' AND NOT EXISTS
        (SELECT FROM feedback AS t WHERE t.model = m.model))
    OR (kind = 'quarantined' AND NOT EXISTS
        (SELECT FROM quarantined AS t WHERE t.model = m.model))
"""

_SET_ASIDE = """
    SELECT reason, detail, model, received_at, payload, digest FROM quarantined AS t
    WHERE
"""


def wait_for_writers(connection: Connection) -> None:
    """Let no one write before this transaction has ended."""
    connection.exec_driver_sql("SELECT number FROM log_head FOR UPDATE")


def take_out(connection: Connection, wanted: Wanted) -> Taken:
    """Take events out, and write down which tables hold deleted rows now."""
    months = _months_dropped(connection, wanted)
    rows = _deleted(connection, wanted, "predictions")
    labels = _deleted(connection, wanted, "feedback")
    digests = _set_aside(connection, wanted)
    if digests:
        statement = "DELETE FROM quarantined WHERE digest = ANY(%(digests)s)"
        connection.exec_driver_sql(statement, {"digests": digests})
    unclean = {name for name, _, _ in (*rows, *labels)}
    unclean.update(["quarantined"] * bool(digests))
    if unclean or months:
        connection.exec_driver_sql(_RID_REPEATED, {"model": wanted.model})
        connection.exec_driver_sql(_RID_NAMES)
        unclean.add("log_repeated")
    for name in sorted(unclean):
        statement = "INSERT INTO log_unclean VALUES (%(name)s) ON CONFLICT DO NOTHING"
        connection.exec_driver_sql(statement, {"name": name})
    return _taken([*months, *rows], labels, digests)


def seen(connection: Connection, wanted: Wanted) -> Taken:
    """Tell what would be taken out; nothing is."""
    found = {}
    for kind in ("predictions", "feedback"):
        condition, asked = _condition(connection, wanted, kind)
        if condition:
            found[kind] = _counted(connection, kind, condition, asked)
    digests = _set_aside(connection, wanted)
    return _taken(found.get("predictions", []), found.get("feedback", []), digests)


def ids_with(connection: Connection, wanted: Wanted) -> frozenset[tuple[str, str]]:
    """Return model and id of the predictions that have the value that is wanted."""
    asked: dict[str, Any] = {"model": wanted.model, "unnamed": True}
    values = _valued(connection, wanted, asked)
    if not values:
        return frozenset()
    parts = ("SELECT DISTINCT t.model, t.id FROM predictions AS t WHERE", _OWN, "AND")
    rows = connection.exec_driver_sql(" ".join((*parts, _any(values))), asked)
    return frozenset((model, name) for model, name in rows)


def _taken(predictions: _Counts, labels: _Counts, digests: Sequence[bytes]) -> Taken:
    return Taken(
        predictions=sum(count for _, _, count in predictions),
        feedback=sum(count for _, _, count in labels),
        quarantined=len(digests),
        minutes=frozenset(minute for _, minute, _ in predictions),
    )


def _deleted(connection: Connection, wanted: Wanted, kind: str) -> _Counts:
    condition, asked = _condition(connection, wanted, kind)
    if not condition:
        return []
    gone = ("WITH gone AS (DELETE FROM", kind, "AS t WHERE", condition)
    rest = (_RETURNING[kind], ")", _COUNT[kind], "gone GROUP BY 1, 2")
    found = connection.exec_driver_sql(" ".join((*gone, *rest)), asked)
    return [tuple(row) for row in found]


def _counted(
    connection: Connection, table: str, condition: str, asked: Mapping[str, Any]
) -> _Counts:
    count = _COUNT["feedback" if table == "feedback" else "predictions"]
    parts = (count, table, "AS t WHERE", condition, "GROUP BY 1, 2")
    found = connection.exec_driver_sql(" ".join(parts), dict(asked))
    return [tuple(row) for row in found]


def _months_dropped(connection: Connection, wanted: Wanted) -> _Counts:
    """Drop months of which all is wanted for its age, as far as no read holds them."""
    if wanted.before is None or wanted.ids or wanted.column:
        return []
    condition, asked = _condition(connection, wanted, "predictions")
    taken: _Counts = []
    for (name,) in connection.exec_driver_sql(_PAST, {"before": wanted.before}).all():
        parts = ("SELECT FROM", name, "AS t WHERE NOT (", condition, ") LIMIT 1")
        if connection.exec_driver_sql(" ".join(parts), asked).first() is not None:
            continue
        found = _counted(connection, name, condition, asked)
        if _dropped(connection, name):
            taken += found
    return taken


def _dropped(connection: Connection, name: str) -> bool:
    connection.exec_driver_sql(_SOON)
    try:
        with connection.begin_nested():
            connection.exec_driver_sql(f"DROP TABLE {name}")
    except exc.OperationalError as error:
        if not isinstance(error.orig, errors.LockNotAvailable):
            raise
        return False
    finally:
        connection.exec_driver_sql(_AS_BEFORE)
    return True


def _set_aside(connection: Connection, wanted: Wanted) -> list[bytes]:
    """Digests of quarantined events that are wanted."""
    asked: dict[str, Any] = {"model": wanted.model, "unnamed": wanted.before is None}
    parts = [_SET_ASIDE, _OWN]
    if not (wanted.ids or wanted.column or wanted.payloads):
        if wanted.before is None:
            return []
        asked["before"] = wanted.before
        parts += ["AND", _AGED]
    rows = connection.exec_driver_sql(" ".join(parts), asked).all()
    if not rows:
        return []
    *columns, digests = zip(*rows, strict=True)
    arrays = [
        pa.array(values, field.type)
        for values, field in zip(columns, QUARANTINED, strict=True)
    ]
    table = pa.table(arrays, schema=QUARANTINED)
    marks = marked(wanted, "quarantined", table)
    return [one for one, mark in zip(digests, marks, strict=True) if mark]


def _condition(
    connection: Connection, wanted: Wanted, kind: str
) -> tuple[str, dict[str, Any]]:
    """Which rows of predictions or feedback are wanted; empty where none can be."""
    asked: dict[str, Any] = {"model": wanted.model, "unnamed": wanted.before is None}
    reasons = []
    if wanted.before is not None:
        asked["before"] = wanted.before
        reasons.append(_AGED)
        if kind == "predictions" and wanted.made_before is not None:
            asked["made_before"] = wanted.made_before
            reasons[0] = f"{_AGED} AND {_MADE}"
    if wanted.ids:
        pairs = sorted((clean(model), clean(name)) for model, name in wanted.ids)
        asked["models"] = [model for model, _ in pairs]
        asked["ids"] = [name for _, name in pairs]
        reasons.append(_NAMED)
    if kind == "predictions" and wanted.column:
        reasons += _valued(connection, wanted, asked)
    if not reasons:
        return "", asked
    parts = [_OWN, _any(reasons)]
    if wanted.upto is not None:
        asked["upto"] = wanted.upto
        parts.append(_KNOWN)
    return " AND ".join(parts), asked


def _any(reasons: Iterable[str]) -> str:
    return " OR ".join(reasons).join(("(", ")"))


def _valued(connection: Connection, wanted: Wanted, asked: dict[str, Any]) -> list[str]:
    """Conditions by which a row has the value, one for each place of the column."""
    found = []
    for mark, ((letter, at), shapes) in enumerate(_places(connection, wanted.column)):
        value = sought(letter, clean(wanted.value))
        if value is None:
            continue
        asked |= {f"shapes{mark}": shapes, f"at{mark}": at}
        asked[f"value{mark}"] = list(value) if isinstance(value, tuple) else value
        place = _PLACES[letter][isinstance(value, float)].format(f"%(at{mark})s::int")
        test = _WITHIN if isinstance(value, tuple) else _EQUAL
        equal = test.format(place, f"%(value{mark})s")
        found.append(f"(t.shape = ANY(%(shapes{mark})s::int[]) AND {equal})")
    return found


def _places(
    connection: Connection, column: str
) -> list[tuple[tuple[str, int], list[int]]]:
    """Type and place at which a column stands in the arrays, and in which shapes."""
    found: dict[tuple[str, int], list[int]] = {}
    shapes = connection.exec_driver_sql("SELECT number, columns FROM log_shapes")
    for number, columns in shapes:
        for letter in _PLACES:
            names = Shape(tuple(columns)).of(letter)
            for at, stored in enumerate(map(Stored.parse, names), 1):
                if stored and stored.name == column and stored.group in GROUPS:
                    found.setdefault((letter, at), []).append(number)
    return sorted(found.items())
