"""Who may import whom."""

from __future__ import annotations

import subprocess
import sys
from itertools import permutations

import grimp
import pytest

from tests.architecture._source import ROOT


@pytest.fixture(scope="module")
def graph() -> grimp.ImportGraph:
    """Build the import graph of the package, lazy imports counted."""
    return grimp.build_graph("leeboard", cache_dir=None)


def test_contracts_are_kept() -> None:
    """The layers and the purity of the path, as pyproject.toml states them, hold."""
    command = "from importlinter.cli import lint_imports; import sys; sys.exit("
    command += "lint_imports(no_cache=True))"
    run = subprocess.run(
        [sys.executable, "-c", command],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 0, run.stdout + run.stderr
    assert "4 kept, 0 broken" in run.stdout


def test_metrics_do_not_know_one_another(graph: grimp.ImportGraph) -> None:
    """A metric knows its neighbours only by what stands in a module with a _."""
    package = "leeboard.metrics"
    files = {
        child
        for child in graph.find_children(package)
        if not child.rpartition(".")[2].startswith("_")
    }
    known = {
        (importer, imported)
        for importer, imported in permutations(files, 2)
        if graph.direct_import_exists(importer=importer, imported=imported)
    }
    assert not known
