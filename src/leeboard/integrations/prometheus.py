"""Metrics for Prometheus in the model's own process, beside what it logs.

    metrics = PredictionMetrics(model="demand", version="3")
    log = metrics.watch(Logger("./monitor", model="demand", version="3"))

From then on each call of ``log`` is counted, too. Without a logger: ``observe`` and
``label``. Under several workers set ``PROMETHEUS_MULTIPROC_DIR``, as the client library
asks; ``exposition`` then answers for all of them.

Place: in a process that must not be harmed: nothing but the constructor raises.
"""

from __future__ import annotations

import logging
import math
import os
import threading
from collections import deque
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from prometheus_client import REGISTRY, CollectorRegistry, Histogram
from prometheus_client.exposition import choose_encoder
from prometheus_client.multiprocess import MultiProcessCollector

from leeboard.errors import ConfigError
from leeboard.exposition.families import LATENCY_BOUNDS, SCORE_BOUNDS
from leeboard.integrations._prediction_families import Families, families_of
from leeboard.integrations._watched_logger import WatchedLogger

if TYPE_CHECKING:
    from leeboard_logger import Logger

__all__ = ["PredictionMetrics", "multiprocess"]

_LOG = logging.getLogger("leeboard.integrations.prometheus")
_RECENT = 1000
_LONGEST = 128


def multiprocess() -> bool:
    """Tell whether several workers share their metrics."""
    return bool(os.environ.get("PROMETHEUS_MULTIPROC_DIR"))


class PredictionMetrics:
    """Counts predictions, their latency and scores, and how many were right.

    Parameters
    ----------
    model, version, endpoint : str
        Values of the labels ``model``, ``model_version`` and ``endpoint``: given once,
        so that no request can make a series.
    registry : CollectorRegistry, optional
        Where the families are; by default the library's own, which an existing
        ``/metrics`` exposes already.
    latency_buckets, score_buckets : sequences of float
        Upper ends. All metrics of a registry share those of the first.
    positive : str, optional
        Class whose score counts, where scores are given by class.

    Raises
    ------
    ConfigError
        ``bad_label``: a text is empty or too long; ``metric_taken``: the registry has
        another family of such a name.

    Notes
    -----
    ``errors`` counts calls that could not be counted; the first is logged.
    """

    def __init__(
        self,
        *,
        model: str,
        version: str = "",
        endpoint: str = "",
        registry: CollectorRegistry = REGISTRY,
        latency_buckets: Sequence[float] = LATENCY_BOUNDS,
        score_buckets: Sequence[float] = SCORE_BOUNDS,
        positive: str | None = None,
    ) -> None:
        for name, text in (("model", model), ("version", version)):
            _check_label(name, text, empty=name != "model")
        _check_label("endpoint", endpoint, empty=True)
        self.errors = 0
        self._registry = registry
        self._families: Families = families_of(registry, latency_buckets, score_buckets)
        self._model, self._version = model, version
        self._positive = positive
        self._lock = threading.Lock()
        self._right: deque[bool] = deque()
        self._hits = 0
        own = (model, version)
        # at 0 from the start, so that a rate sees the first prediction
        self._predictions = self._families.predictions.labels(*own, endpoint)
        self._latency: Histogram | None = None
        self._score: Histogram | None = None

    def observe(
        self,
        *,
        score: object = None,
        latency_s: object = None,
    ) -> None:
        """Count one prediction.

        Parameters
        ----------
        score : number, or mapping of class to number
        latency_s : number
            Seconds. What is no finite number is not observed; nor below 0.
        """
        try:
            self._observe(score, latency_s)
        except Exception:  # noqa: BLE001 - a model server must not hear of it
            self.not_counted()

    def observe_many(self, count: int) -> None:
        """Count so many predictions, whose scores and latencies are not looked at."""
        try:
            self._predictions.inc(count)
        except Exception:  # noqa: BLE001 - as above
            self.not_counted()

    def label(self, prediction: object, label: object) -> None:
        """Count one label that has come, as right or wrong.

        Parameters
        ----------
        prediction, label : text, bool or whole number
            Of the same prediction. Where one is another number, as of a regression,
            the label is counted, and accuracy left alone.
        """
        try:
            self._label(prediction, label)
        except Exception:  # noqa: BLE001 - as above
            self.not_counted()

    def watch(self, logger: Logger) -> WatchedLogger:
        """Return a logger that is counted here with each call.

        It has all that the logger has; labels are compared with the latest 10,000
        predictions of this process. What the logger stores and drops is counted, too.
        Of batches rows are counted alone: not their scores, latencies and labels.
        """
        return WatchedLogger(logger, self, self._families, self._model)

    def exposition(self, accept: str = "") -> tuple[str, bytes]:
        """Return type and text of all metrics, those of other workers included.

        Parameters
        ----------
        accept : str
            The header of that name.
        """
        try:
            encode, kind = choose_encoder(accept)
            registry = self._registry
            if multiprocess():
                registry = CollectorRegistry()
                MultiProcessCollector(registry)
            return kind, encode(registry)
        except Exception:  # noqa: BLE001 - as above
            self.not_counted()
            return "text/plain; charset=utf-8", b""

    def _observe(self, score: object, latency_s: object) -> None:
        families, own = self._families, (self._model, self._version)
        self._predictions.inc()
        latency = _finite(latency_s)
        if latency is not None and latency >= 0.0:
            if self._latency is None:
                self._latency = families.latency.labels(*own)
            self._latency.observe(latency)
        value = _finite(self._one(score))
        if value is not None:
            if self._score is None:
                self._score = families.score.labels(*own)
            self._score.observe(value)

    def _one(self, score: object) -> object:
        if not isinstance(score, Mapping):
            return score
        if self._positive is not None:
            return score.get(self._positive)
        return next(iter(score.values())) if len(score) == 1 else None

    def _label(self, prediction: object, label: object) -> None:
        own = (self._model, self._version)
        if not (_is_class(prediction) and _is_class(label)):
            self._families.labels.labels(*own, "unknown").inc()
            return
        right = bool(prediction == label)
        self._families.labels.labels(*own, "true" if right else "false").inc()
        with self._lock:
            self._right.append(right)
            self._hits += right
            if len(self._right) > _RECENT:
                self._hits -= self._right.popleft()
            share = self._hits / len(self._right)
        self._families.accuracy.labels(*own).set(share)

    def not_counted(self) -> None:
        """Count a call that could not be counted; the first is logged."""
        with self._lock:
            self.errors += 1
            first = self.errors == 1
        if first:
            _LOG.warning("a prediction could not be counted", exc_info=True)


def _check_label(name: str, text: str, *, empty: bool) -> None:
    given: object = text
    sound = isinstance(given, str) and len(given) <= _LONGEST and given.isprintable()
    if not sound or not (given or empty):
        raise ConfigError(
            code="bad_label",
            where=name,
            found=repr(text)[:_LONGEST],
            expected=f"at most {_LONGEST} printable characters",
            fix="Give a fixed name: it becomes a label of every series.",
        )


def _finite(value: object) -> float | None:
    if value is None or isinstance(value, str | bytes) or hasattr(value, "__len__"):
        return None
    number = float(value)  # type: ignore[arg-type]  # what is none raises, and is told
    return number if math.isfinite(number) else None


def _is_class(value: Any) -> bool:
    if isinstance(value, str | bool | int):
        return True
    kind = getattr(getattr(value, "dtype", None), "kind", "")  # numpy's scalars
    return kind in {"U", "b", "i", "u"}
