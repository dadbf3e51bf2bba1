"""Who may what, and who did what: for those who answer for it."""

from __future__ import annotations

from datetime import UTC, datetime

from leeboard.dashboard.reading import Reader
from leeboard.pages.dashboard.parts import Cell, Head, Table
from leeboard.pages.words import DASH, count, plural
from leeboard.state import Deed, Key, User

__all__ = ["deeds", "doors"]

_NEWEST = 100
_HERE = {"cli", "server"}


def doors(reader: Reader) -> Table:
    """List the people and the keys that open something now."""
    now = datetime.now(UTC)
    users = [one for one in reader.state.users.all() if one.revoked_at is None]
    keys = [one for one in reader.state.keys.all() if one.holds(now)]
    people = "1 person" if len(users) == 1 else f"{count(len(users))} people"
    return Table(
        name="doors",
        title=f"Who may what: {people}, {plural(len(keys), 'key')}",
        head=tuple(map(Head, ("Who", "May", "Models", "Since", "Until"))),
        rows=(*map(_user, users), *map(_key, keys)),
        note="Changed on the machine: leeboard users, leeboard keys.",
        empty="Nobody yet: leeboard users create NAME --scope admin.",
    )


def _user(one: User) -> tuple[Cell, ...]:
    return (
        Cell(one.name),
        Cell(", ".join(one.scopes)),
        Cell(one.model or "all"),
        Cell(f"{one.created_at:%Y-%m-%d}"),
        Cell(DASH),
    )


def _key(one: Key) -> tuple[Cell, ...]:
    until = DASH if one.expires_at is None else f"{one.expires_at:%Y-%m-%d}"
    return (
        Cell(one.name or "(a key without a name)", sub=f"key {one.id}"),
        Cell(", ".join(one.scopes)),
        Cell(one.model or "all"),
        Cell(f"{one.created_at:%Y-%m-%d}"),
        Cell(until),
    )


def deeds(reader: Reader) -> Table:
    """List what was done last, the newest first."""
    found = reader.state.audit.deeds(newest=_NEWEST)
    return Table(
        name="audit",
        title="Who did what",
        head=tuple(map(Head, ("When (UTC)", "Who", "What", "To", "From"))),
        rows=tuple(map(_deed, reversed(found))),
        note="The newest; leeboard audit prints all. Nothing is ever taken out.",
        empty="Nothing yet.",
    )


def _deed(one: Deed) -> tuple[Cell, ...]:
    return (
        Cell(f"{one.at:%Y-%m-%d %H:%M:%S}"),
        Cell(one.who or one.via or "somebody", sub=one.via if one.who else ""),
        Cell(one.what.replace("_", " "), sub=one.detail),
        Cell(one.subject or DASH),
        Cell(one.address or ("this machine" if one.via in _HERE else DASH)),
    )
