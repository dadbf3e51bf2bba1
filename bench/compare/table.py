"""Writes ``docs/compare.md`` from the measurements in ``bench/results/``.

python bench/compare/table.py             # writes
python bench/compare/table.py --check     # exit 1 if the page is not what they say
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from measure import ROOT, load

TOOLS = {"leeboard": "Leeboard", "evidently": "Evidently", "nannyml": "NannyML"}
PAGE = ROOT / "docs" / "compare.md"
PEERS = {tool: name for tool, name in TOOLS.items() if tool != "leeboard"}
GAP = "not measured"

HEAD = """\
# Compared with Evidently and NannyML

The same data given to three tools, each with its defaults unless a row says otherwise.
Every number on this page is written here by `python bench/compare/table.py` from the
files in `bench/results/`, and each section names the command that measured it. The
peers run in environments of their own (`sh oracles/envs.sh`); {versions}.

**What the peers do well.** Evidently has far more ready-made reports and tests than
Leeboard (text, ranking, recommender, language models), a workspace with a user
interface, and the larger community. NannyML estimates a model's performance before the
labels come (CBPE, DLE), which `leeboard check` does not, looks at every window against
the spread between windows of the reference, and its errors mostly name the column. On
plain data with thousands of rows on both sides all three see a shift that matters.
"""

CHECKS = """\
## False alarms, and changes seen

10 normal columns and 10 of 10 categories, {checks} checks per setting. *Unchanged*:
both samples come from the same distribution; the share of columns called changed, and
of checks in which any of the 20 was. *Moved*: the means by 0.3 standard deviations, the
categories tilted, both a PSI of 0.09; the share of columns called changed.

NannyML looks at chunks (a tenth of the reference, at most the whole current sample); a
column counts if any chunk alerts. Of single chunks of an unchanged column {chunks}
alerted. Evidently also has an alarm for the whole data set, raised when half of the
columns are: {dataset} of {dataset_of} unchanged data sets. Of all columns here Leeboard
left {unsure} *unsure*, which is neither an alarm nor a word that nothing changed.
"""

WILD = """\
## One wild value

The reference is 20,000 standard normal rows, the current sample 2,000 rows moved by one
standard deviation: a change nobody should miss. Then the last reference value becomes
1e5, or 1e6. In brackets the tool's own figure; for NannyML the largest of any chunk.
"""

FRAMES = """\
## Thirty-three bad frames

Each frame has a healthy column `steady` and mostly one that is trouble, and each tool
gets it as a pandas frame with no settings. *Answered*: a figure for the troubled
column. *Named*: no figure, but the tool says so by name in its result, a warning or a
log. *Error, named*: it raises, and the text names the column or the fault. *Error,
unnamed*: it raises something else. *Silent*: no figure and not a word. *Unsafe*: the
name of a column runs as a script in the report. A tick: `steady` is still answered for.
"""

COST = """\
## Time, memory, report

{rows:,} rows and {columns} columns on each side, read from Parquet, compared, and
written as a page; whole processes, start-up included, on {cores} cores. Both tables
take {tables:.0f} MB in memory.
"""

NAMES = {
    "result": "answered",
    "named": "named",
    "clear error": "error, named",
    "unclear error": "error, unnamed",
    "silent": "silent",
    "unsafe page": "unsafe",
}


def grid(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Return a Markdown table."""
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines) + "\n"


def commands(question: str) -> str:
    """Return the sentence that names the commands."""
    each = (f"`python bench/compare/run.py {question} {tool}`" for tool in TOOLS)
    return "Measured by " + ", ".join(each) + ".\n"


def answers(question: str) -> dict[str, dict[str, Any]]:
    """Return what each tool answered; tools not asked are left out."""
    found = {tool: load(f"{question}_{tool}") for tool in TOOLS}
    return {tool: document["found"] for tool, document in found.items() if document}


def percent(count: int, of: int) -> str:
    """Return a share in percent, without decimals unless it is small."""
    share = 100 * count / of if of else 0.0
    return f"{share:.1f} %" if 0 < share < 10 else f"{share:.0f} %"


def total(tool: str, key: str, *, of: tuple[str, ...], parts: tuple[str, ...]) -> str:
    """Sum a count over settings and return it as a share."""
    cases = answers("false_alarms").get(tool, {}).values()
    chosen = [case[part] for case in cases for part in parts]
    whole = sum(case[name] for case in chosen for name in of)
    return percent(sum(case[key] for case in chosen), whole) if chosen else GAP


def false_alarms() -> str:
    """The section on unchanged and moved columns."""
    found = answers("false_alarms")
    rows, checks, alarms = [], 0, 0
    for setting in next(iter(found.values()), {}):
        for tool, name in TOOLS.items():
            case = found.get(tool, {}).get(setting)
            if case is None:
                rows.append([setting, name, *[GAP] * 5])
                continue
            same, moved = case["unchanged"], case["moved"]
            checks = same["of_checks"]
            alarms += same.get("dataset_alarm", 0)
            shares = [
                percent(part[key], part[f"of_{key}"])
                for part, key in (
                    (same, "numeric"),
                    (same, "categorical"),
                    (same, "checks"),
                    (moved, "numeric"),
                    (moved, "categorical"),
                )
            ]
            rows.append([setting, name, *shares])
    both = ("of_numeric", "of_categorical")
    text = CHECKS.format(
        checks=checks,
        chunks=total("nannyml", "chunk_alerts", of=("chunks",), parts=("unchanged",)),
        dataset=alarms,
        dataset_of=checks * len(rows) // len(TOOLS),
        unsure=total("leeboard", "unsure", of=both, parts=("unchanged", "moved")),
    )
    head = ["Reference against current", "Tool", "Unchanged, numeric"]
    head += ["Unchanged, categorical", "Unchanged, any of 20"]
    head += ["Moved, numeric", "Moved, categorical"]
    return f"{text}\n{grid(head, rows)}\n{commands('false_alarms')}"


