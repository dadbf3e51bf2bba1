"""``leeboard erase``."""

from __future__ import annotations

from collections.abc import Sequence

from leeboard.cli._terminal import clean, say, tell
from leeboard.monitor.monitor import Monitor

__all__ = ["run"]


def run(
    config: str,
    entity: str | None,
    column: str | None,
    ids: Sequence[str],
    model: str | None,
) -> int:
    """Erase, and say what was found; return 1 if something is left."""
    done = Monitor(config).erase(entity, column=column, ids=ids, model=model)
    say(
        f"Erased {done.predictions:,} predictions, {done.labels:,} labels and "
        f"{done.quarantined:,} quarantined events; searched {done.files:,} places.\n"
    )
    if not done.scanned:
        tell("note: too short to be searched for in bytes; columns were decoded only")
    for path, what in done.kept:
        tell(clean(f"note: not touched: {path}: {what}"))
    tell("note: backups, exports and copies elsewhere are not touched")
    for path, what in done.left:
        tell(clean(f"error: it still stands in {path}: {what} [not_erased]"))
    return int(bool(done.left))
