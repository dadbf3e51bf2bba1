"""What ``leeboard check`` costs, beside the limit and beside its peers.

    python bench/check.py                           # 1,000,000 rows, 20 columns
    python bench/check.py --parts start,default     # some parts only
    python bench/check.py --rows 100000 --peers     # peers too: minutes

Prints one table of ratios and writes ``bench/results/check.json``. *Start-up* is what
``leeboard check`` takes on 1,000 rows of the same columns without a page; it is taken
off where the table says so. Build the environments first: ``sh oracles/envs.sh``.
"""

from __future__ import annotations

import argparse
import compileall
import importlib.util
import json
import os
import platform
import sys
import tempfile
from collections.abc import Sequence
from importlib.metadata import version
from pathlib import Path
from typing import Any

from data import write
from measure import ROOT, best, environment, load, run, save

PARTS = ("limit", "start", "default", "exact", "profile", "memory")
MIB = 1 << 20
DEPENDENCIES = ("numpy", "scipy", "pyarrow", "narwhals", "typer", "rich", "jinja2")
DEPENDENCIES += ("click", "pandas")  # pyarrow imports pandas where there is one

PROFILE_CODE = "import sys, leeboard as lb; lb.profile(sys.argv[1]).save(sys.argv[2])"


def leeboard(*arguments: str | Path) -> list[str | Path]:
    """Return the command line of this checkout's leeboard."""
    script = Path(sys.executable).parent / "leeboard"
    start: list[str | Path] = (
        [script] if script.exists() else [sys.executable, "-m", "leeboard"]
    )
    return [*start, *arguments]


def check(folder: Path, *options: str | Path) -> list[str | Path]:
    """Return the command that checks the pair in a folder."""
    pair = (folder / "reference.parquet", folder / "current.parquet")
    return leeboard("check", *pair, *options)


class Bench:
    """The parts of the benchmark; each adds to ``found``."""

    def __init__(self, work: Path, rows: int, columns: int, runs: int) -> None:
        self.work = work
        self.rows = rows
        self.columns = columns
        self.runs = runs
        self.found: dict[str, Any] = {}
        self.folder = work / f"{rows}x{columns}"
        self.small = work / f"1000x{columns}"
        self.size = self.made(self.folder, rows)
        self.made(self.small, 1000)

    def made(self, folder: Path, rows: int, repeat: int = 1) -> dict[str, int]:
        """Make the pair once; return its sizes."""
        note = folder / "size.json"
        if not note.exists():
            # a file that repeats its rows is only ever checked, never a reference
            names = ("reference", "current") if repeat == 1 else ("current",)
            size = write(folder, rows, self.columns, repeat=repeat, names=names)
            note.write_text(json.dumps(size), encoding="utf-8")
        found: dict[str, int] = json.loads(note.read_text(encoding="utf-8"))
        return found

    def limit(self) -> None:
        """Bare NumPy and PyArrow, in one thread."""
        python = environment("limit")
        if python is None:
            print("limit: not built (sh oracles/envs.sh limit)", file=sys.stderr)
            return
        script = ROOT / "bench" / "limit.py"
        cost = run([python, script, self.folder, "--runs", str(self.runs)])
        self.found["limit"] = json.loads(cost.output)

    def start(self) -> None:
        """Start-up: version, and a small check with and without a page."""
        page = self.work / "small.html"
        runs = max(self.runs, 5)
        parts = {
            "version": leeboard("--version"),
            "small": check(self.small),
            "small_html": check(self.small, "--html", page),
        }
        self.found["start"] = {k: best(v, runs).as_json() for k, v in parts.items()}

    def default(self) -> None:
        """The default command, page included."""
        page = self.work / "default.html"
        cost = best(check(self.folder, "--html", page), self.runs)
        self.found["default"] = cost.as_json() | {"html": page.stat().st_size}

    def exact(self) -> None:
        """With Kolmogorov-Smirnov and Wasserstein on the rows."""
        page = self.work / "exact.html"
        cost = best(check(self.folder, "--exact", "--html", page), self.runs)
        self.found["exact"] = cost.as_json() | {"html": page.stat().st_size}

    def saved(self, folder: Path) -> Path:
        """Return the saved profile of a folder's reference."""
        path = folder / "reference.profile"
        if not path.exists():
            source = folder / "reference.parquet"
            run([sys.executable, "-c", PROFILE_CODE, source, path])
        return path

    def profile(self) -> None:
        """Against a saved profile: only the current table is read."""
        reference, page = self.saved(self.folder), self.work / "profile.html"
        current = self.folder / "current.parquet"
        command = leeboard("check", reference, current, "--html", page)
        cost = best(command, self.runs)
        small = leeboard("check", reference, self.small / "current.parquet")
        self.found["profile"] = cost.as_json() | {
            "html": page.stat().st_size,
            "file": reference.stat().st_size,
            "small": best(small, self.runs).as_json(),
        }

    def memory(self, repeat: int = 5) -> None:
        """Peak against a saved profile as the current file grows."""
        large = self.work / f"{self.rows}x{self.columns}x{repeat}"
        self.made(large, self.rows, repeat)
        reference = self.saved(self.folder)
        peaks = {}
        for folder, times in ((self.folder, 1), (large, repeat)):
            command = leeboard("check", reference, folder / "current.parquet")
            peaks[str(self.rows * times)] = run(command).as_json()
        self.found["memory"] = {"tables": self.size["memory"], "streamed": peaks}

    def peer(self, name: str) -> None:
        """One run of a peer in its own environment."""
        python = environment(name)
        if python is None:
            print(f"{name}: not built (sh oracles/envs.sh {name})", file=sys.stderr)
            return
        page = self.work / f"{name}.html"
        script = ROOT / "bench" / "peers.py"
        # the first run compiles what is imported; it does not count
        run([python, script, name, self.small, "--html", page])
        cost = run([python, script, name, self.folder, "--html", page])
        self.found[name] = cost.as_json() | json.loads(cost.output)


