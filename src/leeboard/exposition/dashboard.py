"""The Grafana dashboard: a row for each of the seven sections, over our families.

Place: names the families and what matters of them; ``panels`` knows Grafana's JSON. The
configuration decides what the row of business has, and where limits lie.
"""

from __future__ import annotations

import json
from typing import Any

from leeboard.config.plan import Plan
from leeboard.events import PREDICTION
from leeboard.exposition.asking import of_model
from leeboard.exposition.judged_rows import (
    drift_row,
    performance_row,
    quality_row,
    summary_row,
)
from leeboard.exposition.panels import DATASOURCE, laid_out
from leeboard.exposition.running_rows import (
    business_row,
    predictions_row,
    system_row,
)
from leeboard.monitor.baseline import load_baseline
from leeboard.schema import Role

__all__ = ["dashboard"]

_SCHEMA = 39
"""Version of Grafana's JSON that this is; newer Grafana migrates it when it loads."""


def dashboard(plan: Plan) -> str:
    """Return the dashboard of a plan's models as JSON.

    Raises
    ------
    LeeboardError
        A reference cannot be read.
    """
    rows = (
        ("Executive summary", summary_row()),
        ("Model performance", performance_row(plan)),
        ("Data quality", quality_row()),
        ("Drift analysis", drift_row()),
        ("System health", system_row()),
        ("Prediction analysis", predictions_row(_predicted(plan))),
        ("Business metrics", business_row(plan)),
    )
    document = {
        "title": "Leeboard",
        "uid": "leeboard",
        "description": "What changed in models' data and predictions, how sure that is,"
        " and whether it matters. Written by `leeboard grafana`.",
        "tags": ["leeboard", "machine learning"],
        "schemaVersion": _SCHEMA,
        "editable": True,
        "graphTooltip": 1,
        "refresh": "1m",
        "time": {"from": "now-7d", "to": "now"},
        "timezone": "utc",
        "annotations": {"list": []},
        "links": [],
        "templating": {"list": _variables()},
        "panels": laid_out(rows),
    }
    return json.dumps(document, indent=2, ensure_ascii=False) + "\n"


def _predicted(plan: Plan) -> list[str]:
    """Names of predictions and scores, in the order of the models."""
    names = {PREDICTION: None}
    for model in plan.models:
        schema = load_baseline(model).reference.schema
        names |= dict.fromkeys(
            column.name
            for column in schema.columns
            if column.role in {Role.PREDICTION, Role.SCORE}
        )
    return list(names)


def _variables() -> list[dict[str, Any]]:
    source = {
        "name": "datasource",
        "label": "Prometheus",
        "type": "datasource",
        "query": "prometheus",
        "refresh": 1,
    }
    return [
        source,
        _values("model", "Model", "label_values(leeboard_model_up, model)"),
        _values(
            "metric",
            "Figure",
            f"label_values({of_model('leeboard_performance')}, metric)",
        ),
    ]


def _values(name: str, label: str, query: str) -> dict[str, Any]:
    return {
        "name": name,
        "label": label,
        "type": "query",
        "datasource": DATASOURCE,
        "query": {"query": query, "refId": f"values of {name}"},
        "refresh": 2,
        "sort": 1,
        "multi": True,
        "includeAll": True,
        "current": {"selected": True, "text": ["All"], "value": ["$__all"]},
    }
