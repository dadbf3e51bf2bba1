"""``leeboard keys``."""

from __future__ import annotations

import json as jsonlib
from collections.abc import Sequence
from contextlib import closing
from datetime import UTC, datetime, timedelta

from leeboard.cli._terminal import clean, say, tell
from leeboard.config import load_plan
from leeboard.config.plan import Plan
from leeboard.errors import ConfigError
from leeboard.monitor.deeds import note_deed
from leeboard.server.access import new_key
from leeboard.state import Key, open_state

__all__ = ["create", "list_", "model_of", "plain_moment", "revoke"]


def create(
    config: str,
    name: str,
    scopes: Sequence[str],
    model: str | None,
    days: int | None,
) -> None:
    """Make a key; its secret alone goes to standard output."""
    plan = load_plan(config)
    only = model_of(plan, model)
    until = None if days is None else datetime.now(UTC) + timedelta(days=days)
    key, secret = new_key(name, scopes, only, until=until)
    with closing(open_state(plan.state)) as state:
        state.keys.add(key)
        may = f"{'+'.join(key.scopes)} for {only or 'all models'}"
        note_deed(state, "key_created", key.created_at, subject=key.id, detail=may)
    tell(f"{_line(key)}. It is shown this once.")
    say(f"{secret}\n")


def model_of(plan: Plan, model: str | None) -> str:
    """Return the one model that is meant, empty for all; or refuse another.

    Raises
    ------
    ConfigError
    """
    if model is not None and model not in {one.name for one in plan.models}:
        raise ConfigError(
            code="unknown_model",
            where="--model",
            found=f"no model {model!r}",
            expected="one of " + ", ".join(repr(one.name) for one in plan.models),
            fix="Name a model of the configuration.",
        )
    return model or ""


def list_(config: str, *, json: bool) -> None:
    """Print the keys, without what opens."""
    with closing(open_state(load_plan(config).state)) as state:
        keys = state.keys.all()
    if json:
        say(jsonlib.dumps([_plain(key) for key in keys]) + "\n")
    elif keys:
        say("\n".join(_line(key) for key in keys) + "\n")
    else:
        say("No key.\n")


def revoke(config: str, id_: str) -> None:
    """Revoke a key, and say so."""
    with closing(open_state(load_plan(config).state)) as state:
        now = datetime.now(UTC)
        done = state.keys.revoke(id_, now)
        if done:
            note_deed(state, "key_revoked", now, subject=id_)
    if not done:
        raise ConfigError(
            code="unknown_key_id",
            where="ID",
            found="no key with this id that still holds",
            expected="an id that leeboard keys list shows",
            fix="Look it up: leeboard keys list.",
        )
    say(f"Key {clean(id_)} is revoked.\n")


def _line(key: Key) -> str:
    now = datetime.now(UTC)
    text = f"{key.id}  {'+'.join(key.scopes)}"
    text += f" for {key.model}" if key.model else " for all models"
    text += f"  {key.created_at:%Y-%m-%d}"
    if key.revoked_at is not None:
        text += f"  revoked {key.revoked_at:%Y-%m-%d}"
    elif key.expires_at is not None:
        word = "until" if key.holds(now) else "expired"
        text += f"  {word} {key.expires_at:%Y-%m-%d}"
    return clean(f"{text}  {key.name}".rstrip())


def _plain(key: Key) -> dict[str, object]:
    iso = plain_moment
    return {
        "id": key.id,
        "name": key.name,
        "scopes": list(key.scopes),
        "model": key.model or None,
        "created_at": iso(key.created_at),
        "expires_at": iso(key.expires_at),
        "revoked_at": iso(key.revoked_at),
    }


def plain_moment(moment: datetime | None) -> str | None:
    """Return a moment as JSON has it."""
    return None if moment is None else moment.isoformat()
