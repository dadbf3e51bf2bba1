"""A model behind FastAPI that logs what it predicts, and the labels that come later.

Run it with ``uvicorn fastapi_app:app``, or under gunicorn with its uvicorn workers. The
logger is made when a worker starts and closed when it ends, so each worker has its own.
"""

from __future__ import annotations

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import FastAPI
from pydantic import BaseModel

from leeboard_logger import Logger


class Ride(BaseModel):
    """What a prediction is made from."""

    temp: float
    city: str


class Counted(BaseModel):
    """What came true."""

    id: str
    hires: float


@asynccontextmanager
async def lifespan(app: FastAPI) -> AsyncIterator[None]:
    """Open the logger with the application, and close it with the application."""
    with Logger(
        os.environ.get("MONITOR", "./monitor"),
        model="demand",
        version="1.2.3",
        mode=os.environ.get("MODE", "buffered"),
        key=os.environ.get("MONITOR_KEY"),
        spool=os.environ.get("MONITOR_SPOOL"),
    ) as log:
        app.state.log = log
        yield


app = FastAPI(lifespan=lifespan)


@app.post("/predict")
async def predict(ride: Ride) -> dict[str, object]:
    """Predict, log, and hand the id out: the label will come with it."""
    hires = 100.0 + 9.0 * ride.temp
    features = ride.model_dump()
    pid = app.state.log.log_prediction(features, hires, segments={"city": ride.city})
    return {"id": pid, "hires": hires}


@app.post("/counted")
async def counted(truth: Counted) -> dict[str, object]:
    """Log what came true for an earlier prediction."""
    return {"id": app.state.log.log_feedback(truth.id, truth.hires)}
