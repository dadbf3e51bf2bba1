"""Events are on the disk before they are acknowledged, once each, in every order."""

from __future__ import annotations

import contextlib
import threading
import time
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from leeboard.errors import StateError
from leeboard.logs import open_log, ship
from leeboard.server.events import Event
from leeboard.server.intake import Intake
from leeboard.server.ledger import Ledger
from leeboard.server.refusal import Refusal
from leeboard_logger.durable import DurableSpool
from leeboard_logger.frames import END, whole_frames
from tests.server._waiting import until


def made(number: int, said: str = "1") -> Event:
    """Return an event by its number."""
    payload = f'p{{"id":"{number}","model":"m","made_at":{number},"prediction":{said}}}'
    key = number.to_bytes(16, "big")
    return Event(str(number), key, said.encode().ljust(16), payload.encode())


def written(folder: Path) -> list[bytes]:
    """Payloads of all frames in the spool."""
    found: list[bytes] = []
    for file in sorted((folder / "spool").glob("*.frames")):
        found += whole_frames(file.read_bytes())[0]
    return [one for one in found if one != END]


@pytest.fixture
def intake(tmp_path: Path) -> Iterator[Intake]:
    """Give an intake that stores."""
    one = opened(tmp_path)
    one.start()
    yield one
    one.close()


def opened(folder: Path) -> Intake:
    """Return an intake that does not store yet."""
    return Intake(DurableSpool(folder / "spool"), Ledger(str(folder / "c.db")))


def test_an_answer_comes_after_the_frame(intake: Intake, tmp_path: Path) -> None:
    """At the moment of the answer the frame stands in the file."""
    for number in range(20):
        assert intake.submit([made(number)]).result(10) == ["accepted"]
        assert made(number).payload in written(tmp_path)


