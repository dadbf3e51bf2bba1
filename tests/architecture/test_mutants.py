"""The list of ways to break the code stays usable."""

from __future__ import annotations

import re

import pytest

from tests.architecture._source import ROOT
from tools.mutants import Mutant, read

MUTANTS = read(ROOT)


@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda m: m.name)
def test_mutant_fits_the_code(mutant: Mutant) -> None:
    """What a mutant replaces stands once in its file, and its tests exist."""
    source = (ROOT / mutant.file).read_text(encoding="utf-8")
    broken = mutant.broken(source)
    assert broken != source
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
