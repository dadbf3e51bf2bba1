"""The bytes of a body: bounded in size and in time."""

from __future__ import annotations

import asyncio
import gzip
import tracemalloc
from collections.abc import AsyncIterator

import pytest

from leeboard.server._body import Bounds, form_of, receive, unfold
from leeboard.server.refusal import Refusal


async def chunks(*parts: bytes, wait_s: float = 0.0) -> AsyncIterator[bytes]:
    """Give parts one after the other."""
    for part in parts:
        await asyncio.sleep(wait_s)
        yield part


def test_a_body_that_never_ends_is_left() -> None:
    """After its time, however many bytes come meanwhile, with 408."""
    parts = [b"x"] * 1000
    with pytest.raises(Refusal) as caught:
        asyncio.run(receive(chunks(*parts, wait_s=0.01), None, Bounds(seconds=0.1)))
    assert (caught.value.status, caught.value.code) == (408, "too_slow")
    assert caught.value.headers["Connection"] == "close"


@pytest.mark.parametrize("length", ["11", "9" * 5000, None, "-5", "x"])
def test_a_body_that_is_too_long_is_left_at_once(length: str | None) -> None:
    """By its header where that tells it, and by its bytes in any case."""
    taken = []

    async def counted() -> AsyncIterator[bytes]:
        async for part in chunks(*[b"xxxxx"] * 1000):
            taken.append(part)
            yield part

    with pytest.raises(Refusal) as caught:
        asyncio.run(receive(counted(), length, Bounds(sent=10)))
    assert caught.value.status == 413
    assert len(taken) == (0 if length in {"11", "9" * 5000} else 3)


def test_a_bomb_takes_no_more_memory_than_is_allowed() -> None:
    """A thousand times its size is not unfolded."""
    bomb = gzip.compress(bytes(200 << 20))
    assert len(bomb) < 1 << 18
    tracemalloc.start()
    with pytest.raises(Refusal):
        unfold(bomb, "gzip", Bounds(unfolded=4 << 20))
    most = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert most < 16 << 20


@pytest.mark.parametrize(
    ("kind", "lines"),
    [
        ("application/json", False),
        ("Application/JSON ; charset=UTF-8", False),
        ('application/json;charset="utf-8"', False),
        ("application/x-ndjson", True),
        ("application/jsonl", True),
    ],
)
def test_types_are_read_as_they_are_written(kind: str, lines: bool) -> None:  # noqa: FBT001
    """Whatever their case, with or without the one character set."""
    assert form_of({"content-type": kind}).lines is lines
