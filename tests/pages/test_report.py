"""The HTML report: what it tells, what it weighs, and that data stays data."""

from __future__ import annotations

import base64
import dataclasses
import hashlib
import re
from typing import Any

import html5lib
import jinja2
import numpy as np
import pytest
from jinja2 import nodes

from leeboard.pages import contexts, performance_lines, report
from leeboard.pages.notebook import render_fragment
from leeboard.pages.report import render_html, report_page
from leeboard.verdicts.verdict import State
from tests.pages.findings import (
    condition,
    findings,
    hostile,
    levels,
    numbers,
    typical,
    wide,
)
from tests.pages.payloads import PAYLOADS

TEMPLATES = ("report.html.j2", "notebook.html.j2")


@pytest.fixture(scope="module")
def page() -> str:
    """Return the report of a check like many."""
    return render_html(report_page(typical()))


@pytest.fixture(scope="module")
def attacked() -> str:
    """Return the report of a check whose every text is an attack."""
    return render_html(report_page(hostile()))


def _parsed(html: str) -> Any:
    return html5lib.parse(html, treebuilder="etree", namespaceHTMLElements=False)


def _tag(element: Any) -> str:
    return str(element.tag).rpartition("}")[2].lower()


def _text(html: str) -> str:
    return " ".join("".join(_parsed(html).itertext()).split())


# ── data stays data ──────────────────────────────────────────────────────────────────

TAGS = frozenset(
    [
        "html",
        "head",
        "caption",
        "details",
        "summary",
        "meta",
        "title",
        "style",
        "script",
        "body",
        "a",
        "header",
        "main",
        "section",
        "footer",
        "h1",
        "h2",
        "h3",
        "p",
        "b",
        "i",
        "em",
        "small",
        "span",
        "code",
        "div",
        "dl",
        "dt",
        "dd",
        "ul",
        "li",
        "table",
        "thead",
        "tbody",
        "tr",
        "th",
        "td",
        "button",
        "label",
        "input",
        "select",
        "option",
        "figure",
        "figcaption",
        "svg",
        "path",
        "rect",
        "text",
        "circle",
        "g",
    ]
)


def test_hostile_texts_add_no_element(attacked: str) -> None:
    """Only elements of the template occur, however the texts are spelled."""
    tags = {_tag(e) for e in _parsed(attacked).iter() if isinstance(e.tag, str)}
    assert tags - TAGS == {"title"} - TAGS
    assert attacked.lower().count("<script") == 1
    assert attacked.lower().count("<style") == 1


@pytest.mark.parametrize("form", ["report", "fragment"])
def test_hostile_texts_add_no_script(form: str, attacked: str) -> None:
    """No handler, no script of others, no address that runs or loads anything."""
    html = attacked if form == "report" else render_fragment(hostile())
    for element in _parsed(html).iter():
        if not isinstance(element.tag, str):
            continue
        assert _tag(element) not in {"img", "iframe", "object", "embed", "base", "link"}
        if _tag(element) == "script":
            assert element.text == report.asset("report.js")
        for name, value in element.attrib.items():
            plain = str(name).rpartition("}")[2].lower()
            assert not plain.startswith("on"), (plain, value)
            assert plain not in {"src", "srcdoc", "action", "formaction", "xlink:href"}
            if plain == "href":
                assert value == "#columns"
            if plain == "style":
                assert form == "fragment"
                assert "url" not in value
                assert "evil" not in value


@pytest.mark.parametrize("form", ["report", "fragment"])
def test_hostile_texts_are_shown(form: str, attacked: str) -> None:
    """What an attacker wrote can be read, as text, in full."""
    if form == "report":
        text = "".join(_parsed(attacked).itertext())
        for payload in (
            "<script>alert(1)</script>",
            "__proto__",
            "{{7*7}}",
            "⟨U+202E⟩evil",
        ):
            assert payload in text
    else:
        assert "<script" not in render_fragment(hostile())


def test_invisible_characters_are_written_out(attacked: str) -> None:
    """No control or bidirectional character of the data reaches the file."""
    found = set(attacked) & {*map(chr, range(32)), *"\x7f\x85\u202e\u2066\ufeff\ud800"}
    assert found == {"\n"}
    assert attacked.encode("utf-8")


def test_payloads_are_many() -> None:
    """At least forty ways of attack are tried, each once."""
    assert len(set(PAYLOADS)) == len(PAYLOADS) >= 40


