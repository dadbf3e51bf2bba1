"""The fragment for notebooks: a table that needs nothing around it."""

from __future__ import annotations

import html5lib

from leeboard.pages.notebook import MOST, render_fragment
from tests.pages.findings import typical, wide


def test_fragment_stands_alone() -> None:
    """One element with inline styles; no script, style sheet or document around it."""
    html = render_fragment(typical())
    tree = html5lib.parseFragment(html, namespaceHTMLElements=False)
    assert [child.tag for child in tree] == ["div"]
    for tag in ("script", "style", "html", "body", "link"):
        assert f"<{tag}" not in html
    assert "5 of 12 columns moved" in html
    assert html.count("<svg") == 12 - 1


def test_fragment_is_cut() -> None:
    """Of many columns the first ones are shown and the rest counted."""
    html = render_fragment(wide(60))
    assert html.count("<tr style=") == MOST
    assert "and 20 more" in html


def test_same_findings_give_same_fragment() -> None:
    """Two drawings are equal, so that notebooks do not change by being run."""
    assert render_fragment(typical()) == render_fragment(typical())


def test_performance_is_told_in_a_sentence() -> None:
    """The fragment says which figures are surely worse, where a label was named."""
    assert "Performance is surely worse" in render_fragment(typical())
