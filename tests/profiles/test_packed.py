"""Counts packed into bytes come back as they were, or not at all."""

from __future__ import annotations

import hashlib
import struct

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

import leeboard as lb
from leeboard.profiles.counts import NumericCounts
from leeboard.profiles.packed import PACKED, pack, unpack
from leeboard.profiles.part import Part


def _frame(seed: int, rows: int) -> pa.Table:
    rng = np.random.default_rng(seed)
    numbers = np.where(rng.random(rows) < 0.1, np.nan, rng.normal(size=rows) * 1e300)
    days = rng.integers(0, 9, rows) * 86_400_000_000
    return pa.table(
        {
            "number": numbers,
            "whole": rng.integers(-(2**62), 2**62, rows),
            "hour": rng.integers(0, 24, rows),
            "level": np.array(["a", "b", "c", "ü", ""])[rng.integers(0, 5, rows)],
            "flag": rng.random(rows) < 0.3,
            "when": pa.array(days, pa.timestamp("us")),
        }
    )


SCHEMA = lb.Schema(
    (
        lb.Column("number", lb.Kind.NUMERIC),
        lb.Column("whole", lb.Kind.NUMERIC),
        lb.Column("hour", lb.Kind.NUMERIC),
        lb.Column("level", lb.Kind.CATEGORICAL),
        lb.Column("flag", lb.Kind.BOOLEAN),
        lb.Column("when", lb.Kind.DATETIME, lb.Role.TIME),
    )
)
REFERENCE = lb.profile(_frame(0, 3000), schema=SCHEMA)


def _bits(part: Part) -> object:
    """Return all that a part holds, floats as their bits."""
    counts = []
    for name, one in part.counts.items():
        held: tuple[object, ...]
        if isinstance(one, NumericCounts):
            norm = struct.pack("<d", one.norm)
            held = (one.sums.tobytes(), norm, repr(one.minimum), repr(one.maximum))
        else:
            held = (one.unseen,)
        counts.append((name, one.cells.tolist(), *held))
    blocks = [
        (name, b.count, b.squares, b.cross.tolist(), b.own.tolist(), b.totals.tolist())
        for name, b in part.blocks.items()
    ]
    return part.rows, counts, blocks


@given(seed=st.integers(1, 10**6), rows=st.integers(0, 60))
def test_packed_counts_come_back_to_the_last_bit(seed: int, rows: int) -> None:
    """What is unpacked equals what was packed, and its types are the same."""
    part = lb.profile(_frame(seed, rows), reference=REFERENCE).parts[None]
    assert _bits(unpack(pack(part), REFERENCE.cells)) == _bits(part)


@given(seed=st.integers(1, 10**6), rows=st.integers(1, 60), more=st.integers(1, 60))
def test_packed_counts_add_as_counts_do(seed: int, rows: int, more: int) -> None:
    """Adding what two windows packed equals packing what they add to."""
    one = lb.profile(_frame(seed, rows), reference=REFERENCE).parts[None]
    two = lb.profile(_frame(seed + 1, more), reference=REFERENCE).parts[None]
    cells = REFERENCE.cells
    added = unpack(pack(one), cells) + unpack(pack(two), cells)
    assert pack(added) == pack(one + two)


@pytest.mark.parametrize("value", [-7.0, 7.0])
def test_rows_all_on_one_side_of_the_reference_come_back(value: float) -> None:
    """A window that lies wholly below or above the reference is no damage."""
    reference = lb.profile(pa.table({"x": np.linspace(0.0, 1.0, 500)}))
    window = lb.profile(pa.table({"x": [value, 2 * value]}), reference=reference)
    part = unpack(pack(window.parts[None]), reference.cells)
    assert _bits(part) == _bits(window.parts[None])


def test_every_flipped_bit_and_every_cut_is_refused() -> None:
    """Damaged bytes never give counts: each bit flipped, and each shorter length."""
    part = lb.profile(_frame(5, 40).select(["hour", "level"])).parts[None]
    cells = lb.profile(_frame(5, 40).select(["hour", "level"])).cells
    data = pack(part)
    broken = [data[:n] for n in range(len(data))]
    for at in range(len(data) * 8):
        flipped = bytearray(data)
        flipped[at // 8] ^= 1 << at % 8
        broken.append(bytes(flipped))
    for bad in broken:
        with pytest.raises(lb.LeeboardError) as caught:
            unpack(bad, cells)
        assert caught.value.code in {"damaged_profile", "newer_format"}


def test_counts_of_a_newer_format_are_refused() -> None:
    """Bytes of a later version are named as such, with both versions."""
    data = bytearray(pack(REFERENCE.parts[None]))
    data[2] = PACKED + 1
    with pytest.raises(lb.LeeboardError, match="format 2; expected format 1") as caught:
        unpack(bytes(data), REFERENCE.cells)
    assert caught.value.code == "newer_format"


def test_counts_of_other_cells_are_refused() -> None:
    """Counts fit the cells they are unpacked with, or are refused with the column."""
    data = pack(REFERENCE.parts[None])
    fewer = {n: c for n, c in REFERENCE.cells.items() if n != "level"}
    with pytest.raises(lb.LeeboardError, match="'level'") as caught:
        unpack(data, fewer)
    assert caught.value.code == "other_cells"
    cells = {**REFERENCE.cells, "hour": REFERENCE.cells["number"]}
    with pytest.raises(lb.LeeboardError, match="'hour'") as caught:
        unpack(data, cells)
    assert caught.value.code == "bad_cells"


def test_a_sealed_body_of_nonsense_is_refused() -> None:
    """A right digest over a wrong body gives an error, not counts."""
    for body in (b"", b"not deflated", b"\x03\x00"):
        digest = hashlib.blake2b(bytes([PACKED]) + body, digest_size=8).digest()
        with pytest.raises(lb.LeeboardError) as caught:
            unpack(b"lp" + bytes([PACKED]) + digest + body, REFERENCE.cells)
        assert caught.value.code == "damaged_profile"


def test_a_day_of_a_hundred_columns_is_small() -> None:
    """A window of a thousand rows of 100 columns takes less than 36 kB."""
    rng = np.random.default_rng(8)
    table = pa.table(
        {f"n{i}": rng.normal(size=4000) for i in range(50)}
        | {f"w{i}": rng.integers(0, 40, 4000) for i in range(25)}
        | {f"c{i}": rng.integers(0, 9, 4000).astype(str) for i in range(25)}
    )
    reference = lb.profile(table)
    data = pack(lb.profile(table.slice(0, 1000), reference=reference).parts[None])
    print(f"100 columns: {len(data)} bytes")
    assert len(data) < 36_000
