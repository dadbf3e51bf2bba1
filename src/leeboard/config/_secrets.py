"""Texts in a configuration file that look like a key or a password.

Such a file is shared and kept in version control; nothing that Leeboard reads from it
needs a secret. The text itself is never repeated in the warning.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from leeboard.config._document import Document
from leeboard.config._lines import Path
from leeboard.errors import Note

__all__ = ["notes_on_secrets", "refuse_secrets"]

_KNOWN = re.compile(
    r"\b(?:AKIA|ASIA)[A-Z0-9]{16}\b"
    r"|\bgh[pousr]_[A-Za-z0-9]{30,}"
    r"|\bgithub_pat_\w{30,}"
    r"|\bglpat-[\w-]{20,}"
    r"|\bxox[abprs]-[\w-]{10,}"
    r"|\bsk-[\w-]{20,}"
    r"|\beyJ[\w-]{10,}\.[\w-]{10,}\."
    r"|-----BEGIN [A-Z ]*PRIVATE KEY"
    r"|\b[a-z][a-z0-9+.-]*://[^/\s:@]+:[^/\s:@]+@"
    r"|\b(?:password|passwd|secret|token|api_?key)\s*[=:]\s*\S{6,}",
    re.IGNORECASE,
)


def notes_on_secrets(document: Document) -> tuple[Note, ...]:
    """Return one warning for each text that looks like a secret."""
    text = "a text that looks like a secret; keep it out of the file, and change it"
    return tuple(
        Note("secret_in_file", document.where(*path), text)
        for path, value in _texts(document.values, ())
        if _KNOWN.search(value)
    )


def refuse_secrets(document: Document) -> None:
    """Refuse a file with a text that looks like a secret.

    Raises
    ------
    LeeboardError
        Of the document's type.
    """
    for note in notes_on_secrets(document):
        raise document.error(
            code=note.code,
            where=note.where,
            found="a text that looks like a secret",
            expected="no secrets in the file",
            fix="Remove it, and change the secret.",
        )


def _texts(value: Any, path: Path) -> Iterator[tuple[Path, str]]:
    if isinstance(value, str):
        yield path, value
    elif isinstance(value, dict):
        for key, inner in value.items():
            yield (*path, key), str(key)
            yield from _texts(inner, (*path, key))
    elif isinstance(value, list):
        for i, inner in enumerate(value):
            yield from _texts(inner, (*path, i))
