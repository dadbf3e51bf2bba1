"""A model behind gunicorn that counts and logs what it predicts; run by the test."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterable
from typing import Any

from leeboard import Logger
from leeboard.integrations.prometheus import PredictionMetrics

metrics = PredictionMetrics(model="shop", version="7", endpoint="/predict")
log = metrics.watch(Logger(os.environ["MONITOR"], model="shop", mode="spooled"))


def app(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
    """Answer a POST with a prediction, and a GET with the metrics of all workers."""
    kind, body = "application/json", b""
    if environ["REQUEST_METHOD"] == "GET":
        kind, body = metrics.exposition(environ.get("HTTP_ACCEPT", ""))
    else:
        score = float(environ["PATH_INFO"].strip("/"))
        prediction = "buys" if score > 0.5 else "leaves"
        id_ = log.log_prediction(
            {"x": score}, prediction, scores=score, latency_s=score / 10
        )
        log.log_feedback(id_, "buys")
        body = json.dumps({"id": id_, "process": os.getpid()}).encode()
    head = [("Content-Type", kind), ("Content-Length", str(len(body)))]
    start_response("200 OK", head)
    return [body]
