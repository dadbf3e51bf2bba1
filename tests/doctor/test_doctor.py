"""Each thing is broken on purpose, and the doctor names it with a way to mend it."""

from __future__ import annotations

import json
import os
import socket
import sqlite3
from datetime import UTC, datetime, timedelta
from importlib.metadata import PackageNotFoundError
from pathlib import Path

import pytest

from leeboard.cli import main
from leeboard.doctor import Outcome, disks, installation
from leeboard.monitor.history import Made, note_pass, passes_made
from leeboard.monitor.holder import LEAD, me
from leeboard.monitor.presence import RAN
from leeboard.state import open_state, state_time
from leeboard.state._tables import VERSION_TABLE
from leeboard_logger.durable import DurableSpool
from tests.doctor._looked import FAIL, OK, WARN, contents, looked, moment, only
from tests.monitor._world import CONFIG, World, world
from tests.server._process import free_port


def test_a_sound_installation_is_sound(model: World) -> None:
    """Nothing is found, every check has looked, and nothing was changed."""
    before = contents(model.folder)
    found = looked(model, deep=True)
    assert [f for _, f in found.findings if f.outcome is not OK] == []
    assert found.sound
    checks = {one.check for _, one in found.findings}
    assert checks >= {"config", "libraries", "sqlite", "disk", "rights", "state", "log"}
    assert checks >= {"segments", "spool", "reference", "passes", "leases", "clock"}
    assert checks >= {"channels", "heartbeat", "address", "keys", "time zone"}
    assert contents(model.folder) == before


