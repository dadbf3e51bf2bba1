"""The log in a bucket keeps the promises of every log, through conditional writes."""

from __future__ import annotations

import itertools
import os
import sys
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from leeboard.errors import LogError
from leeboard.logs import Log, open_log, ship
from leeboard.logs._bucket import Bucket
from leeboard.logs._decode import decode
from tests.logs._records import NOW, held, prediction, spooled
from tests.logs.contract import LogContract


class TestBucket(LogContract):
    # splits and orders are the folder's business: only the pieces lie elsewhere here
    test_any_split_and_order_reads_alike = None

    test_it_loses_what_the_log_in_memory_loses = None

    @pytest.fixture
    def log(self, s3: str) -> Log:
        return open_log(s3)

    @pytest.fixture
    def fresh(self, s3: str) -> Callable[[], Log]:
        numbers = itertools.count()
        return lambda: open_log(f"{s3}-{next(numbers)}")


def test_without_obstore_the_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where obstore is not installed, the error says what to install."""
    monkeypatch.setitem(sys.modules, "obstore.store", None)
    with pytest.raises(LogError, match=r"leeboard\[s3\].*missing_extra"):
        open_log("s3://bucket/prefix")


def test_a_name_is_created_once(s3: str) -> None:
    """Of many that create one name at once, one does; the others see its contents."""
    bucket = Bucket(s3)
    contents = [str(number).encode() for number in range(16)]
    with ThreadPoolExecutor(8) as pool:
        created = list(pool.map(lambda data: bucket.create("m/1", data), contents))
    assert sum(created) == 1
    assert bucket.get("m/1") == contents[created.index(True)]


def test_a_request_that_was_sent_twice_is_still_ours(s3: str) -> None:
    """A name that exists with the very bytes we sent was created by us."""
    bucket = Bucket(s3)
    assert bucket.create("m/1", b"one")
    assert bucket.create("m/1", b"one")
    assert not bucket.create("m/1", b"two")


def test_pieces_are_listed_in_order_past_a_name(s3: str) -> None:
    """A listing gives names in order, those past a name, and no other folder's."""
    bucket = Bucket(s3)
    for name in ("a/3", "a/1", "a/b/2", "ab/1"):
        bucket.put(name, b"x")
    assert [piece.name for piece in bucket.pieces("a")] == ["a/1", "a/3", "a/b/2"]
    assert [piece.name for piece in bucket.pieces("a", after="a/1")] == ["a/3", "a/b/2"]
    bucket.remove("a/1")
    bucket.remove("a/1")
    assert not bucket.exists("a/1")
    with pytest.raises(FileNotFoundError):
        bucket.get("a/1")


def test_a_damaged_local_copy_is_fetched_anew(s3: str, tmp_path: Path) -> None:
    """A local copy that was changed costs another download, and no event."""
    open_log(s3).write(decode([prediction("1")], NOW))
    assert held(open_log(s3)) == {"1": 1}
    (copy,) = (tmp_path / "cache").rglob("predictions-*.parquet")
    data = bytearray(copy.read_bytes())
    data[50] ^= 1
    copy.write_bytes(data)
    assert held(open_log(s3)) == {"1": 1}


def test_copies_of_what_is_gone_do_not_stay(s3: str, tmp_path: Path) -> None:
    """The local cache holds what the log consists of, and nothing older."""
    open_log(s3).write(decode([prediction("1")], NOW))
    log = open_log(s3)
    held(log)
    (copy,) = (tmp_path / "cache").rglob("predictions-*.parquet")
    old = copy.with_name("predictions-old.parquet")
    old.write_bytes(b"x")
    for path in (copy, old):
        os.utime(path, (1, 1))
    log.tidy()
    assert copy.exists()
    assert not old.exists()


def test_spools_of_several_hosts_go_to_one_bucket(s3: str, tmp_path: Path) -> None:
    """Committers of several hosts commit at once; files of one name do not mix."""
    hosts = [tmp_path / f"host{number}" for number in range(3)]
    for number, host in enumerate(hosts):
        for file in range(3):
            spooled(host, f"a{file}", [prediction(f"{number}-{file}")])

    def commit(host: Path) -> int:
        return ship(open_log(s3), str(host), NOW, most=1).predictions

    with ThreadPoolExecutor(3) as pool:
        assert sum(pool.map(commit, hosts)) == 9
    names = [f"{number}-{file}" for number in range(3) for file in range(3)]
    assert held(open_log(s3)) == Counter(names)


def test_a_bucket_that_is_down_is_told(
    s3: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Without an answer nothing is committed, the spool stays, and no key is shown."""
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "hunter2")
    path = spooled(tmp_path / "spool", "a", [prediction("1")])
    with pytest.raises(LogError) as error:
        ship(open_log("s3://no-such-bucket/x"), str(tmp_path / "spool"), NOW)
    assert error.value.code in {"log_unwritable", "log_unreadable", "spool_unwritable"}
    assert "hunter2" not in str(error.value)
    assert path.exists()
