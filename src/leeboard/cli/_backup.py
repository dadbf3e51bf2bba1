"""``leeboard backup`` and ``leeboard restore``."""

from __future__ import annotations

from leeboard.cli._files import check_places
from leeboard.cli._terminal import clean, say
from leeboard.monitor import backups
from leeboard.monitor.monitor import Monitor

__all__ = ["backup", "restore"]


def backup(config: str, file: str) -> None:
    """Write a backup, and say what is in it."""
    check_places([file])
    saved = Monitor(config).backup(file)
    text = f"Wrote {saved.files:,} files, {saved.bytes:,} bytes, to {saved.path}"
    say(clean(text) + "\n")


def restore(config: str, file: str, *, force: bool) -> None:
    """Bring a backup back, and say where to."""
    plan = backups.restore(file, config, force=force)
    say(clean(f"Restored log {plan.log} and state {plan.state}") + "\n")
