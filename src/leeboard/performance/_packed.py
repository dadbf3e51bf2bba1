"""Counts of outcomes as bytes, for the store of results. Private to performance.

JSON, deflated: zlib's own checksum tells damage.
"""

from __future__ import annotations

import hashlib
import json
import zlib
from typing import Any

import numpy as np

from leeboard.errors import ProfileError
from leeboard.performance._cells import OutcomeCells
from leeboard.performance._errors import ERRORS, Errors
from leeboard.performance._moments import Moments
from leeboard.performance._scored import Reliability, Scored
from leeboard.performance._tally import Tally

__all__ = ["pack", "unpack"]

_Array = np.ndarray[Any, Any]
_FORMAT = 1


def pack(tally: Tally) -> bytes:
    """Pack counts; the cells are kept apart, by ``OutcomeCells.to_text``."""
    document = {
        "format": _FORMAT,
        "cells": _mark(tally.cells),
        "rows": tally.rows,
        "classes": tally.classes,
        "labels": tally.labels.tolist(),
        "confusion": None if tally.confusion is None else tally.confusion.tolist(),
        "scored": None if tally.scored is None else _scored(tally.scored),
        "errors": None if tally.errors is None else _errors(tally.errors),
    }
    text = json.dumps(document, separators=(",", ":"), ensure_ascii=True)
    return zlib.compress(text.encode("ascii"), 9)


def unpack(data: bytes, cells: OutcomeCells) -> Tally:
    """Counts from what ``pack`` gave, to the last bit.

    Raises
    ------
    ProfileError
        If the bytes are damaged, newer, or of other cells.
    """
    try:
        found = json.loads(zlib.decompress(data))
        if found["format"] != _FORMAT:
            raise _refused("newer_format", f"format {found['format']!r:.20}")
        if found["cells"] != _mark(cells):
            raise _refused("other_cells", "counts in other cells")
        return _read(found, cells)
    except (zlib.error, ValueError, KeyError, TypeError, IndexError) as error:
        if isinstance(error, ProfileError):
            raise
        raise _refused("damaged_profile", f"{len(data)} bytes unlike counts") from error


def _refused(code: str, found: str) -> ProfileError:
    return ProfileError(
        code=code,
        where="packed counts of outcomes",
        found=found,
        expected=f"counts of format {_FORMAT}, in the cells of this reference",
        fix="Count the window again.",
    )


def _mark(cells: OutcomeCells) -> str:
    return hashlib.sha256(cells.to_text().encode()).hexdigest()[:16]


def _scored(scored: Scored) -> dict[str, Any]:
    table = scored.reliability
    return {
        "rows": table.rows.tolist(),
        "hits": table.hits.tolist(),
        "sums": table.sums.tolist(),
        "hit_sums": table.hit_sums.tolist(),
        "squares": table.squares.tolist(),
        "ranks": [ranks.tolist() for ranks in scored.ranks],
        "losses": _moments(scored.losses),
    }


def _errors(errors: Errors) -> dict[str, Any]:
    return {
        "moments": _moments(errors.moments),
        "deciles": _moments(errors.deciles),
        "cells": errors.cells.tolist(),
        "ends": [errors.least, errors.most],
        "labels": [errors.label_least, errors.label_most],
        "zeros": errors.zeros,
        "infinite": errors.infinite,
    }


def _moments(moments: Moments) -> list[Any]:
    lower = np.tril_indices(moments.means.shape[1])
    return [
        moments.rows.tolist(),
        moments.means.tolist(),
        moments.products[:, *lower].tolist(),
    ]


def _read(found: dict[str, Any], cells: OutcomeCells) -> Tally:
    classes = tuple(map(str, found["classes"]))
    k = len(classes)
    confusion, scored, errors = found["confusion"], found["scored"], found["errors"]
    return Tally(
        cells,
        int(found["rows"]),
        classes,
        _whole(found["labels"], k),
        None if confusion is None else _whole(confusion, k, k),
        None if scored is None else _read_scored(scored, cells),
        None if errors is None else _read_errors(errors, cells),
    )


def _read_scored(found: dict[str, Any], cells: OutcomeCells) -> Scored:
    size = len(cells.scores[0]) + 1
    table = Reliability(
        _whole(found["rows"], size),
        _whole(found["hits"], size),
        *(_real(found[name], size) for name in ("sums", "hit_sums", "squares")),
    )
    pairs = zip(found["ranks"], cells.scores[1:], strict=True)
    ranks = tuple(_whole(counts, 2, len(cuts) + 1) for counts, cuts in pairs)
    return Scored(table, ranks, _read_moments(found["losses"], 1, 2))


def _read_errors(found: dict[str, Any], cells: OutcomeCells) -> Errors:
    cuts = 0 if cells.errors is None else len(cells.errors)
    inner = 0 if cells.predictions is None else len(cells.predictions)
    return Errors(
        _read_moments(found["moments"], 1, len(ERRORS)),
        _read_moments(found["deciles"], inner + 1, 3),
        _whole(found["cells"], cuts + 1),
        least=float(found["ends"][0]),
        most=float(found["ends"][1]),
        label_least=float(found["labels"][0]),
        label_most=float(found["labels"][1]),
        zeros=int(found["zeros"]),
        infinite=int(found["infinite"]),
    )


def _read_moments(found: list[Any], groups: int, size: int) -> Moments:
    rows, means = _whole(found[0], groups), _real(found[1], groups, size)
    lower = np.tril_indices(size)
    products = np.zeros((groups, size, size))
    products[:, *lower] = _real(found[2], groups, len(lower[0]))
    products[:, lower[1], lower[0]] = products[:, *lower]
    return Moments(rows, means, products)


def _whole(found: Any, *shape: int) -> _Array:
    return np.array(found, np.int64).reshape(shape)


def _real(found: Any, *shape: int) -> _Array:
    return np.array(found, np.float64).reshape(shape)
