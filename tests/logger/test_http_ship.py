"""Taking a spool to a collector: nothing lost, nothing doubled, whatever dies when."""

from __future__ import annotations

import fcntl
import os
import resource
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from leeboard_logger._http_courier import Courier
from leeboard_logger._http_ship import Shipped, Shipper
from leeboard_logger._http_wire import Answer, Unreachable
from leeboard_logger.frames import END, MARK, frame
from tests.logger.test_http_courier import Twin, feedback, prediction, said


def spool(folder: Path, name: str, payloads: list[bytes]) -> Path:
    """Write a file of frames as a writer that is gone has left it."""
    path = folder / f"{name}.frames"
    fresh = folder / f"{name}.new"
    fresh.write_bytes(b"".join(frame(payload) for payload in payloads))
    return fresh.rename(path)


class Keeper:
    """What a collector keeps: ids it stored, how often each came."""

    def __init__(self) -> None:
        self.came: list[str] = []
        self.fail: Callable[[int], bool] = lambda _: False
        self.twin = Twin(self.answer)

    def answer(self, path: str, ids: list[str]) -> Answer:
        """Store, or be down."""
        if self.fail(len(self.twin.posts)):
            raise Unreachable("down")
        self.came += [f"{path[-1]}{name}" for name in ids]
        return said(ids)


def shipper(folder: Path, keeper: Keeper) -> Shipper:
    """Return a shipper whose courier rests for no time worth mentioning."""
    courier = Courier(keeper.twin, "there", spread=lambda _, __: 1e-6)
    return Shipper(str(folder), courier)


def test_finished_files_are_shipped_in_order_and_deleted(tmp_path: Path) -> None:
    """Predictions and labels arrive; files that are done go, with what stood beside."""
    spool(tmp_path, "2-b", [prediction("b"), b"a{}", END])
    spool(tmp_path, "1-a", [prediction("a"), feedback("a"), END])
    keeper = Keeper()
    ship = shipper(tmp_path, keeper)
    ship.ship()
    assert keeper.came == ["sa", "ka", "sb"]
    assert os.listdir(tmp_path) == []
    assert ship.stats() == Shipped(stored=3)


def test_a_file_that_is_written_to_is_followed(tmp_path: Path) -> None:
    """What is there is shipped once, and the file stays until its writer is done."""
    path = spool(tmp_path, "1-a", [prediction("a")])
    keeper = Keeper()
    ship = shipper(tmp_path, keeper)
    with path.open("ab") as writer:
        fcntl.flock(writer, fcntl.LOCK_EX)
        ship.ship()
        ship.ship()
        half = frame(prediction("b"))
        writer.write(half[:20])
        writer.flush()
        ship.ship()
        writer.write(half[20:])
        writer.flush()
        ship.ship()
        assert keeper.came == ["sa", "sb"]
        assert path.exists()
        writer.write(frame(END))
        writer.flush()
        ship.ship()
    assert keeper.came == ["sa", "sb"]
    assert not path.exists()


def test_a_file_of_a_dead_writer_is_finished(tmp_path: Path) -> None:
    """Without an end but with nobody holding it, a file is shipped and goes."""
    path = spool(tmp_path, "1-a", [prediction("a")])
    keeper = Keeper()
    shipper(tmp_path, keeper).ship()
    assert keeper.came == ["sa"]
    assert not path.exists()


def test_a_shipper_goes_on_where_the_last_one_stood(tmp_path: Path) -> None:
    """What was answered before a restart is not sent again; what was not, is."""
    payloads = [prediction(f"{n}") for n in range(1200)]
    spool(tmp_path, "1-a", [*payloads, END])
    keeper = Keeper()
    keeper.fail = lambda posts: posts > 2
    assert shipper(tmp_path, keeper).ship() > 0
    assert len(keeper.came) == 1000
    keeper.fail = lambda _: False
    shipper(tmp_path, keeper).ship()
    assert keeper.came == [f"s{n}" for n in range(1200)]


@pytest.mark.parametrize("after", range(1, 6))
def test_a_death_between_store_and_answer_is_mended(tmp_path: Path, after: int) -> None:
    """A batch whose answer was never seen is sent again, and no other is left out."""
    payloads = [prediction(f"{n}") for n in range(1100)]
    payloads += [feedback(f"{n}") for n in range(1100)]
    spool(tmp_path, "1-a", [*payloads, END])
    keeper = Keeper()
    answer = keeper.twin.answer

    def die(path: str, ids: list[str]) -> Answer:
        answer(path, ids)
        if len(keeper.twin.posts) == after:
            raise KeyboardInterrupt
        return said(ids)

    keeper.twin.answer = die
    with pytest.raises(KeyboardInterrupt):
        shipper(tmp_path, keeper).ship()
    keeper.twin.answer = answer
    shipper(tmp_path, keeper).ship()
    assert len(set(keeper.came)) == 2200
    assert len(keeper.came) <= 2200 + 500
    assert os.listdir(tmp_path) == []


