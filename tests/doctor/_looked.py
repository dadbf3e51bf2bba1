"""How the tests of the doctor look at an installation."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from leeboard.doctor import Examined, Finding, Outcome, examine
from leeboard.server.listening import Listening
from tests.monitor._world import World

__all__ = ["FAIL", "OK", "WARN", "contents", "looked", "moment", "only"]

OK, WARN, FAIL = Outcome.OK, Outcome.WARN, Outcome.FAIL


def moment() -> datetime:
    """Return what time it is: the suite may have begun long ago."""
    return datetime.now(UTC)


def looked(model: World, **more: object) -> Examined:
    """Examine it; whatever is not fine says what was expected, and what to do."""
    more.setdefault("listening", Listening(port=0))
    found = examine(model.folder / "leeboard.toml", **more)  # type: ignore[arg-type]
    for _, one in found.findings:
        assert one.found
        if one.outcome is not OK:
            assert one.expected
            assert one.fix[-1] in ".?"
    return found


def only(found: Examined, outcome: Outcome, check: str) -> Finding:
    """Return the one thing that is not fine."""
    (one,) = [f for _, f in found.findings if f.outcome is not OK]
    assert (one.outcome, one.check) == (outcome, check)
    return one


def contents(folder: Path) -> dict[str, bytes]:
    """Return every file below a folder."""
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }
