"""Asks one tool, or all of them, the questions behind ``docs/compare.md``.

    python bench/compare/run.py QUESTION TOOL      # in the tool's environment
    python bench/compare/run.py --all              # every question in every environment
    python bench/compare/run.py --all --tools leeboard

QUESTION is false_alarms, wild_value or bad_frames; TOOL is leeboard, evidently or
nannyml. Answers go to ``bench/results/QUESTION_TOOL.json``.
"""

from __future__ import annotations

import argparse
import re
import subprocess
import sys
import tempfile
import time
from collections import Counter
from html.parser import HTMLParser
from os import environ
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import numpy as np
import pandas as pd
from answers import TOOLS, Answer, versions
from frames import Pair, pairs
from measure import QUIET, ROOT, environment, save

SETTINGS = {
    "1,000 against 1,000": {"reference": 1000, "current": 1000, "checks": 20},
    "5,000 against 100": {"reference": 5000, "current": 100, "checks": 20},
    "10,000 against 1,000": {"reference": 10_000, "current": 1000, "checks": 20},
}
NORMAL, CATEGORICAL, LEVELS = 10, 10, 10
SHIFT, TILT = 0.3, 0.47

WILD: dict[str, list[tuple[str, dict[str, Any]]]] = {
    "leeboard": [("default (PSI on cells of the reference)", {})],
    "evidently": [
        ("default (Wasserstein / standard deviation)", {}),
        ("PSI", {"num_method": "psi"}),
        ("Jensen-Shannon", {"num_method": "jensenshannon"}),
    ],
    "nannyml": [
        ("default (Jensen-Shannon)", {}),
        ("Kolmogorov-Smirnov", {"continuous_methods": ["kolmogorov_smirnov"]}),
        ("Wasserstein", {"continuous_methods": ["wasserstein"]}),
    ],
}


def drawn(rows: int, r: np.random.Generator, *, moved: bool = False) -> pd.DataFrame:
    """Draw ten normal columns and ten of ten categories.

    Moved, the means are 0.3 standard deviations away and the categories, equally likely
    otherwise, are tilted: both changes have a PSI of 0.09.
    """
    names = np.array([f"level {k}" for k in range(LEVELS)])
    shares = np.full(LEVELS, 1 / LEVELS)
    if moved:
        shares = shares * np.linspace(1 + TILT, 1 - TILT, LEVELS)
    mean = SHIFT if moved else 0.0
    numbers = {f"n{k}": r.normal(mean, 1, rows) for k in range(NORMAL)}
    texts = {f"c{k}": r.choice(names, rows, p=shares) for k in range(CATEGORICAL)}
    return pd.DataFrame(numbers | texts)


def counted(tool: str, setting: dict[str, int], *, moved: bool) -> dict[str, int]:
    """Ask a tool several times; count the columns it flags."""
    r = np.random.default_rng(99 + moved)
    count: Counter[str] = Counter()
    for _ in range(setting["checks"]):
        reference = drawn(setting["reference"], r)
        answer = TOOLS[tool](reference, drawn(setting["current"], r, moved=moved))
        if len(answer.columns) != NORMAL + CATEGORICAL:
            raise SystemExit(f"{tool}: {len(answer.columns)} columns answered")
        flagged = [k for k, v in answer.columns.items() if v.changed]
        count["numeric"] += sum(name[0] == "n" for name in flagged)
        count["categorical"] += sum(name[0] == "c" for name in flagged)
        count["checks"] += bool(flagged)
        count.update({k: int(v) for k, v in answer.extra.items()})
    return dict(count) | {
        "of_numeric": NORMAL * setting["checks"],
        "of_categorical": CATEGORICAL * setting["checks"],
        "of_checks": setting["checks"],
    }


def false_alarms(tool: str) -> dict[str, Any]:
    """Share of columns that a tool flags by default, unchanged ones and moved ones."""
    return {
        name: {
            "unchanged": counted(tool, setting, moved=False),
            "moved": counted(tool, setting, moved=True),
        }
        for name, setting in SETTINGS.items()
    }


def wild_value(tool: str) -> dict[str, Any]:
    """A shift by one sigma, without and with a single wild value in the reference."""
    r = np.random.default_rng(7)
    plain = r.normal(size=20_000)
    current = pd.DataFrame({"x": r.normal(1.0, 1.0, 2000)})
    out: dict[str, Any] = {}
    for label, options in WILD[tool]:
        cases = {}
        for case, wild in (("none", None), ("1e5", 1e5), ("1e6", 1e6)):
            values = plain.copy()
            if wild is not None:
                values[-1] = wild
            answer = TOOLS[tool](pd.DataFrame({"x": values}), current, **options)
            found = answer.columns["x"]
            cases[case] = {"changed": found.changed, "value": found.value}
        out[label] = cases
    return out


