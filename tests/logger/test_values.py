"""What values become: one defined form each, bounded, and never by repr or str."""

from __future__ import annotations

import hmac
import json
import math
import uuid
from collections import OrderedDict
from datetime import date, datetime, time, timedelta, timezone
from decimal import Decimal
from enum import Enum, IntEnum
from fractions import Fraction
from types import MappingProxyType
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from leeboard_logger._copy import Copier
from leeboard_logger._encode import encode
from leeboard_logger._redact import Redaction
from leeboard_logger._values import (
    ABSENT,
    LONGEST_TEXT,
    MOST,
    Losses,
    RefusedError,
    tidy,
)

BERLIN = timezone(timedelta(hours=1))


class Colour(Enum):
    """An enumeration of texts."""

    RED = "red"


class Level(IntEnum):
    """An enumeration of numbers."""

    HIGH = 3


class Loud(str):
    """A text that must not be asked."""

    __slots__ = ()

    def __str__(self) -> str:
        raise AssertionError

    __repr__ = __str__


class Hostile:
    """An object that answers any question with a crash."""

    def __getattr__(self, name: str) -> Any:
        raise AssertionError(name)

    def __repr__(self) -> str:
        raise AssertionError

    __str__ = __repr__


CASES: list[tuple[object, object]] = [
    (None, None),
    (True, True),
    (3, 3),
    (0.1, 0.1),
    ("é", "é"),
    (np.float32(0.5), 0.5),
    (np.float64(0.1), 0.1),
    (np.int64(-7), -7),
    (np.bool_(True), True),
    (np.str_("a"), "a"),
    (np.datetime64("2026-01-02T03:04:05"), "2026-01-02T03:04:05"),
    (np.datetime64("2026-01-02T03:04:05", "ns"), "2026-01-02T03:04:05"),
    (np.timedelta64(1500, "ms"), 1.5),
    (np.array(2.5), 2.5),
    (np.array([1, 2]), [1, 2]),
    (Decimal("398.5"), 398.5),
    (Decimal("Infinity"), math.inf),
    (Fraction(1, 4), 0.25),
    (1 << 63, float(1 << 63)),
    (-(1 << 63), -(1 << 63)),
    (10**400, math.inf),
    (-(10**400), -math.inf),
    (datetime(2026, 1, 2, 3, tzinfo=BERLIN), "2026-01-02T02:00:00+00:00"),
    (datetime(2026, 1, 2, 3, 4, 5, 6), "2026-01-02T03:04:05.000006"),  # noqa: DTZ001
    (datetime(1, 1, 1, tzinfo=BERLIN), ABSENT),
    (date(2026, 1, 2), "2026-01-02"),
    (time(3, 4), "03:04:00"),
    (timedelta(minutes=1), 60.0),
    (pd.Timestamp("2026-01-02", tz="UTC"), "2026-01-02T00:00:00+00:00"),
    (pd.NaT, None),
    (pd.NA, None),
    (Colour.RED, "red"),
    (Level.HIGH, 3),
    (Loud("loud"), "loud"),
    (b"\x01\xff", "01ff"),
    (uuid.UUID(int=1), "00000000-0000-0000-0000-000000000001"),
    ([1, "a", None], [1, "a", None]),
    ((1, (2, 3)), [1, [2, 3]]),
    ({"a": {1: 2.5}}, {"a": {"1": 2.5}}),
    ("a\0b", "a\ufffdb"),
    ("a\ud800b", "a\ufffdb"),
    ("\ud83d\ude00", "\U0001f600"),
    (Hostile(), ABSENT),
    (Hostile, ABSENT),
    (len, ABSENT),
    ({1, 2}, ABSENT),
    (1j, ABSENT),
    ([1, Hostile()], ABSENT),
    ({"a": {"b": {"c": 1}}}, ABSENT),
    (list(range(MOST + 1)), ABSENT),
    (np.zeros(MOST + 1), ABSENT),
    (np.array(["a", object()], dtype=object), ABSENT),
]


