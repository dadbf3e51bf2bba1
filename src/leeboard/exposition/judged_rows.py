"""Rows of the Grafana dashboard about what was judged: summary to drift."""

from __future__ import annotations

from collections.abc import Sequence

from leeboard.config.plan import Plan
from leeboard.exposition.asking import banded, of_model
from leeboard.exposition.panels import Panel, Query
from leeboard.verdicts.verdict import Lines

__all__ = ["STATES", "drift_row", "performance_row", "quality_row", "summary_row"]

_LINES = Lines()
_BUDGETED = 'rule=""'

STATES = {
    0: ("held", "green"),
    1: ("unsure", "orange"),
    2: ("moved", "red"),
    3: ("failed", "purple"),
}
"""Word and colour of each value of ``leeboard_verdict_state``."""


def summary_row() -> Sequence[Panel]:
    """Say whether each model is all right, and what needs a person."""
    open_ = {
        severity: of_model("leeboard_incidents", f'severity="{severity}",state="open"')
        for severity in ("page", "warn")
    }
    moved = of_model("leeboard_verdict_state")
    return (
        _tile(
            "Need a person",
            Query(f"sum({open_['page']})", "incidents", now=True),
            "Open incidents of the severity that pages, which nobody has acknowledged.",
            (1.0,),
        ),
        _tile(
            "Warnings",
            Query(f"sum({open_['warn']})", "incidents", now=True),
            "Open incidents that only warn.",
            (1.0, 1e9),
        ),
        _tile(
            "Moved",
            Query(f"count({moved} == 2) or vector(0)", "subjects", now=True),
            "Columns, figures and rules whose latest verdict is moved.",
            (1.0, 1e9),
        ),
        *_running(),
        Panel(
            "Incidents that have not ended",
            "timeseries",
            (
                Query(
                    f"sum by (model, severity) ({of_model('leeboard_incidents')})",
                    "{{model}} {{severity}}",
                ),
            ),
            "Open and acknowledged.",
            width=24,
            smallest=0.0,
        ),
    )


def _running() -> Sequence[Panel]:
    return (
        Panel(
            "Results",
            "stat",
            (Query(of_model("leeboard_model_up"), "{{model}}", now=True),),
            "Whether Leeboard can read the results of each model.",
            width=6,
            height=5,
            limits=(1.0,),
            falling=True,
            words={0: ("unreadable", "red"), 1: ("up", "green")},
        ),
        Panel(
            "Since the last sound pass",
            "stat",
            (
                Query(
                    "time() - leeboard_last_pass_timestamp_seconds",
                    "{{instance}}",
                    now=True,
                ),
            ),
            "Nothing is judged while no pass ends.",
            unit="s",
            width=6,
            height=5,
            limits=(300.0, 3600.0),
        ),
    )


def _tile(title: str, query: Query, about: str, limits: tuple[float, ...]) -> Panel:
    return Panel(title, "stat", (query,), about, width=4, height=5, limits=limits)


def performance_row(plan: Plan) -> Sequence[Panel]:
    """Draw performance by what it rests on, and how many labels have come."""
    complete = min((model.complete for model in plan.models), default=0.95)
    metric = 'metric=~"$metric"'
    return (
        Panel(
            "Performance, by what it rests on",
            "timeseries",
            (
                *banded(
                    "leeboard_performance", metric, "{{model}} {{metric}} {{basis}}"
                ),
                Query(
                    of_model("leeboard_performance_reference", metric),
                    "{{model}} {{metric}} reference",
                ),
            ),
            "Of the latest window that has each. Estimates need no label, and cannot"
            " see a change of concept. Choose one figure above.",
            width=24,
            height=10,
        ),
        Panel(
            "Accuracy",
            "timeseries",
            (Query(of_model("ml_model_accuracy"), "{{model}}"),),
            "Of classifiers: share of right predictions where labels have come.",
            unit="percentunit",
            width=12,
            largest=1.0,
        ),
        Panel(
            "Labels that have come",
            "timeseries",
            (
                Query(
                    of_model("leeboard_label_completeness_ratio"),
                    "{{model}} {{windows}}",
                ),
            ),
            "Of those expected in the end. Settled windows are older than the horizon:"
            f" they should be at {complete:.0%} or more.",
            unit="percentunit",
            width=12,
            smallest=0.0,
            largest=1.0,
        ),
    )


def quality_row() -> Sequence[Panel]:
    """Draw what is missing, unseen or set aside."""

    def shares(title: str, metric: str, about: str) -> Panel:
        some = of_model("leeboard_measurement", f'metric="{metric}"')
        return Panel(
            title,
            "bargauge",
            (Query(f"topk(20, {some})", "{{model}} {{column}}", now=True),),
            about,
            unit="percentunit",
            width=12,
            height=10,
            limits=(0.05, 0.2),
            smallest=0.0,
            largest=1.0,
        )

    return (
        shares("Missing values", "missing", "Share of rows of the latest window."),
        shares(
            "Unseen levels", "unseen", "Share of rows whose level the reference lacks."
        ),
        Panel(
            "Events set aside",
            "timeseries",
            (Query(of_model("leeboard_quarantined"), "{{model}} {{reason}}"),),
            "They are kept, and in no figure, until they are replayed or discarded.",
            width=12,
            smallest=0.0,
        ),
        Panel(
            "Conflicting ids",
            "timeseries",
            (
                Query(
                    f"increase({of_model('leeboard_conflicts_total')}[$__range])",
                    "{{model}}",
                ),
            ),
            "Ids that came with several contents; one of these counts.",
            width=12,
            smallest=0.0,
        ),
    )


def drift_row() -> Sequence[Panel]:
    """Draw how large changes are, and how sure."""
    watched = "{{model}} {{column}} {{aspect}} {{rule}}"
    by_threshold = (
        f"{of_model('leeboard_evidence', _BUDGETED)}"
        f" / ({of_model('leeboard_evidence_threshold', _BUDGETED)} > 0)"
    )
    return (
        Panel(
            "Size of change, the largest",
            "bargauge",
            (
                Query(
                    f"topk(20, {of_model('leeboard_drift_size')})",
                    "{{model}} {{column}}",
                    now=True,
                ),
            ),
            "PSI less its noise in the latest window, in nats.",
            width=12,
            height=10,
            limits=(_LINES.negligible, _LINES.large),
            smallest=0.0,
        ),
        Panel(
            "Evidence by its threshold",
            "timeseries",
            (Query(by_threshold, watched),),
            "From 1 on it has crossed. What held has none.",
            width=12,
            height=10,
            smallest=0.0,
        ),
        Panel(
            "Verdicts",
            "state-timeline",
            (Query(of_model("leeboard_verdict_state"), watched),),
            "The latest on each subject; subjects that always held are not shown.",
            width=24,
            height=10,
            words=STATES,
        ),
    )