def test_before_the_first_pass_nothing_is_made(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """It says what is not there yet, makes nothing, and only misses the events."""
    model = world(tmp_path)
    before = contents(tmp_path)
    assert "no predictions" in only(looked(model), WARN, "events").found
    assert contents(tmp_path) == before
    assert not (tmp_path / "monitor").exists()


def test_a_configuration_that_cannot_be_used(model: World) -> None:
    """With its line, as the command config check says it."""
    model.configure(CONFIG.replace("horizon", "horizn"))
    one = only(looked(model), FAIL, "config")
    assert "line" in one.found
    assert "[unknown_key]" in one.found


def test_a_variable_that_is_not_set(
    model: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Every one that is missing is named; the value of one that is set is not shown."""
    channel = '\n[[notify]]\nto = "slack"\nurl = { env = "SLACK_URL" }\n'
    beat = '\n[heartbeat]\nurl = { env = "BEAT_URL" }\n'
    model.configure(CONFIG + channel + beat)
    monkeypatch.setenv("SLACK_URL", "https://hooks.slack.com/services/hush")
    monkeypatch.delenv("BEAT_URL", raising=False)
    found = looked(model)
    failed = [f for f in found.of("environment") if f.outcome is FAIL]
    assert ["BEAT_URL" in f.found for f in failed] == [True]
    assert not found.sound
    monkeypatch.setenv("BEAT_URL", "https://hc-ping.com/hush")
    found = looked(model)
    assert found.sound
    assert "hush" not in json.dumps(found.to_dict())


def test_a_channel_that_cannot_be_opened(model: World) -> None:
    """Without sending anything."""
    model.configure(CONFIG + '\n[[notify]]\nto = "pagerduty"\n')
    one = only(looked(model), FAIL, "channels")
    assert "no integration key" in one.found


def test_old_and_missing_libraries(
    model: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each is named with the command that mends it."""

    def version(name: str) -> str:
        if name == "scipy":
            raise PackageNotFoundError(name)
        return {"numpy": "1.26.4", "pyarrow": "18.0"}.get(name, "999")

    monkeypatch.setattr(installation, "version", version)
    failed = [f for f in looked(model).of("libraries") if f.outcome is FAIL]
    assert ["numpy" in f.fix or "scipy" in f.fix for f in failed] == [True, True]


def test_an_extra_that_is_missing(
    model: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A bucket needs its client."""
    model.configure(CONFIG.replace('log = "monitor"', 'log = "s3://bucket/a"'))
    monkeypatch.setattr(installation, "find_spec", lambda _: None)
    (one,) = looked(model).of("extras")
    assert one.outcome is FAIL
    assert 'pip install "leeboard[s3]"' in one.fix


@pytest.mark.parametrize(
    ("free", "outcome"), [(5 << 30, OK), (1 << 29, WARN), (1, FAIL)]
)
def test_a_disk_that_fills(
    model: World, monkeypatch: pytest.MonkeyPatch, free: int, outcome: Outcome
) -> None:
    """Below a GiB it warns, below a tenth of that it is broken."""
    monkeypatch.setattr(disks, "free_bytes", lambda _: free)
    assert [f.outcome for f in looked(model).of("disk")] == [outcome]


def test_a_place_that_cannot_be_written_to(model: World) -> None:
    """A file stands where the spool's folder should be."""
    (model.folder / "file").write_text("")
    model.configure(CONFIG.replace("log =", 'spool = "file/spool"\nlog ='))
    found = looked(model)
    (one,) = [f for f in found.of("rights") if f.outcome is FAIL]
    assert str(model.folder / "file") in one.found


def test_a_folder_of_somebody_else(
    model: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Told once for all that lies in it; only what is Leeboard's own is given away."""
    monkeypatch.setattr(os, "access", lambda *_: False)
    monitor = model.folder / "monitor"
    (one,) = [f for f in looked(model).of("rights") if f.outcome is FAIL]
    assert str(monitor) in one.found
    assert one.found.endswith("(state, log, spool)")
    assert one.fix.endswith(f"chown -R {os.geteuid()} {monitor}.")
    elsewhere = model.folder / "other"
    model.configure(CONFIG.replace('"monitor"', '"other/monitor"'))
    (one,) = [f for f in looked(model).of("rights") if f.outcome is FAIL]
    assert f"{model.folder} is of user" in one.found
    assert one.fix.endswith(f"install -d -m 0700 -o {os.geteuid()} {elsewhere}.")


def test_results_of_another_form(model: World) -> None:
    """An older one is not touched; a newer one is refused; a damaged one is told."""
    path = model.monitor.plan.state
    _set_form(path, "0001")
    before = Path(path).read_bytes()
    assert "0001" in only(looked(model), WARN, "state").found
    assert Path(path).read_bytes() == before
    _set_form(path, "0999")
    assert "[newer_database]" in only(looked(model), FAIL, "state").found
    Path(path).write_bytes(b"no database" * 1000)
    assert "[database_damaged]" in only(looked(model), FAIL, "state").found


def _set_form(path: str, form: str) -> None:
    connection = sqlite3.connect(path)
    with connection:
        connection.execute(f"UPDATE {VERSION_TABLE} SET version_num = ?", (form,))
    connection.close()


def test_a_segment_with_other_bytes(model: World) -> None:
    """One bit of the newest segment is turned; then it is gone."""
    path = max((model.folder / "monitor" / "log" / "models").rglob("*.parquet"))
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(data)
    for _ in range(2):
        failed = [f for f in looked(model).of("segments") if f.outcome is FAIL]
        assert [path.name in f.found for f in failed] == [True]
        assert "leeboard restore" in failed[0].fix
        path.unlink(missing_ok=True)


def test_deep_looks_at_the_oldest_segments(model: World) -> None:
    """Which the quick form leaves out, and says so."""
    for day in range(1, 14):
        model.labelled_day(day, n=5)
    path = min(
        (model.folder / "monitor" / "log" / "models").rglob("*.parquet"),
        key=lambda one: one.stat().st_mtime_ns,
    )
    path.write_bytes(path.read_bytes()[:-1] + b"?")
    (quick,) = looked(model).of("segments")
    assert quick.outcome is OK
    assert "--deep" in quick.found
    (deep,) = looked(model, deep=True).of("segments")
    assert (deep.outcome, path.name in deep.found) == (FAIL, True)


@pytest.mark.parametrize(("hours", "outcome"), [(0, OK), (2, WARN), (30, FAIL)])
def test_frames_that_nobody_commits(model: World, hours: int, outcome: Outcome) -> None:
    """By how long the oldest has waited."""
    folder = model.folder / "monitor" / "spool"
    spool = DurableSpool(folder)
    spool.append([b'p{"id":"a","model":"demand","made_at":1,"prediction":1}'])
    spool.close()
    (file,) = folder.glob("*.frames")
    then = moment().timestamp() - 3600 * hours
    os.utime(file, (then, then))
    assert [f.outcome for f in looked(model).of("spool")] == [outcome]
    model.monitor.run()
    assert [f.outcome for f in looked(model).of("spool")] == [OK]


def test_frames_that_are_committed_do_not_wait(model: World) -> None:
    """Though their file stays, while its writer may go on."""
    spool = DurableSpool(model.folder / "monitor" / "spool")
    spool.append([b'p{"id":"a","model":"demand","made_at":1,"prediction":1}'])
    for found in ("1 file with", "empty"):
        (one,) = looked(model).of("spool")
        assert one.found.startswith(found)
        model.monitor.ship()
    spool.close()


def test_a_spool_that_others_may_write_to(model: World) -> None:
    """The committer would not open it either."""
    (model.folder / "monitor" / "spool").mkdir(mode=0o700)
    (model.folder / "monitor" / "spool").chmod(0o777)
    (one,) = looked(model).of("spool")
    assert (one.outcome, "chmod 700" in one.fix) == (FAIL, True)


def test_events_that_were_set_aside_and_models_without_labels(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """They are counted by reason, with the command that shows them."""
    model = world(tmp_path)
    model.predict([moment() - timedelta(hours=1)])
    spool = DurableSpool(model.folder / "monitor" / "spool")
    spool.append([b"pno json"])
    spool.close()
    model.monitor.run()
    found = looked(model)
    (aside,) = found.of("quarantine")
    assert (aside.outcome, "quarantine show" in aside.fix) == (WARN, True)
    (labels,) = found.of("labels")
    assert (labels.outcome, "no label" in labels.found) == (WARN, True)


def _passed(model: World, age: timedelta, every_s: float | None, n: int = 6) -> None:
    state = open_state(model.monitor.plan.state)
    state.keep("", "passes", None)
    now = moment()
    for i in range(n)[::-1]:
        began = now - age - i * timedelta(minutes=10)
        note_pass(state, Made(began, began, me(), every_s))
    state.close()


def test_a_pass_that_is_late(model: World) -> None:
    """By what the scheduler said, or by what was usual; a day's pause is not late."""
    _passed(model, timedelta(minutes=30), None)
    (one,) = looked(model).of("passes")
    assert (one.outcome, "every 10 min" in one.found) == (OK, True)
    _passed(model, timedelta(minutes=40), None)
    assert "leeboard serve" in only(looked(model), WARN, "passes").fix
    _passed(model, timedelta(minutes=40), 60.0)
    assert only(looked(model), FAIL, "passes").expected == "one within 8 minutes"
    _passed(model, timedelta(minutes=7), 60.0)
    assert looked(model).sound
    _passed(model, timedelta(days=9), None, n=3)
    (one,) = looked(model).of("passes")
    assert (one.outcome, "too few to tell" in one.found) == (OK, True)


def test_passes_of_named_moments_are_passes(model: World) -> None:
    """They say nothing of a scheduler, which is what is missed; but they were made."""
    state = open_state(model.monitor.plan.state)
    state.keep("", "passes", None)
    state.keep("demand", RAN, None)
    state.close()
    assert only(looked(model), WARN, "passes").found == "none was made yet"
    model.monitor.run(datetime(2026, 3, 9, tzinfo=UTC))
    found = only(looked(model), WARN, "passes")
    assert found.found == "of named moments alone, the last of 2026-03-09 00:00 UTC"
    assert "leeboard serve" in found.fix


def test_a_run_is_kept_with_its_time(model: World) -> None:
    """Twenty at most; a replay of history is none."""
    for _ in range(2):
        model.monitor.run(every_s=60.0)
    model.monitor.run(datetime(2026, 3, 9, tzinfo=UTC))
    state = open_state(model.monitor.plan.state)
    made = passes_made(state)
    assert [one.every_s for one in made] == [None, 60.0, 60.0]
    assert all(one.began_at <= one.ended_at <= datetime.now(UTC) for one in made)
    for i in range(25):
        note_pass(state, Made(moment() + timedelta(seconds=i), moment(), me()))
    assert len(passes_made(state)) == 20
    state.close()


def test_leases_are_named_with_their_holder(model: World) -> None:
    """One of a process that runs, and one of a process that is gone."""
    state = open_state(model.monitor.plan.state)
    state.lease(LEAD, me(), moment(), 300.0)
    host = socket.gethostname()
    state.lease(
        "pass:demand", f"{me().partition(':')[0]}:999999999:1:x", moment(), 300.0
    )
    state.close()
    lines = [one.found for one in looked(model).of("leases")]
    assert lines[0].startswith(f"scheduler: process {os.getpid()} of {host}, for")
    assert lines[1].startswith("pass:demand: left by process 999999999 of")


def test_a_clock_behind_the_events(model: World) -> None:
    """Events arrived after now."""
    model.predict([moment()], received_at=moment() + timedelta(hours=3), first=900)
    (one,) = looked(model).of("clock")
    assert (one.outcome, "3 hours after now" in one.found) == (FAIL, True)


def test_a_clock_beside_the_databases(
    model: World, postgres: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Log and state of a server are looked at; nothing is made in an empty one."""
    from leeboard.doctor import passing

    model.configure(
        CONFIG.replace(
            'log = "monitor"', f'log = "{postgres}"\nstate = "{postgres}"\nspool = "s"'
        )
    )
    found = looked(model)
    assert found.sound
    (log,) = found.of("log")
    assert "so far unused" in log.found
    model.labelled_day(0)
    model.monitor.run()
    found = looked(model)
    assert [f for _, f in found.findings if f.outcome is not OK] == []
    for seconds, outcome in ((5, WARN), (-60, FAIL)):
        ahead = timedelta(seconds=seconds)
        monkeypatch.setattr(
            passing, "state_time", lambda at, a=ahead: state_time(at) + a
        )
        assert only(looked(model), outcome, "clock").fix


def test_a_database_that_does_not_answer(model: World) -> None:
    """Its address is shown without the password, and the other checks go on."""
    nowhere = f"postgresql://ann:hush@127.0.0.1:{free_port()}/x"
    model.configure(CONFIG.replace("log =", f'state = "{nowhere}"\nlog ='))
    found = looked(model)
    (one,) = found.of("state")
    assert (one.outcome, "[database_unreachable]" in one.found) == (FAIL, True)
    assert "hush" not in json.dumps(found.to_dict())
    assert next(found.of("log")).outcome is OK


def test_references_that_are_gone_or_small(model: World) -> None:
    """With the command that makes them again."""
    (model.folder / "demand.profile.json").write_text("{}")
    one = only(looked(model), FAIL, "reference")
    assert "demand.profile.json" in one.found
    (model.folder / "demand.profile.json").unlink()
    assert only(looked(model), FAIL, "reference").fix


def test_a_check_that_breaks_is_a_finding(
    model: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The others go on."""

    def broken(_: object) -> object:
        raise RuntimeError("hush")

    monkeypatch.setattr(disks, "free_bytes", broken)
    found = looked(model)
    one = only(found, FAIL, "room")
    assert "RuntimeError" in one.found
    assert "hush" not in one.found


def test_the_command_says_it(model: World, capsys: pytest.CaptureFixture[str]) -> None:
    """As lines and as JSON; it ends with 1 where something is broken."""
    config = str(model.folder / "leeboard.toml")
    asked = ["doctor", "--config", config, "--port", "0"]
    capsys.readouterr()
    assert main(asked) == 0
    assert capsys.readouterr().out.endswith(" ok\n")
    (model.folder / "demand.profile.json").unlink()
    assert main(asked) == 1
    lines = capsys.readouterr().out.splitlines()
    at = next(i for i, line in enumerate(lines) if line.startswith("  FAIL  reference"))
    assert lines[at + 1].strip().startswith("expected: ")
    assert lines[at + 2].strip().startswith("next: ")
    assert lines[-1].startswith("1 failed, 0 warnings, ")
    assert main([*asked, "--json"]) == 1
    found = json.loads(capsys.readouterr().out)
    assert (found["sound"], found["fail"]) == (False, 1)
    (one,) = [f for f in found["findings"] if f["outcome"] == "fail"]
    assert (one["part"], one["check"]) == ("models", "reference")
