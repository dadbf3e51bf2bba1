"""Where a collector is and the key to it, both checked before anything is sent."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlsplit

from leeboard_logger._errors import LoggerError

__all__ = ["Key", "Target"]


class Key:
    """A secret that shows itself in the one header that needs it.

    Parameters
    ----------
    text : str
        8 to 512 visible ASCII characters.

    Raises
    ------
    LoggerError
        The text is no key; it is not quoted.
    """

    __slots__ = ("_text",)

    def __init__(self, text: object) -> None:
        whole = isinstance(text, str) and 8 <= len(text) <= 512
        if not whole or not all("!" <= c <= "~" for c in str(text)):
            raise LoggerError(
                code="bad_key",
                where="key",
                found="a text that is no key",
                expected="8 to 512 visible ASCII characters",
                fix="Give the key as it was printed, without spaces or line ends.",
            )
        self._text = str(text)

    def __repr__(self) -> str:
        return "Key(****)"

    def __reduce__(self) -> str | tuple[object, ...]:
        raise TypeError("a key is not written anywhere")

    def header(self) -> str:
        """Return the value of the Authorization header."""
        return f"Bearer {self._text}"


@dataclass(frozen=True, slots=True)
class Target:
    """The address of a collector.

    Parameters
    ----------
    secure : bool
        Whether TLS is spoken.
    host : str
    port : int
    base : str
        Path before ``/v1/…``, without a slash at its end.
    """

    secure: bool
    host: str
    port: int
    base: str

    @classmethod
    def parse(cls, url: str) -> Target:
        """Read a URL such as ``https://monitor.example:8181``.

        Raises
        ------
        LoggerError
            It is no http or https URL, or holds a user, a query or a fragment.
        """
        try:
            parts = urlsplit(url)
            port = parts.port
        except ValueError:
            raise _refused("a text that is no URL") from None
        if parts.scheme not in {"http", "https"} or not parts.hostname:
            raise _refused("a text that is no URL of a collector")
        if "@" in parts.netloc:
            # it may hold a password, so it is not quoted
            raise _refused("a URL with a user in it")
        if parts.query or parts.fragment:
            raise _refused("a URL with a query or fragment")
        if not all("!" <= c <= "~" for c in url):
            raise _refused("a URL with spaces or characters beyond ASCII")
        secure = parts.scheme == "https"
        base = parts.path.rstrip("/")
        return cls(secure, parts.hostname, port or (443 if secure else 80), base)

    def __str__(self) -> str:
        scheme = "https" if self.secure else "http"
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{scheme}://{host}:{self.port}{self.base}"


def _refused(found: str) -> LoggerError:
    return LoggerError(
        code="bad_target",
        where="target",
        found=found,
        expected="a folder, or a URL such as https://monitor.example:8181",
        fix="Give the collector's address; the key goes into key=.",
    )
