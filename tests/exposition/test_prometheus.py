"""A real Prometheus reads a real server, and answers what people ask."""

from __future__ import annotations

import json
import math
import re
import subprocess
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from prometheus_client import CollectorRegistry
from prometheus_client.metrics_core import Metric
from prometheus_client.openmetrics.exposition import generate_latest
from prometheus_client.openmetrics.parser import text_string_to_metric_families
from prometheus_client.registry import Collector

from leeboard.exposition.dashboard import dashboard
from leeboard.exposition.families import FAMILIES
from tests.exposition._exposed import OPENMETRICS, exposed
from tests.exposition._programs import Prometheus, prometheus
from tests.exposition._shop import DAYS, ROWS, shop
from tests.exposition._watched import Watched, watched

pytestmark = pytest.mark.needs("prometheus", "promtool")

READ: Callable[[str], Iterable[Metric]] = text_string_to_metric_families
WRITE: Callable[[CollectorRegistry], bytes] = generate_latest
START = datetime(2026, 5, 1, tzinfo=UTC).timestamp()
SPAN_S = 600
EVERY_S = 15

USUAL = {
    "rate": "rate(ml_predictions_total[5m])",
    "latency": "histogram_quantile(0.95,"
    " rate(ml_prediction_latency_seconds_bucket[5m]))",
    "accuracy": "ml_model_accuracy",
    "scores": "rate(ml_prediction_score_bucket[5m])",
}


class _Grown(Collector):
    """What the shop exposes, as if its counters had grown evenly over ten minutes."""

    def collect(self) -> Iterator[Metric]:
        text = exposed().text(OPENMETRICS).body.decode()
        for family in READ(text):
            grows = family.type in {"counter", "histogram"}
            grown = Metric(family.name, family.documentation, family.type)
            for sample in family.samples:
                for at in range(0, SPAN_S + 1, EVERY_S):
                    share = at / SPAN_S if grows else 1.0
                    grown.add_sample(
                        sample.name, sample.labels, sample.value * share, START + at
                    )
            yield grown


@pytest.fixture(scope="module")
def history(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Prometheus]:
    """A Prometheus over backfilled blocks."""
    folder: Path = tmp_path_factory.mktemp("history")
    registry = CollectorRegistry(auto_describe=False)
    registry.register(_Grown())
    (folder / "om.txt").write_bytes(WRITE(registry))
    subprocess.run(
        [
            *("promtool", "tsdb", "create-blocks-from", "openmetrics"),
            *(str(folder / "om.txt"), str(folder / "data")),
        ],
        check=True,
        capture_output=True,
    )
    with prometheus(folder, {}) as found:
        yield found


def test_the_four_usual_queries_answer(history: Prometheus) -> None:
    """Rate, quantile, accuracy and spread of scores, as the log has them."""
    found = {
        name: history.query(query, START + SPAN_S) for name, query in USUAL.items()
    }
    ((labels, rate),) = found["rate"]
    assert labels["model"] == "shop"
    assert rate == pytest.approx(DAYS * ROWS / SPAN_S, rel=0.01)
    log = shop().export("predictions").read_all()
    latency = np.asarray(log["latency_s"].to_pylist(), float)
    ((_, quantile),) = found["latency"]
    share = float(np.mean(latency <= quantile))
    assert share == pytest.approx(0.95, abs=0.03)  # by a bucket, interpolated
    ((_, accuracy),) = found["accuracy"]
    assert 0.4 < accuracy < 0.8
    scores = np.asarray(log["scores.score"].to_pylist(), float)
    assert len(found["scores"]) == 12
    for labels, rate in found["scores"]:
        share = float(np.mean(scores <= float(labels["le"])))
        assert rate * SPAN_S / (DAYS * ROWS) == pytest.approx(share, abs=0.05)


@pytest.fixture(scope="module")
def seen(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Watched]:
    """The shop, served and scraped."""
    with watched(tmp_path_factory.mktemp("watched")) as found:
        yield found


def test_prometheus_scrapes_with_its_key(seen: Watched) -> None:
    """By the job that is printed, as the file holds the key; every family arrives."""
    ((labels, up),) = seen.prometheus.query("up")
    assert (labels["job"], up) == ("leeboard", 1.0)
    names = set(seen.prometheus.get("label/__name__/values"))
    for name, family in FAMILIES.items():
        suffix = "_bucket" if family.kind == "histogram" else ""
        assert f"{name}{suffix}" in names, name
    ((_, taken),) = seen.prometheus.query(
        'leeboard_intake_events_total{kind="predictions",status="accepted"}'
    )
    assert taken == 1.0


def _panels(document: dict[str, Any]) -> Iterator[tuple[str, str, str]]:
    """Row, title and query of each target."""
    row = ""
    for panel in document["panels"]:
        if panel["type"] == "row":
            row = panel["title"]
        for target in panel.get("targets", ()):
            yield row, panel["title"], target["expr"]


SECTIONS = [
    "Executive summary",
    "Model performance",
    "Data quality",
    "Drift analysis",
    "System health",
    "Prediction analysis",
    "Business metrics",
]


def test_every_query_of_the_dashboard_has_data(seen: Watched) -> None:
    """With its variables filled in as Grafana does; a row for each section."""
    document = json.loads(dashboard(shop().plan))
    filled = {"$model": "shop", "$metric": "accuracy|f1"}
    filled |= {"$__rate_interval": "1m", "$__range": "1h"}
    rows: dict[str, int] = {}
    for row, title, expr in _panels(document):
        query = re.sub("|".join(map(re.escape, filled)), lambda m: filled[m[0]], expr)
        assert "$" not in query
        found = seen.prometheus.query(query)
        assert found, f"{row}: {title}: {query}"
        rows[row] = rows.get(row, 0) + 1
        if "rate(" not in query and "increase(" not in query:
            assert all(math.isfinite(value) for _, value in found), query
    assert list(rows) == SECTIONS
    assert min(rows.values()) >= 3


def test_every_variable_of_the_dashboard_has_values(seen: Watched) -> None:
    """And each that a query names is declared."""
    text = dashboard(shop().plan)
    document = json.loads(text)
    variables = {one["name"]: one for one in document["templating"]["list"]}
    used = set(re.findall(r"\$\{?([a-z_]+)", text)) - {"__rate_interval", "__range"}
    assert used - {"__all"} == set(variables) == {"datasource", "model", "metric"}
    for name in ("model", "metric"):
        query = variables[name]["query"]["query"].replace("$model", "shop")
        match = re.fullmatch(r"label_values\((.*), (\w+)\)", query)
        assert match is not None
        values = seen.prometheus.get(
            f"label/{match[2]}/values", **{"match[]": match[1]}
        )
        assert len(values) >= {"model": 1, "metric": 5}[name]


def test_the_server_is_still_well(seen: Watched) -> None:
    """Nothing that it was asked here made it complain."""
    said = [line for line in seen.server.said() if "Listening" not in line]
    assert [line for line in said if "Sign in" not in line] == []
