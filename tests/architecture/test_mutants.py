"""The list of ways to break the code stays usable."""

from __future__ import annotations

import re
import time
from pathlib import Path

import pytest

from tests.architecture._source import ROOT
from tools.mutants import Mutant, read, run, run_all, unbroken

MUTANTS = read(ROOT)


@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda m: m.name)
def test_mutant_fits_the_code(mutant: Mutant) -> None:
    """What a mutant replaces stands once in its file, and its tests exist."""
    source = (ROOT / mutant.file).read_text(encoding="utf-8")
    broken = mutant.broken(source)
    assert broken != source
    if mutant.file.endswith(".py"):
        compile(broken, mutant.file, "exec")
    for test in mutant.test:
        file, _, name = test.partition("::")
        assert (ROOT / file).exists()
        if name:
            function = re.escape(name.rpartition("::")[2].partition("[")[0])
            text = (ROOT / file).read_text(encoding="utf-8")
            assert re.search(rf"def {function}\b", text)


def test_a_text_that_is_not_there_is_refused() -> None:
    """A mutant whose text stands nowhere, or twice, cannot pass for a seen one."""
    mutant = Mutant("m", "f.py", find="x", replace="y", test=("t.py",))
    for source in ("a", "x x"):
        with pytest.raises(ValueError, match="times in f"):
            mutant.broken(source)


def test_a_mutant_is_seen_by_a_failing_test_alone(tmp_path: Path) -> None:
    """A break that no test sees, or one that stops pytest itself, is told by name."""
    code = tmp_path / "code_under_test.py"
    code.write_text("def one():\n    return 1\n")
    (tmp_path / "test_code.py").write_text(
        "import code_under_test\n\n"
        "def test_one():\n    assert code_under_test.one() == 1\n"
    )
    test = ("test_code.py",)

    def mutant(name: str, replace: str, tests: tuple[str, ...] = test) -> Mutant:
        return Mutant(name, code.name, "return 1", replace, tests)

    later = time.monotonic() + 600
    mutants = [
        mutant("seen", "return 2"),
        mutant("unseen", "return 1 + 0"),
        mutant("lost", "return 2", ("test_gone.py",)),
        mutant("no code", "return ("),
    ]
    assert unbroken(mutants[:2], tmp_path) == []
    assert unbroken(mutants[2:3], tmp_path)
    wrong = run_all(mutants, [tmp_path], later)
    assert [line.partition(":")[0] for line in wrong] == ["unseen", "lost", "no code"]
    assert code.read_text() == "def one():\n    return 1\n"
    assert "out of time" in run(mutants[0], tmp_path, time.monotonic() - 1)
