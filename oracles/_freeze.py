"""Writes one fixture file: the same inputs give the same bytes."""

from __future__ import annotations

import json
import math
from importlib.metadata import version
from pathlib import Path
from typing import Any

FIXTURES = Path(__file__).resolve().parent.parent / "tests" / "fixtures" / "oracles"


def plain(value: Any) -> Any:
    """Turn numpy scalars and arrays into JSON values; NaN is null, inf a text."""
    if hasattr(value, "tolist"):
        value = value.tolist()
    if isinstance(value, dict):
        return {str(k): plain(v) for k, v in value.items()}
    if isinstance(value, list | tuple):
        return [plain(v) for v in value]
    if isinstance(value, float):
        if math.isnan(value):
            return None
        if math.isinf(value):
            return "inf" if value > 0 else "-inf"
    return value


def freeze(name: str, *, script: str, packages: tuple[str, ...], cases: Any) -> None:
    """Write ``tests/fixtures/oracles/NAME.json``."""
    document = {
        "made_by": f"oracles/{Path(script).name}",
        "versions": {package: version(package) for package in packages},
        "cases": plain(cases),
    }
    lines = [json.dumps({k: v}, allow_nan=False)[1:-1] for k, v in document.items()]
    body = lines[:-1]
    rows = [json.dumps(case, allow_nan=False) for case in document["cases"]]
    body.append('"cases": [\n' + ",\n".join(rows) + "\n]")
    FIXTURES.mkdir(parents=True, exist_ok=True)
    path = FIXTURES / f"{name}.json"
    path.write_text("{\n" + ",\n".join(body) + "\n}\n", encoding="utf-8")
    print(f"{path.name}: {len(rows)} cases, {path.stat().st_size:,} bytes")
