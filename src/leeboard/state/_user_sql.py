"""People in a database."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import JSON, Column, Table, Text, insert, select, update

from leeboard.databases import UtcTime, Writes, clean, shown
from leeboard.errors import StateError
from leeboard.state._tables import TABLES
from leeboard.state._users import User

__all__ = ["USERS", "SqlUsers", "user_exists"]

USERS = Table(
    "users",
    TABLES,
    Column("name", Text, primary_key=True),
    Column("password", Text, nullable=False),
    Column("scopes", JSON, nullable=False),
    Column("model", Text, nullable=False),
    Column("created_at", UtcTime, nullable=False),
    Column("changed_at", UtcTime, nullable=False),
    Column("revoked_at", UtcTime),
)


class SqlUsers:
    """The part of a store in a database that people need."""

    def __init__(self, database: Writes) -> None:
        self._database = database

    def add(self, user: User) -> None:
        """Keep a new person."""
        row = {
            "name": clean(user.name),
            "password": user.password,
            "scopes": list(user.scopes),
            "model": clean(user.model),
            "created_at": user.created_at,
            "changed_at": user.changed_at,
            "revoked_at": user.revoked_at,
        }
        with self._database.writing() as connection:
            there = select(USERS.c.name).where(USERS.c.name == row["name"])
            if connection.execute(there).first() is not None:
                raise user_exists(shown(self._database.engine.url))
            connection.execute(insert(USERS).values(row))

    def all(self) -> Sequence[User]:
        """All people by name; revoked ones too."""
        with self._database.reading() as connection:
            return sorted(
                (_user(row) for row in connection.execute(select(USERS))),
                key=lambda user: user.name,
            )

    def change(self, name: str, password: str, now: datetime) -> bool:
        """Set a password; False where there is nobody who holds."""
        return self._updated(name, password=password, changed_at=now)

    def revoke(self, name: str, now: datetime) -> bool:
        """Let nobody in by this name any more; False where there is none who holds."""
        return self._updated(name, revoked_at=now)

    def _updated(self, name: str, **values: object) -> bool:
        held = (USERS.c.name == clean(name)) & USERS.c.revoked_at.is_(None)
        with self._database.writing() as connection:
            done = connection.execute(update(USERS).where(held).values(values))
        return bool(done.rowcount)


def user_exists(where: str) -> StateError:
    """Return what is said where a name is taken."""
    return StateError(
        code="user_exists",
        where=where,
        found="a person of this name, who may have been revoked",
        expected="a name that nobody has had: stories of incidents name people by it",
        fix="Choose another name, or set a new password: leeboard users password.",
    )


def _user(row: Any) -> User:
    return User(
        name=row.name,
        password=row.password,
        scopes=tuple(row.scopes),
        model=row.model,
        created_at=row.created_at,
        changed_at=row.changed_at,
        revoked_at=row.revoked_at,
    )
