"""Where a server listens, and what it refuses before it does.

Place: below the process that serves and whoever examines an installation: both ask
here.
"""

from __future__ import annotations

import ipaddress
import socket
import ssl
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass

from leeboard.errors import ConfigError

__all__ = ["Listening"]


@dataclass(frozen=True, slots=True)
class Listening:
    """Where and how to listen.

    Parameters
    ----------
    host : str
    port : int
        0: any that is free.
    certificate, private_key : str
        Paths of PEM files; empty: plain HTTP.
    behind_proxy : bool
        A proxy on the way speaks TLS, and says who asks.
    """

    host: str = "127.0.0.1"
    port: int = 8181
    certificate: str = ""
    private_key: str = ""
    behind_proxy: bool = False

    @property
    def secure(self) -> bool:
        """Whether people reach it by TLS."""
        return bool(self.certificate or self.behind_proxy)

    def check(self) -> None:
        """Refuse what would send keys over a network in the open.

        Raises
        ------
        ConfigError
        """
        if bool(self.certificate) != bool(self.private_key):
            raise ConfigError(
                code="incomplete_tls",
                where="--tls-cert, --tls-key",
                found="one of the two",
                expected="both, or neither",
                fix="Name the certificate and its private key.",
            )
        if self.certificate:
            self._check_files()
        if not (self.certificate or self.behind_proxy or _is_loopback(self.host)):
            raise ConfigError(
                code="open_bind",
                where="--host",
                found=f"{self.host!r}, which others can reach, without TLS",
                expected="TLS, or a loopback address",
                fix="Give --tls-cert and --tls-key; or --behind-proxy where a proxy"
                " speaks TLS for it.",
            )

    def _check_files(self) -> None:
        try:
            context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
            context.load_cert_chain(self.certificate, self.private_key)
        except OSError as error:  # of ssl, too
            raise ConfigError(
                code="bad_tls",
                where="--tls-cert, --tls-key",
                found="files that are no certificate and its key"
                f" ({error.strerror or type(error).__name__})",
                expected="PEM files of a certificate and of its private key",
                fix="Look at paths and rights, and that the two belong together.",
            ) from error

    @contextmanager
    def bound(self, backlog: int | None = None) -> Iterator[socket.socket]:
        """Give a socket with the address, which nobody else has meanwhile.

        Parameters
        ----------
        backlog : int, optional
            So many may wait to be answered; by default nobody can connect.

        Raises
        ------
        ConfigError
            ``cannot_listen``.
        """
        family = socket.AF_INET6 if ":" in self.host else socket.AF_INET
        # asyncio asks for the protocol, and else lets answers wait for 40 ms
        with closing(
            socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
        ) as sock:
            try:
                sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                sock.bind((self.host.strip("[]"), self.port))
                if backlog is not None:
                    sock.listen(backlog)
            except (OSError, TypeError) as error:  # TypeError: a name that is none
                raise self._refused(error) from error
            yield sock

    def _refused(self, error: OSError | TypeError) -> ConfigError:
        return ConfigError(
            code="cannot_listen",
            where=f"{self.host}:{self.port}",
            found="an address that cannot be had"
            f" ({getattr(error, 'strerror', None) or error})",
            expected="an address of this machine that nobody else has",
            fix="Give another --host or --port, or stop what listens there (ss -ltnp).",
        )


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False
