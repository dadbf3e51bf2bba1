"""The public surface is a decision, not an accident."""

from __future__ import annotations

import ast
import importlib
import pkgutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

import leeboard
from tests.architecture._source import PACKAGES, ROOT, modules, tree


def _packages() -> list[str]:
    found = pkgutil.walk_packages(leeboard.__path__, "leeboard.")
    return ["leeboard", "leeboard_logger", *(m.name for m in found if m.ispkg)]


def _public(names: set[str]) -> set[str]:
    return {name for name in names if not name.startswith("_")}


def _defined(module: ast.Module) -> Iterator[str]:
    """Yield the names that a module's own statements define, imports apart."""
    for node in module.body:
        match node:
            case ast.FunctionDef(name=name) | ast.ClassDef(name=name):
                yield name
            case ast.AsyncFunctionDef(name=name):
                yield name
            case ast.Assign(targets=targets):
                yield from (
                    part.id
                    for target in targets
                    for part in ast.walk(target)
                    if isinstance(part, ast.Name) and isinstance(part.ctx, ast.Store)
                )
            case ast.AnnAssign(target=ast.Name(id=name)):
                yield name


def _brought(module: ast.Module) -> Iterator[str]:
    """Yield the names that a package takes from its own modules."""
    for node in module.body:
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("lee"):
            yield from (name.asname or name.name for name in node.names)


@pytest.mark.parametrize("name", _packages())
def test_all_equals_the_public_names_of_a_package(name: str) -> None:
    """A package's __all__ resolves, repeats nothing, and leaves out no public name."""
    package = importlib.import_module(name)
    declared = list(getattr(package, "__all__", []))
    assert len(declared) == len(set(declared))
    for public in declared:
        getattr(package, public)
    module = tree(Path(package.__file__ or ""))
    bound = {*_defined(module), *_brought(module)}
    assert _public(bound) <= set(declared)
    assert set(declared) <= set(dir(package))


@pytest.mark.parametrize(
    "path", modules(*PACKAGES), ids=lambda p: str(p.relative_to(ROOT))
)
def test_all_names_what_a_module_defines(path: Path) -> None:
    """Whatever a module defines without an underscore stands in its __all__."""
    module = tree(path)
    names = set(_defined(module))
    declared: set[str] = set()
    for node in ast.walk(module):
        match node:
            case (
                ast.Assign(targets=[ast.Name(id="__all__")], value=value)
                | ast.AnnAssign(target=ast.Name(id="__all__"), value=value)
            ) if isinstance(value, ast.List | ast.Tuple):
                declared = set(ast.literal_eval(value))
    if "__all__" in names and not declared:
        pytest.fail("__all__ is not a plain list")
    if path.name != "__init__.py":
        assert _public(names) == _public(declared)
        assert declared <= names


def test_star_import_works() -> None:
    """``from leeboard import *`` brings every public name."""
    code = (
        "from leeboard import *\nimport leeboard\n"
        "missing = [n for n in leeboard.__all__ if n not in globals()]\n"
        "assert not missing, missing"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


@pytest.mark.parametrize("name", leeboard.__all__)
def test_a_public_name_is_never_a_module(name: str) -> None:
    """``leeboard.check`` is the function, also after its module was imported."""
    code = (
        "import importlib, types\nimport leeboard\n"
        f"importlib.import_module(leeboard._HOME[{name!r}])\n"
        f"assert not isinstance(leeboard.{name}, types.ModuleType)"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
