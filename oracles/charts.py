"""Freezes what river's detectors say after each value of seeded streams.

ADWIN, Page-Hinkley and DDM with several settings, on streams whose mean jumps now and
then. Values are rounded so that the file holds them whole. After a detection river
begins anew at the next value.
"""

from __future__ import annotations

import random
from typing import Any

from _freeze import freeze
from river.drift import ADWIN, PageHinkley
from river.drift.binary import DDM

LENGTH = 500


def stream(seed: int, length: int, jump: float) -> list[float]:
    """Normal values whose mean jumps now and then."""
    draw, mean, values = random.Random(seed), 0.0, []
    for _ in range(length):
        if draw.random() < jump:
            mean = draw.gauss(0, 2)
        values.append(round(draw.gauss(mean, 1), 3))
    return values


def bits(seed: int, length: int, jump: float) -> list[int]:
    """Mistakes whose share jumps now and then."""
    draw, share, values = random.Random(seed), 0.1, []
    for _ in range(length):
        if draw.random() < jump:
            share = draw.choice([0.02, 0.1, 0.3, 0.6])
        values.append(int(draw.random() < share))
    return values


def adwin(seed: int, settings: dict[str, Any], values: list[float]) -> dict[str, Any]:
    """Mean, width, squared deviations and detections."""
    detector, steps = ADWIN(**settings), []
    for value in values:
        detector.update(value)
        steps.append(
            [
                detector.estimation,
                detector.width,
                detector.variance,
                int(detector.drift_detected),
            ]
        )
    return case("adwin", seed, settings, values, steps)


def page_hinkley(
    seed: int, settings: dict[str, Any], values: list[float]
) -> dict[str, Any]:
    """Both statistics and detections."""
    detector, steps = PageHinkley(**settings), []
    for value in values:
        detector.update(value)
        steps.append(
            [
                detector._sum_increase - detector._min_increase,  # noqa: SLF001
                detector._max_decrease - detector._sum_decrease,  # noqa: SLF001
                int(detector.drift_detected),
            ]
        )
    return case("page_hinkley", seed, settings, values, steps)


def ddm(seed: int, settings: dict[str, Any], values: list[int]) -> dict[str, Any]:
    """Share of mistakes and detections."""
    detector, steps = DDM(**settings), []
    for value in values:
        detector.update(value)
        share = detector._p  # noqa: SLF001
        steps.append([share.get(), share.n, int(detector.drift_detected)])
    return case("ddm", seed, settings, values, steps)


def case(
    chart: str,
    seed: int,
    settings: dict[str, Any],
    values: list[Any],
    steps: list[list[float]],
) -> dict[str, Any]:
    """One case, which must hold a detection to be of use."""
    detections = sum(step[-1] for step in steps)
    if not detections:
        raise SystemExit(f"{chart} with {settings} detects nothing: another seed")
    return {
        "chart": chart,
        "seed": seed,
        "settings": settings,
        "detections": detections,
        "values": values,
        "steps": steps,
    }


def main() -> None:
    """Freeze the cases."""
    cases = [
        adwin(1, {}, stream(1, LENGTH, 0.005)),
        adwin(2, {"clock": 1}, stream(2, LENGTH, 0.01)),
        adwin(
            3,
            {"delta": 0.3, "clock": 3, "max_buckets": 2, "grace_period": 0},
            stream(3, LENGTH, 0.01),
        ),
        adwin(
            4,
            {"delta": 0.05, "clock": 1, "min_window_length": 1, "grace_period": 40},
            [float(b) for b in bits(4, LENGTH, 0.01)],
        ),
        page_hinkley(5, {}, [round(10 * x, 2) for x in stream(5, LENGTH, 0.01)]),
        page_hinkley(6, {"threshold": 15.0, "alpha": 0.99}, stream(6, LENGTH, 0.01)),
        page_hinkley(
            7,
            {"threshold": 12.0, "mode": "up", "delta": 0.1, "min_instances": 5},
            stream(7, LENGTH, 0.02),
        ),
        page_hinkley(8, {"threshold": 12.0, "mode": "down"}, stream(8, LENGTH, 0.02)),
        ddm(9, {}, bits(9, LENGTH, 0.01)),
        ddm(10, {"warm_start": 5, "drift_threshold": 2.5}, bits(10, LENGTH, 0.02)),
        ddm(12, {"warm_start": 60, "drift_threshold": 3.5}, bits(12, LENGTH, 0.01)),
    ]
    freeze("charts", script=__file__, packages=("river",), cases=cases)


if __name__ == "__main__":
    main()
