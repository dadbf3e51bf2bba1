"""Rows of the Grafana dashboard about what runs: system, predictions, business."""

from __future__ import annotations

import re
from collections.abc import Sequence

from leeboard.config.plan import Plan
from leeboard.exposition.asking import banded, measured, of_model
from leeboard.exposition.judged_rows import STATES
from leeboard.exposition.panels import Panel, Query
from leeboard.exposition.promql import quoted
from leeboard.verdicts.verdict import Lines

__all__ = ["business_row", "predictions_row", "system_row"]

_LINES = Lines()
_LATENCY = "ml_prediction_latency_seconds_bucket"


def system_row() -> Sequence[Panel]:
    """Draw traffic, latency, what was lost, and Leeboard's own passes."""
    return (*_traffic(), *_latency(), *_passes())


def _line(
    title: str,
    queries: Sequence[Query],
    about: str,
    unit: str = "short",
    width: int = 8,
) -> Panel:
    """Draw what is never below 0 over time."""
    kind, some = "timeseries", tuple(queries)
    return Panel(title, kind, some, about, unit=unit, width=width, smallest=0.0)


def _traffic() -> Sequence[Panel]:
    rate = f"rate({of_model('ml_predictions_total')}[$__rate_interval])"
    taken = "rate(leeboard_intake_events_total[$__rate_interval])"
    lost = f"increase({of_model('leeboard_dropped_total')}[$__range])"
    return (
        _line(
            "Predictions",
            [Query(rate, "{{model}}")],
            "A second, as they enter the log: with each pass.",
            "reqps",
        ),
        _line(
            "Events over HTTP",
            [Query(f"sum by (kind, status) ({taken})", "{{kind}} {{status}}")],
            "What the server answered, a second.",
            "reqps",
        ),
        _line(
            "Lost and late",
            [
                Query(f"sum by (model, reason) ({lost})", "{{model}} lost: {{reason}}"),
                Query(of_model("leeboard_window_late_predictions"), "{{model}} late"),
            ],
            "Events that loggers could not keep, and predictions that came after their"
            " window had closed.",
        ),
    )


def _latency() -> Sequence[Panel]:
    buckets = f"sum by (model, le) (increase({of_model(_LATENCY)}[$__range]))"
    age = f"time() - {of_model('leeboard_last_received_timestamp_seconds')}"
    return (
        _line(
            "Latency",
            [
                Query(f"histogram_quantile({q}, {buckets})", f"{{{{model}}}} {name}")
                for q, name in ((0.95, "95 %"), (0.5, "median"))
            ],
            "Quantiles, up to each moment, over as long as is shown.",
            "s",
        ),
        _line(
            "Mean latency by window",
            banded(
                "leeboard_measurement", measured('="latency_s"', "mean"), "{{model}}"
            ),
            "With its 95 % interval.",
            "s",
        ),
        _line(
            "Age of the latest event",
            [Query(age, "{{model}}")],
            "Since anything of the model arrived.",
            "s",
        ),
    )


def _passes() -> Sequence[Panel]:
    failed = "increase(leeboard_pass_failures_total[$__rate_interval])"
    return (
        _line(
            "Passes",
            [
                Query("leeboard_last_pass_duration_seconds", "took {{instance}}"),
                Query("leeboard_pass_interval_seconds", "interval {{instance}}"),
            ],
            "Longer than the interval: passes follow each other without rest.",
            "s",
            12,
        ),
        _line(
            "Failed passes",
            [Query(failed, "{{instance}}")],
            "The server's log says why.",
            width=12,
        ),
    )


def predictions_row(columns: Sequence[str]) -> Sequence[Panel]:
    """Draw how predictions and scores are spread, and how far they moved.

    ``columns`` are the names that the references have for them.
    """
    scores = of_model("ml_prediction_score_bucket")
    told = f"=~{quoted('|'.join(map(re.escape, columns)))}"
    return (
        Panel(
            "Scores, cumulated",
            "bargauge",
            (
                Query(
                    f"sum by (model, le) (increase({scores}[$__range]))"
                    " / ignoring(le) group_left sum by (model)"
                    f" (increase({of_model('ml_prediction_score_count')}[$__range]))",
                    "{{model}} up to {{le}}",
                    now=True,
                ),
            ),
            "Share of the scores of the time shown that are at most so high.",
            unit="percentunit",
            width=8,
            height=10,
            smallest=0.0,
            largest=1.0,
        ),
        Panel(
            "Mean prediction and score",
            "timeseries",
            banded(
                "leeboard_measurement", measured(told, "mean"), "{{model}} {{column}}"
            ),
            "By window, with its 95 % interval.",
            height=10,
        ),
        Panel(
            "How far predictions are from the reference",
            "timeseries",
            (
                Query(
                    of_model("leeboard_drift_size", f"column{told}"),
                    "{{model}} {{column}}",
                ),
            ),
            f"PSI less its noise, in nats; from {_LINES.large:g} on it is large.",
            height=10,
            smallest=0.0,
        ),
    )


def business_row(plan: Plan) -> Sequence[Panel]:
    """Draw what the plan's metadata are worth, and its rules by name."""
    names = sorted({name for model in plan.models for name in model.metadata})
    panels = [
        Panel(
            f"Mean {name}",
            "timeseries",
            banded(
                "leeboard_measurement",
                measured(f"={quoted(f'metadata.{name}')}", "mean"),
                "{{model}}",
            ),
            "Logged as metadata; by window, with its 95 % interval.",
            width=12,
        )
        for name in names
    ]
    if any(model.alarms.rules for model in plan.models):
        panels.append(
            Panel(
                "Rules by name",
                "state-timeline",
                (
                    Query(
                        of_model("leeboard_verdict_state", 'rule!=""'),
                        "{{model}} {{rule}}",
                    ),
                ),
                "Rules that never fired are not shown.",
                width=12,
                words=STATES,
            )
        )
    panels.append(
        Panel(
            "Predictions of the latest window",
            "stat",
            (Query(of_model("leeboard_window_predictions"), "{{model}}", now=True),),
            "Log what a prediction is worth as metadata, name it in leeboard.toml, and"
            " write this dashboard again: it gets a panel of its own here.",
            width=24 if not panels else 12,
        )
    )
    return panels
