"""The statements of a log in Postgres; every value in them is a bound parameter.

The rules by which one of several events counts are those that ``Log`` states.
"""

from __future__ import annotations

__all__ = [
    "ACCOUNT",
    "ALL_FEEDBACK",
    "ALL_PREDICTIONS",
    "ASIDE",
    "ATTACH_MONTH",
    "CHANGES",
    "CLEANED",
    "COLUMNS",
    "CONTESTED",
    "COUNTS",
    "EMPTY",
    "FEEDBACK",
    "FEEDBACK_ON",
    "FORGET",
    "HEAD_NUMBER",
    "INSERT_FEEDBACK",
    "INSERT_PREDICTIONS",
    "INSERT_QUARANTINED",
    "JOINED",
    "LABELS",
    "MAKE_MONTH",
    "MARK",
    "MODELS",
    "NAMES",
    "NEXT_NUMBER",
    "OF_IDS",
    "ONCE",
    "PARTITION",
    "QUARANTINED",
    "REASONS",
    "REPEATED",
    "ROWS",
    "SEEN",
    "SET_NUMBER",
    "SHAPE",
    "UNCLEAN",
]


def _together(*parts: str) -> str:
    """One statement of parts that stand in this file."""
    return " ".join(parts)


# of equal events the first that was received counts
INSERT_PREDICTIONS = """
    INSERT INTO predictions
    SELECT DISTINCT ON (id, made_at, digest) * FROM staged_predictions
    ORDER BY id, made_at, digest, received_at
    ON CONFLICT (id, made_at, digest) DO UPDATE
    SET received_at = excluded.received_at
    WHERE excluded.received_at < predictions.received_at
"""

INSERT_FEEDBACK = """
    INSERT INTO feedback
    SELECT DISTINCT ON (id, observed_at, digest) * FROM staged_feedback
    ORDER BY id, observed_at, digest, received_at
    ON CONFLICT (id, observed_at, digest) DO UPDATE
    SET received_at = excluded.received_at
    WHERE excluded.received_at < feedback.received_at
"""

INSERT_QUARANTINED = """
    INSERT INTO quarantined
    SELECT DISTINCT ON (digest) * FROM staged_quarantined
    ORDER BY digest, received_at
    ON CONFLICT (digest) DO UPDATE SET received_at = excluded.received_at
    WHERE excluded.received_at < quarantined.received_at
"""

# nearly every id comes once; those that did not are listed, and no read looks further
REPEATED = """
    INSERT INTO log_repeated
    SELECT p.model, p.id
    FROM (SELECT DISTINCT model, id FROM staged_predictions) AS n
    JOIN predictions AS p USING (model, id)
    GROUP BY p.model, p.id HAVING count(*) > 1
    ON CONFLICT DO NOTHING
"""

_OWN = """
    p.model = %(model)s AND p.made_at >= %(start)s::timestamptz
    AND p.made_at < %(stop)s::timestamptz AND p.received_at < %(before)s::timestamptz
    AND (%(bound)s::text IS NULL OR md5(p.id) COLLATE "C" < %(bound)s)
"""

# a prediction counts unless another of its id is as early: of those that are early
# alike, one is chosen by its contents, which is not this query's work
_FIRST = """
    (
        NOT EXISTS (
            SELECT FROM log_repeated AS x WHERE x.model = p.model AND x.id = p.id
        )
        OR NOT EXISTS (
            SELECT FROM predictions AS r
            WHERE r.model = p.model AND r.id = p.id AND r.made_at <= p.made_at
            AND (r.made_at < p.made_at OR r.digest <> p.digest)
            AND r.received_at < %(before)s::timestamptz
        )
    )
"""

_COLUMNS = """
    p.id, p.model, p.version, p.made_at, p.received_at, p.latency_s, p.rate, p.shape,
    p.d, p.i, p.s, p.b, p.j
"""

_TOLD = """
    SELECT DISTINCT ON (id)
        id, model, observed_at, received_at, d, i, s, b,
        num_nonnulls(d, i, s, b) AS given
    FROM feedback
    WHERE (model = %(model)s OR model = '') AND received_at < %(before)s::timestamptz
"""

_LAST_TOLD = """
    ORDER BY id, observed_at DESC, num_nonnulls(d, i, s, b) > 0, s DESC NULLS LAST,
        coalesce(d, i::double precision) DESC NULLS LAST, i DESC NULLS LAST,
        b DESC NULLS LAST, received_at, model DESC
"""

ONCE = _together("SELECT", _COLUMNS, "FROM predictions AS p WHERE", _OWN, "AND", _FIRST)

ROWS = _together("SELECT count(*) FROM predictions AS p WHERE", _OWN)

JOINED = _together(
    "SELECT",
    _COLUMNS,
    """, f.d, f.i, f.s, f.b, f.observed_at, f.received_at
    FROM predictions AS p LEFT JOIN (""",
    _TOLD,
    "AND id IN (SELECT id FROM predictions AS p WHERE",
    _OWN,
    ")",
    _LAST_TOLD,
    """
    ) AS f ON f.id = p.id AND f.given > 0
    WHERE""",
    _OWN,
    "AND",
    _FIRST,
)

# ids of the span with several contents at their earliest time
CONTESTED = _together(
    """
    SELECT id FROM (
        SELECT r.id, r.made_at, min(r.made_at) OVER (PARTITION BY r.id) AS earliest
        FROM predictions AS r JOIN log_repeated AS x USING (model, id)
        WHERE model = %(model)s AND r.received_at < %(before)s::timestamptz
        AND id IN (SELECT id FROM predictions AS p WHERE""",
    _OWN,
    """)
    ) AS r
    WHERE made_at = earliest GROUP BY id HAVING count(*) > 1""",
)

