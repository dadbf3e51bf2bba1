"""Leeboard: what changed, how sure that is, and whether it matters.

Events fall into windows, windows are counted into profiles, metrics compare two profiles,
verdicts judge the measurements, incidents gather the verdicts, and people are told.
"""
