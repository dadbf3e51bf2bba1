"""``leeboard serve``."""

from __future__ import annotations

import logging
import sys
from datetime import UTC, datetime

from leeboard.cli._terminal import tell
from leeboard.errors import ConfigError
from leeboard.monitor.monitor import Monitor
from leeboard.server.listening import Listening
from leeboard.server.roles import role_of
from leeboard.server.serve import serve
from leeboard.windows import duration

__all__ = ["begun", "listening", "run"]


def listening(
    host: str, port: int, certificate: str, private_key: str, *, behind_proxy: bool
) -> Listening:
    """Say where and how to listen."""
    return Listening(host, port, certificate, private_key, behind_proxy)


def run(config: str, where: Listening, every: str, role: str) -> None:
    """Serve until a signal comes."""
    share = role_of(role)
    every_s = _seconds(every)
    monitor = Monitor(config)
    for note in monitor.plan.notes:
        tell(f"note: {note.where}: {note.text} [{note.code}]")
    _log_to_standard_error()
    serve(monitor, where, every_s, begun, role=share)
    tell("Stopped.")


def begun(address: str, entry: str) -> None:
    """Say where it listens, and how its owner gets in."""
    tell(f"Listening on {address}")
    if entry:
        tell(f"Sign in, once, within 15 minutes: {entry}")


def _seconds(text: str) -> float:
    """Read a length of time, which here may be in seconds."""
    number = text.strip().removesuffix("s")
    if not (number.isascii() and number.isdigit()):
        return duration(text).total_seconds()
    if not 1 <= int(number[:9]) <= 86_400:
        raise ConfigError(
            code="out_of_range",
            where="--every",
            found=repr(text),
            expected="1s to a day",
            fix="A pass a minute is often enough.",
        )
    return float(number)


def _log_to_standard_error() -> None:
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(_OneLine("%(asctime)s %(levelname)s %(name)s: %(message)s"))
    root = logging.getLogger()
    root.addHandler(handler)
    root.setLevel(logging.WARNING)


class _OneLine(logging.Formatter):
    """Times in UTC; control characters of a message are written out."""

    def formatTime(self, record: logging.LogRecord, datefmt: str | None = None) -> str:  # noqa: N802
        del datefmt
        moment = datetime.fromtimestamp(record.created, UTC)
        return moment.isoformat(timespec="milliseconds")

    def formatMessage(self, record: logging.LogRecord) -> str:  # noqa: N802
        from leeboard.pages.printable import printable

        return printable(" ".join(super().formatMessage(record).splitlines()))
