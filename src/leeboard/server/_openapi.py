"""What the interface is, as an OpenAPI document."""

from __future__ import annotations

from typing import Any

from leeboard._version import __version__
from leeboard.server._body import Bounds
from leeboard.server.collector import STATUSES
from leeboard.server.events import LARGEST_EVENT, MOST_EVENTS

__all__ = ["document"]

_TEXT = {"type": "string"}
_TIME = {"type": "string", "format": "date-time"}
_GROUP = {"type": "object", "additionalProperties": True}
_VALUE = {"type": ["number", "string", "boolean", "null"]}
_SPECIAL = {"type": "object"}
_SPECIAL_TEXT = "Numbers that JSON lacks, by path: nan, inf, -inf."


def document() -> dict[str, Any]:
    """Return the document."""
    return {
        "openapi": "3.1.0",
        "info": {"title": "Leeboard", "version": __version__},
        "security": [{"key": []}],
        "paths": {
            "/v1/predictions": {
                "post": _post("predictions", "Prediction", "Log predictions")
            },
            "/v1/feedback": {
                "post": _post("feedback", "Feedback", "Log what came true")
            },
            "/v1/openapi.json": {"get": _get("This document")},
            "/metrics": {"get": _read("What Prometheus reads", {})},
            "/v1/health": {
                "get": _read("What is taken and passed, and why not", _NOT_READY)
            },
            "/healthz": {"get": {**_get("The process answers"), "security": []}},
            "/readyz": {
                "get": {
                    "summary": "Events are taken and passes are made",
                    "security": [],
                    "responses": {"200": {"description": "It is so."}, **_NOT_READY},
                }
            },
        },
        "components": {
            "securitySchemes": {"key": {"type": "http", "scheme": "bearer"}},
            "schemas": _schemas(),
        },
    }


_NOT_READY = {"503": {"description": "It is not so."}}


def _read(summary: str, more: dict[str, Any]) -> dict[str, Any]:
    """Return what a key with the scope ``read`` may ask for."""
    found = _get(f"{summary}; needs the scope read")
    other = {"403": _error("The key is for something else."), **more}
    return {**found, "responses": {**found["responses"], **other}}


def _get(summary: str) -> dict[str, Any]:
    return {
        "summary": summary,
        "responses": {
            "200": {"description": "Done."},
            "401": _error("There is no key that holds."),
        },
    }


def _error(text: str) -> dict[str, Any]:
    schema = {"$ref": "#/components/schemas/Failure"}
    return {
        "description": text,
        "content": {"application/json": {"schema": schema}},
    }


def _post(name: str, schema: str, summary: str) -> dict[str, Any]:
    bounds = Bounds()
    events = {"type": "array", "items": {"$ref": f"#/components/schemas/{schema}"}}
    body = {
        "type": "object",
        "required": [name],
        "additionalProperties": False,
        "properties": {name: {**events, "maxItems": MOST_EVENTS}},
    }
    results = {"$ref": "#/components/schemas/Results"}
    return {
        "summary": summary,
        "description": (
            f"At most {bounds.sent:,} bytes as sent, {bounds.unfolded:,} unfolded,"
            f" {MOST_EVENTS:,} events, {LARGEST_EVENT:,} bytes an event. The body may"
            " be compressed by gzip or zstd."
        ),
        "parameters": [
            _option("atomic", ["true"], "All events are taken, or none."),
            _option("time_unit", ["s", "ms", "us", "ns"], "Of times as numbers."),
        ],
        "requestBody": {
            "required": True,
            "content": {
                "application/json": {"schema": body},
                "application/x-ndjson": {"schema": _TEXT},
            },
        },
        "responses": {
            "200": {
                "description": "What is called accepted is on the disk.",
                "content": {"application/json": {"schema": results}},
            },
            "400": _error("The body cannot be read."),
            "401": _error("There is no key that holds."),
            "403": _error("The key is for something else."),
            "408": _error("The body came too slowly."),
            "413": _error("The body is too large."),
            "415": _error("The type or encoding is not taken."),
            "422": _error("The body, or each of its events, is not taken."),
            "429": _error("Too much waits; Retry-After says when to come again."),
            "503": _error("Nothing can be stored; Retry-After says when to come."),
        },
    }


def _option(name: str, values: list[str], text: str) -> dict[str, Any]:
    return {
        "name": name,
        "in": "query",
        "description": text,
        "schema": {"type": "string", "enum": values},
    }


def _schemas() -> dict[str, Any]:
    facts = ("code", "where", "found", "expected", "fix")
    error = {
        "type": "object",
        "required": list(facts),
        "properties": dict.fromkeys(facts, _TEXT),
    }
    result = {
        "type": "object",
        "required": ["id", "status"],
        "properties": {
            "id": {"type": ["string", "null"]},
            "status": {"type": "string", "enum": list(STATUSES)},
            "error": {"$ref": "#/components/schemas/Error"},
        },
    }
    prediction = {
        "id": _said(
            {**_TEXT, "maxLength": 128},
            "What its label is sent under. Without one the collector makes one, and a"
            " second sending is a second event.",
        ),
        "model": _said(_TEXT, "A model of the configuration."),
        "version": _said(_TEXT, "Of the model; empty where there is none."),
        "made_at": _said(_TIME, "When it was made; without it, when it arrived."),
        "features": _said(_GROUP, "Inputs by name."),
        "prediction": _said(_VALUE, "What the model said."),
        "scores": _said(
            {"type": ["object", "array", "number", "null"]},
            "Scores or probabilities: one, a list, or by class.",
        ),
        "segments": _said(_GROUP, "Levels by name, such as a city."),
        "latency_s": _said(
            {"type": "number", "minimum": 0}, "How long the model took, in seconds."
        ),
        "metadata": _said(_GROUP, "Anything else, by name."),
        "rate": _said(
            {"type": "number", "exclusiveMinimum": 0, "maximum": 1},
            "The share of predictions that is logged, where it is not all.",
        ),
        "special": _said(_SPECIAL, _SPECIAL_TEXT),
    }
    feedback = {
        "id": _said({**_TEXT, "maxLength": 128}, "Of the prediction."),
        "model": _said(_TEXT, "May be left out: the id is enough."),
        "label": _said(_VALUE, "What came true; null takes an earlier label back."),
        "observed_at": _said(_TIME, "When it was known; without it, when it arrived."),
        "special": _said(_SPECIAL, _SPECIAL_TEXT),
    }
    reference = {"$ref": "#/components/schemas/Error"}
    return {
        "Prediction": _object(prediction, ["model"]),
        "Feedback": _object(feedback, ["id"]),
        "Error": error,
        "Failure": {"type": "object", "properties": {"error": reference}},
        "Results": {
            "type": "object",
            "properties": {"results": {"type": "array", "items": result}},
        },
    }


def _said(schema: dict[str, Any], text: str) -> dict[str, Any]:
    return {**schema, "description": text}


def _object(properties: dict[str, Any], required: list[str]) -> dict[str, Any]:
    return {
        "type": "object",
        "required": required,
        "additionalProperties": False,
        "properties": properties,
    }
