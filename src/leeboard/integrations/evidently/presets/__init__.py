"""Presets of the newer form."""

from __future__ import annotations

from leeboard.integrations.evidently.metric_preset import DataDriftPreset

__all__ = ["DataDriftPreset"]
