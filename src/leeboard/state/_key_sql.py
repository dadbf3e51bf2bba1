"""Keys in a database."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import insert, select, update

from leeboard.databases import Writes, clean, shown
from leeboard.errors import StateError
from leeboard.state._key_tables import KEYS
from leeboard.state._keys import Key

__all__ = ["SqlKeys", "key_exists"]


class SqlKeys:
    """The part of a store in a database that keys need."""

    def __init__(self, database: Writes) -> None:
        self._database = database

    def add(self, key: Key) -> None:
        """Keep a new key."""
        row = {
            "id": clean(key.id),
            "name": clean(key.name),
            "digest": key.digest,
            "scopes": list(key.scopes),
            "model": clean(key.model),
            "created_at": key.created_at,
            "expires_at": key.expires_at,
            "revoked_at": key.revoked_at,
        }
        with self._database.writing() as connection:
            there = select(KEYS.c.id).where(KEYS.c.id == row["id"])
            if connection.execute(there).first() is not None:
                raise key_exists(shown(self._database.engine.url))
            connection.execute(insert(KEYS).values(row))

    def all(self) -> Sequence[Key]:
        """All keys, the oldest first; revoked ones too."""
        with self._database.reading() as connection:
            asked = select(KEYS).order_by(KEYS.c.created_at, KEYS.c.id)
            return [_key(row) for row in connection.execute(asked)]

    def revoke(self, id_: str, now: datetime) -> bool:
        """Let a key open nothing any more; False where there is none that held."""
        held = (KEYS.c.id == clean(id_)) & KEYS.c.revoked_at.is_(None)
        with self._database.writing() as connection:
            done = connection.execute(update(KEYS).where(held).values(revoked_at=now))
        return bool(done.rowcount)


def key_exists(where: str) -> StateError:
    """Return what is said where an id is taken."""
    return StateError(
        code="key_exists",
        where=where,
        found="a key with this id",
        expected="an id of its own",
        fix="Make another key.",
    )


def _key(row: Any) -> Key:
    return Key(
        id=row.id,
        name=row.name,
        digest=row.digest,
        scopes=tuple(row.scopes),
        model=row.model,
        created_at=row.created_at,
        expires_at=row.expires_at,
        revoked_at=row.revoked_at,
    )