def told(case: dict[str, Any]) -> str:
    """Return one cell of the table of wild values."""
    if case["value"] is None:
        return "no figure"
    verdict = "changed" if case["changed"] else "**not seen**"
    return f"{verdict} ({case['value']:.3g})"


def wild_value() -> str:
    """The section on a single wild value."""
    found, rows = answers("wild_value"), []
    for tool, name in TOOLS.items():
        for method, cases in found.get(tool, {GAP: {}}).items():
            cells = [told(cases[k]) if cases else GAP for k in ("none", "1e5", "1e6")]
            rows.append([name, method, *cells])
    head = ["Tool", "Method", "No wild value", "One of 1e5", "One of 1e6"]
    return f"{WILD}\n{grid(head, rows)}\n{commands('wild_value')}"


def missing_column() -> str:
    """The section on a column that is gone: one of the bad frames, on its own."""
    found = answers("bad_frames")
    rows = []
    for tool, name in TOOLS.items():
        case = found.get(tool, {}).get("A13")
        cells = [GAP, GAP, ""]
        if case:
            words = case["text"].replace("|", "/").replace("\t", " ")[:110]
            other = "yes" if case["steady"] else "no"
            cells = [NAMES[case["kind"]], other, f"`{words}`" if words else "nothing"]
        rows.append([name, *cells])
    head = ["Tool", "Missing column", "Other columns answered", "Its words"]
    intro = "## A missing column\n\nThe current frame lacks one of two columns.\n"
    return f"{intro}\n{grid(head, rows)}\n{commands('bad_frames')}"


def bad_frames() -> str:
    """The section on thirty-three bad frames."""
    found = answers("bad_frames")
    first: dict[str, Any] = next(iter(found.values()), {})
    codes = sorted(first, key=lambda code: int(code[1:]))
    rows = []
    for code in codes:
        cells = []
        for tool in TOOLS:
            case = found.get(tool, {}).get(code)
            tick = " ✓" if case and case["steady"] else ""
            cells.append(NAMES[case["kind"]] + tick if case else GAP)
        rows.append([first[code]["title"], *cells])
    totals = []
    for kind, label in NAMES.items():
        cells = []
        for tool in TOOLS:
            cases = found.get(tool)
            count = sum(c["kind"] == kind for c in (cases or {}).values())
            cells.append(f"**{count}**" if cases else GAP)
        totals.append([f"**{label}**", *cells])
    head = ["Frame", *TOOLS.values()]
    table = grid(head, [*totals, *rows])
    return f"{FRAMES}\n{table}\n{commands('bad_frames')}"


def cost() -> str:
    """The section on time, memory and the size of the report."""
    document = load("check")
    if document is None:
        return f"## Time, memory, report\n\n{GAP}\n"
    found, rows = document["found"], []
    for key, name in ({"default": "Leeboard"} | PEERS).items():
        case = found.get(key)
        cells = [GAP] * 4
        if case:
            cells = [
                f"{case['wall']:.1f} s",
                f"{case['cpu']:.1f} s",
                f"{case['peak'] / 1e6:,.0f} MB",
                f"{case['html'] / 1e3:,.0f} kB",
            ]
        rows.append([name, *cells])
    head = ["Tool", "Wall time", "CPU time", "Peak memory", "Page"]
    text = COST.format(
        rows=document["rows"],
        columns=document["columns"],
        cores=document["machine"]["cores"],
        tables=document["tables"] / 1e6,
    )
    measured = "Measured by `python bench/check.py --peers`.\n"
    return f"{text}\n{grid(head, rows)}\n{measured}{large()}"


def large() -> str:
    """What a file larger than memory should be takes, against a saved profile."""
    document = load("large")
    if document is None:
        return ""
    streamed = document["found"]["memory"]["streamed"]
    told = [
        f"{int(rows):,} rows in {cost['wall']:.1f} s with a peak of "
        f"{cost['peak'] / 1e6:.0f} MB"
        for rows, cost in streamed.items()
    ]
    text = f"Against a saved profile Leeboard checks {' and '.join(told)}"
    return f"\n{text} (`{document['command']}`).\n"


def versions() -> str:
    """Return the versions that answered."""
    texts = []
    for tool, name in TOOLS.items():
        document = load(f"bad_frames_{tool}")
        if document and tool != "leeboard":
            found = document["versions"]
            texts.append(f"{name} {found[tool]} with pandas {found['pandas']}")
    return ", ".join(texts) or "none measured yet"


def page() -> str:
    """Return the whole page."""
    head = HEAD.format(versions=versions())
    parts = (false_alarms, wild_value, missing_column, bad_frames, cost)
    return "\n".join([head, *(part() for part in parts)])


def main() -> int:
    """Write the page, or compare it."""
    text = page()
    if "--check" in sys.argv[1:]:
        same = PAGE.exists() and PAGE.read_text(encoding="utf-8") == text
        print("docs/compare.md is", "fresh" if same else "not what bench/results say")
        return 0 if same else 1
    PAGE.parent.mkdir(exist_ok=True)
    PAGE.write_text(text, encoding="utf-8")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
