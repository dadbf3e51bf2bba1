"""The gate before the routes: who comes too often waits, and what matters is told.

Place: between routes and pages on one side, limits and witness on the other. Without
either of the two it lets everybody pass, and tells nothing.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from starlette.requests import Request

from leeboard.server.access import Grant, via_of
from leeboard.server.limits import Limits, network_of
from leeboard.server.refusal import Refusal
from leeboard.server.witness import Witness

__all__ = ["Gate", "address_of"]


def address_of(request: Request) -> str:
    """Return from where a request came, or empty."""
    return request.client.host if request.client is not None else ""


@dataclass(frozen=True, slots=True)
class Gate:
    """What a server checks of a request before it asks who may what.

    Parameters
    ----------
    limits : Limits or None
    witness : Witness or None
    """

    limits: Limits | None = None
    witness: Witness | None = None

    def stranger(self, request: Request) -> None:
        """Let a request for what is open pass, or raise ``Refusal`` (429)."""
        if self.limits is not None:
            with self._told("held_up", address_of(request)):
                self.limits.stranger(address_of(request))

    def known(self, grant: Grant) -> None:
        """Let a request of a key or a person pass, or raise ``Refusal`` (429)."""
        if self.limits is not None:
            with self._told("held_up", "", grant):
                self.limits.known(grant.key)

    def failed(self, request: Request, what: str) -> None:
        """Count what opened nothing; ``Refusal`` (429) where it was too often."""
        address = address_of(request)
        if self.witness is not None:
            self.witness.count(what, address=network_of(address))
        if self.limits is not None:
            self.limits.failed(address)

    def trying(self, request: Request, name: str = "") -> None:
        """Let somebody try to sign in, or raise ``Refusal`` (429)."""
        if self.limits is not None:
            with self._told("sign_in_held_up", address_of(request)):
                self.limits.trying(address_of(request), name)

    def opened(self, request: Request, name: str = "") -> None:
        """Take a try that opened out of the count."""
        if self.limits is not None:
            self.limits.opened(address_of(request), name)

    def refused(self, request: Request) -> None:
        """Count a try to sign in that opened nothing; whose it was is not kept."""
        if self.witness is not None:
            address = network_of(address_of(request))
            self.witness.count("sign_in_refused", address=address)

    def tell(self, request: Request, what: str, **more: str) -> None:
        """Write a deed into the log; takes as long as its store does."""
        if self.witness is not None:
            self.witness.tell(what, address=address_of(request), **more)

    def conflicts(self, grant: Grant | None, times: int) -> None:
        """Count events whose id is there with other contents."""
        if self.witness is not None and times and grant is not None:
            via, model = via_of(grant.key), grant.model
            self.witness.count("conflict", via=via, subject=model, times=times)

    @contextmanager
    def _told(
        self, what: str, address: str, grant: Grant | None = None
    ) -> Iterator[None]:
        try:
            yield
        except Refusal:
            if self.witness is not None:
                via = "" if grant is None else via_of(grant.key)
                self.witness.count(what, address=network_of(address), via=via)
            raise
