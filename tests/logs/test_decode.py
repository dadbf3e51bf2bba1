"""What becomes of payloads: exact columns, or quarantine with a reason."""

from __future__ import annotations

import json
import math
from collections import Counter
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from leeboard.logs import _decode
from leeboard.logs._decode import decode
from leeboard.logs._exact import Refused, read_exactly
from leeboard.logs._plain import Declined, Plain
from tests.logs._records import NOW, feedback, micros, payload, prediction, rows


def exactly(payloads: list[bytes]) -> tuple[pa.Table, list[Any]]:
    """Read payloads one by one."""
    refused: list[Any] = []
    tables = _decode._one_by_one(payloads, refused)
    return (tables[0] if tables else pa.table({})), refused


def plainly(payloads: list[bytes]) -> tuple[Counter[str], int]:
    """Read payloads at once; the odd ones are read one by one."""
    table, sound = Plain(payloads[0][:1]).read(payloads)
    odd = [one for one, is_sound in zip(payloads, sound, strict=True) if not is_sound]
    rest, refused = exactly(odd)
    whole = table.filter(pa.array(sound))
    return rows(whole) + rows(rest), len(refused)


TEXTS = st.text(st.characters(codec="utf-8"), max_size=6) | st.sampled_from(
    ["a.b", "2020-01-01", "1.5", "x\\u002ey", 'q"', "NaN", "\\", "a#d", "é.ü"]
)
NUMBERS = (
    st.floats(allow_nan=False, allow_infinity=False)
    | st.integers(-3, 3)
    | st.sampled_from([2**53 + 1, 2**63, -(2**63), 1e-5, 1e22, 0.0, -0.0])
)
VALUES = NUMBERS | TEXTS | st.booleans() | st.none()
NESTED = (
    VALUES | st.lists(VALUES, max_size=2) | st.dictionaries(TEXTS, VALUES, max_size=2)
)
SHORT = st.integers(-300, 300).map(lambda number: number / 64)
WORDS = st.sampled_from(
    ["Bern", "2020-01-01", "2020-01-01T00:00:00Z", "1.5", "é.ü", "a b"]
)
ALIKE = st.sampled_from([SHORT, st.integers(-9, 9), WORDS, st.booleans()])
NAMES = st.sampled_from(["temp", "a.b", "x#d", "é", "", "features.temp", "id"])


@st.composite
def records(draw: st.DrawFn) -> list[bytes]:
    """Draw records whose columns mostly hold one type each, as is usual."""
    odd = draw(st.integers(0, 3)) == 0
    names = draw(st.lists(TEXTS if odd else NAMES, max_size=4, unique=True))
    kinds = {name: draw(ALIKE) for name in names}
    target = draw(ALIKE)
    payloads = []
    for number in range(draw(st.integers(1, 5))):
        features = {
            name: draw(kind if not odd else kind | NESTED | st.none())
            for name, kind in kinds.items()
            if draw(st.integers(0, 9))
        }
        special = {}
        for name in names:
            if draw(st.integers(0, 4)) == 0:
                special[f"features.{name}"] = draw(
                    st.sampled_from(["nan", "inf", "-inf"])
                )
                if not odd:
                    features[name] = None
        record: dict[str, Any] = {
            "id": f"i{number}",
            "model": "m" if not odd else draw(st.sampled_from(["m", "", "\x01"])),
            "made_at": draw(st.integers(0, 2**50)) if not odd else draw(NUMBERS),
            "prediction": draw(target),
            "features": features,
        }
        if special:
            record["special"] = special
        if draw(st.booleans()):
            record["version"] = draw(TEXTS if odd else WORDS)
        if draw(st.booleans()):
            one = NUMBERS if odd else SHORT
            record["scores"] = draw(st.lists(one, min_size=2, max_size=2))
        if draw(st.booleans()):
            record["rate"] = draw(st.sampled_from([0.25, 0.5]))
        payloads.append(payload("p", **record))
    return payloads


@settings(max_examples=400)
@given(records())
def test_many_at_once_are_read_as_one_by_one(payloads: list[bytes]) -> None:
    """Reading many records at once gives exactly what reading each one gives."""
    try:
        got, refused = plainly(payloads)
    except Declined:
        return
    table, exact = exactly(payloads)
    assert got == rows(table)
    assert refused == len(exact)


def told(name: str, label: Any, model: str | None, special: str | None) -> bytes:
    """Return feedback that may lack or mistake its parts."""
    more: dict[str, Any] = {} if model is None else {"model": model}
    if special:
        more["special"] = {"label": special}
    return payload("f", id=name, label=label, observed_at=micros(NOW), **more)


@settings(max_examples=100)
@given(
    st.lists(
        st.builds(
            told,
            st.sampled_from(["a", "b", ""]),
            st.none() | SHORT | st.booleans() | WORDS | st.integers(-3, 3) | NESTED,
            st.sampled_from([None, "", "m", "\x7f"]),
            st.sampled_from([None, "nan", "inf", "what"]),
        ),
        min_size=1,
        max_size=3,
    )
)
def test_feedback_at_once_is_read_as_one_by_one(payloads: list[bytes]) -> None:
    """Reading much feedback at once gives exactly what reading each one gives."""
    try:
        got, refused = plainly(payloads)
    except Declined:
        return
    table, exact = exactly(payloads)
    assert got == rows(table)
    assert refused == len(exact)


