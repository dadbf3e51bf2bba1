"""The interface as a page for people: drawn from the OpenAPI document itself.

Place: between the document and the dashboard's parts, so that neither can say what the
other does not.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from leeboard.pages.dashboard.contexts import PlainPage
from leeboard.pages.dashboard.parts import Cell, Empty, Head, Part, Table
from leeboard.pages.words import DASH

__all__ = ["interface_page"]

_EXAMPLE = """\
curl {address}/v1/predictions \\
  -H "Authorization: Bearer $LEEBOARD_KEY" -H "Content-Type: application/json" \\
  -d '{predictions}'
curl {address}/v1/feedback \\
  -H "Authorization: Bearer $LEEBOARD_KEY" -H "Content-Type: application/json" \\
  -d '{feedback}'"""


def interface_page(document: Mapping[str, Any], address: str, model: str) -> PlainPage:
    """Gather the page that says how other programs send events.

    Parameters
    ----------
    document : mapping
        OpenAPI 3.1.
    address : str
        Of this server, as whoever reads the page reached it.
    model : str
        A name for the example.
    """
    schemas = document["components"]["schemas"]
    parts: list[Part] = [_example(address, model), _routes(document["paths"])]
    for path, listed in (("predictions", "Prediction"), ("feedback", "Feedback")):
        post = document["paths"][f"/v1/{path}"]["post"]
        parts.append(_members(path, schemas[listed], post["description"]))
    parts.append(_options(document["paths"]["/v1/predictions"]["post"]))
    parts.append(_statuses(document["paths"]["/v1/predictions"]["post"]))
    return PlainPage(
        title="Interface",
        headline="How other programs send events",
        summary="JSON, or one event a line as application/x-ndjson; plain, gzip or"
        " zstd. What is answered as accepted is on the disk. For programs:"
        " /v1/openapi.json.",
        parts=tuple(parts),
    )


def _example(address: str, model: str) -> Empty:
    prediction = {
        "id": "order-17",
        "model": model,
        "features": {"hour": 8},
        "prediction": 412.0,
    }
    text = _EXAMPLE.format(
        address=address,
        predictions=json.dumps({"predictions": [prediction]}),
        feedback=json.dumps({"feedback": [{"id": "order-17", "label": 398.0}]}),
    )
    return Empty(
        "A prediction, and what came true",
        "leeboard keys create prints a key. From Python, leeboard.Logger does this.",
        text,
    )


def _routes(paths: Mapping[str, Any]) -> Table:
    rows = [
        (
            Cell(path),
            Cell(method.upper()),
            Cell(operation["summary"]),
            Cell("a key" if "security" not in operation else "nothing"),
        )
        for path, methods in paths.items()
        for method, operation in methods.items()
    ]
    return Table(
        name="routes",
        title="What can be asked",
        head=(Head("Address"), Head("Method"), Head("What it does"), Head("Needs")),
        rows=tuple(rows),
    )


def _members(name: str, schema: Mapping[str, Any], note: str) -> Table:
    return Table(
        name=name,
        title=f"An event of /v1/{name}",
        head=(Head("Member"), Head("Type"), Head("What it is")),
        rows=tuple(
            (
                Cell(member, sub="required" if member in schema["required"] else ""),
                Cell(_type(of)),
                Cell(of.get("description", DASH)),
            )
            for member, of in schema["properties"].items()
        ),
        note=note,
    )


def _type(schema: Mapping[str, Any]) -> str:
    kinds = schema["type"]
    text = " or ".join(kinds) if isinstance(kinds, list) else str(kinds)
    if schema.get("format") == "date-time":
        text = "time (RFC 3339)"
    if "maxLength" in schema:
        text += f", at most {schema['maxLength']} characters"
    return text


def _options(post: Mapping[str, Any]) -> Table:
    return Table(
        name="options",
        title="In the address",
        head=(Head("Option"), Head("Values"), Head("What it does")),
        rows=tuple(
            (
                Cell(one["name"]),
                Cell(", ".join(one["schema"]["enum"])),
                Cell(one["description"]),
            )
            for one in post["parameters"]
        ),
    )


def _statuses(post: Mapping[str, Any]) -> Table:
    return Table(
        name="answers",
        title="What is answered",
        head=(Head("Status"), Head("When")),
        rows=tuple(
            (Cell(code), Cell(one["description"]))
            for code, one in post["responses"].items()
        ),
        note="Each event has a result of its own: accepted, duplicate, conflict,"
        " quarantined or rejected, with code, where, found, expected and fix.",
    )
