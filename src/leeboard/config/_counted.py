"""Metrics that windows are measured by: those that counts tell.

Place: under the files that name metrics, each with its line.
"""

from __future__ import annotations

from leeboard.config._document import Document

__all__ = ["refuse_rows"]


def refuse_rows(document: Document, metric: str, *at: str | int) -> None:
    """Refuse a metric of columns that needs rows, as windows keep counts alone."""
    from leeboard.metrics import metrics

    if metric not in metrics() or metrics()[metric].on_counts is not None:
        return
    document.refuse(
        *at,
        code="needs_rows",
        found=f"{metric!r}, which needs rows",
        expected="a metric that counts tell, such as psi, ks, js or mean: windows keep"
        " no rows",
        fix="Name one of those; a suite of `leeboard check` may ask it of two files.",
    )
