"""``leeboard users``."""

from __future__ import annotations

import json as jsonlib
import sys
from collections.abc import Sequence
from contextlib import closing
from datetime import UTC, datetime

from leeboard.cli._keys import model_of, plain_moment
from leeboard.cli._terminal import clean, say
from leeboard.config import load_plan
from leeboard.errors import ConfigError
from leeboard.monitor.deeds import note_deed
from leeboard.server.access import check_scopes
from leeboard.server.passwords import LONGEST, checked_name, hashed
from leeboard.state import User, open_state

__all__ = ["create", "list_", "password", "revoke"]

_SCOPES = ("read", "write", "admin")


def create(config: str, name: str, scopes: Sequence[str], model: str | None) -> None:
    """Let a person sign in, by a password that is asked for."""
    plan = load_plan(config)
    checked_name(name)
    check_scopes(scopes, _SCOPES)
    only = model_of(plan, model)
    with closing(open_state(plan.state)) as state:
        kept = hashed(_asked(name), name)
        now = datetime.now(UTC)
        own = tuple(dict.fromkeys(scopes))
        state.users.add(User(name, kept, own, only, now, now))
        note_deed(state, "user_created", now, subject=name, detail=_may(own, only))
    say(f"{name} may sign in: {_may(own, only)}.\n")


def list_(config: str, *, json: bool) -> None:
    """Print the people."""
    with closing(open_state(load_plan(config).state)) as state:
        users = state.users.all()
    if json:
        say(jsonlib.dumps([_plain(one) for one in users]) + "\n")
    elif users:
        say("\n".join(_line(one) for one in users) + "\n")
    else:
        say("Nobody.\n")


def password(config: str, name: str) -> None:
    """Set a person's password, and end their sessions."""
    with closing(open_state(load_plan(config).state)) as state:
        kept, now = hashed(_asked(name), name), datetime.now(UTC)
        if not state.users.change(name, kept, now):
            raise _unknown()
        note_deed(state, "password_set", now, subject=name)
    say(f"{clean(name)} has another password; running sessions end.\n")


def revoke(config: str, name: str) -> None:
    """Let a person in no more."""
    with closing(open_state(load_plan(config).state)) as state:
        now = datetime.now(UTC)
        if not state.users.revoke(name, now):
            raise _unknown()
        note_deed(state, "user_revoked", now, subject=name)
    say(f"{clean(name)} may not sign in any more.\n")


def _asked(name: str) -> str:
    """Ask for a password: twice at a terminal, else the first line that comes."""
    if not sys.stdin.isatty():
        return sys.stdin.readline(4 * LONGEST).rstrip("\r\n")
    from getpass import getpass

    first = getpass(f"Password of {clean(name)}: ")
    if getpass("Again: ") != first:
        raise ConfigError(
            code="bad_password",
            where="password",
            found="two that differ",
            expected="the same password twice",
            fix="Type it again.",
        )
    return first


def _unknown() -> ConfigError:
    return ConfigError(
        code="unknown_user",
        where="NAME",
        found="nobody of this name who may sign in",
        expected="a name that leeboard users list shows",
        fix="Look it up: leeboard users list.",
    )


def _may(scopes: Sequence[str], model: str) -> str:
    return f"{'+'.join(scopes)} for {model or 'all models'}"


def _line(user: User) -> str:
    text = f"{user.name}  {_may(user.scopes, user.model)}  {user.created_at:%Y-%m-%d}"
    if user.revoked_at is not None:
        text += f"  revoked {user.revoked_at:%Y-%m-%d}"
    return clean(text)


def _plain(user: User) -> dict[str, object]:
    return {
        "name": user.name,
        "scopes": list(user.scopes),
        "model": user.model or None,
        "created_at": plain_moment(user.created_at),
        "password_set_at": plain_moment(user.changed_at),
        "revoked_at": plain_moment(user.revoked_at),
    }
