"""A model behind any WSGI server that logs what it predicts.

Run it with ``gunicorn --preload --workers 4 wsgi_app:app``. The logger is made once, at
import; a worker that is forked from there begins with an empty queue and a file of its
own, and closes it when the server asks it to end.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterable
from typing import Any

from leeboard_logger import Logger

log = Logger(
    os.environ.get("MONITOR", "./monitor"),
    model="demand",
    version="1.2.3",
    mode=os.environ.get("MODE", "spooled"),
    key=os.environ.get("MONITOR_KEY"),
    spool=os.environ.get("MONITOR_SPOOL"),
)


def app(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
    """Answer a POST of features with a prediction and its id."""
    length = int(environ.get("CONTENT_LENGTH") or 0)
    features = json.loads(environ["wsgi.input"].read(length))
    hires = 100.0 + 9.0 * features["temp"]
    pid = log.log_prediction(features, hires, segments={"city": features["city"]})
    body = json.dumps({"id": pid, "hires": hires}).encode()
    head = [("Content-Type", "application/json"), ("Content-Length", str(len(body)))]
    start_response("200 OK", head)
    return [body]
