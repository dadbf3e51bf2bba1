"""Of several schedulers one leads, and only one."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest

from leeboard.errors import ConfigError
from leeboard.monitor.holder import LEAD, me
from leeboard.server.leading import Leading
from leeboard.server.roles import Role, role_of
from leeboard.server.scheduler import Scheduler
from leeboard.state.memory import MemoryState
from tests.server._waiting import until


class Shared(MemoryState):
    """A store that many hold."""

    def close(self) -> None:
        """Stay open for the others."""


def leading(state: Shared, seconds: float = 1.2) -> Leading:
    """Return one who looks at a store."""
    return Leading(lambda: state, seconds)


def test_one_leads_and_hands_over_when_it_ends() -> None:
    """The second waits as long as the first is there, and follows at once."""
    state = Shared()
    first, second = leading(state), leading(state)
    first.start()
    second.start()
    assert (first.leads, second.leads) == (True, False)
    assert not second.wait(0.3)
    first.close()
    assert second.wait(10)
    assert state.leased(LEAD).token == 2
    second.close()
    assert state.leased(LEAD) is None


def test_a_leader_that_goes_on_keeps_the_lead() -> None:
    """Beyond the time of its first lease, however long a pass takes."""
    state = Shared()
    first, second = leading(state, 0.6), leading(state, 0.6)
    first.start()
    until_then = state.leased(LEAD).until
    second.start()
    until(lambda: datetime.now(UTC) > until_then + timedelta(seconds=0.3))
    assert (first.leads, second.leads) == (True, False)
    first.close()
    second.close()


def test_a_leader_that_was_paused_knows_that_it_leads_no_more() -> None:
    """By its own clock, before it has looked; and by what it sees then."""
    state = Shared()
    first = leading(state, 60.0)
    first.start()
    assert first.leads
    lease = state.leased(LEAD)
    first._lease = type(lease)(LEAD, lease.holder, 1, datetime.now(UTC))
    assert not first.leads
    state.lease(LEAD, "another", lease.until + timedelta(seconds=1), 600.0)
    first._look()
    assert not first.leads
    first.close()
    assert state.leased(LEAD).holder == "another"


def test_a_leader_of_this_host_that_is_gone_is_followed_at_once() -> None:
    """Without waiting for its time to pass."""
    state = Shared()
    host = me().partition(":")[0]
    state.lease(LEAD, f"{host}:999999999:1:x", datetime.now(UTC), 3600.0)
    second = leading(state)
    second.start()
    assert second.leads
    second.close()


def _scheduled(
    leads: Callable[[float], bool],
) -> tuple[Scheduler, list[str]]:
    made: list[str] = []
    scheduler = Scheduler(
        lambda: made.append("pass"), 0.02, leads, lambda: made.append("ship")
    )
    return scheduler, made


def test_a_scheduler_makes_passes_only_while_it_leads() -> None:
    """Until then it commits what has come to its own spool."""
    lead = threading.Event()
    scheduler, made = _scheduled(lambda seconds: lead.wait(min(seconds, 0.01)))
    scheduler.start()
    until(lambda: made.count("ship") > 2)
    assert "pass" not in made
    assert scheduler.health.waits
    lead.set()
    until(lambda: made.count("pass") > 2)
    assert not scheduler.health.waits
    assert scheduler.stop(10)


def test_roles_are_named() -> None:
    """Each does its share."""
    shares = {role: (role.takes_events, role.makes_passes) for role in Role}
    assert shares == {
        Role.ALL: (True, True),
        Role.COLLECTOR: (True, False),
        Role.SCHEDULER: (False, True),
    }
    with pytest.raises(ConfigError, match="unknown_role"):
        role_of("leader")
