"""``leeboard keys`` and the refusals of ``leeboard serve``."""

from __future__ import annotations

import io
import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from leeboard.server.access import Keyring
from leeboard.server.passwords import opens
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


def given(monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    """Let standard input hold a text."""
    monkeypatch.setattr("sys.stdin", io.StringIO(text))


def test_people_are_let_in_listed_and_revoked(
    model: World, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The password comes from standard input, and stands in nothing that is printed."""
    config = ["--config", str(model.folder / "leeboard.toml")]
    assert inside(capsys, "users", "list", *config).out == "Nobody.\n"
    given(monkeypatch, "three green bicycles\nmore\n")
    options = ["ada", "--scope", "write", "--model", "demand"]
    made = inside(capsys, "users", "create", *options, *config)
    assert (made.code, made.out) == (0, "ada may sign in: write for demand.\n")
    state = open_state(model.monitor.plan.state)
    (ada,) = state.users.all()
    assert opens("three green bicycles", ada.password)
    given(monkeypatch, "four green bicycles")
    assert inside(capsys, "users", "password", "ada", *config).code == 0
    (ada,) = state.users.all()
    state.close()
    assert not opens("three green bicycles", ada.password)
    assert opens("four green bicycles", ada.password)
    plain = inside(capsys, "users", "list", "--json", *config).out
    (one,) = json.loads(plain)
    assert (one["name"], one["scopes"], one["model"]) == ("ada", ["write"], "demand")
    assert "scrypt" not in plain
    assert inside(capsys, "users", "revoke", "ada", *config).code == 0
    for command in (["revoke", "ada"], ["password", "ada"], ["revoke", "bob"]):
        given(monkeypatch, "five green bicycles")
        again = inside(capsys, "users", *command, *config)
        assert (again.code, "[unknown_user]" in again.err) == (2, True)
    assert "revoked" in inside(capsys, "users", "list", *config).out


@pytest.mark.parametrize(
    ("options", "code"),
    [
        (["Ada"], "bad_name"),
        (["ada", "--scope", "ingest"], "unknown_scope"),
        (["ada", "--model", "other"], "unknown_model"),
        (["ada"], "bad_password"),
    ],
)
def test_people_who_cannot_be(
    model: World,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    options: list[str],
    code: str,
) -> None:
    """Are refused before anything is kept; an empty password is one of them."""
    config = ["--config", str(model.folder / "leeboard.toml")]
    given(monkeypatch, "")
    made = inside(capsys, "users", "create", *options, *config)
    assert (made.code, f"[{code}]" in made.err) == (2, True)
    assert inside(capsys, "users", "list", *config).out == "Nobody.\n"


def test_the_log_says_who_did_what(
    model: World, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """What was done on the command line, by whom, and no secret of it."""
    config = ["--config", str(model.folder / "leeboard.toml")]
    monkeypatch.setenv("LOGNAME", "grace")
    assert inside(capsys, "audit", *config).out == "Nothing.\n"
    secret = inside(capsys, "keys", "create", *config, "--name", "svc").out.strip()
    key = secret.split("_")[1]
    inside(capsys, "keys", "revoke", key, *config)
    given(monkeypatch, "three green bicycles")
    inside(capsys, "users", "create", "ada", *config)
    inside(capsys, "users", "revoke", "ada", *config)
    inside(capsys, "erase", "--id", "p7", *config)
    days = ["--from", "2026-03-10", "--to", "2026-03-12"]
    inside(capsys, "expect", "sale", *days, *config)
    text = inside(capsys, "audit", *config).out
    lines = [
        json.loads(x)
        for x in inside(capsys, "audit", "--json", *config).out.split("\n")[:-1]
    ]
    assert [one["what"] for one in lines] == [
        *("key_created", "key_revoked", "user_created", "user_revoked"),
        *("erase", "expect"),
    ]
    assert {(one["who"], one["via"], one["address"]) for one in lines} == {
        ("grace", "cli", "")
    }
    assert [one["subject"] for one in lines[:4]] == [key, key, "ada", "ada"]
    assert len(text.splitlines()) == len(lines)
    for hidden in (secret.split("_", 2)[2], "bicycles", "scrypt", "sale", "p7"):
        assert hidden not in text + json.dumps(lines)
    none = inside(capsys, "audit", "--since", "2090-01-01T00:00Z", *config)
    assert none.out == "Nothing.\n"
    assert len(inside(capsys, "audit", "--since", "1d", *config).out.splitlines()) == 6
