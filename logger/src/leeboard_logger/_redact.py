"""What leaves the process of a column that is private: nothing, a token, or a piece."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field

from leeboard_logger._values import ABSENT

__all__ = ["Redaction"]

_TOKEN_BYTES = 16


@dataclass(frozen=True, slots=True)
class Redaction:
    """Columns that are not written as they are, in every group of a record.

    Parameters
    ----------
    drop : set of str
        Left out.
    hash : set of str
        Replaced by the first 16 bytes of an HMAC-SHA-256 of the value, in hexadecimal:
        equal values stay equal, and without the secret none can be guessed.
    truncate : mapping of str to int
        Text is cut to so many characters; a number is left out.
    secret : bytes
        The key of the HMAC.
    """

    drop: frozenset[str] = frozenset()
    hash: frozenset[str] = frozenset()
    truncate: Mapping[str, int] = field(default_factory=dict)
    secret: bytes = field(default=b"", repr=False)

    def touches(self, name: str) -> bool:
        """Tell whether a column is one of them."""
        return name in self.drop or name in self.hash or name in self.truncate

    def of(self, name: str, value: object) -> object:
        """Return what may be written of a value of a column that is touched."""
        if name in self.drop:
            return ABSENT
        if name in self.hash:
            return None if value is None else self._token(value)
        if isinstance(value, str):
            return value[: self.truncate[name]]
        return None if value is None else ABSENT

    def _token(self, value: object) -> str:
        import hmac  # loads OpenSSL, which most have no need of

        text = value if isinstance(value, str) else json.dumps(value)
        whole = hmac.digest(self.secret, text.encode("utf-8", "replace"), "sha256")
        return whole[:_TOKEN_BYTES].hex()
