"""What a server needs: an address that may be had, a certificate, and keys."""

from __future__ import annotations

import os
import socket
import ssl
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta

from leeboard.doctor.case import Case
from leeboard.doctor.finding import Finding, span
from leeboard.errors import LeeboardError

__all__ = ["address", "certificate", "keys"]

_SOON = timedelta(days=14)


def address(case: Case) -> Iterator[Finding]:
    """Look whether the server may listen there, and whether it can."""
    try:
        case.listening.check()
    except LeeboardError as error:
        yield Finding.of("address", error)
        return
    where = f"{case.listening.host}:{case.listening.port}"
    family = socket.AF_INET6 if ":" in case.listening.host else socket.AF_INET
    runs = case.plan is not None and _locked(_lock(case.plan.spool))
    with closing(socket.socket(family, socket.SOCK_STREAM)) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((case.listening.host.strip("[]"), case.listening.port))
        except OSError as error:
            if runs:
                yield Finding("address", f"{where}: leeboard serve runs on this spool")
                return
            yield Finding.fail(
                "address",
                f"{where} cannot be had ({error.strerror})",
                "an address of this machine that nobody else has",
                "Give leeboard serve another --port, or stop what listens there"
                f" (ss -ltnp 'sport = :{case.listening.port}').",
            )
            return
    more = "; leeboard serve runs on this spool, elsewhere" if runs else ""
    yield Finding("address", f"{where} is free{more}")


def certificate(case: Case) -> Iterator[Finding]:
    """Look how long the certificate holds."""
    path = case.listening.certificate
    if not path or not case.listening.private_key:
        return
    fix = f"Renew it, and start leeboard serve again: {path}."
    try:
        left = _until(path, case.listening.private_key) - case.now
    except (OSError, ValueError) as error:
        found = f"{path}: {getattr(error, 'verify_message', '') or error}"
        yield Finding.fail("certificate", found, "a certificate that holds now", fix)
        return
    found = f"{path} holds for another {span(left)}"
    if left <= timedelta(0):
        found = f"{path} ended {span(left)} ago"
        yield Finding.fail("certificate", found, "a certificate that holds now", fix)
    elif left < _SOON:
        yield Finding.warn("certificate", found, f"{_SOON.days} days or more", fix)
    else:
        yield Finding("certificate", found)


def keys(case: Case) -> Iterator[Finding]:
    """Look whether anybody can send, and which keys end soon."""
    if case.state is None:
        return
    if not case.state.keys.all():
        yield Finding(
            "keys", "none: leeboard keys create makes one for who sends over HTTP"
        )
        return
    held = [key for key in case.state.keys.all() if key.holds(case.now)]
    for key in held:
        if key.expires_at is not None and key.expires_at - case.now < _SOON:
            yield Finding.warn(
                "keys",
                f"{key.id} ({key.name or 'no name'}) ends in"
                f" {span(key.expires_at - case.now)}",
                "a key that follows it",
                "Make it now, both hold meanwhile: leeboard keys create.",
            )
    senders = sum("ingest" in key.scopes or "admin" in key.scopes for key in held)
    if not senders:
        yield Finding.warn(
            "keys",
            f"{len(held)} of {len(case.state.keys.all())} keys hold, none to send"
            " events with",
            "one for each service that sends over HTTP",
            "leeboard keys create --name SERVICE.",
        )
    else:
        yield Finding("keys", f"{len(held)} hold, {senders} to send events with")


def _until(path: str, private_key: str) -> datetime:
    """Return when a certificate ends, as a client sees it that trusts it alone.

    Raises
    ------
    ssl.SSLError
        It does not hold now.
    """
    server = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    server.load_cert_chain(path, private_key)
    client = ssl.create_default_context(cafile=path)
    client.check_hostname = False
    client.verify_flags |= ssl.VERIFY_X509_PARTIAL_CHAIN
    there, back = ssl.MemoryBIO(), ssl.MemoryBIO()
    ends = (
        client.wrap_bio(back, there),
        server.wrap_bio(there, back, server_side=True),
    )
    for _ in range(4):  # each turn hands on what the other side has said
        for end in ends:
            try:
                end.do_handshake()
            except ssl.SSLWantReadError:
                continue
    seen = ends[0].getpeercert()
    if not seen:
        raise ValueError(path)
    return datetime.fromtimestamp(ssl.cert_time_to_seconds(str(seen["notAfter"])), UTC)


def _lock(spool: str) -> str:
    """Path of the lock that a server holds."""
    return os.path.join(os.path.dirname(spool), "collector.db.lock") if spool else ""


def _locked(path: str) -> bool:
    """Tell whether somebody holds a file's lock, without ever holding it."""
    try:
        inode = os.stat(path).st_ino
        with open("/proc/locks", encoding="ascii") as file:
            return any(line.split()[5].endswith(f":{inode}") for line in file)
    except (OSError, IndexError):
        return False
