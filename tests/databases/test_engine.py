"""Opening databases: what is refused, in which words, and what is told."""

from __future__ import annotations

import sqlite3
import stat
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from leeboard.databases import failures, journal_mode, network_disk, shown
from leeboard.errors import StateError
from leeboard.state import open_state
from tests.state._results import leased


@pytest.mark.parametrize(
    ("version", "remote", "mode"),
    [
        ((3, 40, 1), False, "delete"),
        ((3, 51, 2), False, "delete"),
        ((3, 51, 3), False, "wal"),
        ((3, 52, 0), False, "wal"),
        ((3, 52, 0), True, "delete"),
    ],
)
def test_wal_is_kept_for_libraries_with_the_fix(
    version: tuple[int, ...], remote: object, mode: str
) -> None:
    """SQLite before 3.51.3, and any on a network disk, keeps the rollback journal."""
    assert journal_mode(version, remote=bool(remote)) == mode


def test_a_file_is_in_the_journal_mode_of_the_library(tmp_path: Path) -> None:
    """What was chosen is what the file says, also where it was another."""
    path = tmp_path / "state.sqlite"
    with sqlite3.connect(path) as raw:
        raw.execute("PRAGMA journal_mode = WAL")
    raw.close()
    open_state(path).close()
    raw = sqlite3.connect(path)
    wanted = journal_mode(sqlite3.sqlite_version_info, remote=False)
    assert raw.execute("PRAGMA journal_mode").fetchone() == (wanted,)
    raw.close()


MOUNTS = """\
/dev/vda1 / ext4 rw 0 0
server:/export /mnt/shared nfs4 rw 0 0
/dev/vdb /mnt/shared/local\\040disk xfs rw 0 0
//nas/x /mnt/sh cifs rw 0 0
short
"""


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("/home/state.sqlite", None),
        ("/mnt/shared/state.sqlite", "nfs4"),
        ("/mnt/shared/a/b/state.sqlite", "nfs4"),
        ("/mnt/shared/local disk/state.sqlite", None),
        ("/mnt/sh/state.sqlite", "cifs"),
        ("/mnt/share/state.sqlite", None),
    ],
)
def test_a_network_disk_is_told_by_its_mount(path: str, kind: str | None) -> None:
    """The nearest mount above the file decides, and only whole names count."""
    assert network_disk(path, MOUNTS) == kind


def test_a_state_on_a_network_disk_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It opens, with a note that several hosts need Postgres."""
    monkeypatch.setattr("leeboard.databases.network_disk", lambda _: "nfs4")
    state = open_state(tmp_path / "state.sqlite")
    (note,) = state.notes
    assert note.code == "network_disk"
    assert "nfs4" in note.text
    assert "Postgres" in note.text
    state.close()


def test_a_state_on_a_local_disk_has_nothing_to_say(tmp_path: Path) -> None:
    """No note where there is nothing to know."""
    state = open_state(f"sqlite:///{tmp_path / 'state.sqlite'}")
    assert state.notes == ()
    state.close()


def test_a_folder_that_cannot_be_made_is_refused(tmp_path: Path) -> None:
    """The path is named, and what to check."""
    (tmp_path / "file").write_text("x")
    with pytest.raises(StateError, match="found no folder") as caught:
        open_state(tmp_path / "file" / "state.sqlite")
    assert caught.value.code == "database_unreachable"


def test_a_folder_is_no_database(tmp_path: Path) -> None:
    """A folder in the file's place is refused."""
    with pytest.raises(StateError) as caught:
        open_state(tmp_path)
    assert caught.value.code == "database_unreachable"


def test_a_file_that_is_no_database_is_refused_and_left_alone(tmp_path: Path) -> None:
    """Another file under the name is not overwritten."""
    path = tmp_path / "state.sqlite"
    path.write_bytes(b"temp,city\n" * 1000)
    with pytest.raises(StateError) as caught:
        open_state(path)
    assert caught.value.code == "database_damaged"
    assert path.read_bytes() == b"temp,city\n" * 1000


WRITING = """
import os, sys, tempfile
from leeboard.errors import StateError
from leeboard.state import open_state
first = tempfile.mkdtemp()
open_state(first + "/state.sqlite").close()  # loads all that is loaded late
if os.geteuid() == 0:
    os.setgroups([])
    os.setuid(65534)
for path in sys.argv[1:]:
    try:
        open_state(path).keep("demand", "key", "text")
    except StateError as error:
        print(error.code)
"""