@pytest.mark.parametrize(("value", "want"), CASES, ids=lambda v: type(v).__name__)
def test_each_kind_of_value_has_one_form(value: object, want: object) -> None:
    """A value is written as the table says, or left out and counted."""
    losses = Losses()
    found = tidy(value, losses)
    assert found == want
    assert type(found) is type(want)
    assert losses.dropped == (want is ABSENT)


def test_a_value_that_contains_itself_is_left_out() -> None:
    """Depth is bounded, so a cycle ends."""
    cycle: list[object] = []
    cycle.append(cycle)
    round_: dict[str, object] = {}
    round_["self"] = round_
    assert tidy(cycle, Losses()) is ABSENT
    assert tidy(round_, Losses()) is ABSENT


def test_long_texts_are_cut_and_counted() -> None:
    """A gigabyte costs no more than its first thousand characters."""
    losses = Losses()
    assert tidy("x" * 10_000_000, losses) == "x" * LONGEST_TEXT
    assert tidy(b"\0" * 10_000_000, losses) == "00" * (LONGEST_TEXT // 2)
    assert losses.cut == 2


def test_a_copy_costs_no_more_than_a_large_record() -> None:
    """A thousand features of a thousand values each are not all looked at."""
    rows = {f"x{k}": [1.0] * 1000 for k in range(1000)}
    copier = Copier(Redaction())
    group, _ = copier.group(rows)
    assert sum(map(len, group.values())) <= 2 * MOST  # type: ignore[arg-type]
    assert copier.losses.dropped == 1000 - len(group)


# ── groups ──────────────────────────────────────────────────────────────────────────


def copied(given: object, columns: list[str] | None = None) -> dict[str, object]:
    """Return a group's copy without redaction."""
    return Copier(Redaction()).group(given, columns)[0]


@pytest.mark.parametrize(
    "given",
    [
        {"a": 1, "b": "x"},
        OrderedDict(a=1, b="x"),
        MappingProxyType({"a": 1, "b": "x"}),
        pd.Series({"a": 1, "b": "x"}),
    ],
    ids=lambda g: type(g).__name__,
)
def test_a_group_is_any_mapping(given: object) -> None:
    """Whatever has items is read by them."""
    assert copied(given) == {"a": 1, "b": "x"}


@pytest.mark.parametrize(
    "given",
    [
        [1.0, 2.0],
        (1.0, 2.0),
        np.array([1.0, 2.0]),
        np.array([1, 2], "f4"),
        np.array([[1.0, 2.0]]),
    ],
)
def test_an_array_takes_its_names_from_columns(given: object) -> None:
    """An array of one row and as many names make a group."""
    assert copied(given, ["a", "b"]) == {"a": 1.0, "b": 2.0}


@pytest.mark.parametrize(
    ("given", "columns", "reason"),
    [
        ([1.0, 2.0], None, "invalid"),
        ([1.0], ["a", "b"], "invalid"),
        (np.zeros((2, 2)), ["a", "b"], "invalid"),
        (7, ["a"], "invalid"),
        ({str(k): k for k in range(MOST + 1)}, None, "too_large"),
        ({f"x{k}": "y" * 100 for k in range(1000)}, None, "too_large"),
        ({f"x{k}": ["y" * 100] for k in range(1000)}, None, "too_large"),
        (np.zeros(MOST + 1), [str(k) for k in range(MOST + 1)], "too_large"),
    ],
)
def test_what_is_no_group_is_refused(
    given: object, columns: list[str] | None, reason: str
) -> None:
    """A wrong shape is told from a record that is too large."""
    with pytest.raises(RefusedError) as caught:
        copied(given, columns)
    assert caught.value.reason == reason


def test_names_are_texts() -> None:
    """Whole numbers are written out; what is no name is left out and counted."""
    copier = Copier(Redaction())
    given = {1: 1, "": 2, None: 3, "x" * 257: 4, np.int64(5): 5, "a\0": 6, "b": 7}
    assert copier.group(given)[0] == {"1": 1, "5": 5, "a\ufffd": 6, "b": 7}
    assert copier.losses.dropped == 3


def test_a_copy_shares_nothing() -> None:
    """What the caller changes later is not in the record."""
    for inner in (2.0, [1, 2]):  # the quick way, and the careful one
        features = {"a": 1.0, "b": inner}
        copy = copied(features)
        features["a"] = 9.0
        if isinstance(inner, list):
            inner.append(3)
        assert copy == {"a": 1.0, "b": [1, 2] if isinstance(inner, list) else 2.0}


scalars = st.none() | st.booleans() | st.integers() | st.floats() | st.text()
values = st.recursive(
    scalars | st.binary() | st.decimals() | st.datetimes() | st.dates(),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.text(max_size=3), inner, max_size=3)
    ),
    max_leaves=8,
)


