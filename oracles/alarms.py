"""Freezes what four tools decide of windows of the alarm bench.

    python oracles/alarms.py evidently      # in the tool's environment

Windows are drawn again by the test from the same seeds; their sum tells whether they
are the same.
"""

from __future__ import annotations

import math
import os
import sys
import warnings
from pathlib import Path
from typing import Any

os.environ |= {"DO_NOT_TRACK": "1", "NML_DISABLE_USAGE_LOGGING": "1"}
HERE = Path(__file__).resolve().parent
# two scripts here have the names of packages
sys.path = [p for p in sys.path if Path(p or ".").resolve() != HERE]
sys.path[:0] = [str(HERE.parent), str(HERE.parent / "bench" / "compare")]
import numpy as np  # noqa: E402
from bench.alarms.catalogue import STREAMS  # noqa: E402
from bench.alarms.sample import sample  # noqa: E402


def frame(stream: Any, rows: np.ndarray) -> Any:
    """Return rows as the tool's user would have them: a data frame."""
    import pandas as pd

    if stream.kind == "table":
        return pd.DataFrame(rows, columns=[f"c{k}" for k in range(rows.shape[1])])
    if stream.kind == "category":
        return pd.DataFrame({"x": [f"level {int(k)}" for k in rows]})
    return pd.DataFrame({"x": rows})


def evidently(stream: Any, reference: Any, current: list[Any]) -> dict[str, Any]:
    """Ask for the default drift of each column, of the set, and for PSI."""
    from answers import evidently as ask

    out: dict[str, Any] = {"decided": [], "values": [], "set": [], "psi": []}
    out["psi_values"] = []
    for window in current:
        answer = ask(reference, window)
        found = list(answer.columns.values())
        out["decided"].append([int(bool(one.changed)) for one in found])
        out["values"].append([one.value for one in found])
        out["set"].append(int(answer.extra["dataset_alarm"]))
        if stream.kind != "table":
            one = ask(reference, window, num_method="psi", cat_method="psi")
            (found_psi,) = one.columns.values()
            out["psi"].append(int(bool(found_psi.changed)))
            out["psi_values"].append(found_psi.value)
    return out


def nannyml(stream: Any, reference: Any, current: list[Any]) -> dict[str, Any]:
    """Ask for the univariate drift; a chunk is a window."""
    import nannyml as nml
    from nannyml.chunk import SizeBasedChunker

    names = list(reference.columns)
    asked = {} if stream.kind != "share" else {"treat_as_categorical": names}
    calculator = nml.UnivariateDriftCalculator(
        column_names=names, chunk_size=stream.size(0), **asked
    )
    calculator.fit(reference)
    out: dict[str, Any] = {"decided": [], "values": []}
    for window in current:
        calculator.chunker = SizeBasedChunker(chunk_size=len(window))
        table = calculator.calculate(window).filter(period="analysis").to_df()
        columns = [(n, "jensen_shannon") for n in names]
        out["decided"].append([int(table[(*c, "alert")].iloc[0]) for c in columns])
        out["values"].append([float(table[(*c, "value")].iloc[0]) for c in columns])
    return out


def alibi(stream: Any, reference: Any, current: list[Any]) -> dict[str, Any]:
    """Ask KS of numbers, chi-square of categories."""
    from alibi_detect.cd import ChiSquareDrift, KSDrift

    kind = KSDrift if stream.kind in {"number", "table"} else ChiSquareDrift
    detector = kind(reference.to_numpy())
    out: dict[str, Any] = {"decided": [], "values": []}
    for window in current:
        found = detector.predict(window.to_numpy())["data"]
        out["decided"].append([int(found["is_drift"])])
        out["values"].append([float(p) for p in found["p_val"]])
    return out


def river(stream: Any, _reference: Any, current: list[Any]) -> dict[str, Any]:
    """Ask ADWIN and Page-Hinkley of the windows' means, and DDM of rows of a share."""
    from river.drift import ADWIN, PageHinkley
    from river.drift.binary import DDM

    means = {"adwin": ADWIN(), "page_hinkley": PageHinkley()}
    names = [*means, "ddm", "adwin_values", "page_hinkley_values"]
    out: dict[str, Any] = {name: [] for name in names}
    ddm, moved = DDM(), means["page_hinkley"]
    for window in current:
        for name, detector in means.items():
            detector.update(float(window.mean()))
            out[name].append(int(detector.drift_detected))
        out["adwin_values"].append(means["adwin"].estimation)
        up = moved._sum_increase - moved._min_increase  # noqa: SLF001
        down = moved._max_decrease - moved._sum_decrease  # noqa: SLF001
        out["page_hinkley_values"].append(max(up, down))
        if stream.kind == "share":
            fired = False
            for row in window.tolist():
                ddm.update(bool(row))
                fired = fired or ddm.drift_detected
            out["ddm"].append(int(fired))
    return out


TOOLS = {"river": river, "evidently": evidently, "nannyml": nannyml, "alibi": alibi}
PACKAGES = {
    "river": "river",
    "evidently": "evidently",
    "nannyml": "nannyml",
    "alibi": "alibi-detect",
}


def rounded(value: Any) -> Any:
    """Keep seven digits: what is compared is the decision."""
    if isinstance(value, list):
        return [rounded(one) for one in value]
    if isinstance(value, float) and math.isfinite(value):
        return float(f"{value:.7g}")
    return value


def main() -> None:
    """Freeze one tool's decisions."""
    warnings.simplefilter("ignore")
    (tool,) = sys.argv[1:]
    cases = []
    bare = tool == "river"  # it takes numbers, of one column
    for stream in STREAMS:
        if bare and stream.kind in {"table", "category"}:
            continue
        rows, current = sample(stream)
        seen = [one if bare else frame(stream, one) for one in current]
        found = TOOLS[tool](stream, rows if bare else frame(stream, rows), seen)
        total = float(sum(np.abs(one).sum() for one in [rows, *current]))
        cases.append({"stream": stream.code, "sum": total, **rounded(found)})
        print(f"{stream.code}: {found if bare else sum(map(max, found['decided']))}")
    sys.path.insert(0, str(HERE))
    from _freeze import freeze

    others = ("numpy", "scipy") if bare else ("numpy", "scipy", "pandas")
    packages = (PACKAGES[tool], *others)
    freeze(f"alarms_{tool}", script=__file__, packages=packages, cases=cases)


if __name__ == "__main__":
    main()