def test_a_file_is_synced_before_the_ledger_and_the_answer(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Write, sync to the disk, ledger, answer: in this order alone."""
    steps: list[str] = []
    intake = opened(tmp_path)
    from leeboard_logger._edges import Folder

    for name in ("write", "sync"):
        own = getattr(Folder, name)

        def noted(*given: object, own: object = own, name: str = name) -> object:
            steps.append(name)
            return own(*given)  # type: ignore[operator]

        monkeypatch.setattr(Folder, name, noted)
    add = intake._ledger.add

    def adding(digests: dict[bytes, bytes], now_s: int) -> None:
        steps.append("ledger")
        add(digests, now_s)

    monkeypatch.setattr(intake._ledger, "add", adding)
    answer = intake.submit([made(1), made(2)])
    answer.add_done_callback(lambda _: steps.append("answer"))
    intake.start()
    assert answer.result(10) == ["accepted", "accepted"]
    intake.close()
    assert steps[: steps.index("answer") + 1] == ["write", "sync", "ledger", "answer"]


def test_requests_that_wait_share_one_write(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Fifty that wait are synced to the disk once."""
    from leeboard_logger._edges import Folder

    syncs: list[int] = []
    sync = Folder.sync

    def counted(self: Folder, file: int) -> None:
        syncs.append(file)
        sync(self, file)

    monkeypatch.setattr(Folder, "sync", counted)
    intake = opened(tmp_path)
    answers = [intake.submit([made(number)]) for number in range(50)]
    intake.start()
    assert [one.result(10) for one in answers] == [["accepted"]] * 50
    assert len(syncs) == 1
    intake.close()


def test_the_same_id_in_one_group_is_stored_once(tmp_path: Path) -> None:
    """Of requests that are written together the first one's event counts."""
    intake = opened(tmp_path)
    answers = [
        intake.submit([made(1), made(2)]),
        intake.submit([made(2), made(3), made(3)]),
        intake.submit([made(3, "7"), made(4)]),
        intake.submit([made(5), made(1, "9")], atomic=True),
        intake.submit([made(5)]),
    ]
    intake.start()
    assert [one.result(10) for one in answers] == [
        ["accepted", "accepted"],
        ["duplicate", "accepted", "duplicate"],
        ["conflict", "accepted"],
        ["rejected", "conflict"],
        ["accepted"],
    ]
    intake.close()
    assert written(tmp_path) == [made(number).payload for number in range(1, 6)]


def test_many_threads_store_each_event_once(intake: Intake, tmp_path: Path) -> None:
    """Eight threads send overlapping events; each id is accepted exactly once."""
    told: Counter[str] = Counter()
    lock = threading.Lock()

    def send(first: int) -> None:
        for start in range(first, first + 200, 10):
            events = [made(number) for number in range(start, start + 10)]
            for one, status in zip(
                events, intake.submit(events).result(30), strict=True
            ):
                with lock:
                    told[f"{one.id} {status}"] += 1

    threads = [threading.Thread(target=send, args=(n * 100,)) for n in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    accepted = {key: n for key, n in told.items() if key.endswith("accepted")}
    assert set(accepted.values()) == {1}
    assert len(accepted) == 900
    assert len(written(tmp_path)) == 900


def test_it_knows_ids_after_a_restart(tmp_path: Path) -> None:
    """And begins anew, with a word in the log, where the file is damaged."""
    for expected in ("accepted", "duplicate"):
        intake = opened(tmp_path)
        intake.start()
        assert intake.submit([made(1)]).result(10) == [expected]
        intake.close()
    (tmp_path / "c.db").write_bytes(b"no database at all" * 1000)
    for expected in ("accepted", "duplicate"):
        intake = opened(tmp_path)
        intake.start()
        assert intake.submit([made(1)]).result(10) == [expected]
        intake.close()
    log = open_log(str(tmp_path / "log"))
    ship(log, str(tmp_path / "spool"), datetime.now(UTC))
    assert log.events("predictions").read_all().num_rows == 1


def test_a_ledger_that_breaks_while_in_use_is_begun_anew(
    intake: Intake, tmp_path: Path
) -> None:
    """What was stored is stored again, and nobody waits in vain."""
    assert intake.submit([made(1)]).result(10) == ["accepted"]
    intake._ledger._connection.close()
    (tmp_path / "c.db").write_bytes(b"\0" * 8192)
    answer = intake.submit([made(1)])
    assert answer.result(10) == ["accepted"]


def test_a_full_disk_is_one_also_where_the_ledger_meets_it(
    intake: Intake,
) -> None:
    """The file may have had room left where the database had none."""
    connection = intake._ledger._connection
    connection.execute("PRAGMA max_page_count = 1")  # SQLite says what a disk would
    assert intake.trouble == ""
    sent = [made(n) for n in range(2000)]
    with contextlib.suppress(Refusal):
        intake.submit(sent).result(10)
    until(lambda: intake.trouble == "disk_full")


def test_one_server_holds_a_ledger(tmp_path: Path) -> None:
    """A second one does not start, and does no harm."""
    first = Ledger(str(tmp_path / "c.db"))
    with pytest.raises(StateError) as caught:
        Ledger(str(tmp_path / "c.db"))
    assert caught.value.code == "already_served"
    first.close()
    Ledger(str(tmp_path / "c.db")).close()


def test_ids_are_forgotten_after_one_or_two_horizons(tmp_path: Path) -> None:
    """Never sooner than one, never later than two."""
    day = 86_400
    ledger = Ledger(str(tmp_path / "c.db"))
    for at in range(30):
        ledger.add({at.to_bytes(16, "big"): b"d"}, at * day)
        known = [
            one for one in range(at + 1) if ledger.known([one.to_bytes(16, "big")])
        ]
        assert known == list(range(min(known), at + 1))
        assert at - min(known) >= min(at, 6)
        assert at - min(known) < 14
    ledger.close()


def test_nothing_is_taken_while_it_ends(intake: Intake, tmp_path: Path) -> None:
    """What waits is stored; what comes later hears 503."""
    answers = [intake.submit([made(number)]) for number in range(100)]
    intake.close()
    assert all(one.result(0) == ["accepted"] for one in answers)
    with pytest.raises(Refusal) as caught:
        intake.submit([made(1000)])
    assert caught.value.status == 503
    assert len(written(tmp_path)) == 100


def test_it_takes_events_again_though_nobody_asks(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """A balancer sends nothing to a server that is not ready: it finds out alone."""
    spool = DurableSpool(tmp_path / "spool", cap_bytes=20_000)
    intake = Intake(spool, Ledger(str(tmp_path / "c.db")))
    intake.start()
    number, taken = 0, []
    while not intake.trouble:
        sent = intake.submit([made(number, "1" * 3000)])
        with contextlib.suppress(Refusal):
            taken += [number] * len(sent.result(10))
        number += 1
    for again in range(20):
        with pytest.raises(Refusal) as caught:
            intake.submit([made(1000 + again, "1" * 3000)]).result(10)
        assert caught.value.headers["Retry-After"] == "5"
    time.sleep(2.5)  # two looks, both in vain
    assert intake.trouble == "spool_full"
    assert len(taken) > 3
    (file,) = (tmp_path / "spool").glob("*.frames")
    file.unlink()  # as the committer does
    until(lambda: not intake.trouble, 10)
    assert intake.submit([made(2000)]).result(10) == ["accepted"]
    told = [one.getMessage() for one in caplog.records]
    assert told == ["events are not taken: spool_full", "events are taken again"]
    assert [file.name for file in (tmp_path / "spool").glob("*.new")] == []
    intake.close()