@given(st.dictionaries(st.text(max_size=5), values, max_size=6), values)
def test_any_record_is_written_as_json_that_says_the_same(
    features: dict[str, Any], label: Any
) -> None:
    """Whatever is given, the payload is strict JSON in UTF-8, with NaN told aside."""
    copier = Copier(Redaction())
    group, _ = copier.group(features)
    record: dict[str, object] = {"features": group, "label": None}
    value = tidy(label, copier.losses)
    if value is not ABSENT:
        record["label"] = value
    payload = encode("f", record)
    assert payload[:1] == b"f"

    def none(constant: str) -> None:
        raise AssertionError(constant)

    read = json.loads(payload[1:].decode("utf-8"), parse_constant=none)
    assert "\\u0000" not in payload.decode()
    special = read.get("special", {})
    for name, one in group.items():
        if isinstance(one, float) and not math.isfinite(one):
            assert read["features"][name] is None
            want = "nan" if math.isnan(one) else "inf" if one > 0 else "-inf"
            assert special.pop(f"features.{name}") == want
        elif isinstance(one, int | float):
            assert read["features"][name] == one
    assert set(special) <= {"label"}
    assert read["features"].keys() == group.keys()


@given(st.dictionaries(st.text(min_size=1, max_size=5), scalars, max_size=8))
def test_the_quick_way_and_the_careful_way_agree(features: dict[str, Any]) -> None:
    """A plain dict, and the same dict as another mapping, are written alike."""
    quick, size = Copier(Redaction()).group(features)
    careful, _ = Copier(Redaction()).group(MappingProxyType(features))
    assert encode("p", {"features": quick}) == encode("p", {"features": careful})
    text = json.dumps(quick, ensure_ascii=False, separators=(",", ":"))
    assert size >= len(text) - 6 * len("".join(map(str, features.values()))) - 2


# ── redaction ───────────────────────────────────────────────────────────────────────

PRIVATE = Redaction(
    drop=frozenset({"email"}),
    hash=frozenset({"user"}),
    truncate={"note": 3},
    secret=b"0123456789abcdef",
)


def test_private_columns_never_leave_as_they_are() -> None:
    """Dropped, hashed and cut, in a plain dict and in any other mapping."""
    given = {"email": "a@b.c", "user": "ann", "note": "abcdef", "x": 1}
    for one in (given, MappingProxyType(given), OrderedDict(given)):
        copy = Copier(PRIVATE).group(one)[0]
        assert set(copy) == {"user", "note", "x"}
        assert copy["note"] == "abc"
        want = hmac.digest(PRIVATE.secret, b"ann", "sha256")[:16].hex()
        assert copy["user"] == want


def test_a_hash_is_equal_for_equal_values_and_keyed() -> None:
    """Tokens join across processes of one secret, and no others."""
    again = Copier(PRIVATE).group({"user": "ann"})[0]
    other = Copier(
        Redaction(hash=frozenset({"user"}), secret=b"another secret of 16")
    ).group({"user": "ann"})[0]
    assert again["user"] == Copier(PRIVATE).group({"user": "ann", "x": 1})[0]["user"]
    assert again != other
    assert Copier(PRIVATE).group({"user": None})[0] == {"user": None}


def test_a_secret_is_not_shown() -> None:
    """Neither the settings nor an error print it."""
    assert "0123456789abcdef" not in repr(PRIVATE)