def test_policy_names_the_very_style_and_script(page: str) -> None:
    """The content security policy lets only this file's own style and script run."""
    policy = re.search(r'Content-Security-Policy" content="([^"]+)"', page)
    assert policy is not None
    assert policy[1].startswith("default-src 'none';")
    assert "unsafe" not in policy[1]
    for kind, tag in (("style-src", "style"), ("script-src", "script")):
        inside = re.search(f"<{tag}>(.*?)</{tag}>", page, re.DOTALL)
        assert inside is not None
        digest = base64.b64encode(hashlib.sha256(inside[1].encode()).digest()).decode()
        assert f"{kind} 'sha256-{digest}'" in policy[1]
    assert 'style="' not in page


def test_nothing_is_loaded(page: str) -> None:
    """No address stands in the file, so that nothing can be fetched."""
    assert re.findall(r"(?:https?:)?//[a-z]", page.split("</script>", 1)[1]) == []
    assert "url(" not in page
    assert "@import" not in page


# ── what it tells ────────────────────────────────────────────────────────────────────


def test_moved_columns_come_first(page: str) -> None:
    """Moved, failed, unsure, held, each by size."""
    states = re.findall(r'data-state="(\w+)"', page)
    order = ["moved", "failed", "unsure", "held"]
    assert states == sorted(states, key=order.index)
    cards = report_page(typical()).cards
    assert [c.name for c in cards[:3]] == ["registered_at", "season", "temp"]


def test_headline_says_what_moved_and_how_much() -> None:
    """It names the moved columns and their sizes in words, and what got worse."""
    page = report_page(typical())
    assert page.headline == (
        "5 of 12 columns moved: registered_at, season, temp (about 0.7 standard "
        "deviations) and 2 more; 1 other failed. Performance: 12 of 14 figures are"
        " worse."
    )
    assert "5 %" in page.certainty
    assert "1 column is unsure" in page.certainty


def test_headline_when_nothing_moved() -> None:
    """Where all held, the sentence says so and nothing else."""
    rng = np.random.default_rng(0)
    one = numbers("a", rng.normal(size=500), rng.normal(size=400))
    assert report_page(findings([one])).headline == "The one column held."
    two = levels("b", {"x": 300, "y": 200}, {"x": 250, "y": 150}, state=State.UNSURE)
    page = report_page(findings([one, two]))
    assert page.headline == "No column moved: 1 of 2 held."
    assert report_page(findings([])).headline == "No column could be compared."


def test_tallies_add_up() -> None:
    """The four counts sum to the columns, segments not counted twice."""
    for found in (typical(), hostile()):
        page = report_page(found)
        assert sum(t.n for t in page.tallies) == page.columns == len(found.worst())


def test_every_part_is_told(page: str) -> None:
    """Conditions, quality, skipped columns, notes and the rules have their place."""
    text = _text(page)
    for said in (
        "psi < 0.2",
        "could not be decided",
        "trip_id",
        "nearly every row has a value of its own",
        "below the reference minimum",
        "unexpected_column",
        "duplicates",
        "Benjamini and Hochberg, 1995",
        "assumes independent rows",
        "Taken as independent of one another",
        "needs rows",
        "Negligible: 0.02. Large: 0.1.",
        "about 4,000 current rows",
    ):
        assert said in text, said


def test_tables_and_landmarks_can_be_heard(page: str) -> None:
    """One h1, named sections, headed tables, labelled drawings and controls."""
    tree = _parsed(page)
    found = [e for e in tree.iter() if isinstance(e.tag, str)]
    ids = [e.get("id") for e in found if e.get("id")]
    assert len(ids) == len(set(ids))
    assert sum(_tag(e) == "h1" for e in found) == 1
    for element in found:
        if _tag(element) == "section":
            assert element.get("aria-labelledby") in ids
        if _tag(element) == "table":
            assert element.find(".//th[@scope]") is not None
        if _tag(element) == "svg":
            assert element.get("aria-hidden") == "true" or (
                element.get("role") == "img" and element.get("aria-label")
            )
        if element.get("aria-controls"):
            assert element.get("aria-controls") in ids
            assert element.get("aria-expanded") in {"true", "false"}


def test_hover_tells_both_shares(page: str) -> None:
    """Each drawn cell says what it holds and both samples' shares."""
    titles = re.findall(r"<title>([^<]+)</title></(?:rect|path)>", page)
    assert len(titles) > 100
    assert all("reference" in t and "current" in t for t in titles)


