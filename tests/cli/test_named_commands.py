"""Commands that the code tells people to type are there."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import typer.main

from leeboard.cli.commands import app
from tests.architecture._source import PACKAGES, ROOT, modules

COMMAND = re.compile(r"(?<![\w./-])leeboard ([a-z]+)(?: ([a-z]+))?")
COMMANDS: dict[str, Any] = vars(typer.main.get_command(app))["commands"]


def texts(path: Path) -> Iterator[str]:
    """Texts of a module, docstrings too; what an f-string fills in is left out."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    filled = [node for node in ast.walk(tree) if isinstance(node, ast.JoinedStr)]
    parts = {id(part) for node in filled for part in node.values}
    for node in filled:
        constants = (getattr(one, "value", "") for one in node.values)
        yield "".join(one if isinstance(one, str) else "…" for one in constants)
    for one in ast.walk(tree):
        if isinstance(one, ast.Constant) and id(one) not in parts:
            yield str(one.value)


def unknown(text: str) -> Iterator[str]:
    """Commands that a text names and the shell would refuse."""
    for found in COMMAND.finditer(" ".join(text.split())):
        name, more = found.groups()
        inner = getattr(COMMANDS.get(name), "commands", None)
        if name not in COMMANDS or (inner and more and more not in inner):
            yield found[0]


def test_commands_that_are_named_are_there() -> None:
    """Next steps of errors, alerts, pages and runbooks can be typed as they stand."""
    wrong = {
        (str(path.relative_to(ROOT)), one)
        for path in modules(*PACKAGES)
        for text in texts(path)
        for one in unknown(text)
    }
    assert wrong == set()


def test_a_command_that_is_not_there_is_seen() -> None:
    """One that never was, and one of a group."""
    text = "Run: leeboard  incidents\nlist, then leeboard begin; leeboard keys create."
    assert list(unknown(text)) == ["leeboard incidents list", "leeboard begin"]
