"""Whatever a caller hands over, a call returns soon, raises nothing and is counted."""

from __future__ import annotations

import collections
import datetime as dt
import decimal
import enum
import fractions
import json
import time
import tracemalloc
from collections.abc import Iterator
from itertools import count
from pathlib import Path
from typing import Any, NoReturn

import numpy as np
import pytest

from leeboard_logger import Logger
from leeboard_logger.frames import Frame, read_frames
from leeboard_logger.testing import FakeLogger


class Lazy:
    """Loads something on each attribute, and fails."""

    def __getattr__(self, name: str) -> NoReturn:
        raise ConnectionError(name)


class Closed:
    """Fails on every attribute there is."""

    def __getattribute__(self, name: str) -> NoReturn:
        raise SystemError(name)


class Slow:
    """Takes its time over whatever it is asked."""

    def __getattr__(self, name: str) -> NoReturn:
        time.sleep(0.5)
        raise AttributeError(name)

    def _wait(self, *_: object) -> Any:
        time.sleep(0.5)
        return 1

    __repr__ = __str__ = __len__ = __iter__ = __float__ = __bool__ = __eq__ = _wait
    __hash__ = object.__hash__
    __int__ = __index__ = __format__ = __getitem__ = _wait


class Text(str):
    """A text that lies about itself."""

    __slots__ = ()

    def __str__(self) -> NoReturn:
        raise RuntimeError

    def __len__(self) -> int:
        return 10**9

    __getitem__ = encode = isprintable = __hash__ = __str__  # type: ignore[assignment]


class Number(int):
    """A number whose texts would break a JSON document."""

    def __str__(self) -> str:
        return '1}, "x": {'

    __repr__ = __format__ = __str__  # type: ignore[assignment]


class Endless(collections.abc.Mapping[str, int]):
    """A mapping without an end."""

    def __getitem__(self, key: str) -> int:
        return 1

    def __iter__(self) -> Iterator[str]:
        return (f"k{n}" for n in count())

    def __len__(self) -> int:
        return 3


class Growing(dict[str, int]):
    """A mapping that grows while it is read, or fails."""

    def items(self) -> Any:
        for n in count():
            self[f"k{n}"] = n
            yield f"k{n}", n


class Named(type):
    """A type that will not say where it is from."""

    @property
    def __module__(cls) -> NoReturn:  # type: ignore[override]
        raise RuntimeError


class Nameless(metaclass=Named):
    """One of those."""


class Masked:
    """An object that will not say what it is."""

    @property  # type: ignore[misc]
    def __class__(self) -> NoReturn:  # type: ignore[override]
        raise RuntimeError


class Level(enum.Enum):
    """Levels that are not what levels are."""

    NAN = float("nan")
    THING = object()


def cyclic() -> dict[str, Any]:
    """Return a mapping that holds itself."""
    made: dict[str, Any] = {}
    made["itself"] = made
    return made


def deep() -> dict[str, Any]:
    """Return a mapping five thousand levels deep."""
    made: dict[str, Any] = {}
    inner = made
    for _ in range(5000):
        inner["x"] = inner = {}
    return made


VALUES: dict[str, Any] = {
    "lazy": Lazy(),
    "closed": Closed(),
    "slow": Slow(),
    "text": Text("abc"),
    "number": Number(5),
    "endless": Endless(),
    "growing": Growing(a=1),
    "nameless": Nameless(),
    "masked": Masked(),
    "nan level": Level.NAN,
    "thing level": Level.THING,
    "cyclic": cyclic(),
    "deep": deep(),
    "large number": 10**5000,
    "beyond int64": 2**64,
    "decimal": decimal.Decimal("1e999999"),
    "signalling": decimal.Decimal("sNaN"),
    "fraction": fractions.Fraction(10**400, 3),
    "complex": 1j,
    "bytes": b"\xff\x00",
    "many bytes": b"x" * 10**7,
    "view": memoryview(b"abc"),
    "first moment": dt.datetime.min.replace(tzinfo=dt.UTC),
    "last moment": dt.datetime.max,  # noqa: DTZ901 — a naive one is a case
    "surrogate": "\ud800",
    "nul": "a\0b",
    "marks": "\u202ea\u2066b\x1b[31m\r\n",
    "markup": "</script><script>alert(1)</script>",
    "emoji": "😀" * 5000,
    "generator": (n for n in count()),
    "function": lambda: 1,
    "type": int,
    "missing": NotImplemented,
    "array": np.zeros((1000, 1000)),
    "array of things": np.array([object()]),
    "no time": np.datetime64("NaT", "ns"),
    "long double": np.longdouble("1e4000"),
    "record": np.void(b"abc"),
    "unsigned": np.uint64(2**64 - 1),
}