def test_the_usual_record_is_read_at_once() -> None:
    """Numbers, texts, dates in texts, NaN, lists of scores: none is declined."""
    payloads = [
        prediction(
            f"i{n}",
            features={
                "temp": n + 0.5,
                "n": n,
                "day": "2026-01-01",
                "a.b": 0.25,
                "x": None,
            },
            scores=[0.25, 0.75],
            segments={"city": "Zürich"},
            latency_s=0.001,
            special={"features.x": "nan"},
        )
        for n in range(5)
    ]
    table, sound = Plain(b"p").read(payloads)
    assert sound.all()
    assert rows(table) == rows(exactly(payloads)[0])
    one = table.slice(2, 1).to_pylist()[0]
    assert one["features.n#i"] == 2
    assert one["features.temp#d"] == 2.5
    assert one["features.day#s"] == "2026-01-01"
    assert math.isnan(one["features.x#d"])
    assert one["scores.1#d"] == 0.75


def test_a_hidden_integer_keeps_its_type() -> None:
    """An integer among doubles stays an integer, for each record alone decides."""
    table = decode(
        [prediction("a", features={"x": 2.5}), prediction("b", features={"x": 3})], NOW
    ).predictions
    assert table.column("features.x#d").to_pylist() == [2.5, None]
    assert table.column("features.x#i").to_pylist() == [None, 3]


GOOD = json.loads(prediction("a")[1:])
BAD = {
    "bad_json": [b"p{", b"p[]", b"p", b'p{"id":NaN}', b"p\xff", b'p{"a":1}{"b":2}'],
    "duplicate_key": [b'p{"id":"a","id":"b"}', prediction("a")[:-2] + b'"x":1,"x":2}}'],
    "unknown_key": [payload("p", **GOOD, more=1)],
    "bad_id": [
        payload("p", **{**GOOD, "id": wrong})
        for wrong in ("", "x" * 129, "a\nb", "a\u202eb", 7, None)
    ],
    "bad_model": [
        payload("p", **{**GOOD, "model": wrong}) for wrong in ("", "a\x00"[:1] + "\x7f")
    ],
    "bad_time": [
        payload("p", **{**GOOD, "made_at": wrong})
        for wrong in (-1, 1.5, "2026-01-01", None, True, 2**62)
    ],
    "bad_number": [
        payload("p", **{**GOOD, "rate": 0.0}),
        payload("p", **{**GOOD, "latency_s": "1"}),
        payload("p", **{**GOOD, "scores": ["a"]}),
        payload(
            "p", **{**GOOD, "features": {"x": 1.0}, "special": {"features.x": "nan"}}
        ),
        prediction("a").replace(b"1.5", b"1e999"),
    ],
    "bad_type": [
        payload("p", **{**GOOD, "prediction": [1]}),
        payload("p", **{**GOOD, "prediction": 2**63}),
        payload("p", **{**GOOD, "features": [1]}),
    ],
    "bad_text": [
        prediction("a", metadata={"x": "a\x00b"}),
        b'p{"id":"\\ud800"}',
    ],
    "nested": [
        prediction("a", features={"x": [[[[[[[[[1]]]]]]]]]}),
        b"p" + b'{"a":' * 100_000,
    ],
    "unknown_kind": [b"z{}", b""],
    "bad_account": [b"a{}", b"a[1]"],
}


@pytest.mark.parametrize(
    ("reason", "wrong"), [(reason, one) for reason, all_ in BAD.items() for one in all_]
)
def test_what_is_wrong_is_quarantined(reason: str, wrong: bytes) -> None:
    """What cannot be stored is kept as it came, with its reason; others pass."""
    batch = decode([prediction("a"), wrong, feedback("b", 1)], NOW, model="demand")
    assert batch.predictions.num_rows == 1
    assert batch.feedback.num_rows == 1
    (row,) = batch.quarantined.to_pylist()
    assert (row["reason"], row["payload"]) == (reason, wrong)
    assert row["received_at"] == NOW
    assert row["model"] in {"demand", ""}


def test_feedback_takes_a_label_back_with_null() -> None:
    """Feedback whose label is null has no label in any column."""
    table = decode([feedback("a", 1), feedback("b", None)], NOW).feedback
    assert table.column("label#i").to_pylist() == [1, None]
    assert table.column("observed_at").to_pylist() == [NOW, NOW]


def test_the_last_account_of_a_logger_counts() -> None:
    """Accounts are cumulative: of several of one logger the last is kept."""
    batch = decode(
        [
            payload("a", logger="t", model="m", logged=1),
            payload("a", logger="t", model="m", logged=2),
        ],
        NOW,
    )
    assert batch.accounts == {"t": {"model": "m", "logged": 2}}


def test_a_refusal_says_nothing_of_the_values() -> None:
    """The detail of a refusal never repeats what was in the record."""
    secret = "hunter2"
    for name in ("made_at", "model", "rate", "special", "scores", "features"):
        with pytest.raises(Refused) as refused:
            read_exactly(payload("p", **{**GOOD, name: [secret]}))
        assert secret not in refused.value.detail


def test_times_are_those_of_the_record() -> None:
    """Times come back to the microsecond."""
    at = NOW.replace(microsecond=123457)
    table = decode([prediction("a", at)], NOW).predictions
    assert table.column("made_at").to_pylist() == [at]
    assert micros(at) % 1_000_000 == 123457


def test_what_a_collector_set_aside_keeps_its_reason_and_its_payload() -> None:
    """It is quarantined as it came; a head that cannot be read is no kind of frame."""
    own = prediction("a")
    head = b'q{"reason":"time_in_future","detail":"by a clock","model":"m"}\n'
    batch = decode([head + own, b"q{}\n" + own, b"q", b"q[1]\n"], NOW)
    found = batch.quarantined.to_pylist()
    assert [(one["reason"], one["model"]) for one in found[:1]] == [
        ("time_in_future", "m")
    ]
    assert found[0]["payload"] == own
    assert [one["reason"] for one in found[1:]] == ["unknown_kind"] * 3
    assert batch.predictions.num_rows == 0
