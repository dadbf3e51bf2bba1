"""A profile as text: plain JSON that any program can read, with version and hash.

The hash names the contents: it covers everything but floating-point sums, so that
profiles counted in pieces and at once carry the same one. The checksum covers all, sums
too, and notices damage. Version 1.
"""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Mapping
from typing import Any, Protocol

import numpy as np

from leeboard.errors import Note, Problem, ProfileError
from leeboard.profiles._sound import refuse_unsound
from leeboard.profiles.blocks import BlockSums
from leeboard.profiles.cells import CategoryCells, Cells, NumericCells
from leeboard.profiles.counts import CategoryCounts, Counts, NumericCounts
from leeboard.profiles.part import Form, Part
from leeboard.schema import Column, Kind, Role, Schema, Task

__all__ = ["FORMAT", "MARK", "Record", "contents", "fingerprint", "to_text"]

FORMAT = 1
MARK = '{"leeboard_profile":'
"""How every saved profile begins; by this it is told from data."""

_Dict = dict[str, Any]


class Record(Protocol):
    """What a profile consists of."""

    @property
    def schema(self) -> Schema:
        """Columns, kinds and roles."""
        ...

    @property
    def cells(self) -> Mapping[str, Cells]:
        """Cells of each column."""
        ...

    @property
    def parts(self) -> Mapping[str | None, Part]:
        """Counts by segment; None is the whole."""
        ...

    @property
    def types(self) -> Mapping[str, Form]:
        """How each column was stored."""
        ...

    @property
    def segment(self) -> str | None:
        """The column whose levels are segments."""
        ...

    @property
    def fixed(self) -> bool:
        """The counts are of the rows that fixed the cells."""
        ...

    @property
    def problems(self) -> Mapping[str, Problem]:
        """Columns that could not be counted."""
        ...

    @property
    def notes(self) -> tuple[Note, ...]:
        """What a reader should know."""
        ...


def to_text(profile: Record) -> str:
    """Write a profile as one line of JSON."""
    body = _body(profile)
    head = {
        "leeboard_profile": FORMAT,
        "hash": _hash(body),
        "checksum": _digest(body),
    }
    return _json({**head, **body}) + "\n"


def fingerprint(profile: Record) -> str:
    """Hash of schema and cells: what profiles must share to be added or compared."""
    cells = {name: _cells(own) for name, own in profile.cells.items()}
    names = [[c.name, c.kind] for c in profile.schema.columns]
    return _digest([names, cells, profile.segment])


def contents(text: str, where: str) -> _Dict:
    """Read what ``to_text`` wrote, as the fields of a profile by name.

    Raises
    ------
    ProfileError
        If the text is damaged, no profile, or of a newer format.
    """
    document = _parse(text, where)
    version = document.pop("leeboard_profile", None)
    if not isinstance(version, int) or version < 1:
        raise _damaged(where, "no format version", "a saved profile")
    if version > FORMAT:
        raise ProfileError(
            code="newer_format",
            where=where,
            found=f"a profile of format {version}",
            expected=f"format {FORMAT} or older",
            fix="Read it with a newer Leeboard.",
        )
    stated = [document.pop(key, None) for key in ("hash", "checksum")]
    try:
        if stated != [_hash(document), _digest(document)]:
            raise _damaged(where, "contents that do not match their hash", "both equal")
        fields = _fields(document)
    except ProfileError:
        raise
    except (LookupError, TypeError, AttributeError, ValueError) as error:
        raise _damaged(where, f"a part that cannot be read ({error})", "all") from error
    refuse_unsound(fields["cells"], fields["parts"], fixed=fields["fixed"], where=where)
    return fields


def _damaged(where: str, found: str, expected: str) -> ProfileError:
    return ProfileError(
        code="damaged_profile",
        where=where,
        found=found,
        expected=expected,
        fix="Profile the reference again.",
    )


def _parse(text: str, where: str) -> _Dict:
    try:
        document = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise _damaged(where, f"text that is no JSON ({error})", "JSON") from error
    if not isinstance(document, dict):
        raise _damaged(where, "no object", "a saved profile")
    return document


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=True, separators=(",", ":"))


def _digest(value: Any) -> str:
    return hashlib.sha256(_json(value).encode()).hexdigest()


def _hash(body: _Dict) -> str:
    """Digest of the body without its floating-point sums."""
    parts = [
        {
            **part,
            "counts": {
                name: {k: v for k, v in one.items() if k not in ("sums", "norm")}
                for name, one in part["counts"].items()
            },
        }
        for part in body["parts"]
    ]
    return _digest({**body, "parts": parts})


