"""The schema as a TOML file: written with comments for a person, read strictly.

    [columns.temp]
    kind = "numeric"
    role = "feature"
    unit = "°C"
    negligible = 0.02    # the two lines on the size of a change
    large = 0.1

Place: between the schema and the disk. What is written comes back the same when read.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from enum import StrEnum
from os import PathLike
from typing import TypeVar

from leeboard.config._document import Document, close_names, read_document
from leeboard.config._secrets import notes_on_secrets, refuse_secrets
from leeboard.errors import Note, SchemaError
from leeboard.profiles.cells import NumericCells
from leeboard.profiles.counts import NumericCounts
from leeboard.profiles.profile import Profile
from leeboard.schema import Column, Kind, Role, Schema, Task

__all__ = [
    "load_schema",
    "quoted",
    "read_schema",
    "schema_to_toml",
    "write_schema",
]

_KEYS = ("kind", "role", "unit", "negligible", "large", "why")
_TOP = ("task", "model", "columns")
_BARE = re.compile(r"[A-Za-z0-9_-]+")
_SHOWN = 6
_CUT = 40

_Choice = TypeVar("_Choice", bound=StrEnum)

_HEAD = """\
# What the data is. Review it: every frame is read by it.
#
# kind: {kinds}
# role: {roles}
#       Compared are {compared}.
# unit: shown beside figures.
# negligible, large: the two lines on the size of a change (debiased PSI, nats),
#       where they differ from those of the check (0.02 and 0.1).
# why:  why a column is not compared.
"""


def schema_to_toml(schema: Schema, profile: Profile | None = None) -> str:
    """Write a schema as commented TOML.

    Parameters
    ----------
    schema : Schema
    profile : Profile, optional
        Of the reference: what its columns hold is told in comments.

    Returns
    -------
    str
        Text from which ``load_schema`` reads the same schema.

    Raises
    ------
    SchemaError
        If a name or text cannot be written as Unicode.
    """
    from leeboard.schema import COMPARED_ROLES

    compared = [role.value for role in Role if role in COMPARED_ROLES]
    lines = [
        _HEAD.format(
            kinds=", ".join(Kind),
            roles=", ".join(Role),
            compared=", ".join(compared),
        ),
        f"task = {quoted(schema.task)}    # {', '.join(Task)}",
        f"model = {quoted(schema.model)}",
    ]
    for column in schema.columns:
        lines += ["", *_column_lines(column, profile)]
    return "\n".join(lines) + "\n"


def write_schema(
    schema: Schema, path: str | PathLike[str], profile: Profile | None = None
) -> None:
    """Write a schema file in place of what was there; never half of it."""
    text = schema_to_toml(schema, profile)
    part = f"{os.fspath(path)}.part"
    with open(part, "w", encoding="utf-8", newline="\n") as file:
        file.write(text)
    os.replace(part, path)


def load_schema(path: str | PathLike[str], *, strict: bool = False) -> Schema:
    """Read a schema file.

    Parameters
    ----------
    path : path
    strict : bool
        Refuse what is otherwise a warning: a text that looks like a secret.

    Raises
    ------
    SchemaError
        With file and line, what was found, what was expected, and the way out.
    """
    return read_schema(path, strict=strict)[0]


def read_schema(
    path: str | PathLike[str], *, strict: bool = False
) -> tuple[Schema, tuple[Note, ...]]:
    """Read a schema file, and what should be known about it."""
    document = read_document(path, SchemaError)
    if strict:
        refuse_secrets(document)
    document.only(_TOP)
    task = _choice(document, Task, "task") or Task.NONE
    model = document.text("model") or ""
    columns = document.values.get("columns", {})
    if not isinstance(columns, dict):
        document.wrong_type("columns", value=columns, wanted=dict)
    if not columns:
        document.refuse(
            code="no_columns",
            found="no columns",
            expected="at least one [columns.NAME]",
            fix="Write the file with `leeboard init`.",
        )
    read = tuple(_column(document, name) for name in columns)
    return Schema(read, task, model), notes_on_secrets(document)


def _column(document: Document, name: str) -> Column:
    at = ("columns", name)
    document.only(_KEYS, *at)
    kind = _choice(document, Kind, *at, "kind")
    if kind is None:
        document.refuse(
            *at,
            code="missing_key",
            found=f"column {name!r} without a kind",
            expected='kind = "…"',
            fix=f"Add one of {', '.join(Kind)}.",
        )
    low = _line(document, *at, "negligible")
    high = _line(document, *at, "large")
    if low is not None and high is not None and low >= high:
        document.refuse(
            *at,
            "large",
            code="out_of_range",
            found=f"negligible = {low:g}, large = {high:g}",
            expected="negligible below large",
            fix="Raise large.",
        )
    return Column(
        name,
        kind,
        _choice(document, Role, *at, "role") or Role.FEATURE,
        document.text(*at, "unit") or "",
        low,
        high,
        document.text(*at, "why") or "",
    )


def _line(document: Document, *path: str) -> float | None:
    number = document.number(*path)
    if number is not None and number < 0.0:
        document.refuse(
            *path,
            code="out_of_range",
            found=f"{path[-1]} = {number:g}",
            expected="0 or more",
            fix="Remove the line to use that of the check.",
        )
    return number


def _choice(document: Document, kinds: type[_Choice], *path: str) -> _Choice | None:
    value = document.values
    for part in path[:-1]:
        value = value[part]
    given = value.get(path[-1])
    if path[-1] == "role" and isinstance(given, list):
        document.refuse(
            *path,
            code="two_roles",
            found=f"column {path[1]!r} with {len(given)} roles",
            expected="one role a column",
            fix="Give each role its own column.",
        )
    text = document.text(*path)
    if text is None:
        return None
    if text not in set(kinds):
        document.refuse(
            *path,
            code="unknown_value",
            found=f"{path[-1]} = {text!r}",
            expected="one of " + ", ".join(kinds),
            fix=close_names(text, [kind.value for kind in kinds])
            or "Choose one of these.",
        )
    return kinds(text)


def _column_lines(column: Column, profile: Profile | None) -> Iterator[str]:
    yield f"[columns.{_key(column.name)}]"
    for comment in _comments(column, profile):
        yield f"# {comment}"
    yield f"kind = {quoted(column.kind)}"
    yield f"role = {quoted(column.role)}"
    if column.unit:
        yield f"unit = {quoted(column.unit)}"
    if column.negligible is not None:
        yield f"negligible = {column.negligible!r}"
    if column.large is not None:
        yield f"large = {column.large!r}"
    if column.why:
        yield f"why = {quoted(column.why)}"


def _comments(column: Column, profile: Profile | None) -> Iterator[str]:
    if profile is None or column.name not in profile.cells:
        return
    cells, counts = profile.cells[column.name], profile.parts[None].counts[column.name]
    form = profile.types.get(column.name)
    rows = f"{counts.rows:,} rows"
    missing = f", {counts.missing:,} missing" if counts.missing else ""
    yield f"{_plain(form.type)}, {rows}{missing}" if form else rows + missing
    if isinstance(cells, NumericCells) and isinstance(counts, NumericCounts):
        if column.kind is Kind.NUMERIC and counts.minimum is not None:
            yield f"from {counts.minimum:.6g} to {counts.maximum:.6g}"
        return
    if isinstance(cells, NumericCells):
        return
    shown = [_plain(quoted(level[:_CUT])) for level in cells.levels[:_SHOWN]]
    others = cells.inner - len(shown) + len(cells.rare_keys)
    more = f" and {others:,} more" if others else ""
    yield f"levels {', '.join(shown)}{more}"


def _plain(text: str) -> str:
    """Text that can stand in a comment: one line of printable characters."""
    return "".join(c if c.isprintable() else "?" for c in text)


def _key(name: str) -> str:
    return name if _BARE.fullmatch(name) else quoted(name)


def quoted(text: str) -> str:
    """Write a text as TOML, everything that does not print escaped."""
    out = []
    for char in text:
        code = ord(char)
        if 0xD800 <= code <= 0xDFFF:
            raise SchemaError(
                code="bad_text",
                where=f"text {text!r}",
                found="half a character (a lone surrogate)",
                expected="Unicode text",
                fix="Rename it.",
            )
        if char in '"\\':
            out.append("\\" + char)
        elif char.isprintable():
            out.append(char)
        else:
            out.append(f"\\u{code:04X}" if code <= 0xFFFF else f"\\U{code:08X}")
    return '"' + "".join(out) + '"'
