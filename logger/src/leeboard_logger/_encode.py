"""Writes records out as the payloads of `leeboard_logger.frames`."""

from __future__ import annotations

import json
from math import isfinite, isnan

__all__ = ["encode"]

_compact = json.JSONEncoder(
    ensure_ascii=False, allow_nan=False, check_circular=False, separators=(",", ":")
).encode

_GROUPS = ("features", "scores", "segments", "metadata")
_SINGLE = ("prediction", "label")


def encode(kind: str, record: dict[str, object]) -> bytes:
    """Return kind and JSON text of a record whose values are tidy, but may be NaN."""
    try:
        text = _compact(record)
        if "\\u0000" not in text:
            return f"{kind}{text}".encode()
    except ValueError:  # NaN, an infinity, or (UnicodeEncodeError) a lone surrogate
        pass
    return f"{kind}{_compact(_mended(record))}".encode()


def _mended(record: dict[str, object]) -> dict[str, object]:
    """Return a record that JSON can say, with what it cannot under ``special``."""
    special: dict[str, str] = {}
    mended = {key: _sound(value) for key, value in record.items()}
    for name in _SINGLE:
        value = record.get(name)
        if _is_special(value):
            special[name] = _special(value)
    for group in _GROUPS:
        values = record.get(group)
        if isinstance(values, dict):
            for name, value in values.items():
                if _is_special(value):
                    special[f"{group}.{name}"] = _special(value)
    return {**mended, "special": special} if special else mended


def _is_special(value: object) -> bool:
    return isinstance(value, float) and not isfinite(value)


def _special(value: object) -> str:
    assert isinstance(value, float)  # noqa: S101  # the caller looked
    return "nan" if isnan(value) else "inf" if value > 0 else "-inf"


def _sound(value: object) -> object:
    if isinstance(value, str):
        value = value.replace("\0", "\ufffd")
        return value.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    if isinstance(value, dict):
        return {key: _sound(one) for key, one in value.items()}
    if isinstance(value, list):
        return [_sound(one) for one in value]
    return None if _is_special(value) else value
