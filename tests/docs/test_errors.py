"""Every code that a person may meet is explained."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PAGE = ROOT / "docs" / "errors.md"


def _texts(node: ast.expr | None) -> Iterator[str]:
    """Constants a code may be, on both sides of a condition."""
    if isinstance(node, ast.IfExp):
        yield from _texts(node.body)
        yield from _texts(node.orelse)
    text = node.value if isinstance(node, ast.Constant) else None
    if isinstance(text, str) and re.fullmatch("[a-z]+(_[a-z0-9]+)*", text):
        yield text


def _places(tree: ast.Module) -> dict[str, int]:
    """Where functions of a module that take a code take it."""
    places = {"Note": 0, "Reason": 0}
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef):
            names = [arg.arg for arg in node.args.args]
            names = names[1:] if names[:1] == ["self"] else names
            if "code" in names:
                places[node.name] = names.index("code")
    return places


def codes_of(tree: ast.Module) -> Iterator[str]:
    """Codes of errors, problems, notes and reasons that a module can make."""
    places = _places(tree)
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            called = node.func
            name = called.id if isinstance(called, ast.Name) else ""
            name = called.attr if isinstance(called, ast.Attribute) else name
            at = places.get(name, len(node.args))
            given = [k.value for k in node.keywords if k.arg == "code"]
            for argument in (*given, *node.args[at : at + 1]):
                yield from _texts(argument)
        elif isinstance(node, ast.Assign):
            targets = [t.id for t in node.targets if isinstance(t, ast.Name)]
            if "code" in targets:
                yield from _texts(node.value)


def test_every_code_is_explained() -> None:
    """Each code that stands in the source stands on the page of errors."""
    explained = set(re.findall("`([a-z0-9_]+)`", PAGE.read_text(encoding="utf-8")))
    found: dict[str, str] = {}
    for path in sorted((ROOT / "src" / "leeboard").rglob("*.py")):
        for code in codes_of(ast.parse(path.read_text(encoding="utf-8"))):
            found.setdefault(code, path.name)
    assert len(found) > 60
    assert {c: f for c, f in found.items() if c not in explained} == {}
