"""The reference pages say what the code says."""

from __future__ import annotations

from pathlib import Path

import pytest

from tools.reference import ROOT, pages

PAGES = pages()


@pytest.mark.parametrize("place", PAGES, ids=str)
def test_page_is_fresh(place: Path) -> None:
    """After a change of a declaration, an option or a setting `make docs` must run."""
    assert (ROOT / place).read_text(encoding="utf-8") == PAGES[place]


def test_no_page_is_left_behind() -> None:
    """What lies in docs/reference is written by the generator, and nothing else is."""
    found = {path.relative_to(ROOT) for path in (ROOT / "docs/reference").iterdir()}
    assert found == set(PAGES)
