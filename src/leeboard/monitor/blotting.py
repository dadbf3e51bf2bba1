"""Words about what is erased, out of all that a store of results keeps.

Place: under erasure. Passes, draws and senders hold in memory what they have read, and
write it back. So their rights are held while words are replaced, and nobody has an
older copy of them.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from datetime import UTC, datetime

from leeboard.config.plan import Plan
from leeboard.errors import StateError
from leeboard.logs import SHORTEST, spellings
from leeboard.monitor.expecting import ANNOUNCING, EXPECTED, announced_without
from leeboard.monitor.holder import LEASE_SECONDS, process_of, taken
from leeboard.monitor.judging import KEY as ALARMS
from leeboard.monitor.judging import without_segments
from leeboard.monitor.passes import PASSING
from leeboard.monitor.sampling import SAMPLES, SAMPLING, draws_of, without, write_draws
from leeboard.monitor.segmented import KEY as SEGMENTS
from leeboard.monitor.segmented import segments_without
from leeboard.monitor.sending import SENDING
from leeboard.state import Lease, State
from leeboard.words import blotter

__all__ = ["Rights", "forget_samples", "forget_words", "rights_of"]

_PATIENCE_S = LEASE_SECONDS
"""How long a holder is waited for: one that has died has lost its right by then."""

_PAUSE_S = 0.05


class Rights:
    """The rights of all who write to a store of results.

    Parameters
    ----------
    state : State
    names : sequence of str
        Of leases.
    """

    def __init__(self, state: State, names: Sequence[str]) -> None:
        self._state, self._names = state, names
        self._held: dict[str, Lease] = {}

    def take(self, kind: str = "") -> Mapping[str, Lease]:
        """Take them, or those again that ran out meanwhile; wait for who has them.

        Parameters
        ----------
        kind : str
            What the names of the leases begin with; empty: all.

        Raises
        ------
        StateError
            If somebody keeps one for two minutes (``busy``).
        """
        until = time.monotonic() + _PATIENCE_S
        asked = [name for name in self._names if name.startswith(kind)]
        for name in asked:
            while (lease := self._taken(name)) is None:
                if time.monotonic() >= until:
                    raise self._busy(name)
                time.sleep(_PAUSE_S)
            self._held[name] = lease
        return {name: self._held[name] for name in asked}

    @contextmanager
    def kept(self) -> Iterator[None]:
        """Renew them meanwhile: one step may take longer than leases last."""
        ended = threading.Event()

        def renew() -> None:
            while not ended.wait(LEASE_SECONDS / 4):
                self._renew()

        renewing = threading.Thread(target=renew, name="leeboard-rights", daemon=True)
        renewing.start()
        try:
            yield
        finally:
            ended.set()
            renewing.join()

    def _renew(self) -> None:
        for name in list(self._held):
            # a store that is away is asked again at the next turn
            with suppress(StateError):
                lease = self._taken(name)
                # one that another has is waited for by ``take``
                self._held[name] = lease or self._held[name]

    def _taken(self, name: str) -> Lease | None:
        held = self._held.get(name)
        if held is None:
            return taken(self._state, name)
        return self._state.lease(name, held.holder, datetime.now(UTC), LEASE_SECONDS)

    def release(self) -> None:
        """Give all of them back."""
        for lease in self._held.values():
            self._state.release(lease)

    def _busy(self, name: str) -> StateError:
        held = self._state.leased(name)
        who = "another process" if held is None else process_of(held.holder)
        return StateError(
            code="busy",
            where=f"the right to {name!r}",
            found=f"{who}, which has kept it for {_PATIENCE_S:.0f} seconds",
            expected="a moment between two passes, draws or deliveries",
            fix="Run erase again, the same, when that has ended; or stop it first: "
            "words that it has read would be written back.",
        )


@contextmanager
def rights_of(plan: Plan, state: State) -> Iterator[Rights]:
    """Hold the rights of all who write to a plan's results until it is done."""
    kinds = (PASSING, SAMPLING, ANNOUNCING)
    names = [f"{kind}:{one.name}" for one in plan.models for kind in kinds]
    rights = Rights(state, [*sorted(names), SENDING])
    try:
        rights.take()
        with rights.kept():
            yield rights
    finally:
        rights.release()


def forget_samples(
    plan: Plan,
    state: State,
    ids: Collection[tuple[str, str]],
    leases: Mapping[str, Lease],
) -> None:
    """Take predictions out of what draws remember.

    Parameters
    ----------
    plan : Plan
    state : State
    ids : collection of (model, id)
        An empty model stands for every one.
    leases : mapping of name to Lease
        As ``Rights`` took them; those of draws.
    """
    for model in plan.models:
        draws = draws_of(state, model.name)
        own = {one for name, one in ids if name in ("", model.name)}
        if any(not one.chosen.keys().isdisjoint(own) for one in draws):
            kept = write_draws(without(draws, own))
            state.keep(model.name, SAMPLES, kept, leases[f"{SAMPLING}:{model.name}"])


def forget_words(
    plan: Plan, state: State, texts: Sequence[str], leases: Mapping[str, Lease]
) -> None:
    """Blot texts out of what is said, and forget what was gathered of segments.

    Parameters
    ----------
    plan : Plan
    state : State
    texts : sequence of str
        Those of few bytes are passed over: they stand in other words.
    leases : mapping of name to Lease
        As ``Rights`` took them.
    """
    long = [
        one for one in texts if len(one.encode("utf-8", "surrogatepass")) >= SHORTEST
    ]
    if not long:
        return
    spelt = [one.decode("utf-8", "replace") for t in long for one in spellings(t)]
    spelt = list(dict.fromkeys(spelt))
    state.blot(long, spelt, [*leases.values()])
    blot = blotter([*long, *spelt])
    for model in plan.models:
        for key, fresh, kind in (
            (ALARMS, without_segments, PASSING),
            (SEGMENTS, segments_without, PASSING),
            (EXPECTED, announced_without, ANNOUNCING),
        ):
            kept = state.kept(model.name, key)
            if kept is not None and (after := fresh(kept, blot)) != kept:
                state.keep(model.name, key, after, leases[f"{kind}:{model.name}"])
