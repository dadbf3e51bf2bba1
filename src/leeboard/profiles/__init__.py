"""Profiles: what rows are counted into, saved, added, and compared."""
