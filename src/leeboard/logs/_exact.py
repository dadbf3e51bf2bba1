"""One record of a frame, read exactly: as typed columns, or refused with a reason.

Place: under the decoder, which reads most records faster and must get the same.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterator, Mapping
from typing import Any

from leeboard.events import GROUPS, LABEL, PREDICTION, Stored

__all__ = [
    "FEEDBACK_KEYS",
    "LATEST",
    "LONGEST_ID",
    "LONGEST_MODEL",
    "PREDICTION_KEYS",
    "SPECIAL",
    "UNPRINTABLE",
    "Refused",
    "read_exactly",
]

PREDICTION_KEYS = frozenset(
    {"id", "model", "version", "made_at", "latency_s", "rate", PREDICTION, "special"}
    | set(GROUPS)
)
FEEDBACK_KEYS = frozenset({"id", "model", "observed_at", LABEL, "special"})
SPECIAL = {"nan": math.nan, "inf": math.inf, "-inf": -math.inf}
"""Numbers that JSON cannot write, as frames name them."""

LONGEST_ID = 128
LONGEST_MODEL = 200
LATEST = 7_258_118_400_000_000
"""Microseconds since 1970 at the beginning of 2200: later times are a unit mistaken."""

UNPRINTABLE = (
    "[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069\ufeff]"
)
"""What no id and no name of a model may hold: controls, and what reorders text."""

_UNPRINTABLE = re.compile(UNPRINTABLE)
_DEEPEST = 8
_MOST = 5_000


class Refused(Exception):  # noqa: N818 - a record refused, and why
    """Why a record cannot be stored.

    Parameters
    ----------
    reason : str
        Stable name.
    detail : str
        Says nothing of the record's values.
    model : str
        Whose record it is, where that can be read.
    """

    def __init__(self, reason: str, detail: str, model: str = "") -> None:
        super().__init__(reason, detail, model)
        self.reason = reason
        self.detail = detail
        self.model = model


def read_exactly(payload: bytes) -> dict[str, Any]:
    """Return the columns of one payload of kind ``p`` or ``f``.

    Returns
    -------
    dict
        Plain columns (times as microseconds since 1970) and typed ones that have a
        value.

    Raises
    ------
    Refused
        With a stable reason.
    """
    record = _parsed(payload[1:])
    model = record.get("model", "")
    model = model if isinstance(model, str) else ""
    try:
        return _prediction(record) if payload[:1] == b"p" else _feedback(record)
    except Refused as refused:
        raise Refused(refused.reason, refused.detail, _safe(model)) from None


def _parsed(text: bytes) -> dict[str, Any]:
    try:
        record = json.loads(
            text.decode("utf-8"),
            object_pairs_hook=_unique,
            parse_constant=_no_constant,
            parse_float=_finite,
        )
    except Refused:
        raise
    except RecursionError:
        raise Refused("nested", f"deeper than {_DEEPEST}") from None
    except ValueError as error:
        # the parser's words hold no more of the payload than an offset
        raise Refused("bad_json", type(error).__name__) from None
    if not isinstance(record, dict):
        raise Refused("bad_json", "not an object")
    _check_depth(record, _DEEPEST)
    return record


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise Refused("duplicate_key", "a name occurs twice in one object")
    return found


def _no_constant(_: str) -> float:
    raise Refused("bad_json", "NaN or Infinity outside of special")


def _finite(text: str) -> float:
    number = float(text)
    if math.isinf(number):
        raise Refused("bad_number", "beyond the largest double")
    return number


def _check_depth(value: Any, left: int) -> None:
    if isinstance(value, str):
        if "\x00" in value or (not value.isascii() and _lone(value)):
            raise Refused("bad_text", "a NUL or half of a surrogate pair")
    elif isinstance(value, dict | list):
        if not left:
            raise Refused("nested", f"deeper than {_DEEPEST}")
        if isinstance(value, dict):
            for name in value:
                _check_depth(name, left)
        for inner in value.values() if isinstance(value, dict) else value:
            _check_depth(inner, left - 1)


def _lone(text: str) -> bool:
    return any("\ud800" <= character <= "\udfff" for character in text)


def _prediction(record: Mapping[str, Any]) -> dict[str, Any]:
    _only(record, PREDICTION_KEYS)
    columns: dict[str, Any] = {
        "id": _name(record, "id", LONGEST_ID),
        "model": _name(record, "model", LONGEST_MODEL),
        "version": _text(record, "version"),
        "made_at": _time(record, "made_at"),
        "latency_s": _number(record, "latency_s"),
        "rate": _rate(record),
    }
    typed = dict(_single(record, PREDICTION))
    for group in GROUPS:
        typed.update(_scores(record) if group == "scores" else _group(record, group))
    _special(record, typed, columns)
    if len(typed) > _MOST:
        raise Refused("too_many_columns", f"more than {_MOST}")
    return columns | typed


def _feedback(record: Mapping[str, Any]) -> dict[str, Any]:
    _only(record, FEEDBACK_KEYS)
    columns: dict[str, Any] = {
        "id": _name(record, "id", LONGEST_ID),
        "model": _name(record, "model", LONGEST_MODEL, empty=True),
        "observed_at": _time(record, "observed_at"),
    }
    typed = dict(_single(record, LABEL))
    _special(record, typed, columns)
    return columns | typed


def _only(record: Mapping[str, Any], known: frozenset[str]) -> None:
    if not record.keys() <= known:
        raise Refused("unknown_key", "a key that this version does not know")


def _name(
    record: Mapping[str, Any], key: str, longest: int, *, empty: bool = False
) -> str:
    text = _text(record, key)
    if not (text or empty) or len(text) > longest or _UNPRINTABLE.search(text):
        raise Refused(
            f"bad_{key}", f"no printable text of at most {longest} characters"
        )
    return text


def _safe(model: str) -> str:
    usable = 0 < len(model) <= LONGEST_MODEL and not _UNPRINTABLE.search(model)
    return model if usable and not _lone(model) else ""


def _text(record: Mapping[str, Any], key: str) -> str:
    text = record.get(key)
    if text is None:
        return ""
    if not isinstance(text, str):
        raise Refused(f"bad_{key}", "not text")
    return text


def _time(record: Mapping[str, Any], key: str) -> int:
    time = record.get(key)
    if type(time) is not int or not 0 <= time < LATEST:
        raise Refused("bad_time", f"{key} is no time in microseconds")
    return time


def _number(record: Mapping[str, Any], key: str) -> float | None:
    number = record.get(key)
    if number is None:
        return None
    return _as_double(number, key)


def _rate(record: Mapping[str, Any]) -> float:
    rate = _number(record, "rate")
    if rate is None:
        return 1.0
    if not 0.0 < rate <= 1.0:
        raise Refused("bad_number", "rate is not in (0, 1]")
    return rate


def _as_double(number: Any, key: str) -> float:
    if type(number) is float:
        return number
    if type(number) is not int or abs(number) > 2**53:
        raise Refused("bad_number", f"{key} is not a number")
    return float(number)


def _single(record: Mapping[str, Any], key: str) -> Iterator[tuple[str, Any]]:
    value = record.get(key)
    if value is None:
        return
    kind = _type(value)
    if kind == "j":
        raise Refused("bad_type", f"{key} is no number, text or truth value")
    yield str(Stored("", key, kind)), value


def _scores(record: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    scores = record.get("scores")
    if scores is None:
        return
    if isinstance(scores, dict):
        named = list(scores.items())
    elif isinstance(scores, list):
        named = [(str(place), score) for place, score in enumerate(scores)]
    else:
        named = [("score", scores)]
    for name, score in named:
        if score is not None:
            yield str(Stored("scores", name, "d")), _as_double(score, "a score")


def _group(record: Mapping[str, Any], group: str) -> Iterator[tuple[str, Any]]:
    values = record.get(group)
    if values is None:
        return
    if not isinstance(values, dict):
        raise Refused("bad_type", f"{group} is no object")
    for name, value in values.items():
        if value is None:
            continue
        kind = _type(value)
        stored = str(Stored(group, name, kind))
        yield stored, _as_json(value) if kind == "j" else value


def _special(
    record: Mapping[str, Any], typed: dict[str, Any], columns: dict[str, Any]
) -> None:
    special = record.get("special")
    if special is None:
        return
    if not isinstance(special, dict):
        raise Refused("bad_type", "special is no object")
    for path, word in special.items():
        if not isinstance(word, str) or word not in SPECIAL:
            raise Refused("bad_number", "special names no such number")
        if path in columns:
            raise Refused("bad_number", f"{path} is not finite")
        group, dot, name = path.partition(".")
        if dot and group in GROUPS:
            values = record.get(group)
            value = values.get(name) if isinstance(values, dict) else None
            column = str(Stored(group, name, "d"))
        elif path in {PREDICTION, LABEL}:
            value = record.get(path)
            column = str(Stored("", path, "d"))
        else:
            raise Refused("unknown_key", "special names no such column")
        if value is not None:
            raise Refused("bad_number", "special names what has a value")
        typed[column] = SPECIAL[word]


def _type(value: Any) -> str:
    if isinstance(value, bool):
        return "b"
    if isinstance(value, int):
        return "i" if -(2**63) <= value < 2**63 else "j"
    if isinstance(value, float):
        return "d"
    return "s" if isinstance(value, str) else "j"


def _as_json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
