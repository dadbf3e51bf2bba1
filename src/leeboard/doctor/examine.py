"""All checks, in the order in which they are looked at."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime
from os import PathLike, fspath

from leeboard.config import DEFAULT
from leeboard.doctor import (
    configuration,
    disks,
    installation,
    logged,
    passing,
    serving,
    storing,
    telling,
)
from leeboard.doctor.case import Case
from leeboard.doctor.finding import Examined, Finding
from leeboard.errors import LeeboardError
from leeboard.server.listening import Listening

__all__ = ["CHECKS", "examine"]

_Check = Callable[[Case], Iterator[Finding]]

CHECKS: Sequence[tuple[str, Sequence[_Check]]] = (
    ("configuration", (configuration.configuration, configuration.environment)),
    (
        "installation",
        (
            installation.python,
            installation.libraries,
            installation.sqlite,
            installation.extras,
        ),
    ),
    ("disks", (disks.room, disks.rights)),
    ("results", (storing.state,)),
    ("events", (logged.log, logged.segments, logged.spool, logged.events)),
    ("models", (configuration.references, configuration.names, configuration.zones)),
    ("passes", (passing.passes, passing.leases, passing.clock)),
    ("people", (telling.channels, telling.heartbeat)),
    (
        "server",
        (
            serving.address,
            serving.certificate,
            serving.intake,
            serving.keys,
            serving.people,
        ),
    ),
)
"""Parts of an installation with their checks; later ones use what earlier opened."""


def examine(
    config: str | PathLike[str] = DEFAULT,
    *,
    listening: Listening | None = None,
    deep: bool = False,
    now: datetime | None = None,
) -> Examined:
    """Look at an installation, whatever state it is in.

    Parameters
    ----------
    config : path of a TOML file
    listening : Listening, optional
        Where the server listens, or would; by default as ``leeboard serve`` alone.
    deep : bool
        Compare every segment of the log with its checksum, not the newest alone.
    now : aware datetime, optional
        By default the clock's time.

    Returns
    -------
    Examined
        Nothing is changed, and nothing is sent.
    """
    case = Case(
        fspath(config), now or datetime.now(UTC), listening or Listening(), deep
    )
    findings: list[tuple[str, Finding]] = []
    try:
        for part, checks in CHECKS:
            for check in checks:
                findings += [(part, one) for one in _looked(check, case)]
    finally:
        if case.state is not None:
            case.state.close()
    return Examined(case.now, findings)


def _looked(check: _Check, case: Case) -> Iterator[Finding]:
    """Make one check; one that breaks is a finding, and the others go on."""
    try:
        yield from check(case)
    except LeeboardError as error:
        yield Finding.of(check.__name__, error)
    except Exception as error:  # noqa: BLE001 - the patient may be broken anyhow
        yield Finding.fail(
            check.__name__,
            f"the check itself failed ({type(error).__name__})",
            "an answer",
            "This is a defect of Leeboard: report it, with this line.",
        )
