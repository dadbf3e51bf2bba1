"""The Grafana dashboard: its JSON, without any server."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from oracles.grafana import FIXTURE, shapes

from leeboard.config.plan import Plan
from leeboard.exposition.dashboard import dashboard
from leeboard.exposition.families import FAMILIES, Kind
from tests.exposition._shop import shop

SUFFIXES = ("_bucket", "_count", "_sum")


def _plain() -> Plan:
    """Return the shop's plan without metadata and rules."""
    plan = shop().plan
    (model,) = plan.models
    alarms = replace(model.alarms, rules=())
    return replace(plan, models=(replace(model, metadata=(), alarms=alarms),))


def _document(plan: Plan) -> Any:
    return json.loads(dashboard(plan))


@pytest.mark.parametrize("plan", [lambda: shop().plan, _plain], ids=["whole", "plain"])
def test_its_shape_is_one_that_grafanas_types_allow(plan: Any) -> None:
    """Frame and panels are as they were checked; else run oracles/grafana.py again."""
    frozen = json.loads(FIXTURE.read_text(encoding="utf-8"))
    assert set(shapes(_document(plan()))) <= set(frozen["sound"])
    assert len(frozen["cases"]) >= 10


def test_panels_are_told_apart_and_do_not_overlap() -> None:
    """Ids are unique; each cell of the grid has one panel at most."""
    panels = _document(shop().plan)["panels"]
    assert len({panel["id"] for panel in panels}) == len(panels)
    taken: set[tuple[int, int]] = set()
    for panel in panels:
        at = panel["gridPos"]
        cells = {
            (at["x"] + x, at["y"] + y) for x in range(at["w"]) for y in range(at["h"])
        }
        assert not taken & cells
        assert at["x"] + at["w"] <= 24
        taken |= cells


def test_every_family_of_a_query_is_exposed() -> None:
    """No query asks for what there is not; each panel says what it shows."""
    names = set(FAMILIES)
    for family in FAMILIES.values():
        if family.kind is Kind.HISTOGRAM:
            names |= {f"{family.name}{suffix}" for suffix in SUFFIXES}
    seen = set()
    for panel in _document(shop().plan)["panels"]:
        if panel["type"] == "row":
            continue
        assert panel["description"].endswith(".")
        for target in panel["targets"]:
            found = set(re.findall(r"\b(?:ml|leeboard)_[a-z_]+", target["expr"]))
            assert found
            assert found <= names, target["expr"]
            seen |= found
    assert len(seen) > 25


def test_names_of_columns_stay_inside_their_quotes(tmp_path: Path) -> None:
    """A piece of metadata may be named anything."""
    plan = shop().plan
    (model,) = plan.models
    name = 'a"} or vector(1) # \\ \n'
    odd = replace(plan, models=(replace(model, metadata=(name,)),))
    exprs = re.findall(r"column=\"metadata\.(.*?)\",metric", _exprs(odd), re.DOTALL)
    assert exprs
    for expr in exprs:
        assert json.loads(f'"{expr}"') == name


def _exprs(plan: Plan) -> str:
    return "\x00".join(
        target["expr"]
        for panel in _document(plan)["panels"]
        for target in panel.get("targets", ())
    )