def cpu_apart(found: dict[str, Any], part: str) -> float:
    """CPU seconds of a part without start-up."""
    small = found[part].get("small") or found["start"]["small"]
    return float(found[part]["cpu"] - small["cpu"])


def rows_of(found: dict[str, Any], tables: int) -> list[tuple[str, str, str, str]]:
    """Rows of the printed table: what, measured, ratio, goal."""
    out: list[tuple[str, str, str, str]] = []
    limit, start = found.get("limit"), found.get("start")
    goals = (
        ("default", "exact", 1.0),
        ("exact", "exact", 1.5),
        ("profile", "binned", 1.0),
    )
    for part, against, goal in goals:
        if part not in found or not limit or not start:
            continue
        base = limit[against]["cpu"]
        apart, whole = cpu_apart(found, part), found[part]["cpu"]
        measured = f"{apart:.2f} CPU s to {base:.2f}"
        ratio, name = f"{apart / base:.2f}", f"{part}, start-up apart / limit {against}"
        out.append((name, measured, ratio, f"<= {goal}"))
        name = f"{part}, start-up included / limit {against}"
        out.append(
            (name, f"{whole:.2f} CPU s to {base:.2f}", f"{whole / base:.2f}", "")
        )
    for peer, goal_text in (("evidently", ">= 30"), ("nannyml", "")):
        if peer in found and "default" in found:
            theirs, ours = found[peer]["wall"], found["default"]["wall"]
            out.append(
                (
                    f"{peer} / default, wall, all included",
                    f"{theirs:.1f} s to {ours:.2f}",
                    f"{theirs / ours:.1f}",
                    goal_text,
                )
            )
            theirs, ours = found[peer]["peak"] / MIB, found["default"]["peak"] / MIB
            name = f"{peer} / default, peak memory"
            text = f"{theirs:.0f} MiB to {ours:.0f}"
            out.append((name, text, f"{theirs / ours:.1f}", ""))
    for part in ("default", "exact"):
        if part in found:
            peak = found[part]["peak"]
            text = f"{peak / MIB:.0f} MiB to {tables / MIB:.0f}"
            out.append(
                (f"{part}, peak / both tables", text, f"{peak / tables:.2f}", "<= 1.5")
            )
    if start:
        for part, top in (("version", 0.2), ("small", 1.0), ("small_html", 1.0)):
            wall = start[part]["wall"]
            out.append(
                (
                    f"start: {part}",
                    f"{wall:.3f} s wall, {start[part]['cpu']:.3f} CPU",
                    f"{wall / top:.2f}",
                    "<= 1",
                )
            )
    streamed = found.get("memory", {}).get("streamed", {})
    if streamed:
        peaks = [cost["peak"] for cost in streamed.values()]
        text = " / ".join(f"{peak / MIB:.0f} MiB" for peak in peaks)
        name = (
            f"saved profile, peak at {' / '.join(f'{int(n):,}' for n in streamed)} rows"
        )
        out.append((name, text, f"{peaks[-1] / peaks[0]:.2f}", "<= 1.0"))
    pages = [part for part in ("default", "evidently", "nannyml") if part in found]
    out += [
        (f"{part}, page", f"{found[part]['html'] / 1000:.0f} kB", "", "")
        for part in pages
    ]
    return out


