"""The families of metrics that a server exposes: names, types, labels and help.

Place: the one list that the exposition, the alerting rules and the dashboards share.
Labels take their values from the configuration and the reference alone: no id, and no
name that came with an event, ever makes a series.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

__all__ = [
    "FAMILIES",
    "LATENCY_BOUNDS",
    "SCORE_BOUNDS",
    "STATES",
    "Buckets",
    "Family",
    "Kind",
    "Sample",
]


class Kind(StrEnum):
    """Type of a family."""

    COUNTER = "counter"
    GAUGE = "gauge"
    HISTOGRAM = "histogram"


@dataclass(frozen=True, slots=True)
class Family:
    """One family of metrics.

    Parameters
    ----------
    name : str
        As queries write it; a counter's ends in ``_total``.
    kind : Kind
    help : str
    labels : tuple of str
    """

    name: str
    kind: Kind
    help: str
    labels: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Buckets:
    """A histogram.

    Parameters
    ----------
    counts : tuple of int
        Observations of each bucket, not cumulated; the last is for all above.
    total : float
        Sum of the observed values.
    """

    counts: tuple[int, ...]
    total: float


@dataclass(frozen=True, slots=True)
class Sample:
    """One value of a family; ``labels`` in the family's order."""

    family: str
    labels: tuple[str, ...]
    value: float | Buckets


LATENCY_BOUNDS = (
    *(0.001, 0.0025, 0.005, 0.01, 0.025, 0.05),
    *(0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0),
)
"""Upper bounds of buckets in seconds."""

SCORE_BOUNDS = (0.0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1.0)

STATES: Mapping[str, int] = {"held": 0, "unsure": 1, "moved": 2, "failed": 3}
"""What ``leeboard_verdict_state`` says of a verdict."""

_MODEL = ("model",)
_COLUMN = ("model", "column", "metric")
_FIGURE = ("model", "metric", "basis")
_WATCHED = ("model", "column", "aspect", "rule")


def _ends(name: str, what: str, labels: tuple[str, ...]) -> Sequence[Family]:
    return (
        Family(name, Kind.GAUGE, what, labels),
        Family(
            f"{name}_low",
            Kind.GAUGE,
            f"Lower end of the 95 % interval of {name}.",
            labels,
        ),
        Family(
            f"{name}_high",
            Kind.GAUGE,
            f"Upper end of the 95 % interval of {name}.",
            labels,
        ),
    )


def _gauge(name: str, what: str, *labels: str) -> Family:
    return Family(name, Kind.GAUGE, what, labels)


def _counter(name: str, what: str, *labels: str) -> Family:
    return Family(name, Kind.COUNTER, what, labels)


FAMILIES: Mapping[str, Family] = {
    one.name: one
    for one in (
        _counter(
            "ml_predictions_total",
            "Predictions in the log, each id once.",
            *_MODEL,
        ),
        Family(
            "ml_prediction_latency_seconds",
            Kind.HISTOGRAM,
            "How long predictions took; each window is added when first counted.",
            _MODEL,
        ),
        Family(
            "ml_prediction_score",
            Kind.HISTOGRAM,
            "Scores of predictions; each window is added when first counted.",
            _MODEL,
        ),
        _gauge(
            "ml_model_accuracy",
            "Share of right predictions in the latest window that has labels.",
            *_MODEL,
        ),
        *_ends(
            "leeboard_performance",
            "Performance in the latest window that has it, by what it rests on.",
            _FIGURE,
        ),
        _gauge(
            "leeboard_performance_reference",
            "The same figure of the reference.",
            "model",
            "metric",
        ),
        _gauge(
            "leeboard_drift_size",
            "PSI less its noise in the latest window, in nats: what verdicts judge by.",
            "model",
            "column",
        ),
        *_ends(
            "leeboard_measurement",
            "A figure of a column in the latest window, over all rows.",
            _COLUMN,
        ),
        _gauge(
            "leeboard_verdict_state",
            "Latest verdict: 0 held, 1 unsure, 2 moved, 3 failed; absent where nothing"
            " but held was ever said.",
            *_WATCHED,
        ),
        _gauge(
            "leeboard_evidence",
            "Evidence of a change, in nats; of a named rule its statistic.",
            *_WATCHED,
        ),
        _gauge(
            "leeboard_evidence_threshold",
            "What the evidence must reach, on the scale of leeboard_evidence.",
            *_WATCHED,
        ),
        _gauge(
            "leeboard_incidents",
            "Incidents that have not ended.",
            *("model", "severity", "state"),
        ),
        _gauge(
            "leeboard_label_completeness_ratio",
            "Labels by labels expected in the end: of the latest window, and of the"
            " latest ones whose horizon has passed.",
            *("model", "windows"),
        ),
        _counter(
            "leeboard_labels_total",
            "Labels in the log, the latest of each prediction.",
            *_MODEL,
        ),
        _counter(
            "leeboard_joined_total", "Predictions that have their label.", *_MODEL
        ),
        _counter(
            "leeboard_conflicts_total",
            "Ids that came with several contents, of which one counts.",
            *_MODEL,
        ),
        _counter(
            "leeboard_dropped_total",
            "Events that loggers could not keep.",
            *("model", "reason"),
        ),
        _gauge(
            "leeboard_quarantined",
            "Events that are set aside now.",
            *("model", "reason"),
        ),
        _gauge("leeboard_windows", "Windows that were counted.", *_MODEL),
        _gauge(
            "leeboard_window_predictions", "Predictions of the latest window.", *_MODEL
        ),
        _gauge(
            "leeboard_window_late_predictions",
            "Predictions that came after the latest ten windows had closed.",
            *_MODEL,
        ),
        _gauge(
            "leeboard_window_end_timestamp_seconds",
            "End of the latest counted window.",
            *_MODEL,
        ),
        _gauge(
            "leeboard_last_received_timestamp_seconds",
            "When an event of the model arrived last.",
            *_MODEL,
        ),
        _gauge(
            "leeboard_model_up",
            "1 where the model's results could be read, 0 where not.",
            *_MODEL,
        ),
        _gauge(
            "leeboard_series_left_out",
            "Series of columns beyond what a model may have.",
            *_MODEL,
        ),
        _counter(
            "leeboard_intake_events_total",
            "Events that this server answered for, since it started.",
            *("kind", "status"),
        ),
        _counter("leeboard_passes_total", "Passes, since the server started."),
        _counter(
            "leeboard_pass_failures_total",
            "Passes that failed, since the server started.",
        ),
        _gauge("leeboard_start_timestamp_seconds", "When the server started."),
        _gauge(
            "leeboard_last_pass_timestamp_seconds", "When the last sound pass ended."
        ),
        _gauge("leeboard_last_pass_duration_seconds", "How long the last pass took."),
        _gauge("leeboard_pass_interval_seconds", "From pass to pass."),
        _gauge(
            "leeboard_build_info",
            "1; the version that runs.",
            *("version", "python"),
        ),
    )
}
"""Every family by its name, in the order in which they are exposed."""
