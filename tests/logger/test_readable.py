"""The other end reads whatever the logger writes."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from leeboard.logs._decode import decode
from leeboard_logger import Logger
from leeboard_logger._core import Edges
from tests.logger.sinks import MemorySink
from tests.logger.test_values import scalars, values

NOW = datetime(2026, 1, 1, tzinfo=UTC)
FAST = (Phase.explicit, Phase.generate)  # without shrinking, which takes minutes here
groups = st.none() | st.dictionaries(st.text(max_size=4), values, max_size=4)
ids = st.none() | st.text(max_size=5) | st.integers()
times = st.none() | st.integers(0, 2_000_000_000) | st.floats(0, 2e9)


@given(
    st.lists(
        st.fixed_dictionaries(
            {
                "features": groups,
                "prediction": scalars,
                "scores": st.none() | st.floats() | groups,
                "segments": groups,
                "metadata": groups,
                "id": ids,
                "at": times,
                "latency_s": st.none() | st.floats(),
            }
        ),
        max_size=4,
    ),
    st.lists(st.tuples(ids, scalars, times), max_size=3),
)
@settings(max_examples=40, phases=FAST)
def test_nothing_that_is_taken_is_quarantined(
    events: list[dict[str, Any]], labels: list[tuple[Any, Any, Any]]
) -> None:
    """Each event the logger accepts becomes one row in the log, however odd it is."""
    sink = MemorySink()
    log = Logger("unused", model="m", _edges=Edges(sink=sink))
    for event in events:
        log.log_prediction(event.pop("features"), event.pop("prediction"), **event)
    for identity, label, at in labels:
        log.log_feedback(identity, label, observed_at=at)
    log.close()
    stats = log.stats()
    batch = decode(sink.stored, NOW)
    assert batch.quarantined.to_pylist() == []
    assert batch.predictions.num_rows == stats.predictions.acknowledged
    assert batch.feedback.num_rows == stats.feedback.acknowledged
    assert not Path("unused").exists()
