"""What the logger may load: it runs inside other people's processes."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

from tests.architecture._source import LOGGER, ROOT, modules, tree
from tests.architecture.test_start import starts_within

BUDGET_S = 0.060


def _imported(path: Path) -> set[str]:
    """Return the packages that a module imports anywhere, its own apart."""
    found = set()
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: relative import"
            found.add(node.module or "")
    return {name.partition(".")[0] for name in found} - {"leeboard_logger"}


@pytest.mark.parametrize("path", modules(LOGGER), ids=lambda p: p.name)
def test_only_the_standard_library_is_imported(path: Path) -> None:
    """No module of the logger needs anything that pip would have to install."""
    assert _imported(path) <= sys.stdlib_module_names


def test_it_asks_for_no_package() -> None:
    """The wheel has no dependencies."""
    text = (ROOT / "logger" / "pyproject.toml").read_text(encoding="utf-8")
    assert "dependencies = []" in text


def test_it_loads_without_site_packages() -> None:
    """A bare interpreter can import it, and what it loads is the standard library."""
    code = (
        f"import sys; sys.path.insert(0, {str(LOGGER.parent)!r})\n"
        "import leeboard_logger\n"
        "roots = {name.partition('.')[0] for name in sys.modules}\n"
        "print(roots - set(sys.stdlib_module_names) - {'__main__', 'leeboard_logger'})"
    )
    run = subprocess.run(
        [sys.executable, "-I", "-S", "-c", code],
        capture_output=True,
        text=True,
        check=False,
    )
    assert (run.returncode, run.stdout.strip()) == (0, "set()"), run.stderr


def test_import_is_quick(tmp_path: Path) -> None:
    """Importing the logger takes at most 60 ms more than starting Python does."""
    assert starts_within(BUDGET_S, "import leeboard_logger", tmp_path)
