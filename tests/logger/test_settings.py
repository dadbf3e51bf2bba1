"""Settings: a logger that cannot work is refused when it is made, and only then."""

from __future__ import annotations

import pickle
import re
from pathlib import Path
from typing import Any

import pytest

from leeboard_logger import Logger, LoggerError
from tests.logger.test_values import Hostile

BAD: list[tuple[dict[str, Any], str]] = [
    ({"mode": "fast"}, "bad_mode"),
    ({"mode": None}, "bad_mode"),
    ({"model": ""}, "bad_name"),
    ({"model": "a\n"}, "bad_name"),
    ({"model": "x" * 129}, "bad_name"),
    ({"model": 7}, "bad_name"),
    ({"version": 2}, "bad_name"),
    ({"sample": 0}, "bad_number"),
    ({"sample": 1.5}, "bad_number"),
    ({"sample": float("nan")}, "bad_number"),
    ({"queue_records": 0}, "bad_number"),
    ({"queue_bytes": 1.5}, "bad_number"),
    ({"spool_bytes": True}, "bad_number"),
    ({"timeout": -1}, "bad_number"),
    ({"close_s": float("inf")}, "bad_number"),
    ({"flush_s": "1"}, "bad_number"),
    ({"redact": "email"}, "bad_columns"),
    ({"hash": [1]}, "bad_columns"),
    ({"hash": ["user"]}, "bad_hash_key"),
    ({"hash": ["user"], "hash_key": "short"}, "bad_hash_key"),
    ({"truncate": {"note": -1}}, "bad_number"),
    ({"target": ""}, "bad_target"),
    ({"target": None}, "bad_target"),
    ({"target": "a\0b"}, "bad_target"),
    ({"target": "ftp://host"}, "bad_target"),
    ({"target": "http://host", "mode": "spooled"}, "no_spool"),
]


@pytest.mark.parametrize(("settings", "code"), BAD, ids=str)
def test_a_bad_setting_is_named(
    tmp_path: Path, settings: dict[str, Any], code: str
) -> None:
    """The error says which setting, what it was and what it may be."""
    whole = {"target": tmp_path, "model": "m", **settings}
    with pytest.raises(LoggerError) as caught:
        Logger(whole.pop("target"), **whole)
    error = caught.value
    assert error.code == code
    assert error.where.partition("[")[0] in settings or error.where in {
        "hash_key",
        "spool",
    }
    text = str(error)
    assert text.startswith(f"{error.where}: found {error.found}; expected ")
    assert text.endswith(f"[{code}]")
    assert str(pickle.loads(pickle.dumps(error))) == text
    assert list(tmp_path.iterdir()) == [], "nothing was made"


def test_every_code_of_the_logger_is_explained() -> None:
    """Each code that the logger's source can raise stands on the page of errors."""
    root = Path(__file__).resolve().parents[2]
    source = "".join(
        path.read_text(encoding="utf-8")
        for path in (root / "logger" / "src").rglob("*.py")
    )
    codes = set(re.findall(r'(?:code=|_error\(\s*)"([a-z_]+)"', source))
    assert {code for _, code in BAD} <= codes
    page = (root / "docs" / "errors.md").read_text(encoding="utf-8")
    assert {code for code in codes if f"`{code}`" not in page} == set()


def test_the_kill_switch_leaves_nothing_behind(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Switched off, a logger makes no folder and no thread, and counts its calls."""
    monkeypatch.setenv("LEEBOARD_DISABLED", "1")
    for mode in ("buffered", "spooled", "durable"):
        with Logger(tmp_path / mode, model="m", mode=mode) as log:
            pid = log.log_prediction({"x": 1})
            log.log_feedback(pid, 1)
            log.log_predictions({"x": [1], "prediction": [1]})
            assert log.flush()
        assert not pid.stored
        assert len(pid) == 36
        assert log.stats().disabled == 3
        assert log.stats().logged == 0
        with pytest.raises(LoggerError):
            Logger(tmp_path, model="m", mode="fast")
    assert list(tmp_path.iterdir()) == []


def test_the_switch_is_read_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A logger keeps to what the environment said when it was made."""
    with Logger(tmp_path, model="m", mode="spooled") as log:
        monkeypatch.setenv("LEEBOARD_DISABLED", "1")
        assert log.log_prediction({"x": 1}).stored


def test_repr_says_which_and_no_secret(tmp_path: Path) -> None:
    """What a person sees in a debugger holds model and mode, and never the key."""
    with Logger(
        tmp_path, model="m", version="3", hash=["u"], hash_key="0123456789abcdef"
    ) as log:
        assert repr(log) == "<Logger of 'm' '3', buffered>"


def test_hostile_objects_do_no_harm(tmp_path: Path) -> None:
    """An object that answers everything with a crash is counted wherever it stands."""
    bad = Hostile()
    with Logger(tmp_path, model="m", mode="spooled") as log:
        log.log_prediction(bad)
        log.log_prediction({"x": bad}, bad, scores=bad, segments={"s": bad})
        log.log_prediction({"x": 1}, at=bad)
        log.log_prediction({"x": 1}, id=bad)
        log.log_prediction({"x": 1}, latency_s=bad)  # type: ignore[arg-type]
        log.log_prediction({"x": 1}, metadata=bad)
        log.log_feedback(bad, 1)
        log.log_feedback("a", bad)
        log.log_predictions(bad)
        log.log_feedbacks(bad)
        stats = log.stats()
    assert stats.logged == 10
    assert stats.acknowledged == 2
    assert stats.dropped == {"invalid": 8}
    assert stats.values_dropped >= 4
