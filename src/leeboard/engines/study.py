"""The first look at a reference column: its kind and role, its cells, its counts."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pyarrow as pa

from leeboard.engines.agreement import unlike
from leeboard.engines.arrays import count_ordered, finite_part, tally_levels
from leeboard.engines.cut import cut_levels, cut_numbers
from leeboard.engines.exact import ExactPass
from leeboard.engines.values import kind_of, numbers
from leeboard.errors import Note, Problem
from leeboard.profiles.cells import Cells
from leeboard.profiles.counts import SCALE, CategoryCounts, Counts
from leeboard.profiles.part import Form
from leeboard.schema import Column, Kind, Role

__all__ = ["Studied", "study"]

_ROLES = {
    Role.PREDICTION: {"prediction", "predictions", "pred", "y_pred", "yhat", "y_hat"},
    Role.SCORE: {"score", "scores", "proba", "probability", "y_score"},
    Role.LABEL: {"label", "target", "y", "y_true", "ground_truth"},
    Role.WEIGHT: {"weight", "weights", "sample_weight"},
    Role.ENTITY: {
        "user_id",
        "customer_id",
        "client_id",
        "account_id",
        "patient_id",
        "session_id",
    },
}
_ID_NAME = re.compile(r"^(id|uuid|guid|.*_(id|uuid|guid))$")
_SENTENCE = 2.0
_FEW = 50
_Array = np.ndarray[Any, Any]
_MANY_LEVELS = 1000


@dataclass(frozen=True, slots=True, eq=False)
class Studied:
    """What one look at a reference column gave.

    Parameters
    ----------
    column : Column
    form : Form
    cells : Cells or None
        None if the column is not compared.
    counts : Counts or None
        All rows of the reference.
    notes : tuple of Note
    problem : Problem or None
        Why a column that would be compared cannot be.
    """

    column: Column
    form: Form
    cells: Cells | None = None
    counts: Counts | None = None
    notes: tuple[Note, ...] = ()
    problem: Problem | None = None


def study(
    name: str,
    data: pa.ChunkedArray,
    declared: Column | None,
    exact: ExactPass | None = None,
) -> Studied:
    """Look at one whole reference column.

    Parameters
    ----------
    name : str
    data : ChunkedArray, shape (rows,)
    declared : Column or None
        From a schema; None: infer kind and role.
    exact : ExactPass, optional
        Keeps the sorted values of a compared numeric column.
    """
    natural = kind_of(data.type)
    form = Form(natural, str(data.type))
    if declared is not None and not declared.compared:
        return Studied(declared, form)
    if len(data) == data.null_count or natural is None:
        return _all_missing(name, natural, declared, form)
    if natural in (Kind.VECTOR, Kind.UNSUPPORTED):
        why = f"values of type {data.type} are not compared"
        return Studied(Column(name, natural, Role.IGNORE, why=why), form)
    kind = declared.kind if declared is not None else natural
    if declared is not None:
        problem = unlike(declared, natural, form)
        if problem is not None:
            return Studied(declared, form, problem=problem)
    if kind in (Kind.NUMERIC, Kind.DATETIME):
        studied, ordered = _study_numbers(name, kind, data, declared, form)
        if exact is not None and ordered is not None and kind is Kind.NUMERIC:
            exact.keep(name, ordered, len(data) - len(ordered))
        return studied
    return _study_levels(name, kind, data, declared, form)


def _all_missing(
    name: str, natural: Kind | None, declared: Column | None, form: Form
) -> Studied:
    why = "every reference value is missing"
    return _no_values(name, natural, declared, form, why)


def _no_values(
    name: str, natural: Kind | None, declared: Column | None, form: Form, why: str
) -> Studied:
    kind = declared.kind if declared else natural or Kind.CATEGORICAL
    missing = why.endswith("missing")
    problem = Problem(
        code="reference_all_missing" if missing else "reference_all_infinite",
        where=f"column {name!r}",
        found=why,
        expected="values to compare with",
        fix="Fill the column in the reference, or leave it out with ignore=.",
    )
    column = Column(name, kind, Role.IGNORE, why=why)
    return Studied(column, form, problem=problem)


def _role_by_name(name: str) -> Role:
    lower = name.lower()
    return next((r for r, names in _ROLES.items() if lower in names), Role.FEATURE)


def _study_numbers(
    name: str, kind: Kind, data: pa.ChunkedArray, declared: Column | None, form: Form
) -> tuple[Studied, _Array | None]:
    """What was found, and the sorted values if all present ones are finite."""
    pieces = [numbers(chunk) for chunk in data.chunks]
    values = np.concatenate([piece for piece, _ in pieces])
    nulls = sum(count for _, count in pieces)
    column = declared or _infer_number(name, kind, values, nulls)
    if not column.compared:
        return Studied(column, form), None
    ordered, low, high, gone = finite_part(np.sort(values))
    if len(ordered) == 0 and low + high == 0:
        return _all_missing(name, kind, declared, form), None
    if len(ordered) == 0:
        why = "no reference value is finite"
        return _no_values(name, kind, declared, form, why), None
    cells = cut_numbers(ordered)
    specials = (low, high, nulls + gone)
    norm = cells.spread * SCALE * float(np.sqrt(len(ordered)))
    counts = count_ordered(cells, ordered, specials, norm=norm)
    finite = None if low or high else ordered
    return Studied(column, form, cells, counts), finite


def _infer_number(name: str, kind: Kind, values: Any, nulls: int) -> Column:
    role = _role_by_name(name)
    if kind is Kind.DATETIME:
        why = 'time always moves on; set role = "feature" to compare it'
        return Column(name, kind, Role.TIME, why=why)
    if role is Role.WEIGHT:
        return Column(name, kind, role, why="a weight; rows are counted unweighted")
    whole = values.dtype.kind == "i" and nulls == 0 and len(values) >= _FEW
    if role is Role.ENTITY:
        why = "names an entity; its rows are counted as one block"
        return Column(name, kind, role, why=why)
    # as Python's integers, which cannot overflow
    steps = whole and int(values[-1]) - int(values[0]) == len(values) - 1
    if steps and bool((np.diff(values) == 1).all()):
        return Column(name, kind, Role.ID, why="a row number: each row is one more")
    named = whole and _ID_NAME.match(name.lower())
    if named and len(np.unique(values)) == len(values):
        return Column(name, kind, Role.ID, why="an identifier: no value repeats")
    return Column(name, kind, role)


def _study_levels(
    name: str, kind: Kind, data: pa.ChunkedArray, declared: Column | None, form: Form
) -> Studied:
    tally: dict[str, int] = {}
    missing = sum(tally_levels(chunk, tally) for chunk in data.chunks)
    if not tally:
        return _all_missing(name, kind, declared, form)
    column, notes = (declared, ()) if declared else _infer_levels(name, kind, tally)
    if not column.compared:
        return Studied(column, form, notes=notes)
    cells = cut_levels(tally)
    table = np.zeros(cells.size, np.int64)
    table[: cells.inner] = [tally[level] for level in cells.levels]
    table[cells.rare] = sum(tally.values()) - table.sum()
    table[cells.missing] = missing
    return Studied(column, form, cells, CategoryCounts(table, 0), notes)


def _infer_levels(
    name: str, kind: Kind, tally: dict[str, int]
) -> tuple[Column, tuple[Note, ...]]:
    role = _role_by_name(name)
    column = Column(name, kind, role)
    rows, distinct = sum(tally.values()), len(tally)
    note = Note(
        "looks_like_id",
        f"column {name!r}",
        f"{distinct} different values in {rows} rows: it looks like an identifier",
    )
    if role is Role.ENTITY:
        why = "names an entity; its rows are counted as one block"
        return replace(column, why=why), ()
    if rows < _FEW or kind is Kind.BOOLEAN:
        return column, ()
    if distinct > 0.5 * rows:
        length = sum(map(len, tally)) / distinct
        spaces = sum(level.strip().count(" ") for level in tally) / distinct
        if length > 50 or spaces >= _SENTENCE:
            why = "free text; its words are not compared"
            return replace(column, kind=Kind.TEXT, why=why), ()
    if distinct > 0.95 * rows:
        why = "an identifier: hardly a value repeats"
        return replace(column, role=Role.ID, why=why), (note,)
    if distinct > _MANY_LEVELS and (distinct > 0.3 * rows or _ID_NAME.match(name)):
        return column, (note,)
    return column, ()
