"""The package's own source as trees, for the tests that measure it."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

__all__ = ["LOGGER", "PACKAGE", "PACKAGES", "ROOT", "functions", "modules", "tree"]

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = ROOT / "src" / "leeboard"
LOGGER = ROOT / "logger" / "src" / "leeboard_logger"
PACKAGES = (PACKAGE, LOGGER)

Function = ast.FunctionDef | ast.AsyncFunctionDef


def modules(*packages: Path) -> list[Path]:
    """Return every module of some packages, by default of the library."""
    return sorted(p for one in packages or (PACKAGE,) for p in one.rglob("*.py"))


def tree(path: Path) -> ast.Module:
    """Return the parsed module."""
    return ast.parse(path.read_text(encoding="utf-8"), filename=str(path))


def functions(path: Path) -> Iterator[tuple[str, Function, bool]]:
    """Yield each function's place, its node, and whether callers outside may use it.

    Public means: no part of the path to it, class included, starts with an underscore.
    """
    (package,) = (one for one in PACKAGES if path.is_relative_to(one))
    name = path.relative_to(package.parent)
    private = any(p.startswith("_") and p != "__init__.py" for p in name.parts)

    def walk(
        node: ast.AST, prefix: str, *, public: bool
    ) -> Iterator[tuple[str, Function, bool]]:
        for child in ast.iter_child_nodes(node):
            if isinstance(child, Function | ast.ClassDef):
                hidden = child.name.startswith("_") and child.name != "__init__"
                seen = public and not hidden
                place = f"{prefix}{child.name}"
                if isinstance(child, Function):
                    yield f"{name}:{child.lineno} {place}", child, seen
                    seen = False
                yield from walk(child, f"{place}.", public=seen)
            else:
                yield from walk(child, prefix, public=public)

    yield from walk(tree(path), "", public=not private)
