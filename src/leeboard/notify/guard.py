"""The guard before the network: which addresses a message may go to.

Place: below the channels. An address in the configuration may have been mistyped, or
may belong to somebody who points its name at a machine inside (server-side request
forgery). Names are resolved once, every address found is judged, and the connection
goes to an address that was judged, so that a second look-up cannot give another.
"""

from __future__ import annotations

import ipaddress
import re
import socket
from dataclasses import dataclass
from typing import NoReturn
from urllib.parse import urlsplit

from leeboard.errors import NotifyError

__all__ = ["Place", "judged_addresses", "place_of"]

_Address = ipaddress.IPv4Address | ipaddress.IPv6Address

# Where clouds keep the credentials of a machine; no receiver of messages lives there.
_METADATA = frozenset(
    ipaddress.ip_address(text)
    for text in (
        "169.254.169.254",
        "168.63.129.16",  # Azure; looks like any other address outside
        "100.100.100.200",  # Alibaba
        "192.0.0.192",  # Oracle
        "fd00:ec2::254",  # Amazon, IPv6
        "fd20:ce::254",  # Google, IPv6
    )
)
# Python's own lists of what is not global learnt of some of these late.
_INSIDE = tuple(
    ipaddress.ip_network(text)
    for text in (
        *("192.0.0.0/24", "192.88.99.0/24", "fec0::/10", "64:ff9b:1::/48"),
        *("3fff::/20", "5f00::/16"),  # documentation, and routing by segments
    )
)
_NAT64 = ipaddress.IPv6Network("64:ff9b::/96")
_TRANSLATED = ipaddress.IPv6Network("::ffff:0:0:0/96")
_ISATAP = (0x0000_5EFE, 0x0200_5EFE)
_HOST = re.compile(r"[A-Za-z0-9._:%-]+")


@dataclass(frozen=True, slots=True)
class Place:
    """Where a URL leads; the path may be a secret and is not kept.

    Parameters
    ----------
    scheme : str
        ``http`` or ``https``.
    host : str
    port : int
    """

    scheme: str
    host: str
    port: int


def place_of(url: str, *, channel: str, allow_private: bool) -> Place:
    """Return where a URL leads, or refuse it; nothing is looked up.

    Parameters
    ----------
    url : str
    channel : str
        Whose it is, for the error.
    allow_private : bool
        Addresses inside may be used.

    Raises
    ------
    NotifyError
        ``bad_url`` if it is no plain http(s) URL; ``private_address`` or
        ``forbidden_address`` if its host is an address that may not be used. The URL
        itself, which may be a secret, is never repeated.
    """
    try:
        parts = urlsplit(url)
        host, port = parts.hostname, parts.port
    except ValueError:
        host, port, parts = None, None, urlsplit("")
    if parts.scheme not in {"http", "https"} or not host or not url.isprintable():
        _refuse_url(channel, "something else")
    if parts.username is not None or parts.password is not None:
        _refuse_url(channel, "a URL with a user or a password in it")
    if " " in url or not url.isascii() or not _HOST.fullmatch(host):
        _refuse_url(channel, "a URL with blanks, or signs that no host has")
    usual = 443 if parts.scheme == "https" else 80
    address = _literal(host)
    if address is not None:
        _judge(address, host, channel=channel, allow_private=allow_private)
    elif _is_local_name(host) and not allow_private:
        _refuse_private(channel, host)
    return Place(parts.scheme, host, usual if port is None else port)


def judged_addresses(
    host: str, port: int, *, channel: str, allow_private: bool
) -> tuple[str, ...]:
    """Resolve a name once and return its addresses, every one of them allowed.

    Raises
    ------
    NotifyError
        If one of them may not be used: a name that leads inside and outside is a trick,
        or a mistake. ``unreachable`` if the name is not known, to be tried again.
    """
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise NotifyError(
            code="unreachable",
            where=f"channel {channel}",
            found=f"a host {host!r:.80} that cannot be looked up",
            expected="a name that the network knows",
            fix="Check the address and the name service; it is tried again.",
        ).within(0.0) from error
    addresses = tuple(dict.fromkeys(str(entry[4][0]) for entry in found))
    for text in addresses:
        address = ipaddress.ip_address(text.partition("%")[0])
        _judge(address, host, channel=channel, allow_private=allow_private)
    return addresses


def _literal(host: str) -> _Address | None:
    """Read an address as sockets do: 127.1, 0x7f000001 and 017700000001 are such."""
    host = host.partition("%")[0].removesuffix(".")
    try:
        return ipaddress.ip_address(host)
    except ValueError:
        pass
    try:
        return ipaddress.IPv4Address(socket.inet_aton(host))
    except (OSError, ValueError):
        return None


def _is_local_name(host: str) -> bool:
    name = host.rstrip(".").lower()
    return name == "localhost" or name.endswith((".localhost", ".internal", ".local"))


def _judge(address: _Address, host: str, *, channel: str, allow_private: bool) -> None:
    every = (address, *_inner(address))
    for one in every:
        if one in _METADATA or one.is_link_local or one.is_multicast:
            _refuse_always(channel, host)
        if int(one) == 0:
            _refuse_always(channel, host)
    for one in every:
        inside = not one.is_global or any(
            one in network for network in _INSIDE if network.version == one.version
        )
        if inside and not allow_private and not _carries(one):
            _refuse_private(channel, host)


def _inner(address: _Address) -> tuple[_Address, ...]:
    """Return the IPv4 addresses that an IPv6 address stands for."""
    if isinstance(address, ipaddress.IPv4Address):
        return ()
    found: list[_Address | None] = [address.ipv4_mapped, address.sixtofour]
    found += address.teredo or ()
    lowest = int(address) & 0xFFFF_FFFF_FFFF_FFFF
    if address in _NAT64 or address in _TRANSLATED or lowest >> 32 in _ISATAP:
        found.append(ipaddress.IPv4Address(int(address) & 0xFFFFFFFF))
    if 0xFFFF < int(address) <= 0xFFFFFFFF:  # ::a.b.c.d, long out of use
        found.append(ipaddress.IPv4Address(int(address)))
    return tuple(one for one in found if one is not None)


def _carries(address: _Address) -> bool:
    """Whether only the address within it counts."""
    return address.version == 6 and (
        address.ipv4_mapped is not None or address in _NAT64
    )


def _refuse_url(channel: str, found: str) -> NoReturn:
    raise NotifyError(
        code="bad_url",
        where=f"channel {channel}",
        found=found,
        expected="a plain http:// or https:// URL",
        fix="Copy the address anew; it is not repeated here, for it may be a secret.",
    )


def _refuse_private(channel: str, host: str) -> NoReturn:
    raise NotifyError(
        code="private_address",
        where=f"channel {channel}",
        found=f"{host!r:.80}, which leads to an address inside",
        expected="an address on the internet",
        fix="If the receiver does live inside, set allow_private = true in its table.",
    )


def _refuse_always(channel: str, host: str) -> NoReturn:
    raise NotifyError(
        code="forbidden_address",
        where=f"channel {channel}",
        found=f"{host!r:.80}, a link-local, metadata, multicast or empty address",
        expected="an address at which a receiver can live",
        fix="No setting allows it; give the receiver's own address.",
    )
