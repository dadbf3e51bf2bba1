"""What a call of the logger promises, in each mode."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from leeboard_logger import Logger
from leeboard_logger.frames import Frame, read_frames

MODES = ("buffered", "spooled", "durable")


def payloads(folder: Path, kind: str = "p") -> list[dict[str, object]]:
    """Return the records of one kind that lie in a spool, in order."""
    found = []
    for path in sorted((folder / "spool").glob("*.frames")):
        for piece in read_frames(path.read_bytes()):
            assert isinstance(piece, Frame), "a gap"
            if piece.payload[:1] == kind.encode():
                found.append(json.loads(piece.payload[1:]))
    return found


@pytest.mark.parametrize("mode", MODES)
def test_an_event_lies_in_the_spool_as_the_frames_say(
    tmp_path: Path, mode: str
) -> None:
    """Prediction and label are written with all that was given, and say so."""
    with Logger(tmp_path, model="demand", version="1.2.3", mode=mode) as log:
        pid = log.log_prediction(
            {"temp": 3.5, "city": "DC"},
            412.0,
            scores={"high": 0.25},
            at=1_700_000_000.5,
            segments={"city": "DC"},
            metadata={"request": "r1"},
            latency_s=0.004,
        )
        fid = log.log_feedback(pid, 398.0, observed_at=1_700_000_060)
        assert log.flush(5)
    assert pid.stored
    assert fid.stored
    assert fid == pid
    assert payloads(tmp_path) == [
        {
            "id": pid,
            "model": "demand",
            "version": "1.2.3",
            "made_at": 1_700_000_000_500_000,
            "prediction": 412.0,
            "features": {"temp": 3.5, "city": "DC"},
            "scores": {"high": 0.25},
            "segments": {"city": "DC"},
            "metadata": {"request": "r1"},
            "latency_s": 0.004,
        }
    ]
    assert payloads(tmp_path, "f") == [
        {
            "id": pid,
            "model": "demand",
            "label": 398.0,
            "observed_at": 1_700_000_060_000_000,
        }
    ]
    stats = log.stats()
    assert (stats.logged, stats.acknowledged, stats.queued) == (2, 2, 0)
    assert stats.dropped == {}
