"""One peer's drift report over every column of a pair of tables, in its environment.

    python bench/peers.py {evidently,nannyml} DIR --html FILE

Prints one JSON line: seconds to import, load, run and render, size of the page.
"""

from __future__ import annotations

import argparse
import json
import time
import warnings
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path
from typing import Any

warnings.filterwarnings("ignore")


def evidently(reference: Any, current: Any, page: Path) -> Callable[[], None]:
    """Run the drift preset; return what renders the page."""
    from evidently import DataDefinition, Dataset, Report
    from evidently.presets import DataDriftPreset

    numeric = [name for name in reference if name[0] == "n"]
    text = [name for name in reference if name[0] == "c"]
    definition = DataDefinition(numerical_columns=numeric, categorical_columns=text)
    snapshot = Report([DataDriftPreset()]).run(
        Dataset.from_pandas(current, data_definition=definition),
        Dataset.from_pandas(reference, data_definition=definition),
    )
    snapshot.dict()
    return lambda: snapshot.save_html(str(page))


def nannyml(reference: Any, current: Any, page: Path) -> Callable[[], None]:
    """Fit and calculate univariate drift in ten chunks; return what renders."""
    import nannyml as nml

    text = [name for name in reference if name[0] == "c"]
    calculator = nml.UnivariateDriftCalculator(
        column_names=list(reference),
        treat_as_categorical=text,
        chunk_size=max(1, len(reference) // 10),
    )
    calculator.fit(reference)
    result = calculator.calculate(current)
    return lambda: result.plot(kind="drift").write_html(str(page))


PEERS = {"evidently": evidently, "nannyml": nannyml}


def main() -> None:
    """Time the four steps."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("peer", choices=PEERS)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--html", type=Path, required=True)
    a = parser.parse_args()
    clock = [time.perf_counter()]
    import pandas as pd

    __import__(a.peer)
    clock.append(time.perf_counter())
    reference = pd.read_parquet(a.folder / "reference.parquet")
    current = pd.read_parquet(a.folder / "current.parquet")
    clock.append(time.perf_counter())
    render = PEERS[a.peer](reference, current, a.html)
    clock.append(time.perf_counter())
    render()
    clock.append(time.perf_counter())
    steps = [b - c for b, c in zip(clock[1:], clock, strict=False)]
    seconds = dict(zip(("import", "load", "run", "render"), steps, strict=True))
    versions = {a.peer: version(a.peer), "pandas": version("pandas")}
    size = a.html.stat().st_size
    print(json.dumps({"versions": versions, "seconds": seconds, "html": size}))


if __name__ == "__main__":
    main()
