"""Checks what `leeboard grafana` prints by Grafana's own types; freezes the outcome.

    leeboard grafana > dashboard.json
    python oracles/grafana.py dashboard.json other.json …

TypeScript and @grafana/schema go to `.oracles/grafana`, fetched by npm. JSON knows no
names of enumerations, so their values are compared; options and field settings of a
panel are held against the types of its plugin. That faults are seen is tried, too.
"""

from __future__ import annotations

import copy
import hashlib
import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

FIXTURE = Path(__file__).parents[1] / "tests/fixtures/oracles/grafana.json"
PACKAGES = {"@grafana/schema": "13.2.3", "typescript": "7.0.2"}
HOME = Path(os.environ.get("LEEBOARD_ORACLES", Path(__file__).parents[1] / ".oracles"))
PLUGINS = {
    "stat": "stat/panelcfg/x/StatPanelCfg",
    "timeseries": "timeseries/panelcfg/x/TimeSeriesPanelCfg",
    "bargauge": "bargauge/panelcfg/x/BarGaugePanelCfg",
    "state-timeline": "statetimeline/panelcfg/x/StateTimelinePanelCfg",
}
FIELDS = {"timeseries", "state-timeline"}
FREE = {"title", "description", "expr", "legendFormat", "label", "query", "text"}
"""Keys whose texts may change without another check: any text is sound there."""

HEAD = """\
import type {Dashboard} from '@grafana/schema';
type Plain<T> =
    T extends string ? `${T}`
    : T extends number | boolean | null | undefined ? T
    : T extends Array<infer U> ? Plain<U>[]
    : T extends object ? {[K in keyof T]: Plain<T[K]>}
    : T;
"""


def shape(value: Any, key: str = "") -> Any:
    """Leave out what any text may stand in."""
    if isinstance(value, dict):
        return {name: shape(one, name) for name, one in value.items()}
    if isinstance(value, list):
        return [shape(one, key) for one in value]
    return "" if isinstance(value, str) and key in FREE else value


def shapes(document: Any) -> list[str]:
    """Digests of the shapes that a dashboard is made of: its frame, and its panels."""
    frame = shape({**document, "panels": []})
    panels = [
        shape({**panel, "id": 0, "gridPos": {**panel["gridPos"], "x": 0, "y": 0}})
        for panel in document["panels"]
    ]
    texts = {json.dumps(one, sort_keys=True) for one in (frame, *panels)}
    return sorted(hashlib.sha256(text.encode()).hexdigest()[:16] for text in texts)


def script(document: Any) -> str:
    """One constant for the whole, and two for each panel, as literals."""
    lines = [HEAD]
    for name, place in PLUGINS.items():
        module = f"@grafana/schema/dist/esm/raw/composable/{place}_types.gen"
        lines.append(f"import type * as {name.replace('-', '_')} from '{module}';")
    lines.append(f"export const d: Plain<Dashboard> = {json.dumps(document)};")
    for panel in document["panels"]:
        kind, n = panel["type"], panel["id"]
        if kind == "row":
            continue
        alias, options = kind.replace("-", "_"), json.dumps(panel["options"])
        lines.append(f"export const o{n}: Plain<{alias}.Options> = {options};")
        if kind in FIELDS:
            custom = json.dumps(panel["fieldConfig"]["defaults"]["custom"])
            lines.append(f"export const f{n}: Plain<{alias}.FieldConfig> = {custom};")
    return "\n".join(lines)


def said(document: Any) -> str:
    """What the compiler finds; empty: nothing."""
    home = HOME / "grafana"
    (home / "check.ts").write_text(script(document), encoding="utf-8")
    options = "--noEmit --strict --skipLibCheck --moduleResolution bundler"
    command = ["npx", "tsc", *options.split(), *("--module", "esnext")]
    command += ["--target", "es2022", "check.ts"]
    run = subprocess.run(command, cwd=home, capture_output=True, text=True, check=False)
    return run.stdout if run.returncode else ""


def first(document: Any, kind: str) -> Any:
    """The first panel of a kind."""
    return next(panel for panel in document["panels"] if panel["type"] == kind)


def wrong(panel: str, place: str, key: str, value: Any) -> Callable[[Any], None]:
    """A fault in a panel."""

    def put(document: Any) -> None:
        at = first(document, panel)
        for step in filter(None, place.split(".")):
            at = at[step]
        at[key] = value

    return put


FAULTS: dict[str, Callable[[Any], None]] = {
    "an unknown key": lambda d: d.update(tilte="x"),
    "a text for a number": lambda d: d.update(schemaVersion="39"),
    "a variable of no kind": lambda d: d["templating"]["list"][0].update(type="x"),
    "an unknown key of a panel": wrong("stat", "", "tilte", "x"),
    "a size as text": wrong("stat", "gridPos", "h", "8"),
    "thresholds of no mode": wrong(
        "stat", "fieldConfig.defaults.thresholds", "mode", ""
    ),
    "a mapping of no kind": wrong(
        "state-timeline", "fieldConfig.defaults", "mappings", [{"type": "values"}]
    ),
    "an unknown option": wrong("stat", "options", "colourMode", "none"),
    "an option of no value": wrong("bargauge", "options", "displayMode", "fancy"),
    "a legend nowhere": wrong("timeseries", "options.legend", "placement", "left"),
    "a line of no kind": wrong(
        "timeseries", "fieldConfig.defaults.custom", "drawStyle", "wave"
    ),
}


def main() -> None:
    """Check, try the faults, and write the fixture."""
    documents = [json.loads(Path(p).read_text(encoding="utf-8")) for p in sys.argv[1:]]
    home = HOME / "grafana"
    home.mkdir(parents=True, exist_ok=True)
    (home / "package.json").write_text('{"private": true}\n', encoding="utf-8")
    wanted = [f"{name}@{version}" for name, version in PACKAGES.items()]
    quiet = ["--silent", "--no-audit", "--no-fund"]
    subprocess.run(["npm", "install", *quiet, *wanted], cwd=home, check=True)
    for document in documents:
        found = said(document)
        if found:
            sys.exit(found)
    for name, fault in FAULTS.items():
        broken = copy.deepcopy(documents[0])
        fault(broken)
        if not said(broken):
            sys.exit(f"{name} was not seen")
    outcome = {
        "made_by": "oracles/grafana.py",
        "versions": PACKAGES,
        "cases": list(FAULTS),
        "sound": sorted({one for document in documents for one in shapes(document)}),
    }
    FIXTURE.write_text(json.dumps(outcome, indent=1) + "\n", encoding="utf-8")
    print(f"sound; {len(FAULTS)} faults seen; {len(outcome['sound'])} shapes frozen")


if __name__ == "__main__":
    main()
