"""``leeboard keys`` and the refusals of ``leeboard serve``."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from leeboard.server.access import Keyring
from leeboard.state import open_state
from tests.cli._command import inside
from tests.monitor._world import World, world


@pytest.fixture
def model(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> World:
    """A monitor that was just begun."""
    return world(tmp_path)


def test_a_key_is_printed_alone_and_opens(
    model: World, capsys: pytest.CaptureFixture[str]
) -> None:
    """Standard output is the key; what it is for goes to standard error."""
    config = str(model.folder / "leeboard.toml")
    options = ["--scope", "read", "--scope", "ingest", "--model", "demand"]
    made = inside(
        capsys, "keys", "create", "--config", config, "--name", "a\x1b[31m", *options
    )
    assert made.code == 0
    (secret,) = made.out.split()
    assert secret not in made.err
    assert "\x1b" not in made.err
    state = open_state(model.monitor.plan.state)
    ring = Keyring(state.keys.all)
    ring.refresh()
    grant = ring.grant(secret, datetime.now(UTC))
    state.close()
    assert (set(grant.scopes), grant.model) == ({"read", "ingest"}, "demand")


def test_keys_are_listed_without_secrets_and_revoked(
    model: World, capsys: pytest.CaptureFixture[str]
) -> None:
    """As lines and as JSON; a revoked one stays on the list."""
    config = str(model.folder / "leeboard.toml")
    assert inside(capsys, "keys", "list", "--config", config).out == "No key.\n"
    secret = inside(capsys, "keys", "create", "--config", config, "--days", "9").out
    lines = inside(capsys, "keys", "list", "--config", config).out
    plain = inside(capsys, "keys", "list", "--config", config, "--json").out
    (key,) = json.loads(plain)
    assert key["scopes"] == ["ingest"]
    for text in (lines, plain):
        assert key["id"] in text
        assert secret.strip() not in text
        assert "digest" not in text
    revoke = ["keys", "revoke", key["id"], "--config", config]
    assert inside(capsys, *revoke).code == 0
    again = inside(capsys, *revoke)
    assert again.code == 2
    assert "[unknown_key_id]" in again.err
    assert "revoked" in inside(capsys, "keys", "list", "--config", config).out


@pytest.mark.parametrize(
    ("command", "code"),
    [
        (["keys", "create", "--scope", "root"], "unknown_scope"),
        (["keys", "create", "--model", "other"], "unknown_model"),
        (["serve", "--host", "0.0.0.0"], "open_bind"),
        (["serve", "--tls-cert", "x.pem"], "incomplete_tls"),
        (["serve", "--every", "0s"], "out_of_range"),
        (["serve", "--every", "soon"], "bad_length"),
    ],
)
def test_what_cannot_be_is_told_in_one_line(
    model: World, capsys: pytest.CaptureFixture[str], command: list[str], code: str
) -> None:
    """With its code, and exit code 2."""
    config = str(model.folder / "leeboard.toml")
    ended = inside(capsys, *command, "--config", config)
    assert (ended.code, ended.out) == (2, "")
    assert f"[{code}]" in ended.err
    assert len(ended.err.splitlines()) == 1


def test_a_log_elsewhere_needs_a_spool_here(
    model: World, capsys: pytest.CaptureFixture[str]
) -> None:
    """The line that is missing is named."""
    config = model.folder / "leeboard.toml"
    text = config.read_text(encoding="utf-8")
    text = text.replace('log = "monitor"', 'log = "s3://bucket/log"\nstate = "r.db"')
    config.write_text(text, encoding="utf-8")
    ended = inside(capsys, "serve", "--config", str(config), "--port", "0")
    assert ended.code == 2
    assert "[no_spool]" in ended.err
