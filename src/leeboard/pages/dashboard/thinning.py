"""Fewer points of a line, without losing what stands out."""

from __future__ import annotations

from collections.abc import Sequence

from leeboard.pages.timelines import Point

__all__ = ["thinned"]


def thinned(points: Sequence[Point], most: int) -> tuple[Point, ...]:
    """Keep at most ``most`` points: of each stretch its lowest and its highest.

    Parameters
    ----------
    points : sequence of Point
        In order.
    most : int, at least 2

    Returns
    -------
    tuple of Point
        In order. A stretch without a figure stays a gap; the extremes of the whole line
        are among what is kept.
    """
    n = len(points)
    if n <= most:
        return tuple(points)
    parts = most // 2
    kept: list[Point] = []
    for i in range(parts):
        part = points[i * n // parts : (i + 1) * n // parts]
        known = [(p.value, at) for at, p in enumerate(part) if p.value is not None]
        if not known:
            kept.append(part[0])
            continue
        kept += [part[at] for at in sorted({min(known)[1], max(known)[1]})]
    return tuple(kept)
