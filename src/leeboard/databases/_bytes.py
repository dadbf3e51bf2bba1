"""Files searched byte by byte for what is to be gone."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

__all__ = ["search_files"]

_CHUNK = 1 << 20


def search_files(paths: Iterable[str], spelt: Sequence[bytes]) -> dict[str, str]:
    """Look for texts in files, whatever they hold.

    Parameters
    ----------
    paths : iterable of str
        One that is not there is left out.
    spelt : sequence of bytes
        Ways in which the texts may be written.

    Returns
    -------
    dict of str to str
        Each file, and what stands there; empty for nothing.
    """
    found = {}
    for path in paths:
        try:
            found[path] = "bytes of a file" if _contains(path, spelt) else ""
        except FileNotFoundError:
            continue
        except OSError as error:
            found[path] = f"a file that cannot be read ({error.strerror})"
    return found


def _contains(path: str, spelt: Sequence[bytes]) -> bool:
    longest = max(map(len, spelt), default=0)
    tail = b""
    with open(path, "rb") as file:
        while spelt and (data := file.read(_CHUNK)):
            window = tail + data
            if any(one in window for one in spelt):
                return True
            tail = window[-longest:]
    return False
