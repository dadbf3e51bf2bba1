"""Metrics in the model's own process: right, bounded, and harmless."""

from __future__ import annotations

import http.client
import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from prometheus_client import CollectorRegistry, Counter

from leeboard import Logger
from leeboard.errors import ConfigError
from leeboard.integrations.prometheus import PredictionMetrics
from leeboard_logger import NotDurable
from tests.exposition._exposed import Series, series
from tests.exposition._programs import until

HERE = Path(__file__).parent


def _metrics(**more: Any) -> PredictionMetrics:
    given: dict[str, Any] = {"model": "shop", "version": "7", **more}
    return PredictionMetrics(**{"registry": CollectorRegistry(), **given})


def _read(metrics: PredictionMetrics) -> Series:
    kind, body = metrics.exposition()
    assert kind.startswith("text/plain")
    return series(body.decode())


def _of(found: Series, name: str, **labels: str) -> float:
    """Sum of the series of a name that have these labels."""
    wanted = labels.items()
    return sum(
        value for (n, own), value in found.items() if n == name and wanted <= own
    )


def test_what_is_observed_is_counted() -> None:
    """Predictions, latency, scores; the right share of labels of classes."""
    metrics = _metrics(endpoint="/predict")
    for i in range(10):
        metrics.observe(score=i / 10, latency_s=0.02 * i)
        metrics.label("a", "a" if i < 7 else "b")
    found = _read(metrics)
    labels = {"model": "shop", "model_version": "7"}
    assert _of(found, "ml_predictions_total", endpoint="/predict", **labels) == 10
    name = "ml_prediction_latency_seconds"
    assert _of(found, f"{name}_sum", **labels) == pytest.approx(0.9)
    assert _of(found, f"{name}_bucket", le="0.1", **labels) == 6
    assert _of(found, "ml_prediction_score_bucket", le="0.5", **labels) == 6
    assert _of(found, "ml_labels_total", right="true", **labels) == 7
    assert _of(found, "ml_model_accuracy", **labels) == pytest.approx(0.7)
    assert metrics.errors == 0


def test_accuracy_is_of_the_latest_labels() -> None:
    """A thousand of them; what was before no longer counts."""
    metrics = _metrics()
    for right in [False] * 500 + [True] * 1000:
        metrics.label("a", "a" if right else "b")
    found = _read(metrics)
    assert _of(found, "ml_model_accuracy") == 1.0
    assert _of(found, "ml_labels_total", right="false") == 500


def test_numbers_have_no_accuracy() -> None:
    """Labels of a regression are counted; classes as whole numbers are compared."""
    metrics = _metrics()
    metrics.label(1.5, 1.5)
    assert not _named(_read(metrics), "ml_model_accuracy")
    metrics.label(np.int64(1), 1)
    found = _read(metrics)
    assert _of(found, "ml_model_accuracy") == 1.0
    assert _of(found, "ml_labels_total", right="unknown") == 1


def _named(found: Series, name: str) -> list[float]:
    return [value for (n, _), value in found.items() if n == name]


class _Bomb:
    """Breaks whatever is done with it."""

    def __float__(self) -> float:
        raise RuntimeError

    def __eq__(self, other: object) -> bool:
        raise RuntimeError

    def __str__(self) -> str:
        raise RuntimeError

    __repr__ = __str__
    __hash__ = None


HOSTILE = [
    *(None, "text", b"x", float("nan"), float("inf"), -1.0, [], [1, 2], {}),
    *({"a": 1.0, "b": 0.0}, {"a": _Bomb()}, _Bomb(), object(), 1j, 10**400),
    *(np.float64(0.5), np.array([0.5]), np.array([0.1, 0.2]), True),
]


def test_nothing_raises_whatever_is_given() -> None:
    """Each prediction is counted all the same; sums stay finite."""
    metrics = _metrics()
    for value in HOSTILE:
        metrics.observe(score=value, latency_s=value)
        for label in (value, "a", _Bomb()):
            metrics.label(value, label)
            metrics.label(label, value)
    found = _read(metrics)
    assert _of(found, "ml_predictions_total") == len(HOSTILE)
    assert all(np.isfinite(value) for value in found.values())
    assert metrics.errors > 0


def test_a_watched_logger_counts_what_it_logs(tmp_path: Path) -> None:
    """Both have every event; what the logger settled is told as well."""
    metrics = _metrics()
    with metrics.watch(
        Logger(tmp_path / "monitor", model="shop", mode="spooled")
    ) as log:
        ids = [
            log.log_prediction({"x": i}, "a", scores={"p": 0.25}, latency_s=0.001)
            for i in range(20)
        ]
        for i, one in enumerate(ids):
            log.log_feedback(one, "a" if i % 2 else "b")
        log.log_feedback("never predicted", "a")
        log.log_feedback(ids[0], None)
        log.log_prediction({"x": 1.0}, "a", id="\n")  # refused
        assert log.stats().predictions.logged == 21  # all else is the logger's
    found = _read(metrics)
    assert _of(found, "ml_predictions_total") == 21
    assert _of(found, "ml_prediction_score_sum") == pytest.approx(5.0)
    assert _of(found, "ml_labels_total", right="true") == 10
    assert _of(found, "ml_labels_total", right="false") == 10
    for kind, tally in (
        ("predictions", log.stats().predictions),
        ("feedback", log.stats().feedback),
    ):
        for name in ("logged", "acknowledged"):
            told = _of(found, f"leeboard_logger_{name}_total", kind=kind)
            assert told == getattr(tally, name) > 0
        dropped = _of(found, "leeboard_logger_dropped_total", kind=kind)
        assert dropped == sum(tally.dropped.values())
        assert _of(found, "leeboard_logger_queued", kind=kind) == tally.queued == 0
    assert metrics.errors == 0