def test_a_folder_or_file_without_rights_is_refused() -> None:
    """A folder or file that may not be written gives one clear error, no traceback.

    As a user who owns nothing: root may write everywhere.
    """
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        open_state(folder / "state.sqlite").close()
        (folder / "state.sqlite").chmod(0o444)
        folder.chmod(0o555)
        paths = [str(folder / end) for end in ("new.sqlite", "a/new", "state.sqlite")]
        try:
            run = subprocess.run(
                [sys.executable, "-c", WRITING, *paths],
                capture_output=True,
                text=True,
                check=False,
            )
        finally:
            folder.chmod(stat.S_IRWXU)
    codes = ["database_unreachable", "database_unreachable", "database_denied"]
    assert (run.stdout.split(), run.stderr) == (codes, "")


def test_a_writer_that_never_ends_is_told_as_busy(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """After the time to wait, the error says that another writes, not "locked"."""
    monkeypatch.setattr("leeboard.databases._engine._BUSY_S", 0.1)
    state = open_state(tmp_path / "state.sqlite")
    other = sqlite3.connect(tmp_path / "state.sqlite", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(StateError) as caught:
        state.keep("demand", "key", "text")
    assert caught.value.code == "database_busy"
    other.close()
    state.keep("demand", "key", "text")
    state.close()


@pytest.mark.parametrize(
    ("target", "code"),
    [
        ("mysql://host/db", "bad_address"),
        ("https://user:hunter22@host/db", "bad_address"),
        ("postgresql://u:hunter22@host:port/db", "bad_address"),
        ("postgresql://u:hunter22@127.0.0.1:1/db", "database_unreachable"),
        ("postgresql://u:hunter22@[::1/db", "bad_address"),
    ],
)
def test_an_address_that_leads_nowhere_is_refused_without_its_secret(
    target: str, code: str
) -> None:
    """Neither the message, nor the chain behind it, holds the password."""
    with pytest.raises(StateError) as caught:
        open_state(target)
    assert caught.value.code == code
    error: BaseException | None = caught.value
    while error is not None:
        assert "hunter22" not in f"{error} {error!r}"
        error = None if error.__suppress_context__ else error.__context__


def test_a_user_or_database_that_is_not_there_is_refused(postgres_server: str) -> None:
    """The server's word is kept, by its code, without address or password."""
    base = postgres_server.rpartition("@")[2].partition("/")[0]
    with pytest.raises(StateError, match=r"no such|does not exist") as caught:
        open_state(f"postgresql://leeboard:hunter22@{base}/no_such_database")
    assert caught.value.code == "database_unreachable"
    assert "hunter22" not in str(caught.value)
    assert "leeboard:" not in str(caught.value)


def test_a_table_without_rights_or_gone_is_told(postgres: str) -> None:
    """What was granted yesterday and is gone today gives a code of its own."""
    import psycopg

    state = open_state(postgres)
    lease = leased(state)
    with psycopg.connect(postgres, autocommit=True) as other:
        other.execute("ALTER TABLE places RENAME TO elsewhere")
        with pytest.raises(StateError) as caught:
            state.put(lease, [], model="demand", place=1)
        assert caught.value.code == "database_gone"
        other.execute("ALTER TABLE elsewhere RENAME TO places")
        other.execute("SET default_transaction_read_only = off")
    state.put(lease, [], model="demand", place=1)
    state.close()


def test_a_server_that_goes_away_and_comes_back_is_met_again(postgres: str) -> None:
    """Connections that the server cut are replaced without an error."""
    import psycopg

    state = open_state(postgres)
    state.keep("demand", "key", "one")
    with psycopg.connect(postgres, autocommit=True) as other:
        other.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
            "WHERE application_name = 'leeboard' AND pid <> pg_backend_pid()"
        )
    assert state.kept("demand", "key") == "one"
    state.close()


def test_names_of_databases_hold_no_secret() -> None:
    """A message names host, port and database, and nothing else of an address."""
    assert shown("postgresql://u:p@h:5433/d?options=x") == "postgresql://h:5433/d"
    assert shown("postgresql://u:p@h:x/d") == "postgresql://…"
    assert shown("/data/state.sqlite") == "/data/state.sqlite"


def test_what_is_no_failure_of_a_database_passes() -> None:
    """Other errors raised inside are not turned into ours."""
    with pytest.raises(ZeroDivisionError), failures(StateError, "x"):
        _ = 1 / 0
