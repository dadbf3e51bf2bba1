"""Texts from data stay texts, on every page."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import html5lib
import pytest

from leeboard.dashboard.pages import Dashboard
from leeboard.dashboard.reading import Reader
from leeboard.pages.dashboard.contexts import Shell
from leeboard.state import Deed, Key, open_state
from tests.dashboard._board import every_page
from tests.dashboard._made import NOW, fill, plan_of
from tests.pages.findings import hostile
from tests.pages.payloads import PAYLOADS

FORBIDDEN = frozenset(["iframe", "object", "embed", "base", "style", "img"])
LONG = "<script>alert(1)</script>\u202e" + "x" * 10_000
NAMES = ('"><script>alert(1)</script>', "../a?b#c\u202e")
TEXTS = ("\u202eevil\u202c<img src=x onerror=alert(1)>", LONG)


@pytest.fixture(scope="module")
def shown(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Dashboard]:
    """Models with hostile names, columns, notes and incidents."""
    folder: Path = tmp_path_factory.mktemp("hostile")
    found = hostile()
    state = open_state(str(folder / "results.db"))
    for name, text in zip(NAMES, TEXTS, strict=True):
        columns = [*PAYLOADS, LONG]
        fill(state, name, columns, windows=3, text=text, counted=found.current)
    for i, text in enumerate([*PAYLOADS, LONG]):
        state.keys.add(Key(f"{i}", text, "d" * 64, ("read",), text, NOW))
        state.audit.add([Deed(NOW, text, text, text, text, text, text)])
    yield Dashboard(Reader(plan_of(folder, found.reference, NAMES), state))
    state.close()


@pytest.fixture(scope="module")
def pages(shown: Dashboard) -> dict[str, str]:
    """Return the HTML of every page."""
    found = {}
    for name, (path, query) in every_page(shown).items():
        page = shown.page(path, query, shell=Shell(csrf="t"))
        assert page.status == 200, name
        found[name] = page.html
    page = shown.page("/settings", shell=Shell(csrf="t", who=LONG, admin=True))
    assert page.html.count("alert(1)") > 50
    return {**found, "settings of an admin": page.html}


def test_nothing_from_data_becomes_markup(pages: dict[str, str]) -> None:
    """No page gains a script, a handler, a frame, a style or a link elsewhere."""
    for name, html in pages.items():
        tree = html5lib.parse(html, treebuilder="etree", namespaceHTMLElements=False)
        scripts = 0
        for element in tree.iter():
            tag = str(element.tag).rpartition("}")[2].lower()
            assert tag not in FORBIDDEN, name
            scripts += tag == "script"
            for attribute, value in element.attrib.items():
                assert not str(attribute).lower().startswith("on"), name
                assert attribute not in {"style", "srcdoc", "formaction"}, name
                if attribute in {"href", "src", "action"}:
                    assert str(value)[:1] in {"/", "#"}, (name, value)
                    assert str(value)[:2] != "//", (name, value)
        assert scripts == 1, name


def test_nothing_turns_the_reading_direction(pages: dict[str, str]) -> None:
    """Characters that reorder text or end it are shown, not obeyed."""
    for name, html in pages.items():
        assert not set("\u202e\u202c\x00\x1b") & set(html), name


def test_long_names_do_not_make_pages_large(pages: dict[str, str]) -> None:
    """A name of 10 kB is not written out a hundred times."""
    for name, html in pages.items():
        assert len(html) < 2_000_000, name


def test_a_query_is_text_too(shown: Dashboard) -> None:
    """Whatever stands in the query, pages answer, and show it as text or not at all."""
    keys = ("range", "from", "to", "segment", "metric", "column", "window", "sort")
    sections = ("", "/performance", "/quality", "/drift", "/system", "/reference")
    for i, text in enumerate([*PAYLOADS[::4], LONG]):
        query = {**dict.fromkeys((*keys, "find", "page"), text), "model": NAMES[0]}
        page = shown.page(f"/model{sections[i % len(sections)]}", query)
        assert page.status == 200
        assert "<script>alert" not in page.html
        assert "onerror=alert(1)>" not in page.html
        for key in ("model", "show", "severity", "page"):
            assert shown.page("/incidents", {key: text}).status == 200
