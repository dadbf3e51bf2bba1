"""The findings as JSON: the promised keys, sums that add up, no NaN, the same bytes."""

from __future__ import annotations

import json
import math
from dataclasses import replace

import numpy as np
import pytest

from leeboard.metrics._metric import Measurement
from leeboard.pages.document import to_dict, to_json
from leeboard.verdicts.report import Findings
from leeboard.verdicts.verdict import State
from tests.pages.findings import findings, hostile, numbers, typical

VERDICT = [
    "subject",
    "segment",
    "role",
    "kind",
    "metric",
    "rule",
    "state",
    "value",
    "interval",
    "p_value",
    "p_kind",
    "noise_floor",
    "n_reference",
    "n_current",
    "exact",
    "reason",
]


def _refuse(text: str) -> None:
    pytest.fail(f"{text} is no JSON")


@pytest.mark.parametrize("found", [typical(), hostile(), findings([])])
def test_keys_are_the_promised_ones(found: Findings) -> None:
    """Format, version, seed, summary, verdicts and conditions stand as promised."""
    read = json.loads(to_json(found), parse_constant=_refuse)
    keys = ["format", "leeboard", "seed", "summary", "verdicts", "conditions"]
    assert list(read)[:6] == keys
    assert read["format"] == 1
    assert list(read["summary"]) == ["columns", "moved", "held", "unsure", "failed"]
    for verdict in read["verdicts"]:
        assert list(verdict)[:16] == VERDICT
        assert list(verdict["reason"]) == ["code", "text"]
        assert verdict["state"] in {"moved", "held", "unsure", "failed"}


@pytest.mark.parametrize("found", [typical(), hostile()])
def test_summary_adds_up(found: Findings) -> None:
    """The summary counts columns, each once, in the worst state of its segments."""
    counts = to_dict(found)["summary"]
    parts = [counts[s] for s in ("moved", "held", "unsure", "failed")]
    assert counts["columns"] == sum(parts) == len({c.name for c in found.columns})
    assert counts["moved"] == len(found.names(State.MOVED))


def test_undefined_numbers_are_null_with_a_reason() -> None:
    """NaN, infinity and None become null, and a reason stands beside them."""
    rng = np.random.default_rng(0)
    odd = {
        "a": Measurement("a", math.nan, 1, 1),
        "b": Measurement("b", math.inf, 1, 1, interval=(0.0, math.inf)),
        "c": Measurement("c", np.float64(0.5), 1, 1),
    }
    one = numbers("x", rng.normal(size=300), rng.normal(size=300), measurements=odd)
    read = json.loads(to_json(findings([one])), parse_constant=_refuse)
    a, b, c = read["verdicts"][0]["measurements"]
    assert a["value"] is None
    assert a["reason"]["code"] == "undefined"
    assert b["value"] is None
    assert b["interval"] == [0.0, None]
    assert c["value"] == 0.5


def test_states_stand_as_given() -> None:
    """The document judges nothing: states and segments are those of the findings."""
    found = hostile()
    told = [
        (v["subject"], v["segment"], v["state"]) for v in to_dict(found)["verdicts"]
    ]
    assert told == [(c.name, c.segment, str(c.state)) for c in found.columns]


def test_same_findings_give_same_bytes() -> None:
    """Equal findings give equal text, which is ASCII and ends in a newline."""
    text = to_json(typical())
    assert text == to_json(typical())
    assert text.isascii()
    assert text.endswith("}\n")
    assert text != to_json(replace(typical(), seed=1))