def call_everything(log: Logger, value: Any) -> None:
    """Hand a value over in each place that takes one."""
    log.log_prediction(value, 1.0)
    log.log_prediction(value, 1.0, columns=["a", "b"])
    log.log_prediction({"f": value}, 1.0)
    log.log_prediction({"f": 1.0}, value)
    for place in ("scores", "id", "at", "segments", "metadata", "latency_s"):
        log.log_prediction({"f": 1.0}, 1.0, **{place: value})
    log.log_prediction({"f": 1.0}, 1.0, segments={"s": value}, metadata={"m": value})
    log.log_feedback(value, 1.0)
    log.log_feedback("a", value)
    log.log_feedback("a", 1.0, observed_at=value)
    try:
        key = {value: 1.0}
    except Exception:  # noqa: BLE001 — what cannot be a key is no case
        return
    log.log_prediction(key, 1.0)


def strict(payload: bytes) -> Any:
    """Read a payload as RFC 8259 has it: no NaN, and a number is a number."""

    def refuse(name: str) -> NoReturn:
        raise ValueError(name)

    return json.loads(payload[1:].decode("utf-8"), parse_constant=refuse)


@pytest.mark.parametrize("name", VALUES)
def test_a_hostile_value_harms_nothing(name: str, tmp_path: Path) -> None:
    """Every call returns, soon; each is counted; what is written is valid JSON."""
    for mode in ("buffered", "spooled"):
        target = tmp_path / mode
        log = Logger(target, model="m", mode=mode)
        start = time.monotonic()
        call_everything(log, VALUES[name])
        assert time.monotonic() - start < 0.4
        log.close()
        stats = log.stats()
        assert stats.logged == stats.acknowledged + sum(stats.dropped.values())
        assert stats.logged in {14, 15}
        assert set(stats.dropped) <= {"invalid", "too_large"}
        written = 0
        for path in (target / "spool").glob("*.frames"):
            for piece in read_frames(path.read_bytes()):
                assert isinstance(piece, Frame)
                record = strict(piece.payload)
                written += "id" in record
        assert written == stats.acknowledged


def test_a_text_of_fifty_megabytes_costs_a_kilobyte() -> None:
    """A call copies what it keeps, and no more."""
    large = "x" * 50_000_000
    log = FakeLogger()
    log.log_prediction({"warm": "up"}, 1.0)
    tracemalloc.start()
    log.log_prediction({"f": large, "g": [large]}, large, metadata={"m": large})
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert most < 100_000
    assert len(log.predictions[-1].features["f"]) == 1024
    assert log.stats().values_cut == 4


def test_a_record_is_bounded() -> None:
    """A thousand features and 64 KiB are taken; a record beyond is refused whole."""
    log = FakeLogger()
    assert log.log_prediction({f"f{n}": float(n) for n in range(1000)}, 1.0).stored
    assert not log.log_prediction({f"f{n}": float(n) for n in range(1001)}, 1.0).stored
    assert not log.log_prediction({f"f{n}": "x" * 1000 for n in range(100)}, 1.0).stored
    assert log.stats().dropped == {"too_large": 2}