@pytest.mark.parametrize("call", ["open", "replace", "unlink"])
@pytest.mark.parametrize("when", range(4))
def test_a_death_at_any_step_loses_nothing(
    tmp_path: Path, call: str, when: int
) -> None:
    """Ended at each call that changes the folder, the next shipper completes it."""
    for name in ("1-a", "2-b"):
        spool(tmp_path, name, [*(prediction(f"{name}{n}") for n in range(300)), END])
    child = os.fork()
    if child == 0:
        seen = 0
        real = getattr(os, call)

        def deadly(*arguments: object, **named: object) -> object:
            nonlocal seen
            if seen == when:
                os._exit(3)
            seen += 1
            return real(*arguments, **named)

        setattr(os, call, deadly)
        shipper(tmp_path, file_keeper(tmp_path.parent / "came")).ship()
        os._exit(0)
    os.waitpid(child, 0)
    keeper = file_keeper(tmp_path.parent / "came")
    shipper(tmp_path, keeper).ship()
    came = (tmp_path.parent / "came").read_text().split()
    assert set(came) == {f"{name}{n}" for name in ("1-a", "2-b") for n in range(300)}
    shipper(tmp_path, keeper).ship()
    assert os.listdir(tmp_path) == []


def file_keeper(path: Path) -> Keeper:
    """Return a keeper that writes ids to a file, so that another process can look."""
    keeper = Keeper()

    def answer(_: str, ids: list[str]) -> Answer:
        with path.open("a") as file:
            file.write("\n".join([*ids, ""]))
        return said(ids)

    keeper.twin.answer = answer
    return keeper


