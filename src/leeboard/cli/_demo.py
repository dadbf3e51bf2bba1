"""``leeboard demo``: tell the story of the lab."""

from __future__ import annotations

__all__ = ["run"]


def run(out: str) -> None:
    """Run the lab and print its story."""
    raise NotImplementedError(out)
