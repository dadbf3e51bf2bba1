"""The parts of one server, and the threads that they run in.

Place: between the parts, none of which knows another, and the process. The main thread
runs uvicorn's loop; one thread stores, one makes passes, one keeps the lead, one writes
the log of deeds, two read bodies.
"""

from __future__ import annotations

import logging
import os
import sys
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime

from leeboard.dashboard import Dashboard, Reader
from leeboard.errors import LeeboardError, LogError
from leeboard.exposition.exposition import Exposition
from leeboard.exposition.families import Sample
from leeboard.logs import open_log
from leeboard.monitor.monitor import Monitor
from leeboard.server.access import Keyring
from leeboard.server.app import basic_rules, create_app
from leeboard.server.board import Board
from leeboard.server.collector import Collector
from leeboard.server.gate import Gate
from leeboard.server.health import Vitals
from leeboard.server.intake import Intake
from leeboard.server.leading import Leading
from leeboard.server.ledger import Ledger
from leeboard.server.limits import Limits
from leeboard.server.metrics import Metrics, process_samples
from leeboard.server.places import ledger_of, spool_of
from leeboard.server.roles import Role
from leeboard.server.routes import Rule
from leeboard.server.scheduler import Scheduler
from leeboard.server.sessions import Sessions
from leeboard.server.witness import Witness
from leeboard.state import State, open_state
from leeboard_logger.durable import DurableSpool

__all__ = ["Parts"]

_LOG = logging.getLogger("leeboard.server")
_LAST_PASS_S = 30.0


class Parts:
    """All parts of a server, made and not yet begun.

    Parameters
    ----------
    monitor : Monitor
    state : State
        Open as long as the parts are.
    every_s : float
        Seconds from the beginning of a pass to that of the next.
    role : Role
    passes : callable or None
        Makes one pass; None: the monitor's own.
    secure : bool
        Cookies go over TLS alone.
    """

    def __init__(
        self,
        monitor: Monitor,
        state: State,
        every_s: float,
        role: Role,
        passes: Callable[[], object] | None,
        *,
        secure: bool,
    ) -> None:
        self._monitor, self._role, self._every_s = monitor, role, every_s
        self._started_at = datetime.now(UTC)
        self.witness = Witness(state.audit.add)
        gate = Gate(Limits(monitor.plan.serve), self.witness)
        self._intake = _intake(monitor) if role.takes_events else None
        self._collector = _collector(monitor, self._intake, gate)
        reader = _reader(monitor, state)
        self._leading = Leading(lambda: open_state(monitor.plan.state))
        exposition = Exposition(
            reader, self._samples, leads=lambda: self._leading.leads
        )
        self._scheduler = Scheduler(
            passes or (lambda: monitor.run(every_s=every_s)),
            every_s,
            self._leading.wait,  # false for ever where it is not begun
            monitor.ship,
            after=exposition.refresh,
        )
        keyring = Keyring(state.keys.all, people=state.users.all)
        self.sessions = Sessions(keyring)
        board = Board(
            monitor, Dashboard(reader), self.sessions, secure=secure, gate=gate
        )
        rules = [*self._rules(), *Metrics(exposition).rules(), *board.rules()]
        self.app = create_app(rules, keyring, self.sessions, gate)

    def _rules(self) -> Iterator[Rule]:
        vitals = Vitals(self._role, self._intake, self._scheduler, self._leading)
        yield from basic_rules(lambda: vitals.ready)
        yield from vitals.rules()
        if self._collector is not None:
            yield from self._collector.rules()

    def _samples(self) -> Iterator[Sample]:
        taken = {} if self._collector is None else self._collector.taken()
        health = self._scheduler.health
        every_s = self._every_s if self._role.makes_passes else None
        return process_samples(health, every_s, self._started_at, taken)

    def begin(self) -> None:
        """Begin their threads."""
        if self._intake is not None:
            self._intake.start()
        if self._role.makes_passes:
            self._leading.start()
        self._scheduler.start()
        self.witness.start()

    def end(self) -> None:
        """Let the pass under way end, and ship what came last."""
        if self._intake is not None:
            self._intake.close()
        self.witness.close()
        ended = self._scheduler.stop(_LAST_PASS_S)
        self._leading.close()
        if not ended:
            _LOG.warning("the pass under way is left; the next start makes it again")
            # its thread would hold the process up; all it does can be killed anywhere
            sys.stderr.flush()
            os._exit(0)
        try:
            self._monitor.ship()
        except (LeeboardError, OSError) as error:
            _LOG.warning("the last events stay in the spool: %s", error)


def _collector(monitor: Monitor, intake: Intake | None, gate: Gate) -> Collector | None:
    if intake is None:
        return None
    return Collector(intake, lambda: _models(monitor), gate=gate)


def _reader(monitor: Monitor, state: State) -> Reader:
    log = open_log(monitor.plan.log, spool=monitor.plan.spool or None)
    return Reader(monitor.plan, state, log)


def _intake(monitor: Monitor) -> Intake:
    spool = spool_of(monitor.plan)
    path = ledger_of(spool)
    try:
        ledger = Ledger(path)
    except OSError as error:
        raise _unwritable(os.path.dirname(path), error) from error
    try:
        return Intake(DurableSpool(spool), ledger)
    except OSError as error:
        ledger.close()
        raise _unwritable(spool, error) from error


def _unwritable(folder: str, error: OSError) -> LogError:
    return LogError(
        code="spool_unwritable",
        where=folder,
        found=f"a folder that cannot be written ({error.strerror or 'not ours'})",
        expected="a folder of this user alone",
        fix="Look at the disk and at the rights: chmod 700.",
    )


def _models(monitor: Monitor) -> Mapping[str, datetime | None]:
    now = datetime.now(UTC)
    return {
        one.name: None if one.retention is None else now - one.retention
        for one in monitor.plan.models
    }
