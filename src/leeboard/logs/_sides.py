"""The two sides of a join as views: predictions of a span, and feedback on them.

Nearly every id comes once. So the ids that came more often are found first, by 64-bit
hashes; a collision of hashes merely sends an event the longer way. Place: under the
reads of a log.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

import pyarrow as pa
import pyarrow.compute as pc

from leeboard.events import FEEDBACK, LABEL, LABEL_TYPES, PREDICTIONS, columns_of
from leeboard.logs._files import Files, SegmentFile
from leeboard.logs._query import Limits, Query
from leeboard.logs._sample import bound_of
from leeboard.logs._tables import FEEDBACK_PLAIN, PREDICTIONS_PLAIN
from leeboard.windows import Window

__all__ = ["Bounds", "Sides", "bounds_of", "may_hold", "sides_among", "sides_of"]

Bounds = tuple[str, str] | None
"""Least and greatest of some ids; None: not known."""

_IN_SPAN = "made_at >= getvariable('start') AND made_at < getvariable('stop')"
_KNOWN = "received_at < getvariable('before')"
_WANTED = "hash(id) IN (FROM wanted)"
_DOUBLED = {"rival": "doubled", "told": "told_doubled"}

_SINGLE: deque[frozenset[str]] = deque(maxlen=64)
"""Sets of files that were found to hold no id twice, the latest."""


@dataclass(frozen=True, slots=True)
class Sides:
    """What a read of a span can see.

    Parameters
    ----------
    query : Query
        With views ``own`` (predictions of the span), ``rival`` (all predictions that
        may have an id of those) and ``told`` (feedback on them), and tables ``doubled``
        and ``told_doubled``: hashes of ids that came more than once.
    predictions, feedback : list of str
        Stored columns.
    in_span : str
        Condition on ``made_at``.
    repeated, told_repeated : bool
        Whether some prediction, some feedback came more than once.
    """

    query: Query
    predictions: list[str]
    feedback: list[str]
    in_span: str
    repeated: bool
    told_repeated: bool

    def inner(self, column: str) -> str:
        """Return the name of a stored column in the views."""
        plain = column in PREDICTIONS or column in FEEDBACK
        return column if plain else self.query.inner(column)

    @property
    def labels(self) -> dict[str, str]:
        """Stored columns of labels, by type."""
        found = columns_of(self.feedback, "", LABEL)
        return {kind: found[kind] for kind in LABEL_TYPES if kind in found}


def sides_of(
    files: Files,
    span: Window | None,
    before: datetime | None,
    limits: Limits,
    most: int | None = None,
) -> Sides:
    """Open what a read needs.

    Parameters
    ----------
    files : Files
    span : Window or None
        Of ``made_at``; None: all predictions and all feedback.
    before : datetime or None
        What was received then or later is not seen.
    limits : Limits
    most : int, optional
        Of more predictions than these in the span, a sample is seen; see ``_sample``.
    """
    own = [f for f in files.predictions if span is None or _overlaps(f, span)]
    bounds = bounds_of(own, _made_in(files.new_predictions, span))
    rivals = [f for f in files.predictions if may_hold(f, bounds)]
    told = [f for f in files.feedback if may_hold(f, bounds)]
    if span is None:
        rivals, told = own, list(files.feedback)
    query = Query([*rivals, *told], limits)
    columns = query.view(
        "rival_files", rivals, files.new_predictions, PREDICTIONS_PLAIN
    )
    answers = query.view("told_files", told, files.new_feedback, FEEDBACK_PLAIN)
    if own == rivals:
        query.run("CREATE VIEW own_files AS FROM rival_files")
    else:
        columns = query.view("own_files", own, files.new_predictions, PREDICTIONS_PLAIN)
    in_span, known = "true", "true"
    if span is not None:
        query.let(start=span.start, stop=span.end)
        in_span = _IN_SPAN
    if before is not None:
        query.let(before=before)
        known = _KNOWN
    query.run(f"CREATE VIEW every AS FROM own_files WHERE {in_span} AND {known}")
    of_own, of_rivals, of_told = "true", *_asked(files, span, rivals, told)
    sampled = _sampled(query, most)
    if sampled != "true":
        of_own = of_rivals = of_told = _WANTED
    if _WANTED in (of_rivals, of_told):
        query.run(
            "CREATE TEMP TABLE wanted AS "
            f"SELECT DISTINCT hash(id) FROM every WHERE {sampled}"
        )
    query.run(f"CREATE VIEW own AS FROM every WHERE {of_own}")
    query.run(f"CREATE VIEW rival AS FROM rival_files WHERE {known} AND {of_rivals}")
    query.run(f"CREATE VIEW told AS FROM told_files WHERE {known} AND {of_told}")
    return Sides(
        query=query,
        predictions=columns,
        feedback=answers,
        in_span=in_span,
        repeated=_doubled(
            query,
            "rival",
            _shown(rivals, files.new_predictions),
            whole=known == of_rivals,
        ),
        told_repeated=_doubled(
            query, "told", _shown(told, files.new_feedback), whole=known == of_told
        ),
    )


def sides_among(files: Files, among: Files, limits: Limits) -> Sides:
    """Open what a read of all events needs whose ids are among those of other files.

    Most files have none of them, and are found out by their ids alone.
    """
    others = (*among.predictions, *among.feedback)
    query = Query([*files.predictions, *files.feedback, *others], limits)
    query.view("said", among.predictions, among.new_predictions, PREDICTIONS_PLAIN)
    query.view("answered", among.feedback, among.new_feedback, FEEDBACK_PLAIN)
    query.run(
        "CREATE TEMP TABLE wanted AS "
        "SELECT hash(id) FROM said UNION SELECT hash(id) FROM answered"
    )
    ranges = [one.ids for one in others]
    ranges += [
        bounds_of((), table)
        for table in (among.new_predictions, among.new_feedback)
        if table is not None and table.num_rows
    ]

    def kept(of: Sequence[SegmentFile]) -> list[SegmentFile]:
        near = [f for f in of if any(may_hold(f, ends) for ends in ranges)]
        return query.having(near, _WANTED)

    columns = query.view(
        "rival_files", kept(files.predictions), files.new_predictions, PREDICTIONS_PLAIN
    )
    answers = query.view(
        "told_files", kept(files.feedback), files.new_feedback, FEEDBACK_PLAIN
    )
    query.run(f"CREATE VIEW rival AS FROM rival_files WHERE {_WANTED}")
    query.run("CREATE VIEW own AS FROM rival")
    query.run(f"CREATE VIEW told AS FROM told_files WHERE {_WANTED}")
    return Sides(
        query=query,
        predictions=columns,
        feedback=answers,
        in_span="true",
        repeated=_doubled(query, "rival", None),
        told_repeated=_doubled(query, "told", None),
    )


def bounds_of(files: Iterable[SegmentFile], loose: pa.Table | None) -> Bounds:
    """Return the least and the greatest id of files and a table."""
    ends = [file.ids for file in files]
    if loose is not None and loose.num_rows:
        found = pc.min_max(loose.column("id"))
        ends.append((found["min"].as_py(), found["max"].as_py()))
    known = [pair for pair in ends if pair is not None]
    if not known or len(known) < len(ends):
        return None
    return min(low for low, _ in known), max(high for _, high in known)


def may_hold(file: SegmentFile, bounds: Bounds) -> bool:
    """Tell whether a file may have an id within bounds."""
    if file.ids is None or bounds is None:
        return True
    return file.ids[0] <= bounds[1] and bounds[0] <= file.ids[1]


def _overlaps(file: SegmentFile, span: Window) -> bool:
    return file.first < span.end and file.last >= span.start


def _made_in(loose: pa.Table | None, span: Window | None) -> pa.Table | None:
    """Loose predictions of a span; others would widen its bounds to today's ids."""
    if loose is None or span is None:
        return loose
    made_at = loose["made_at"]
    start, end = (pa.scalar(t, made_at.type) for t in (span.start, span.end))
    inside = pc.and_(pc.greater_equal(made_at, start), pc.less(made_at, end))
    return loose.filter(inside)