# ── size and sameness ────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(("columns", "most"), [(20, 400_000), (200, 2_000_000)])
def test_report_stays_small(columns: int, most: int) -> None:
    """At most 400 kB for 20 columns and 2 MB for 200."""
    assert len(render_html(report_page(wide(columns))).encode()) <= most


def test_size_does_not_grow_with_rows() -> None:
    """A hundred times the rows take no more than a tenth more bytes."""

    def size(factor: int) -> int:
        rng = np.random.default_rng(2)
        rows = {f"level {i}": factor * (100 - i) for i in range(90)}
        built = [
            numbers(
                "a", rng.normal(size=2000 * factor), rng.normal(size=1000 * factor)
            ),
            levels("b", rows, rows),
        ]
        return len(render_html(report_page(findings(built))))

    assert size(100) <= 1.1 * size(1)


def test_many_levels_are_few_bars() -> None:
    """A column of 100,000 levels draws its first ones and tells the rest together."""
    rows = {f"id{i}": 1 + (i < 50) for i in range(100_000)}
    one = report_page(findings([levels("user", rows, rows)])).cards[0]
    assert one.histogram is not None
    assert len(one.histogram.bars) <= 14
    assert sum(row.reference for row in one.histogram.apart) > 0.99


def test_same_findings_give_same_bytes() -> None:
    """No clock and no order of chance is in the file."""
    assert render_html(report_page(typical())) == render_html(report_page(typical()))


# ── the documented context ───────────────────────────────────────────────────────────


CONTEXTS: dict[str, type] = {
    name: getattr(module, name)
    for module in (contexts, performance_lines)
    for name in module.__all__
}


def _documented() -> dict[str, set[str]]:
    return {
        name: {field.name for field in dataclasses.fields(one)}
        for name, one in CONTEXTS.items()
    }


def _used() -> set[str]:
    environment = jinja2.Environment(autoescape=True)
    used: set[str] = set()
    for name in TEMPLATES:
        tree = environment.parse(report.asset(name))
        used |= {node.attr for node in tree.find_all(nodes.Getattr)}
    return used - {"format", "index"}


def test_templates_use_what_is_documented() -> None:
    """Every attribute a template reads is a field of a context."""
    fields = set.union(*_documented().values())
    assert _used() - fields == set()


def test_every_page_field_is_used() -> None:
    """No field of the page, its cards and lines is carried along unused."""
    drawn = {"Bar", "Histogram", "EffectMark", "Tick"}
    used = _used()
    for name, fields in _documented().items():
        if name not in drawn:
            assert fields - used == set(), name


@pytest.mark.parametrize("name", CONTEXTS)
def test_fields_are_described(name: str) -> None:
    """The docstring of each context names each of its fields."""
    doc = CONTEXTS[name].__doc__ or ""
    for field in _documented()[name]:
        assert re.search(rf"(^|[\s,]){field}\b", doc), f"{name}.{field}"


def test_rendered_context_is_the_documented_one() -> None:
    """What a real check hands to the template holds documented types only."""
    known = set(CONTEXTS.values())
    seen: set[type] = set()

    def walk(value: object) -> None:
        if isinstance(value, tuple):
            for one in value:
                walk(one)
        elif dataclasses.is_dataclass(value):
            seen.add(type(value))
            for field in dataclasses.fields(value):
                walk(getattr(value, field.name))
        else:
            assert value is None or type(value) in {str, int, float, bool}, value

    walk(report_page(typical()))
    assert seen == known


def test_conditions_that_did_not_pass_come_first() -> None:
    """What failed, then what is undecided, then what passed; else as asked."""
    asked = [(True, "a"), (None, "b"), (False, "c"), (True, "d"), (False, "e")]
    some = tuple(condition("psi > 0.2", name, passed=ok) for ok, name in asked)
    found = dataclasses.replace(typical(), conditions=some)
    assert [line.subject for line in report_page(found).conditions] == list("cebad")


def test_what_stands_behind_performance_is_shown() -> None:
    """The confusion matrix and the reliability table of both sides are tables."""
    tables = report_page(typical()).performance.details
    titles = [table.title for table in tables]
    assert any(title.startswith("Confusion matrix, current") for title in titles)
    (matrix,) = [t for t in tables if t.title.startswith("Confusion matrix, current")]
    assert matrix.head == ("no", "yes")
    assert [row.label for row in matrix.rows] == ["no", "yes"]
    (bins,) = [t for t in tables if t.title.startswith("Calibration")]
    assert bins.head[:3] == ("reference rows", "reference score", "reference share")
    assert all(len(row.cells) == len(bins.head) for row in bins.rows)
