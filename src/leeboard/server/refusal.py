"""What is refused of a request, or of one event: facts, never the text that came."""

from __future__ import annotations

import re
from collections.abc import Sequence

__all__ = ["Refusal", "forbidden", "path_of"]

_PLAIN = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,63}\Z")


class Refusal(Exception):  # noqa: N818 - what became of a request, not a failure of ours
    """Why something is not taken.

    Parameters
    ----------
    status : int
        Of the answer, where the whole request is refused.
    code : str
        Stable name.
    where : str
        Header, offset, line or JSON path.
    found, expected, fix : str
        None of them repeats what was sent.
    retry_s : int or None
        When to try again; goes out as ``Retry-After``.
    headers : dict of str to str
        Others of the answer.
    """

    def __init__(
        self,
        status: int,
        *,
        code: str,
        where: str,
        found: str,
        expected: str,
        fix: str,
        retry_s: int | None = None,
        headers: dict[str, str] | None = None,
    ) -> None:
        super().__init__(code, where)
        self.status = status
        self.code = code
        self.where = where
        self.found = found
        self.expected = expected
        self.fix = fix
        self.headers = dict(headers or {})
        if retry_s is not None:
            self.headers["Retry-After"] = str(retry_s)

    def facts(self) -> dict[str, str]:
        """Return it as answers show it."""
        return {
            "code": self.code,
            "where": self.where,
            "found": self.found,
            "expected": self.expected,
            "fix": self.fix,
        }


def path_of(steps: Sequence[str | int], start: str = "$") -> str:
    """Write a JSON path; a name that is no plain word is told by its place.

    Parameters
    ----------
    steps : sequence of str or int
        Names of members, and places in lists.
    start : str
        What stands before, such as ``line 3: $``.
    """
    text = start
    for step in steps:
        if isinstance(step, int):
            text += f"[{step}]"
        elif _PLAIN.match(step):
            text += f".{step}"
        else:
            text += ".(a name of other characters)"
    return text


def forbidden() -> Refusal:
    """Return what a key hears that may not do this: always the same."""
    return Refusal(
        403,
        code="forbidden",
        where="Authorization",
        found="a key that is not for this",
        expected="a key with the scope, and for the model, that is asked for",
        fix="Ask whoever keeps the keys: leeboard keys create.",
    )
