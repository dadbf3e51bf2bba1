"""Pieces of a log in a bucket: created by conditional writes, read from local copies.

Place: beside the folder of this machine. Needs obstore, the extra ``leeboard[s3]``;
keys and endpoint come from the environment, as AWS's own tools read them.
"""

from __future__ import annotations

import hashlib
import os
import secrets
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager, suppress
from typing import Any

from leeboard.errors import LogError
from leeboard.logs._objects import Piece

__all__ = ["Bucket"]


class Bucket:
    """Pieces under a prefix of a bucket that offers conditional writes.

    Parameters
    ----------
    url : str
        ``s3://bucket/prefix``.
    cache : str or None
        Folder for local copies; by default the user's cache folder.

    Raises
    ------
    LogError
        obstore is not installed (``missing_extra``).
    """

    def __init__(self, url: str, cache: str | None = None) -> None:
        try:
            from obstore.store import from_url
        except ImportError:
            raise LogError(
                code="missing_extra",
                where="log",
                found=url.partition("://")[0],
                expected="the package obstore",
                fix="Install leeboard[s3].",
            ) from None
        with _as_os_errors():
            self._store: Any = from_url(url)
        self._url = url.rstrip("/")
        place = hashlib.blake2b(url.encode(), digest_size=10).hexdigest()
        self._cache = os.path.join(cache or _cache_folder(), place)

    def get(self, name: str) -> bytes:
        """Read a piece whole."""
        with _as_os_errors():
            return bytes(self._store.get(name).bytes())

    def put(self, name: str, data: bytes) -> None:
        """Write a piece under a name that nobody else uses."""
        with _as_os_errors():
            self._store.put(name, data)

    def create(self, name: str, data: bytes) -> bool:
        """Write a piece unless the name is taken."""
        from obstore.exceptions import AlreadyExistsError

        try:
            with _as_os_errors():
                self._store.put(name, data, mode="create")
        except FileExistsError as error:
            if not isinstance(error.__cause__, AlreadyExistsError):
                raise
            # an answer may be lost and the request sent again: then it is ours
            return self.get(name) == data
        return True

    def exists(self, name: str) -> bool:
        """Tell whether there is such a piece."""
        try:
            with _as_os_errors():
                self._store.head(name)
        except FileNotFoundError:
            return False
        return True

    def pieces(self, folder: str, *, after: str = "") -> Sequence[Piece]:
        """List what a folder holds, at any depth."""
        found = []
        with _as_os_errors():
            for some in self._store.list(folder, offset=after or None):
                found += [
                    Piece(one["path"], one["size"], one["last_modified"].timestamp())
                    for one in some
                ]
        return sorted(found, key=lambda piece: piece.name)

    def remove(self, name: str) -> None:
        """Remove a piece, and its local copy."""
        with suppress(FileNotFoundError), _as_os_errors():
            self._store.delete(name)
        self.forget(name)

    def local(self, name: str, size: int) -> str:
        """Path of a local copy, fetched where there is none of that size."""
        path = self._copy(name)
        with suppress(FileNotFoundError):
            if os.stat(path).st_size == size:
                return path
        data = self.get(name)
        os.makedirs(os.path.dirname(path), mode=0o700, exist_ok=True)
        temporary = f"{path}-{secrets.token_hex(8)}"
        with open(temporary, "xb") as file:
            file.write(data)
        os.replace(temporary, path)
        return path

    def address(self, name: str) -> str:
        """URL of a piece."""
        return f"{self._url}/{name}"

    def forget(self, name: str) -> bool:
        """Remove a local copy; true: the next read fetches the piece anew."""
        with suppress(FileNotFoundError):
            os.unlink(self._copy(name))
        return True

    def forget_others(self, names: Collection[str], before: float) -> None:
        """Remove the local copies of all pieces but these, if older than a time."""
        kept = {self._copy(name) for name in names}
        for place, _, files in os.walk(self._cache):
            for path in {os.path.join(place, file) for file in files} - kept:
                with suppress(FileNotFoundError):
                    if os.stat(path).st_mtime < before:
                        os.unlink(path)

    def _copy(self, name: str) -> str:
        return os.path.join(self._cache, *name.split("/"))


def _cache_folder() -> str:
    home = os.environ.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache")
    return os.path.join(home, "leeboard", "segments")


@contextmanager
def _as_os_errors() -> Iterator[None]:
    """Turn a store's failures into what a disk would say, without its words."""
    from obstore.exceptions import AlreadyExistsError, BaseError

    try:
        yield
    except AlreadyExistsError as error:
        raise FileExistsError("the piece exists") from error
    except FileNotFoundError:
        raise FileNotFoundError("no such piece") from None
    except BaseError as error:
        raise OSError(f"the bucket answered {type(error).__name__}") from error
