"""How the server is used, as ``leeboard.toml`` says it, read strictly.

[serve]
requests_per_s = 1000
tries_per_min = 10
"""

from __future__ import annotations

from leeboard.config._document import Document
from leeboard.config.plan import ServePlan

__all__ = ["serve_plan"]

_RANGES = {"requests_per_s": (0.1, 1e6), "tries_per_min": (1.0, 1e4)}


def serve_plan(document: Document) -> ServePlan:
    """Read the table ``[serve]``.

    Raises
    ------
    ConfigError
        With file and line.
    """
    if "serve" not in document.values:
        return ServePlan()
    document.only(tuple(_RANGES), "serve")
    given = {}
    for key, (low, high) in _RANGES.items():
        value = document.number("serve", key)
        if value is None:
            continue
        if not low <= value <= high:
            document.refuse(
                "serve",
                key,
                code="out_of_range",
                found=f"{key} = {value:g}",
                expected=f"a number from {low:g} to {high:,.0f}",
                fix=f"Leave the line out to use {getattr(ServePlan(), key):g}.",
            )
        given[key] = value
    return ServePlan(**given)
