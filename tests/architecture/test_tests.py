"""Tests say what should hold."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from tests.architecture._source import ROOT, tree

FILES = sorted((ROOT / "tests").rglob("test_*.py"))


@pytest.mark.parametrize("path", FILES, ids=lambda p: str(p.relative_to(ROOT)))
def test_every_test_has_its_sentence(path: Path) -> None:
    """Each test function has a docstring whose first line is a sentence."""
    silent = []
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.FunctionDef) and node.name.startswith("test_"):
            doc = ast.get_docstring(node) or ""
            if not doc.split("\n\n")[0].endswith("."):
                silent.append(f"{node.lineno} {node.name}")
    assert silent == []
