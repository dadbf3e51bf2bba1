"""What a server needs: an address, a certificate, a spool, keys, and people."""

from __future__ import annotations

import os
import ssl
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from leeboard.doctor.case import Case
from leeboard.doctor.finding import Finding
from leeboard.errors import LeeboardError
from leeboard.pages.words import plural
from leeboard.server.known import known_to
from leeboard.server.places import ledger_of, lock_of, spool_of
from leeboard.windows import duration_in_words

__all__ = ["address", "certificate", "intake", "keys", "people"]

_SOON = timedelta(days=14)


def address(case: Case) -> Iterator[Finding]:
    """Look whether the server may listen there, and whether it can."""
    spool = "" if case.plan is None else case.plan.spool
    runs = bool(spool) and _locked(lock_of(ledger_of(spool)))
    where = f"{case.listening.host}:{case.listening.port}"
    try:
        case.listening.check()
        with case.listening.bound():
            more = "; leeboard serve runs on this spool, elsewhere" if runs else ""
            yield Finding("address", f"{where} is free{more}")
    except LeeboardError as error:
        if runs and error.code == "cannot_listen":
            yield Finding("address", f"{where}: leeboard serve runs on this spool")
        else:
            yield Finding.of("address", error)


def intake(case: Case) -> Iterator[Finding]:
    """Look whether events that come over HTTP have a place to wait in."""
    if case.plan is None:
        return
    limits = case.plan.serve
    try:
        spool = spool_of(case.plan)
    except LeeboardError as error:
        yield Finding.warn(
            "intake",
            f"{error.found}: leeboard serve takes none [{error.code}]",
            error.expected,
            f"{error.fix} --role scheduler needs none.",
        )
        return
    yield Finding(
        "intake",
        f"events wait in {spool}; {limits.requests_per_s:,g} requests a second of a"
        f" key, {limits.tries_per_min:g} tries a minute that open nothing",
    )


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
    found = f"{path} holds for another {duration_in_words(left)}"
    if left <= timedelta(0):
        found = f"{path} ended {duration_in_words(-left)} ago"
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
                f" {duration_in_words(key.expires_at - case.now)}",
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


def people(case: Case) -> Iterator[Finding]:
    """Look who can sign in, and whether one of them may everything."""
    if case.state is None:
        return
    known = known_to(case.state, case.now)
    if not known:
        yield Finding(
            "sign-in", "nobody yet: leeboard serve prints a link that signs one in"
        )
        return
    count = len(known.people)
    found = f"{count:,} {'person' if count == 1 else 'people'} by name"
    found += f", {plural(len(known.keys), 'key')} that may look"
    if known.admins:
        yield Finding("sign-in", f"{found}; {known.admins:,} may everything")
    else:
        yield Finding.warn(
            "sign-in",
            f"{found}; none may everything, and so leeboard serve prints no link",
            "somebody who may",
            "Make one: leeboard users create NAME --scope admin.",
        )


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


def _locked(path: str) -> bool:
    """Tell whether somebody holds a file's lock, without ever holding it."""
    try:
        inode = os.stat(path).st_ino
        with open("/proc/locks", encoding="ascii") as file:
            return any(line.split()[5].endswith(f":{inode}") for line in file)
    except (OSError, IndexError):
        return False