def show(rows: Sequence[tuple[str, str, str, str]]) -> None:
    """Print the table."""
    head = ("what", "measured", "ratio", "goal")
    widths = [max(len(row[k]) for row in (head, *rows)) for k in range(4)]
    for row in (head, tuple("-" * w for w in widths), *rows):
        print(
            "  ".join(
                cell.ljust(w) for cell, w in zip(row, widths, strict=True)
            ).rstrip()
        )


def compile_bytecode() -> None:
    """Compile Leeboard and what it imports, as an installer does."""
    compileall.compile_dir(ROOT / "src", quiet=1)
    for name in DEPENDENCIES:
        found = importlib.util.find_spec(name)
        for folder in (found.submodule_search_locations or []) if found else []:
            compileall.compile_dir(folder, quiet=2)


def command_line(a: argparse.Namespace) -> str:
    """Return the command that measures all that a results file holds."""
    words = ["python bench/check.py --peers"]
    if a.name != "check":
        words = [f"python bench/check.py --parts {a.parts}"]
        words += [f"--repeat {a.repeat} --name {a.name}"]
    return " ".join(words)


def main() -> None:
    """Run the parts asked for and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--columns", type=int, default=20)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--parts", default=",".join(PARTS))
    parser.add_argument(
        "--peers", action="store_true", help="Evidently and NannyML too"
    )
    parser.add_argument(
        "--repeat", type=int, default=5, help="size of the streamed file"
    )
    parser.add_argument("--work", type=Path, help="where data is kept between runs")
    parser.add_argument("--name", default="check", help="name of the results file")
    a = parser.parse_args()
    compile_bytecode()
    with tempfile.TemporaryDirectory() as scratch:
        bench = Bench(a.work or Path(scratch), a.rows, a.columns, a.runs)
        before = load(a.name) or {}
        if (before.get("rows"), before.get("columns")) == (a.rows, a.columns):
            bench.found = before["found"]
        for part in a.parts.split(","):
            if part == "memory":
                bench.memory(a.repeat)
            elif part:
                getattr(bench, part)()
        if a.peers:
            bench.peer("evidently")
            bench.peer("nannyml")
    names = ("numpy", "pyarrow", "scipy", "narwhals")
    document = {
        "command": command_line(a),
        "rows": a.rows,
        "columns": a.columns,
        "machine": {"cores": os.cpu_count(), "python": platform.python_version()},
        "versions": {name: version(name) for name in names},
        "found": bench.found,
        "tables": bench.size["memory"],
    }
    save(a.name, document)
    show(rows_of(bench.found, bench.size["memory"]))


if __name__ == "__main__":
    main()
