"""The families of a model's process, made once for each registry."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal
from weakref import WeakKeyDictionary

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

from leeboard.errors import ConfigError

__all__ = ["Families", "families_of"]

_OWN = ("model", "model_version")
_Mode = Literal["mostrecent", "livesum"]


@dataclass(frozen=True, slots=True)
class Families:
    """What is counted; the first four by their usual names."""

    predictions: Counter
    latency: Histogram
    score: Histogram
    accuracy: Gauge
    labels: Counter
    logged: Counter
    acknowledged: Counter
    dropped: Counter
    queued: Gauge


_known: WeakKeyDictionary[CollectorRegistry, Families] = WeakKeyDictionary()
_lock = threading.Lock()


def families_of(
    registry: CollectorRegistry,
    latency_buckets: Sequence[float],
    score_buckets: Sequence[float],
) -> Families:
    """Return the families of a registry; made if it has none yet.

    Raises
    ------
    ConfigError
        ``metric_taken``: somebody else's has such a name.
    """
    with _lock:
        found = _known.get(registry)
        if found is None:
            found = _made(registry, latency_buckets, score_buckets)
            _known[registry] = found
    return found


def _made(
    registry: CollectorRegistry,
    latency_buckets: Sequence[float],
    score_buckets: Sequence[float],
) -> Families:
    def counter(name: str, text: str, *labels: str) -> Counter:
        return Counter(name, text, labels, registry=registry)

    def histogram(name: str, text: str, bounds: Sequence[float]) -> Histogram:
        return Histogram(name, text, _OWN, registry=registry, buckets=bounds)

    def gauge(name: str, text: str, labels: Sequence[str], mode: _Mode) -> Gauge:
        return Gauge(name, text, labels, registry=registry, multiprocess_mode=mode)

    logger, kinds = "leeboard_logger", ("model", "kind")
    try:
        return Families(
            counter(
                "ml_predictions_total",
                "Predictions that this process made.",
                *(*_OWN, "endpoint"),
            ),
            histogram(
                "ml_prediction_latency_seconds",
                "How long predictions took.",
                latency_buckets,
            ),
            histogram("ml_prediction_score", "Scores of predictions.", score_buckets),
            gauge(
                "ml_model_accuracy",
                "Share of the latest 1,000 labels that were predicted.",
                _OWN,
                "mostrecent",
            ),
            counter(
                "ml_labels_total",
                "Labels that came, by whether the prediction was right.",
                *(*_OWN, "right"),
            ),
            counter(f"{logger}_logged_total", "Events handed to the logger.", *kinds),
            counter(
                f"{logger}_acknowledged_total",
                "Events whose write has returned.",
                *kinds,
            ),
            counter(
                f"{logger}_dropped_total",
                "Events that were refused or lost.",
                *(*kinds, "reason"),
            ),
            gauge(f"{logger}_queued", "Events on their way.", kinds, "livesum"),
        )
    except ValueError as error:
        raise ConfigError(
            code="metric_taken",
            where="registry",
            found=str(error),
            expected="no other family of these names",
            fix="Give registry=CollectorRegistry(), or remove the other families.",
        ) from error
