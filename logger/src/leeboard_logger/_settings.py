"""What a logger is asked to be, checked once, when it is made."""

from __future__ import annotations

import os
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from leeboard_logger._errors import LoggerError
from leeboard_logger._redact import Redaction

__all__ = ["MODES", "Settings", "is_disabled", "one_way", "place", "redaction"]

MODES = ("buffered", "spooled", "durable")
_LONGEST_MODEL = 128
_LONGEST_S = 3600


@dataclass(frozen=True, slots=True)
class Settings:
    """Sound settings; ``url`` or ``spool`` is empty where there is none.

    Raises
    ------
    LoggerError
        Names the setting that cannot be used.
    """

    model: str
    version: str
    mode: str
    url: str
    spool: str
    columns: tuple[str, ...] | None
    sample: float
    queue_records: int
    queue_bytes: int
    spool_bytes: int
    timeout: float
    close_s: float
    flush_s: float
    disabled: bool

    def __post_init__(self) -> None:
        _name("model", self.model, least=1)
        _name("version", self.version, least=0)
        for name in ("queue_records", "queue_bytes", "spool_bytes"):
            value = getattr(self, name)
            if type(value) is not int or value < 1:
                expected = "a whole number of at least 1"
                raise _error("bad_number", name, value, expected, "Give one.")
        for name in ("timeout", "close_s", "flush_s"):
            value = getattr(self, name)
            if type(value) not in {int, float} or not 0 <= value <= _LONGEST_S:
                expected = f"seconds between 0 and {_LONGEST_S}"
                raise _error("bad_number", name, value, expected, "Give a number.")
        sample = self.sample
        if type(sample) not in {int, float} or not 0 < sample <= 1:
            expected = "a share above 0 and at most 1"
            raise _error("bad_number", "sample", sample, expected, "Give a number.")


def one_way(name: object) -> Any:
    """Return a name as NFC: Unicode writes some letters in two ways."""
    return unicodedata.normalize("NFC", name) if isinstance(name, str) else name


def is_disabled() -> bool:
    """Tell whether the environment switches logging off."""
    return os.environ.get("LEEBOARD_DISABLED", "") not in {"", "0"}


def redaction(
    redact: Sequence[str],
    hash_: Sequence[str],
    truncate: Mapping[str, int],
    hash_key: str | bytes | None,
) -> Redaction:
    """Check what is to be redacted."""
    for name, value in (("redact", redact), ("hash", hash_)):
        if isinstance(value, str) or not all(isinstance(v, str) for v in value):
            expected = "a list of column names"
            raise _error("bad_columns", name, value, expected, "Put it in brackets.")
    for column, length in truncate.items():
        if type(length) is not int or length < 0:
            expected = "a number of characters"
            raise _error(
                "bad_number", f"truncate[{column!r}]", length, expected, "Give one."
            )
    secret = os.environ.get("LEEBOARD_HASH_KEY", "") if hash_key is None else hash_key
    key = secret.encode() if isinstance(secret, str) else bytes(secret)
    if hash_ and len(key) < 16:
        raise LoggerError(
            code="bad_hash_key",
            where="hash_key",
            found=f"{len(key)} bytes",
            expected="a secret of at least 16 bytes, the same in every process",
            fix="Set LEEBOARD_HASH_KEY, or give hash_key.",
        )
    return Redaction(frozenset(redact), frozenset(hash_), dict(truncate), key)


def place(target: object, mode: object, spool: object) -> tuple[str, str]:
    """Return URL and spool folder, one of which may be empty.

    Raises
    ------
    LoggerError
        The target or the mode is none, or a spool is needed.
    """
    if mode not in MODES:
        expected = "buffered, spooled or durable"
        raise _error("bad_mode", "mode", mode, expected, "Name one.")
    try:
        text = os.fspath(target)  # type: ignore[call-overload]
    except TypeError:
        text = None
    if not isinstance(text, str) or not text or "\0" in text:
        expected = "a folder, or the http(s) URL of a collector"
        found = type(target).__name__
        raise _error("bad_target", "target", found, expected, "Give one.")
    if "://" not in text:
        folder = os.path.join(text, "spool") if spool is None else os.fspath(spool)  # type: ignore[call-overload]
        return "", os.path.abspath(folder)
    if mode != "spooled":
        return text, ""
    if spool is None:
        raise _error(
            "no_spool",
            "spool",
            None,
            "a folder that keeps events until the collector has them",
            "Give spool=.",
        )
    return text, os.path.abspath(os.fspath(spool))  # type: ignore[call-overload]


def _name(where: str, value: object, *, least: int) -> None:
    if (
        not isinstance(value, str)
        or not least <= len(value) <= _LONGEST_MODEL
        or not value.isprintable()
    ):
        expected = f"{least} to {_LONGEST_MODEL} printable characters"
        raise _error("bad_name", where, value, expected, "Choose another name.")


def _error(
    code: str, where: str, found: object, expected: str, fix: str
) -> LoggerError:
    return LoggerError(
        code=code, where=where, found=repr(found)[:200], expected=expected, fix=fix
    )
