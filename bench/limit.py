"""The same work in bare NumPy and PyArrow: about as fast as one thread can do it.

    python bench/limit.py DIR [--runs 3]

*Exact*: read both tables, sort both samples of every numeric column, then
Kolmogorov-Smirnov, Wasserstein-1 and PSI on 256 quantile cells (merged by compiled
code); count every category column, chi-square and PSI. *Binned*: the cells are known,
so only the current table is read and counted. Prints one JSON line with medians of wall
and CPU seconds; imports and compilation are not counted.
"""

from __future__ import annotations

import argparse
import json
import resource
import statistics
import time
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numba import njit

CELLS = 256
FLOOR = 1e-4


@njit(nogil=True)
def merge(x, y):  # type: ignore[no-untyped-def]
    """Greatest gap and area between the step functions of two sorted samples."""
    n, m = len(x), len(y)
    i = j = 0
    gap = greatest = area = 0.0
    before = min(x[0], y[0])
    while i < n or j < m:
        point = x[i] if j >= m or (i < n and x[i] <= y[j]) else y[j]
        area += gap * (point - before)
        while i < n and x[i] == point:
            i += 1
        while j < m and y[j] == point:
            j += 1
        gap = abs(i / n - j / m)
        greatest = max(greatest, gap)
        before = point
    return greatest, area


def edges_of(ordered: np.ndarray) -> np.ndarray:
    """Distinct inner edges of 256 cells of equal mass."""
    n = len(ordered)
    return np.unique(ordered[np.minimum(np.arange(1, CELLS) * n // CELLS, n - 1)])


def psi(p: np.ndarray, q: np.ndarray) -> float:
    """PSI of two rows of shares, with a floor under each."""
    p, q = np.maximum(p, FLOOR), np.maximum(q, FLOOR)
    return float(((p - q) * np.log(p / q)).sum())


def shares(ordered: np.ndarray, edges: np.ndarray) -> np.ndarray:
    """Share of a sorted sample in each cell."""
    inner = np.searchsorted(ordered, edges, side="right")
    return np.diff(np.concatenate([[0], inner, [len(ordered)]])) / len(ordered)


def values(column: pa.ChunkedArray) -> np.ndarray:
    """Non-null values as a fresh float array."""
    whole = column.combine_chunks()
    if whole.null_count:
        whole = whole.drop_null()
    return whole.to_numpy(zero_copy_only=False).astype("float64", copy=True)


def counts(column: pa.ChunkedArray) -> dict[str, int]:
    """Rows of each category."""
    whole = column.unify_dictionaries().combine_chunks()
    codes = whole.indices.to_numpy(zero_copy_only=False)
    found = np.bincount(codes, minlength=len(whole.dictionary))
    return dict(zip(whole.dictionary.to_pylist(), found.tolist(), strict=True))


def compare_numbers(x: np.ndarray, y: np.ndarray) -> tuple[float, float, float]:
    """KS, Wasserstein-1 and PSI of two samples, which are sorted in place."""
    x.sort()
    y.sort()
    greatest, area = merge(x, y)
    edges = edges_of(x)
    return greatest, area, psi(shares(x, edges), shares(y, edges))


def compare_counts(a: dict[str, int], b: dict[str, int]) -> tuple[float, float]:
    """Chi-square and PSI of two rows of counts."""
    names = sorted(set(a) | set(b))
    left = np.array([a.get(k, 0) for k in names], float)
    right = np.array([b.get(k, 0) for k in names], float)
    n, m = left.sum(), right.sum()
    pooled = (left + right) / (n + m)
    chi2 = ((left - n * pooled) ** 2 / np.maximum(n * pooled, 1e-12)).sum()
    chi2 += ((right - m * pooled) ** 2 / np.maximum(m * pooled, 1e-12)).sum()
    return float(chi2), psi(left / n, right / m)


def timed(work: Callable[[], Any], runs: int) -> dict[str, float]:
    """Median wall and CPU seconds."""
    wall, cpu = [], []
    for _ in range(runs):
        wall_start, cpu_start = time.perf_counter(), time.process_time()
        work()
        wall.append(time.perf_counter() - wall_start)
        cpu.append(time.process_time() - cpu_start)
    return {"wall": statistics.median(wall), "cpu": statistics.median(cpu)}


def main() -> None:
    """Time both kinds of work."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--runs", type=int, default=3)
    a = parser.parse_args()
    pa.set_cpu_count(1)
    paths = [a.folder / f"{name}.parquet" for name in ("reference", "current")]
    names = pq.read_schema(paths[1]).names
    text = [name for name in names if name[0] == "c"]

    def read(path: Path) -> pa.Table:
        return pq.read_table(path, use_threads=False, read_dictionary=text)

    def exact() -> None:
        reference, current = read(paths[0]), read(paths[1])
        for name in names:
            if name in text:
                compare_counts(counts(reference[name]), counts(current[name]))
            else:
                compare_numbers(values(reference[name]), values(current[name]))

    first = read(paths[0])
    known = {k: edges_of(np.sort(values(first[k]))) for k in names if k not in text}
    del first

    def binned() -> None:
        current = read(paths[1])
        for name in names:
            if name in text:
                counts(current[name])
            else:
                cells = np.searchsorted(known[name], values(current[name]), "right")
                np.bincount(cells, minlength=len(known[name]) + 1)

    merge(np.arange(5.0), np.arange(5.0) + 1)
    both = {"exact": timed(exact, a.runs), "binned": timed(binned, a.runs)}
    versions = {name: version(name) for name in ("numpy", "pyarrow", "numba")}
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    print(json.dumps({"tool": "limit", "versions": versions, **both, "peak": peak}))


if __name__ == "__main__":
    main()