def test_a_watched_logger_counts_the_rows_of_batches(tmp_path: Path) -> None:
    """Predictions by their number; what became of them as the logger says."""
    metrics = _metrics()
    frame = {"x": [1.0, 2.0, 3.0], "prediction": ["a", "b", "a"]}
    with metrics.watch(
        Logger(tmp_path / "monitor", model="shop", mode="spooled")
    ) as log:
        ids = log.log_predictions(frame)
        told = log.log_feedbacks({"id": ids, "label": ["a", "a", "a"]})
        assert [len(ids), len(told)] == [3, 3]
    found = _read(metrics)
    assert _of(found, "ml_predictions_total") == 3
    for kind in ("predictions", "feedback"):
        assert _of(found, "leeboard_logger_logged_total", kind=kind) == 3
    assert metrics.errors == 0


def test_what_the_logger_raises_is_raised(tmp_path: Path) -> None:
    """In durable mode it says what is not stored; the prediction was made."""
    metrics = _metrics()
    log = metrics.watch(
        Logger(
            "http://127.0.0.1:9",
            model="shop",
            mode="durable",
            key="k" * 8,
            timeout=0.05,
        )
    )
    with pytest.raises(NotDurable):
        log.log_prediction({"x": 1.0}, "a")
    assert _of(_read(metrics), "ml_predictions_total") == 1
    log.close()


def test_two_models_share_a_registry() -> None:
    """And two objects of one model count together."""
    registry = CollectorRegistry()
    one, two, again = (
        _metrics(model=name, registry=registry) for name in ("a", "b", "a")
    )
    for metrics in (one, two, again):
        metrics.observe()
    found = _read(two)
    assert _of(found, "ml_predictions_total", model="a") == 2
    assert _of(found, "ml_predictions_total", model="b") == 1


def test_a_name_that_is_taken_is_told() -> None:
    """As where an application has families of its own by these names."""
    registry = CollectorRegistry()
    Counter("ml_predictions_total", "theirs", registry=registry)
    with pytest.raises(ConfigError) as caught:
        _metrics(registry=registry)
    assert caught.value.code == "metric_taken"


@pytest.mark.parametrize("name", ["", "a\nb", "x" * 129, 7])
def test_a_label_that_is_no_name_is_refused(name: Any) -> None:
    """Before it becomes part of every series."""
    with pytest.raises(ConfigError) as caught:
        _metrics(model=name)
    assert caught.value.code == "bad_label"


# ── several workers ──────────────────────────────────────────────────────────────────


@pytest.fixture
def workers(tmp_path: Path) -> Iterator[tuple[int, Path]]:
    """Two gunicorn workers, forked from an application that is loaded once."""
    shared = tmp_path / "shared"
    shared.mkdir()
    command = ["gunicorn", "--bind", "127.0.0.1:0", "--workers", "2", "--preload"]
    environment = {
        **os.environ,
        "PROMETHEUS_MULTIPROC_DIR": str(shared),
        "MONITOR": str(tmp_path / "monitor"),
    }
    said = tmp_path / "gunicorn.log"
    with said.open("w") as out:
        process = subprocess.Popen(
            [sys.executable, "-m", *command, "metrics_host:app"],
            cwd=HERE,
            env=environment,
            stdout=out,
            stderr=out,
        )
    try:

        def port() -> int:
            assert process.poll() is None, said.read_text()
            text = said.read_text()
            at = re.search(r"Listening at: http://127\.0\.0\.1:(\d+)", text)
            return int(at[1]) if at and text.count("Booting worker") == 2 else 0

        yield until(port), tmp_path
    finally:
        process.terminate()
        process.wait(30)


def _ask(port: int, method: str, path: str) -> bytes:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    connection.request(method, path)
    body = connection.getresponse().read()
    connection.close()
    return body


def test_two_workers_are_counted_together(workers: tuple[int, Path]) -> None:
    """Whichever answers the scrape; every event once, by both that made some."""
    port, folder = workers
    made: dict[int, int] = {}

    def both() -> bool:
        score = 0.25 + 0.5 * (sum(made.values()) % 2)
        answer = json.loads(_ask(port, "POST", f"/{score}"))
        made[answer["process"]] = made.get(answer["process"], 0) + 1
        return len(made) == 2 and sum(made.values()) >= 40

    while not both():
        assert sum(made.values()) < 5000, "one worker never answers"
    count = sum(made.values())
    for _ in range(4):  # by either
        found = series(_ask(port, "GET", "/metrics").decode())
        assert _of(found, "ml_predictions_total", endpoint="/predict") == count
        assert _of(found, "ml_prediction_latency_seconds_count") == count
        assert _of(found, "ml_prediction_score_bucket", le="0.3") == (count + 1) // 2
        assert _of(found, "ml_labels_total", right="true") == count // 2
        assert 0.0 < _of(found, "ml_model_accuracy") < 1.0

    def settled() -> bool:
        found = series(_ask(port, "GET", "/metrics").decode())
        told = _of(found, "leeboard_logger_acknowledged_total")
        return told == 2 * count

    assert until(settled)
    assert (folder / "monitor" / "spool").is_dir()
