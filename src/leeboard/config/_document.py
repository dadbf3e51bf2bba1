"""A TOML file that a person edits, read so that each complaint names its line.

Place: below the schema and suite files, which know what may stand in it. Knows of no
key. A file is at most 1 MiB, includes nothing and repeats no key.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from os import PathLike, fspath
from typing import Any, NoReturn

from leeboard.config._lines import Path, Place, places
from leeboard.errors import ConfigError, LeeboardError

__all__ = [
    "LARGEST",
    "Document",
    "close_names",
    "locate",
    "read_document",
    "read_text",
]

LARGEST = 1 << 20
"""Bytes a file may have."""

_NAMES = {
    bool: "true or false",
    dict: "a table",
    float: "a number",
    int: "a whole number",
    list: "a list",
    str: "a text",
}


@dataclass(frozen=True, slots=True, eq=False)
class Document:
    """Values of a file, and on which line each key stands.

    Parameters
    ----------
    name : str
        Path of the file, for messages.
    values : mapping
        As TOML gives them.
    lines : mapping of path to line
    error : type
        Of the errors raised about it.
    """

    name: str
    values: Mapping[str, Any]
    lines: Mapping[Path, int]
    error: type[LeeboardError]

    def where(self, *path: str | int) -> str:
        """File and line of a key, or of the nearest table around it."""
        inside: Path = path
        while inside and inside not in self.lines:
            inside = inside[:-1]
        line = self.lines.get(inside)
        return self.name if line is None else f"{self.name}, line {line}"

    def refuse(
        self, *path: str | int, code: str, found: str, expected: str, fix: str
    ) -> NoReturn:
        """Raise an error about the value at a path."""
        raise self.error(
            code=code, where=self.where(*path), found=found, expected=expected, fix=fix
        )

    def only(self, allowed: Collection[str], *path: str | int) -> Mapping[str, Any]:
        """Table at a path, which has no key but the allowed ones."""
        table = self._at(path)
        if not isinstance(table, Mapping):
            self.wrong_type(*path, value=table, wanted=dict)
        for key in table:
            if key not in allowed:
                self.refuse(
                    *path,
                    key,
                    code="unknown_key",
                    found=f"unknown key {key!r}",
                    expected="one of " + ", ".join(map(repr, allowed)),
                    fix=close_names(key, allowed) or "Remove it.",
                )
        return table

    def table(self, *path: str | int) -> Mapping[str, Any]:
        """Table at a path, whatever its keys; none where there is none."""
        table = self._at(path)
        if table is None:
            return {}
        if not isinstance(table, Mapping):
            self.wrong_type(*path, value=table, wanted=dict)
        return table

    def text(self, *path: str | int) -> str | None:
        """Text at a path; None if the key is absent."""
        value = self._at(path)
        if value is not None and not isinstance(value, str):
            self.wrong_type(*path, value=value, wanted=str)
        return value

    def texts(self, *path: str | int) -> tuple[str, ...] | None:
        """List of texts at a path; None if the key is absent."""
        value = self._at(path)
        if value is None:
            return None
        if not isinstance(value, list):
            self.wrong_type(*path, value=value, wanted=list)
        for one in value:
            if not isinstance(one, str):
                self.wrong_type(*path, value=one, wanted=str)
        return tuple(value)

    def number(self, *path: str | int) -> float | None:
        """Finite number at a path; None if the key is absent."""
        value = self._at(path)
        if value is None:
            return None
        if isinstance(value, bool) or not isinstance(value, int | float):
            self.wrong_type(*path, value=value, wanted=float)
        number = float(value)
        if not abs(number) < float("inf"):
            self.refuse(
                *path,
                code="out_of_range",
                found=f"{path[-1]} = {value}",
                expected="a finite number",
                fix="Give a number, or remove the line to use the default.",
            )
        return number

    def wrong_type(
        self, *path: str | int, value: Any, wanted: type[object]
    ) -> NoReturn:
        """Refuse a value of another type than wanted."""
        kind = next((text for t, text in _NAMES.items() if type(value) is t), "a date")
        self.refuse(
            *path,
            code="wrong_type",
            found=f"{kind} for {path[-1]!r}: {_short(value)}" if path else kind,
            expected=_NAMES[wanted],
            fix=_advice(value, wanted),
        )

    def _at(self, path: Path) -> Any:
        value: Any = self.values
        for part in path:
            if isinstance(value, Mapping):
                value = value.get(str(part))
            elif isinstance(value, list) and isinstance(part, int):
                value = value[part]
            else:
                return None
        return value


def read_document(
    path: str | PathLike[str], error: type[LeeboardError] = ConfigError
) -> Document:
    """Read a TOML file.

    Raises
    ------
    LeeboardError
        Of the type given: the file cannot be read, is larger than 1 MiB, no UTF-8, no
        TOML, or repeats a key.
    """
    import tomllib

    if not isinstance(path, str | PathLike):
        raise error(
            code="wrong_type",
            where="schema or suite",
            found=f"a value of type {type(path).__name__}",
            expected="the path of a TOML file, a Schema, or a list of conditions",
            fix="Write the schema with `leeboard init`, or build one with Schema(...).",
        )
    name = fspath(path)
    text = read_text(name, error)
    found = list(places(text))
    _refuse_repeats(name, found, error)
    try:
        values = tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError) as fault:
        raise error(
            code="not_toml",
            where=name,
            found=f"text that is no TOML: {fault}",
            expected="a TOML file",
            fix='Write texts in quotes, true or false without, as in unit = "kWh".',
        ) from fault
    lines = {place.path: place.line for place in reversed(found)}
    return Document(name, values, lines, error)


def read_text(name: str, error: type[LeeboardError]) -> str:
    """Read a file that people write, or say why it cannot be read."""
    try:
        with open(name, "rb") as file:
            data = file.read(LARGEST + 1)
        if len(data) <= LARGEST:
            return data.decode("utf-8-sig").replace("\r\n", "\n")
        found, fix = "more than 1 MiB", "Give the file itself; it cannot be that large."
    except FileNotFoundError:
        found, fix = "no such file", "Check the path."
    except OSError as fault:
        found, fix = fault.strerror or "no readable file", "Check the path."
    except UnicodeDecodeError as fault:
        line = data.count(b"\n", 0, fault.start) + 1
        found = f"bytes that are no UTF-8 on line {line}"
        fix = "Save it as UTF-8."
    raise error(
        code="unreadable",
        where=name,
        found=found,
        expected="a TOML file of at most 1 MiB",
        fix=fix,
    )


def _refuse_repeats(name: str, found: list[Place], error: type[LeeboardError]) -> None:
    first: dict[Path, int] = {}
    for place in found:
        if place.path not in first:
            first[place.path] = place.line
            continue
        what = ".".join(map(str, place.path))
        raise error(
            code="duplicate_key",
            where=f"{name}, lines {first[place.path]} and {place.line}",
            found=f"{'table' if place.header else 'key'} {what!r} twice",
            expected="each once",
            fix="Remove or rename one of them.",
        )


def locate(path: str, *at: str | int) -> str:
    """File and line of a key, as ``Document.where``; the file where it has changed."""
    try:
        return read_document(path).where(*at)
    except LeeboardError:
        return path


def close_names(name: str, known: Collection[str]) -> str:
    """Return the question "Did you mean …?", or nothing where no name is close."""
    close = get_close_matches(name, list(known), n=3, cutoff=0.6)
    return f"Did you mean {' or '.join(map(repr, close))}?" if close else ""


def _short(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= 40 else text[:37] + "..."


def _advice(value: Any, wanted: type[object]) -> str:
    if isinstance(value, str) and wanted is float:
        return "Write the number without quotes."
    if isinstance(value, str) and wanted is list:
        return f"Write it in brackets: [{value!r}]."
    if isinstance(value, dict) and wanted is str:
        return "Write the text itself; nothing is read from the environment."
    return f"Write {_NAMES[wanted]}."
