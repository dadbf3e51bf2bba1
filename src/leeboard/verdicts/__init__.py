"""Verdicts: what a measurement means, and how sure that is."""
