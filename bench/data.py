"""Makes the seeded pair of tables that every benchmark reads.

    python bench/data.py DIR ROWS COLUMNS [--seed 7] [--repeat 1]

Columns come in blocks of twenty: fifteen of numbers, from normal to clipped Cauchy,
zero-inflated and small integers, those of floats with 1 % missing; and five of
categories with 5 to 500 levels. In the current table five of every twenty are shifted.
``--repeat K`` writes the rows K times over, for files larger than memory should be.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

LEVELS = (5, 12, 40, 150, 500)
SHIFTED = frozenset({0, 3, 8, 15, 18})
SHIFT = 0.15
BLOCK = 20
ROW_GROUP = 262_144

Draw = Callable[[np.random.Generator, int, float], np.ndarray]

NUMBERS: tuple[Draw, ...] = (
    lambda r, n, s: r.normal(s, 1, n),
    lambda r, n, _: r.lognormal(0, 1, n),
    lambda r, n, _: r.standard_t(2, n),
    lambda r, n, s: r.pareto(1.5 - s, n),
    lambda r, n, _: r.uniform(0, 1, n),
    lambda r, n, _: r.exponential(1, n),
    lambda r, n, _: r.gamma(2, 1, n),
    lambda r, n, _: np.where(r.random(n) < 0.5, r.normal(-2, 1, n), r.normal(2, 1, n)),
    lambda r, n, s: r.integers(0, 10, n) + (r.random(n) < s),
    lambda r, n, _: r.poisson(4, n),
    lambda r, n, _: r.integers(0, 10**6, n),
    lambda r, n, _: np.where(r.random(n) < 0.6, 0.0, r.exponential(1, n)),
    lambda r, n, _: r.beta(2, 5, n),
    lambda r, n, _: np.clip(r.standard_cauchy(n), -1e6, 1e6),
    lambda r, n, _: np.round(r.normal(50, 10, n), 1),
)


def numbers(r: np.random.Generator, rows: int, *, kind: int, shifted: bool) -> pa.Array:
    """Draw one numeric column; floats get 1 % nulls."""
    values = NUMBERS[kind](r, rows, SHIFT if shifted else 0.0)
    if values.dtype.kind != "f":
        return pa.array(values.astype("int64"))
    return pa.array(values, mask=r.random(rows) < 0.01)


def categories(
    r: np.random.Generator, rows: int, *, levels: int, shifted: bool
) -> pa.Array:
    """Draw one text column with shares falling like 1/(rank + 2)."""
    weight = 1.0 / (np.arange(levels) + 2.0)
    if shifted:
        weight = weight * np.linspace(1.3, 0.7, levels)
    upper = np.cumsum(weight / weight.sum())[:-1]
    codes = np.searchsorted(upper, r.random(rows)).astype("int32")
    names = pa.array([f"lvl_{k:04d}" for k in range(levels)])
    return pa.DictionaryArray.from_arrays(pa.array(codes), names).cast(pa.string())


def table(rows: int, columns: int, *, seed: int = 7, current: bool = False) -> pa.Table:
    """Return the reference table, or the current one."""
    r = np.random.default_rng(seed + (1000 if current else 0))
    drawn = {}
    for index in range(columns):
        kind = index % BLOCK
        shifted = current and kind in SHIFTED
        if kind < len(NUMBERS):
            drawn[f"n{index}"] = numbers(r, rows, kind=kind, shifted=shifted)
        else:
            levels = LEVELS[kind - len(NUMBERS)]
            drawn[f"c{index}"] = categories(r, rows, levels=levels, shifted=shifted)
    return pa.table(drawn)


def write(
    folder: Path,
    rows: int,
    columns: int,
    *,
    seed: int = 7,
    repeat: int = 1,
    names: tuple[str, ...] = ("reference", "current"),
) -> dict[str, int]:
    """Write the tables; return rows, bytes on disk and bytes in memory."""
    folder.mkdir(parents=True, exist_ok=True)
    size = memory = 0
    for name in names:
        rows_once = table(rows, columns, seed=seed, current=name == "current")
        path = folder / f"{name}.parquet"
        with pq.ParquetWriter(path, rows_once.schema) as writer:
            for _ in range(repeat):
                writer.write_table(rows_once, row_group_size=ROW_GROUP)
        size += path.stat().st_size
        memory += rows_once.nbytes * repeat
    return {"rows": rows * repeat, "columns": columns, "file": size, "memory": memory}


def main() -> None:
    """Read the arguments and write."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("rows", type=int)
    parser.add_argument("columns", type=int)
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--repeat", type=int, default=1)
    a = parser.parse_args()
    made = write(a.folder, a.rows, a.columns, seed=a.seed, repeat=a.repeat)
    print(json.dumps(made))


if __name__ == "__main__":
    main()