def _sampled(query: Query, most: int | None) -> str:
    """Condition that leaves at most so many predictions of a span."""
    if most is None:
        return "true"
    ((rows,),) = query.rows("SELECT count(*) FROM every")
    bound = bound_of(rows, most)
    return "true" if bound is None else f"md5(id) < '{bound}'"


def _asked(
    files: Files,
    span: Window | None,
    rivals: Sequence[SegmentFile],
    told: Sequence[SegmentFile],
) -> tuple[str, str]:
    """Conditions that leave out of both sides what the span does not ask for.

    They cost a pass over the span's ids, so there are none where all is asked for.
    """
    if span is None:
        return "true", "true"
    inside = all(span.start <= f.first and f.last < span.end for f in rivals)
    if not inside or files.new_predictions:
        return _WANTED, _WANTED
    few = sum(f.rows for f in told) < 2 * sum(f.rows for f in rivals)
    return "true", "true" if few and not files.new_feedback else _WANTED


def _shown(
    files: Iterable[SegmentFile], loose: pa.Table | None
) -> frozenset[str] | None:
    """Paths of files, if a view shows nothing else."""
    return None if loose else frozenset(file.path for file in files)


def _doubled(
    query: Query, view: str, paths: frozenset[str] | None, *, whole: bool = False
) -> bool:
    """Keep the hashes of ids that a view has more than once; tell if there are any.

    Files never change: where the whole of some holds no id twice, no part of them does.
    """
    if paths is not None and any(paths <= known for known in tuple(_SINGLE)):
        return False
    table = _DOUBLED[view]
    query.run(
        f"CREATE TEMP TABLE {table} AS "
        f"SELECT hash(id) AS h FROM {view} GROUP BY h HAVING count(*) > 1"
    )
    found = bool(query.rows(f"SELECT count(*) FROM {table}")[0][0])
    if whole and paths and not found:
        _SINGLE.append(paths)
    return found
