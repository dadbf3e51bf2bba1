"""Selectors of PromQL, with values from data inside.

Place: under rules and dashboards, which name series.
"""

from __future__ import annotations

__all__ = ["matching", "quoted"]


def matching(name: str, **labels: str) -> str:
    """Select the series of a family that have these labels."""
    inside = ",".join(f"{label}={quoted(value)}" for label, value in labels.items())
    return f"{name}{{{inside}}}" if inside else name


def quoted(value: str) -> str:
    """Write a text as PromQL reads it."""
    escaped = value.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    return f'"{escaped}"'
