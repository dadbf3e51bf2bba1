"""What leeboard serve would refuse at its start is told before, and who can get in."""

from __future__ import annotations

import socket
from datetime import timedelta
from pathlib import Path

import pytest

from leeboard.doctor import serving
from leeboard.errors import ConfigError, LogError
from leeboard.server.access import new_key
from leeboard.server.listening import Listening
from leeboard.server.passwords import hashed
from leeboard.server.serve import serve
from leeboard.state import User, open_state
from tests.doctor._looked import FAIL, OK, WARN, looked, moment, only
from tests.logger.certificate import self_signed
from tests.monitor._world import CONFIG, World
from tests.server._process import free_port


def test_a_server_that_could_not_listen(model: World) -> None:
    """In the open without TLS; where somebody listens; with TLS that is none."""
    one = only(looked(model, listening=Listening("0.0.0.0", 0)), FAIL, "address")
    assert "[open_bind]" in one.found
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        one = only(looked(model, listening=Listening(port=port)), FAIL, "address")
        assert str(port) in one.found


def test_a_certificate_that_ends(
    model: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """How long it holds; soon; not any more."""
    pem = str(self_signed(tmp_path))
    tls = Listening(port=0, certificate=pem, private_key=pem)
    for later, outcome in ((0, WARN), (2, FAIL)):
        now = moment() + timedelta(hours=later)
        (one,) = looked(model, listening=tls, now=now).of("certificate")
        assert one.outcome is outcome
    assert only(looked(model, listening=tls), WARN, "certificate").fix
    monkeypatch.setattr(serving, "_SOON", timedelta(minutes=5))
    assert (
        "holds for another"
        in next(looked(model, listening=tls).of("certificate")).found
    )
    other = tmp_path / "other"
    other.mkdir()
    ours = Listening(port=0, certificate=pem, private_key=str(self_signed(other)))
    assert "[bad_tls]" in next(looked(model, listening=ours).of("address")).found


def _refused(model: World, listening: Listening) -> str:
    with pytest.raises(ConfigError) as caught:
        serve(model.monitor, listening, 60.0, print)
    return caught.value.code


@pytest.mark.parametrize(
    ("how", "code"),
    [
        ({"host": "0.0.0.0"}, "open_bind"),
        ({"certificate": "c.pem"}, "incomplete_tls"),
        ({"certificate": "c.pem", "private_key": "c.pem"}, "bad_tls"),
        ({"host": "203.0.113.9", "behind_proxy": True}, "cannot_listen"),
        ({"host": "ä" * 70, "behind_proxy": True}, "cannot_listen"),
    ],
)
def test_what_serve_refuses_is_told_before(
    model: World, how: dict[str, str], code: str
) -> None:
    """In the same words, with the code that the server itself ends with."""
    listening = Listening(port=0, **how)  # type: ignore[arg-type]
    found = looked(model, listening=listening)
    (one,) = found.of("address")
    assert (one.outcome, f"[{code}]" in one.found) == (FAIL, True)
    assert _refused(model, listening) == code


def test_a_log_elsewhere_without_a_spool(model: World) -> None:
    """A server that takes events refuses it; one that makes passes alone does not."""
    (ok,) = looked(model).of("intake")
    assert (ok.outcome, "1,000 requests" in ok.found) == (OK, True)
    nowhere = f"postgresql://ann@127.0.0.1:{free_port()}/x"
    model.configure(
        CONFIG.replace('log = "monitor"', f'log = "{nowhere}"\nstate = "state.db"')
    )
    (one,) = looked(model).of("intake")
    assert (one.outcome, "[no_spool]" in one.found) == (WARN, True)
    assert _refused(model, Listening(port=0)) == "no_spool"


def test_a_spool_that_cannot_be_made(model: World) -> None:
    """The server ends with a reason that the doctor has told, not with a trace."""
    (model.folder / "file").write_text("")
    model.configure(CONFIG.replace("log =", 'spool = "file/spool"\nlog ='))
    with pytest.raises(LogError) as caught:
        serve(model.monitor, Listening(port=0), 60.0, print)
    assert caught.value.code == "spool_unwritable"
    assert FAIL in {one.outcome for one in looked(model).of("rights")}


def test_limits_are_those_of_the_file(model: World) -> None:
    """As [serve] says them."""
    model.configure(CONFIG + "\n[serve]\nrequests_per_s = 7\ntries_per_min = 3\n")
    (one,) = looked(model).of("intake")
    assert "7 requests a second" in one.found
    assert "3 tries" in one.found


def test_keys_that_end(model: World) -> None:
    """One that ends soon, and none that holds."""
    state = open_state(model.monitor.plan.state)
    key, _ = new_key("pricing", ["ingest"], until=moment() + timedelta(days=3))
    state.keys.add(key)
    assert "pricing" in only(looked(model), WARN, "keys").found
    state.keys.revoke(key.id, moment())
    state.close()
    assert "0 of 1 keys hold" in only(looked(model), WARN, "keys").found


def _user(name: str, *scopes: str, only: str = "") -> User:
    now = moment()
    return User(name, hashed("correct horse battery", name), scopes, only, now, now)


def test_people_are_counted_beside_keys(model: World) -> None:
    """Nobody yet; without one who may everything; with one; after that one is gone."""
    (one,) = looked(model).of("sign-in")
    assert (one.outcome, "prints a link" in one.found) == (OK, True)
    state = open_state(model.monitor.plan.state)
    key, _ = new_key("pricing", ["ingest"])
    state.keys.add(key)
    assert "nobody yet" in next(looked(model).of("sign-in")).found
    key, _ = new_key("prometheus", ["read"])
    state.keys.add(key)
    found = only(looked(model), WARN, "sign-in").found
    assert "0 people by name, 1 key that may look" in found
    state.users.add(_user("ann", "admin", only="demand"))
    assert "1 person by name" in only(looked(model), WARN, "sign-in").found
    state.users.add(_user("ben", "admin"))
    (one,) = looked(model).of("sign-in")
    assert (one.outcome, "2 people by name" in one.found) == (OK, True)
    assert one.found.endswith("1 may everything")
    state.users.revoke("ben", moment())
    assert "1 person by name" in only(looked(model), WARN, "sign-in").found
    state.close()