def test_damage_is_passed_over_kept_and_told(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """A span that is no frame costs itself alone; its bytes stay for who looks."""
    path = spool(tmp_path, "1-a", [])
    broken = bytearray(frame(prediction("lost")))
    broken[30] ^= 1
    torn = frame(prediction("torn"))[:-5]
    path.write_bytes(
        frame(prediction("a")) + bytes(broken) + frame(prediction("b")) + torn
    )
    keeper = Keeper()
    ship = shipper(tmp_path, keeper)
    ship.ship()
    assert keeper.came == ["sa", "sb"]
    assert ship.stats() == Shipped(stored=2, damaged=len(broken) + len(torn))
    assert os.listdir(tmp_path) == ["1-a.damaged"]
    assert (tmp_path / "1-a.damaged").read_bytes() == bytes(broken) + torn
    assert len(caplog.records) == 1


def test_files_larger_than_one_read_are_shipped_whole(tmp_path: Path) -> None:
    """A file of several megabytes, with large frames in it, arrives once and whole."""
    payloads = [
        prediction(f"{n}", metadata={"x": "y" * (n % 7) * 100_000}) for n in range(40)
    ]
    spool(tmp_path, "1-a", [*payloads, END])
    keeper = Keeper()
    shipper(tmp_path, keeper).ship()
    assert sorted(keeper.came) == sorted(f"s{n}" for n in range(40))


def test_noise_that_looks_like_frames_does_not_hold_a_file_up(tmp_path: Path) -> None:
    """A head that promises more than there is waits for its writer, not for ever."""
    path = spool(tmp_path, "1-a", [])
    path.write_bytes(frame(prediction("a")) + MARK + b"\xff\xff\x0f\x00" + b"x" * 2000)
    keeper = Keeper()
    shipper(tmp_path, keeper).ship()
    assert keeper.came == ["sa"]
    assert not path.exists()


def test_what_the_collector_refuses_is_counted(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """A record that is rejected does not stay for ever, and does not go in silence."""
    spool(tmp_path, "1-a", [prediction("a"), feedback("a"), END])
    keeper = Keeper()
    keeper.twin.answer = lambda _, ids: said(ids, "rejected")
    ship = shipper(tmp_path, keeper)
    ship.ship()
    assert ship.stats() == Shipped(refused={"rejected": 2})
    assert len(caplog.records) == 1
    assert os.listdir(tmp_path) == []


def test_a_refused_key_leaves_the_spool_alone(tmp_path: Path) -> None:
    """401 ships nothing and deletes nothing: what is spooled waits for a better key."""
    path = spool(tmp_path, "1-a", [prediction("a"), END])
    keeper = Keeper()
    keeper.twin.answer = lambda _, __: Answer(401, b"")
    assert shipper(tmp_path, keeper).ship() > 200
    assert path.exists()


def test_a_full_disk_is_emptied(tmp_path: Path) -> None:
    """Where nothing can be written any more, files are shipped all the same, and go."""
    payloads = [prediction(f"{n}") for n in range(700)]
    spool(tmp_path, "1-a", [*payloads[:600], b"x", *payloads[600:], END])
    child = os.fork()
    if child == 0:
        resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
        keeper = Keeper()
        keeper.fail = lambda posts: posts == 2
        ship = shipper(tmp_path, keeper)
        for _ in range(3):
            ship.ship()
            time.sleep(0.01)
        os._exit(keeper.came != [f"s{n}" for n in range(700)])
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    assert list(tmp_path.glob("*.frames")) == []


def test_a_folder_that_is_gone_harms_nobody(tmp_path: Path) -> None:
    """Ending a shipper whose folder was deleted raises nothing and ends in time."""
    folder = tmp_path / "spool"
    folder.mkdir()
    ship = shipper(folder, Keeper())
    ship.start()
    folder.rename(tmp_path / "elsewhere")
    start = time.monotonic()
    assert not ship.stop(0.2)
    assert time.monotonic() - start < 1


@pytest.mark.parametrize("kind", ["link", "pipe", "folder"])
def test_what_is_not_a_file_of_ours_is_not_read(tmp_path: Path, kind: str) -> None:
    """A planted link, pipe or folder is passed over, and others are shipped."""
    plant = tmp_path / "0-x.frames"
    if kind == "link":
        outside = spool(tmp_path.parent, "outside", [prediction("x"), END])
        plant.symlink_to(outside)
    elif kind == "pipe":
        os.mkfifo(plant)
    else:
        plant.mkdir()
    spool(tmp_path, "1-a", [prediction("a"), END])
    keeper = Keeper()
    shipper(tmp_path, keeper).ship()
    assert keeper.came == ["sa"]
    assert os.listdir(tmp_path) == ["0-x.frames"]


@pytest.mark.parametrize("text", ["", "nonsense", "-7", "99999999999999999999999"])
def test_a_damaged_mark_ships_again_or_not_at_all(tmp_path: Path, text: str) -> None:
    """Where it is not known how far a file is shipped, all of it is."""
    spool(tmp_path, "1-a", [prediction("a"), END])
    (tmp_path / "1-a.shipped").write_text(text)
    keeper = Keeper()
    shipper(tmp_path, keeper).ship()
    assert keeper.came == ["sa"]


def test_one_shipper_works_at_a_time(tmp_path: Path) -> None:
    """A second one waits, and takes over when the first ends."""
    first, second = Keeper(), Keeper()
    one, two = shipper(tmp_path, first), shipper(tmp_path, second)
    spool(tmp_path, "0-z", [prediction("z"), END])
    one.start()
    assert one.drain(5)
    two.start()
    spool(tmp_path, "1-a", [prediction("a"), END])
    assert two.drain(5), "whoever ships it, the spool is empty"
    assert (first.came, second.came) == (["sz", "sa"], [])
    assert one.stop(2)
    spool(tmp_path, "2-b", [prediction("b"), END])
    assert two.drain(5)
    assert second.came == ["sb"]
    assert two.stop(2)


@pytest.mark.filterwarnings("ignore:This process:DeprecationWarning")
def test_a_fork_leaves_the_lock_to_the_parent(tmp_path: Path) -> None:
    """A child that lives on does not keep the others from shipping."""
    keeper = Keeper()
    parent = shipper(tmp_path, keeper)
    spool(tmp_path, "0-z", [prediction("z"), END])
    parent.start()
    assert parent.drain(5)
    stay, go = os.pipe()
    child = os.fork()
    if child == 0:
        parent.abandon()
        os.read(stay, 1)
        os._exit(0)
    try:
        time.sleep(0.1)
        assert parent.stop(2)
        other = shipper(tmp_path, keeper)
        other.start()
        spool(tmp_path, "1-a", [prediction("a"), END])
        assert other.drain(5)
        assert other.stop(2)
    finally:
        os.write(go, b"x")
        os.waitpid(child, 0)
        os.close(stay)
        os.close(go)
    assert keeper.came == ["sz", "sa"]


def test_stopping_ends_in_time_with_a_collector_that_hangs(tmp_path: Path) -> None:
    """A last try is bounded; what could not be shipped stays where it is."""
    path = spool(tmp_path, "1-a", [prediction("a"), END])
    held = threading.Event()
    keeper = Keeper()

    def hang(_: str, ids: list[str]) -> Answer:
        held.wait(10)
        return said(ids)

    keeper.twin.answer = hang
    ship = shipper(tmp_path, keeper)
    ship.start()
    start = time.monotonic()
    assert not ship.stop(0.3)
    assert time.monotonic() - start < 1
    assert path.exists()
    held.set()


def test_a_store_that_was_down_is_caught_up_with(tmp_path: Path) -> None:
    """After an outage all arrives once, while a writer goes on writing."""
    keeper = Keeper()
    keeper.fail = lambda posts: posts < 20
    ship = shipper(tmp_path, keeper)
    path = tmp_path / "1-a.frames"
    with path.open("ab", buffering=0) as writer:
        fcntl.flock(writer, fcntl.LOCK_EX)
        ship.start()  # it may take an empty file that nobody holds for a dead one's
        for n in range(2000):
            writer.write(frame(prediction(f"{n}")))
        writer.write(frame(END))
    assert ship.drain(20)
    assert ship.stop(2)
    assert keeper.came == [f"s{n}" for n in range(2000)]
    assert os.listdir(tmp_path) == [".shipper"]
