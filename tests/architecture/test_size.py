"""How large a module and a function may be."""

from __future__ import annotations

import ast
from statistics import median

from tests.architecture._source import PACKAGES, ROOT, Function, functions, modules

MODULE_LINES = 450
MEDIAN_LINES = 150
FUNCTION_LINES = 60
INNER_PARAMETERS = 6


def _lines(node: Function) -> int:
    """Count a function's lines without its docstring: prose is not complexity.

    Of a command of the shell only the body counts: its signature is the declaration
    that ``--help`` and the docs are made from, as long as the command has options.
    """
    first = node.body[0]
    assert node.end_lineno is not None
    assert first.end_lineno is not None
    command = any("app.command" in ast.unparse(d) for d in node.decorator_list)
    start = first.lineno if command else node.lineno
    doc = first.end_lineno - first.lineno + 1 if ast.get_docstring(node) else 0
    return node.end_lineno - start + 1 - doc


def _parameters(node: Function) -> int:
    names = [a.arg for a in (*node.args.posonlyargs, *node.args.args)]
    names = names[1:] if names[:1] in (["self"], ["cls"]) else names
    return len(names) + len(node.args.kwonlyargs)


def test_modules_are_short() -> None:
    """No module is above 450 lines, and half of them are at most 150."""
    for package in PACKAGES:
        lines = {
            str(path.relative_to(ROOT)): len(path.read_text("utf-8").splitlines())
            for path in modules(package)
        }
        assert {k: v for k, v in lines.items() if v > MODULE_LINES} == {}
        assert median(lines.values()) <= MEDIAN_LINES


def test_functions_are_short() -> None:
    """No function is above 60 lines, its docstring not counted."""
    long = {
        place: _lines(node)
        for path in modules(*PACKAGES)
        for place, node, _ in functions(path)
        if _lines(node) > FUNCTION_LINES
    }
    assert long == {}


def test_inner_functions_take_few_parameters() -> None:
    """Only a public entry point takes more than six parameters, and those by name."""
    many = {}
    for path in modules(*PACKAGES):
        for place, node, public in functions(path):
            positional = _parameters(node) - len(node.args.kwonlyargs)
            allowed = positional <= 3 if public else False
            if _parameters(node) > INNER_PARAMETERS and not allowed:
                many[place] = _parameters(node)
    assert many == {}
