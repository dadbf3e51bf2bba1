"""Engines: who counts. Sources and cells in, counts out."""
