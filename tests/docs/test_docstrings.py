"""Every example in a docstring runs and prints what it says."""

from __future__ import annotations

import doctest
import importlib

import pytest

from tests.architecture._source import PACKAGE, modules


def test_examples_in_docstrings_run(capsys: pytest.CaptureFixture[str]) -> None:
    """The examples of every module's docstrings give the results shown."""
    wrong = []
    for path in modules():
        if ">>> " in path.read_text(encoding="utf-8"):
            parts = path.relative_to(PACKAGE.parent).with_suffix("").parts
            name = ".".join(parts).removesuffix(".__init__")
            options = doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE
            failed, tried = doctest.testmod(
                importlib.import_module(name), optionflags=options
            )
            if failed or not tried:
                wrong.append(name)
    assert wrong == [], capsys.readouterr().out
