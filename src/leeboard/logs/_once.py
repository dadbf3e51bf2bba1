"""Which of several events counts, in SQL: the rules that ``Log`` states.

Place: under the reads of a log.
"""

from __future__ import annotations

from collections.abc import Sequence

from leeboard.logs._sides import Sides

__all__ = ["each_once", "labelled", "once"]


def once(sides: Sides, carried: Sequence[str]) -> str:
    """Return a query for the predictions of a span, each once.

    What came more often is put aside in a table first, so that no two steps that hold
    many rows run at one time. To be called once a read.

    Parameters
    ----------
    sides : Sides
    carried : sequence of str
        Columns, by their names in the views; ``id`` and ``made_at`` come anyway.
    """
    columns = ", ".join(dict.fromkeys(["id", "made_at", *carried]))
    if not sides.repeated:
        return f"SELECT {columns} FROM own"
    contested = _find_contested(sides, carried)
    first = _first(sides, columns, "made_at, received_at", "ANTI" if contested else "")
    sides.query.run(f"CREATE TEMP TABLE firsts AS {first}")
    if contested:
        contents = ", ".join(f"{column} NULLS FIRST" for column in _contents(sides))
        order = f"made_at, {contents}, received_at"
        sides.query.run(f"INSERT INTO firsts {_first(sides, columns, order, 'SEMI')}")
    return (
        f"SELECT {columns} FROM own ANTI JOIN doubled ON hash(id) = h "
        f"UNION ALL SELECT {columns} FROM firsts"
    )


def _first(sides: Sides, columns: str, order: str, contested: str) -> str:
    """Return a query for the first of each repeated id, if it lies in the span."""
    part = f"{contested} JOIN contested ON hash(id) = contested.h" if contested else ""
    return (
        f"SELECT {columns} FROM (SELECT *, row_number() OVER "
        f"(PARTITION BY id, model ORDER BY {order}) AS place "
        f"FROM rival SEMI JOIN doubled ON hash(id) = doubled.h {part}) "
        f"WHERE place = 1 AND {sides.in_span}"
    )


def _contents(sides: Sides) -> list[str]:
    """Columns by whose order one of several contents is chosen."""
    apart = {"id", "made_at", "received_at"}
    return [sides.inner(c) for c in sorted(set(sides.predictions) - apart)]


def _find_contested(sides: Sides, carried: Sequence[str]) -> bool:
    """Keep the hashes of ids that came at one time with several contents.

    Where those carried are alike it does not matter which of them is taken, unless
    when it was received is asked for: then all contents are compared.
    """
    compared = _contents(sides)
    if "received_at" not in carried:
        compared = [column for column in compared if column in carried]
    if not compared:
        return False
    contents = f"hash({', '.join(compared)})"
    sides.query.run(
        "CREATE TEMP TABLE contested AS SELECT DISTINCT h FROM "
        f"(SELECT hash(id) AS h, made_at, {contents} AS contents FROM rival) "
        "SEMI JOIN doubled USING (h) "
        "GROUP BY h, made_at HAVING min(contents) <> max(contents)"
    )
    return bool(sides.query.rows("SELECT count(*) FROM contested")[0][0])


def labelled(sides: Sides) -> str:
    """Return a query for the label that counts of each id, where there is one.

    To be called once a read, as ``once`` is.
    """
    labels = {kind: sides.inner(column) for kind, column in sides.labels.items()}
    given = " OR ".join(f"{label} IS NOT NULL" for label in labels.values()) or "false"
    times = "observed_at, received_at AS label_received_at"
    columns = ", ".join(["id", times, "model AS told_model", *labels.values()])
    if not sides.told_repeated:
        return f"SELECT {columns} FROM told WHERE {given}"
    best = [*_greatest(labels), "received_at", "model DESC"]
    order = ", ".join(["observed_at DESC", given, *best])
    sides.query.run(
        f"CREATE TEMP TABLE told_firsts AS SELECT {columns} FROM "
        f"(SELECT *, row_number() OVER (PARTITION BY id ORDER BY {order}) AS place "
        "FROM told SEMI JOIN told_doubled ON hash(id) = h) "
        f"WHERE place = 1 AND ({given})"
    )
    return (
        f"SELECT {columns} FROM told ANTI JOIN told_doubled ON hash(id) = h "
        f"WHERE {given} UNION ALL FROM told_firsts"
    )


def each_once(sides: Sides) -> str:
    """Return a query for all feedback; of equal ones the first that was received."""
    columns = [sides.inner(column) for column in sides.feedback]
    listed = ", ".join(columns)
    if not sides.told_repeated:
        return f"SELECT {listed} FROM told"
    contents = ", ".join(column for column in columns if column != "received_at")
    return (
        f"SELECT {listed} FROM told ANTI JOIN told_doubled ON hash(id) = h UNION ALL "
        f"SELECT {listed} FROM (SELECT *, row_number() OVER "
        f"(PARTITION BY {contents} ORDER BY received_at) AS place "
        "FROM told SEMI JOIN told_doubled ON hash(id) = h) WHERE place = 1"
    )


def _greatest(labels: dict[str, str]) -> list[str]:
    """Order that puts the greatest label first: text, then numbers, then booleans."""
    keys = []
    if "s" in labels:
        keys.append(labels["s"])
    numbers = [f"CAST({labels[kind]} AS DOUBLE)" for kind in "di" if kind in labels]
    if numbers:
        keys.append(f"coalesce({', '.join(numbers)})")
    keys += [labels[kind] for kind in "ib" if kind in labels]
    return [f"{key} DESC NULLS LAST" for key in keys]