class _Scripts(HTMLParser):
    """Finds scripts in a page that the data brought in."""

    def __init__(self) -> None:
        super().__init__()
        self.inside = False
        self.bad = 0

    def handle_starttag(self, tag: str, _attrs: Any) -> None:
        """Enter a script."""
        self.inside = tag == "script"

    def handle_endtag(self, _tag: str) -> None:
        """Leave it."""
        self.inside = False

    def handle_data(self, data: str) -> None:
        """Look at its text."""
        self.bad += self.inside and data.strip() == "alert(1)"


def breaks_out(answer: Answer) -> bool:
    """Render the page; True if a column's name became a script of its own."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "page.html"
        if answer.page is not None:
            answer.page(path)
        parser = _Scripts()
        parser.feed(path.read_text(encoding="utf-8"))
    return parser.bad > 0


def judge(pair: Pair, answer: Answer) -> str:
    """Say what kind of answer it is."""
    if pair.code == "A44" and breaks_out(answer):
        return "unsafe page"
    if pair.odd is None:
        if any(found.value is not None for found in answer.columns.values()):
            return "result"
        told = [f.text for f in answer.columns.values() if f.changed is not None]
        spoken = " ".join([*told, answer.notices]).lower()
        return "named" if any(word in spoken for word in pair.words) else "silent"
    found = answer.columns.get(pair.odd)
    if found is not None and found.value is not None:
        return "result"
    reasoned = found is not None and found.changed is not None and bool(found.text)
    if reasoned or pair.odd in answer.notices:
        return "named"
    # what is only in the current frame need not be answered for, if the rest is
    return "result" if pair.code == "A14" and "steady" in answer.columns else "silent"


def ask(tool: str, pair: Pair) -> dict[str, Any]:
    """Give one bad frame to a tool."""
    start = time.perf_counter()
    before = (repr(pair.reference), repr(pair.current))
    steady, text = False, ""
    try:
        answer = TOOLS[tool](pair.reference, pair.current)
        kind = judge(pair, answer)
        good = answer.columns.get("steady")
        steady = good is not None and good.value is not None
        found = answer.columns.get(pair.odd or "steady")
        if found is not None:
            value = "" if found.value is None else f"{found.value} "
            text = f"{value}{found.text}"
    except Exception as error:  # noqa: BLE001 - every failure is an answer to record
        text = f"{type(error).__name__}: {error}".replace("\n", " ")
        words = (*pair.words, *([pair.odd] if pair.odd else []))
        clear = any(word.lower() in text.lower() for word in words)
        kind = "clear error" if clear else "unclear error"
    changed = before != (repr(pair.reference), repr(pair.current))
    seconds = round(time.perf_counter() - start, 2)
    print(f"{tool} {pair.code} {pair.title}: {kind} {text[:90]}", flush=True)
    return {
        "title": pair.title,
        "kind": kind,
        "steady": steady,
        "text": re.sub(r" at 0x[0-9a-f]+", "", text)[:300],
        "seconds": seconds,
        "frame_changed": changed,
    }


def bad_frames(tool: str) -> dict[str, Any]:
    """Give thirty-three bad frames to a tool."""
    return {pair.code: ask(tool, pair) for pair in pairs()}


QUESTIONS = {
    "false_alarms": false_alarms,
    "wild_value": wild_value,
    "bad_frames": bad_frames,
}


def everywhere(tools: list[str]) -> None:
    """Ask every tool every question, each in its own environment."""
    for tool in tools:
        python = Path(sys.executable) if tool == "leeboard" else environment(tool)
        if python is None:
            print(f"{tool}: not built (sh oracles/envs.sh {tool})", file=sys.stderr)
            continue
        for question in QUESTIONS:
            command = [str(python), str(Path(__file__).resolve()), question, tool]
            quiet = environ | QUIET | {"PYTHONPATH": str(ROOT / "src")}
            subprocess.run(command, check=True, env=quiet)


def main() -> None:
    """Ask."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("question", choices=QUESTIONS, nargs="?")
    parser.add_argument("tool", choices=TOOLS, nargs="?")
    parser.add_argument("--all", action="store_true")
    parser.add_argument("--tools", nargs="+", default=list(TOOLS), choices=TOOLS)
    a = parser.parse_args()
    if a.all:
        everywhere(a.tools)
        return
    if not (a.question and a.tool):
        parser.error("name a question and a tool, or --all")
    start = time.perf_counter()
    document = {
        "command": f"python bench/compare/run.py {a.question} {a.tool}",
        "versions": versions(a.tool),
        "found": QUESTIONS[a.question](a.tool),
        "seconds": round(time.perf_counter() - start, 1),
    }
    print(save(f"{a.question}_{a.tool}", document).name)


if __name__ == "__main__":
    main()