OF_IDS = _together(
    "SELECT",
    _COLUMNS,
    """ FROM predictions AS p
    WHERE p.model = %(model)s AND p.id = ANY(%(ids)s)""",
)

_FEEDBACK = """
    SELECT id, model, observed_at, received_at, d, i, s, b FROM feedback
"""

FEEDBACK = _together(
    _FEEDBACK, "WHERE %(model)s::text IS NULL OR model = %(model)s OR model = ''"
)

FEEDBACK_ON = _together(
    _FEEDBACK, "WHERE (model = %(model)s OR model = '') AND id = ANY(%(ids)s)"
)

CHANGES = """
    SELECT DISTINCT floor(extract(epoch FROM made_at) / 60)::bigint
    FROM predictions WHERE model = %(model)s AND id IN (
        SELECT id FROM predictions
        WHERE batch > %(after)s AND batch <= %(upto)s AND model = %(model)s
        UNION
        SELECT id FROM feedback
        WHERE batch > %(after)s AND batch <= %(upto)s
        AND (model = %(model)s OR model = '')
    )
"""

COUNTS = _together(
    """
    WITH first AS (
        SELECT id, min(made_at) AS made_at FROM predictions
        WHERE model = %(model)s GROUP BY id
    ), told AS (""",
    _TOLD,
    _LAST_TOLD,
    """), labels AS (
        SELECT t.model, first.id IS NOT NULL AS joined
        FROM told AS t LEFT JOIN first USING (id) WHERE t.given > 0
    )
    SELECT
        (SELECT count(*) FROM first),
        (SELECT count(*) FROM labels WHERE joined OR model <> ''),
        (SELECT count(*) FROM labels WHERE joined),
        (SELECT min(made_at) FROM first),
        (SELECT max(made_at) FROM first),
        greatest(
            (SELECT max(received_at) FROM predictions WHERE model = %(model)s),
            (SELECT max(received_at) FROM feedback
                WHERE model = %(model)s AND model <> '')
        ),
        (SELECT count(*) FROM log_repeated WHERE model = %(model)s)""",
)

HEAD_NUMBER = "SELECT number FROM log_head"

NEXT_NUMBER = "UPDATE log_head SET number = number + 1 RETURNING number"

MAKE_MONTH = "CREATE TABLE {} (LIKE predictions INCLUDING ALL)"

ATTACH_MONTH = """
    ALTER TABLE predictions ATTACH PARTITION {} FOR VALUES FROM ({}) TO ({})
"""

MODELS = "SELECT DISTINCT model FROM log_models WHERE kind = 'predictions' ORDER BY 1"

NAMES = "SELECT DISTINCT model FROM log_models ORDER BY 1"

COLUMNS = """
    SELECT s.columns FROM log_models AS m JOIN log_shapes AS s ON s.number = m.part
    WHERE m.kind = 'predictions' AND (%(model)s::text IS NULL OR m.model = %(model)s)
"""

LABELS = """
    SELECT part FROM log_models WHERE kind = 'feedback' AND part >= 0
    AND (%(model)s::text IS NULL OR model = %(model)s OR model = '')
"""

QUARANTINED = """
    SELECT reason, detail, model, received_at, payload FROM quarantined
    WHERE %(model)s::text IS NULL OR model = %(model)s
"""

# events that name no model may be of any
ASIDE = """
    SELECT CASE WHEN substr(payload, 1, 1) = 'f'::bytea
        THEN 'feedback' ELSE 'predictions' END AS kind,
        reason, count(*), date_trunc('minute', received_at) AS minute
    FROM quarantined
    JOIN unnest(%(starts)s::timestamptz[], %(stops)s::timestamptz[])
        AS span (start, stop)
        ON received_at >= start AND received_at < stop
    WHERE model IN (%(model)s, '')
    GROUP BY kind, reason, minute ORDER BY minute, reason, kind
"""

REASONS = """
    SELECT reason, count(*) FROM quarantined WHERE model = %(model)s GROUP BY reason
"""

SEEN = """
    INSERT INTO log_models VALUES (%(model)s, %(kind)s, %(part)s) ON CONFLICT DO NOTHING
"""

# an update that changes nothing, so that the number comes back in either case
SHAPE = """
    INSERT INTO log_shapes (columns, digest) VALUES (%(columns)s, %(digest)s)
    ON CONFLICT (digest) DO UPDATE SET digest = excluded.digest RETURNING number
"""

MARK = """
    INSERT INTO log_marks VALUES (%(source)s, %(upto)s)
    ON CONFLICT (source) DO UPDATE SET upto = excluded.upto
"""

FORGET = "DELETE FROM log_marks WHERE source = %(source)s"

ACCOUNT = """
    INSERT INTO log_accounts VALUES (%(token)s, %(account)s::json)
    ON CONFLICT (token) DO UPDATE SET account = excluded.account
"""

# whether a month has a partition, and whether its rows are among all others
PARTITION = """
    SELECT to_regclass(%s) IS NOT NULL, EXISTS (
        SELECT FROM predictions_other WHERE made_at >= %s AND made_at < %s
    )
"""

UNCLEAN = "SELECT relation FROM log_unclean ORDER BY relation"

CLEANED = "DELETE FROM log_unclean WHERE relation = %(name)s"

ALL_PREDICTIONS = _together(
    "SELECT", _COLUMNS, ", p.batch FROM predictions AS p ORDER BY p.batch"
)

ALL_FEEDBACK = """
    SELECT id, model, observed_at, received_at, d, i, s, b, batch FROM feedback
    ORDER BY batch
"""

EMPTY = """
    TRUNCATE predictions, feedback, quarantined, log_shapes, log_models, log_repeated,
        log_marks, log_accounts, log_unclean
"""

SET_NUMBER = "UPDATE log_head SET number = %(number)s"