def _body(profile: Record) -> _Dict:
    schema = profile.schema
    return {
        "model": schema.model,
        "task": schema.task,
        "columns": [_column(column) for column in schema.columns],
        "segment": profile.segment,
        "fixed": profile.fixed,
        "types": {n: [form.kind, form.type] for n, form in profile.types.items()},
        "cells": {name: _cells(own) for name, own in profile.cells.items()},
        "parts": [_part(key, part) for key, part in profile.parts.items()],
        "problems": {
            n: [p.code, p.where, p.found, p.expected, p.fix]
            for n, p in profile.problems.items()
        },
        "notes": [[note.code, note.where, note.text] for note in profile.notes],
    }


def _column(column: Column) -> list[Any]:
    c = column
    return [c.name, c.kind, c.role, c.unit, c.negligible, c.large, c.why]


def _numbers(array: np.ndarray[Any, Any]) -> list[Any]:
    """Numbers as JSON: whole ones as such, floats shortest-exact, infinity as text."""
    if np.isfinite(array).all():
        numbers: list[Any] = array.tolist()
        return numbers
    return [value if math.isfinite(value) else str(value) for value in array.tolist()]


def _cells(cells: Cells) -> _Dict:
    if isinstance(cells, CategoryCells):
        rare = cells.rare_keys.astype("<u8").tobytes().hex()
        return {
            "levels": list(cells.levels),
            "rare": rare,
            "singletons": cells.singletons,
        }
    return {
        "type": cells.edges.dtype.kind,
        "edges": _numbers(cells.edges),
        "atoms": np.flatnonzero(cells.atoms).tolist(),
        "centre": cells.centre,
        "spread": cells.spread,
        "continuous": cells.continuous,
    }


def _counts(counts: Counts) -> _Dict:
    if isinstance(counts, CategoryCounts):
        return {"cells": counts.cells.tolist(), "unseen": counts.unseen}
    return {
        "cells": counts.cells.tolist(),
        "min": counts.minimum,
        "max": counts.maximum,
        "sums": counts.sums.tolist(),
        "norm": counts.norm,
    }


def _part(key: str | None, part: Part) -> _Dict:
    blocks = {
        name: [b.count, b.squares, b.cross.tolist(), b.own.tolist(), b.totals.tolist()]
        for name, b in part.blocks.items()
    }
    counts = {name: _counts(one) for name, one in part.counts.items()}
    return {"segment": key, "rows": part.rows, "counts": counts, "blocks": blocks}


def _fields(document: _Dict) -> _Dict:
    columns = tuple(
        Column(name, Kind(kind), Role(role), unit, low, high, why)
        for name, kind, role, unit, low, high, why in document["columns"]
    )
    types = {
        name: Form(None if kind is None else Kind(kind), type_name)
        for name, (kind, type_name) in document["types"].items()
    }
    cells = {name: _read_cells(own) for name, own in document["cells"].items()}
    return {
        "schema": Schema(columns, Task(document["task"]), document["model"]),
        "cells": cells,
        "parts": dict(map(_read_part, document["parts"])),
        "types": types,
        "segment": document["segment"],
        "fixed": document["fixed"],
        "problems": {n: Problem(*facts) for n, facts in document["problems"].items()},
        "notes": tuple(Note(*facts) for facts in document["notes"]),
    }


def _read_cells(own: _Dict) -> Cells:
    if "levels" in own:
        keys = np.frombuffer(bytes.fromhex(own["rare"]), "<u8").astype(np.uint64)
        return CategoryCells(tuple(own["levels"]), keys, own["singletons"])
    kind = np.int64 if own["type"] == "i" else np.float64
    edges = np.array([kind(edge) for edge in own["edges"]], kind)
    atoms = np.zeros(len(edges) - 1, bool)
    atoms[own["atoms"]] = True
    centre, spread = float(own["centre"]), float(own["spread"])
    return NumericCells(edges, atoms, centre, spread, own["continuous"])


def _read_counts(one: _Dict) -> Counts:
    table = np.array(one["cells"], np.int64)
    if "unseen" in one:
        return CategoryCounts(table, one["unseen"])
    return NumericCounts(
        table, np.array(one["sums"], float), one["norm"], one["min"], one["max"]
    )


def _read_part(part: _Dict) -> tuple[str | None, Part]:
    blocks = {
        name: BlockSums(count, squares, *(np.array(a, np.int64) for a in arrays))
        for name, (count, squares, *arrays) in part["blocks"].items()
    }
    counts = {name: _read_counts(one) for name, one in part["counts"].items()}
    return part["segment"], Part(part["rows"], counts, blocks)
