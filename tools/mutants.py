"""Break the code in each named way and expect a named test to fail.

``mutants.toml`` beside the tests of a room holds its list::

    [[mutant]]
    name = "ks forgets ties"
    file = "src/leeboard/metrics/ks.py"
    find = "side='right'"          # stands exactly once in the file
    replace = "side='left'"
    test = ["tests/metrics/test_ks.py::test_ties"]

The checkout is copied, so that nothing here is ever broken by an interrupted run.
"""

from __future__ import annotations

import argparse
import os
import random
import shutil
import subprocess
import sys
import tempfile
import time
import tomllib
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from queue import Queue

__all__ = ["Mutant", "main", "read", "run", "run_all", "unbroken"]

ROOT = Path(__file__).resolve().parents[1]
TESTS_FAILED = 1  # pytest's exit codes; anything above 1 is a run that did not happen
SECONDS_PER_MUTANT = 180
SECONDS = 3600.0
OUT_OF_TIME = "not run, out of time"


@dataclass(frozen=True, slots=True)
class Mutant:
    """One way to break one file, and the tests that must see it."""

    name: str
    file: str
    find: str
    replace: str
    test: tuple[str, ...]

    def broken(self, source: str) -> str:
        """Return the source with the one replacement made."""
        if source.count(self.find) != 1:
            times = source.count(self.find)
            msg = f"{self.name}: {self.find!r} stands {times} times in {self.file}"
            raise ValueError(msg)
        return source.replace(self.find, self.replace)

    def touched(self, changed: set[str]) -> bool:
        """Tell whether a change may have altered the outcome."""
        files = {self.file, *(test.partition("::")[0] for test in self.test)}
        return bool(files & changed)


def read(root: Path) -> list[Mutant]:
    """Return the mutants of every list of a checkout, each with a name of its own."""
    mutants = []
    for path in sorted(root.glob("tests/**/mutants.toml")):
        table = tomllib.loads(path.read_text(encoding="utf-8"))
        for entry in table.get("mutant", []):
            tests = [entry["test"]] if isinstance(entry["test"], str) else entry["test"]
            mutants.append(Mutant(**{**entry, "test": tuple(tests)}))
    names = [mutant.name for mutant in mutants]
    twice = {name for name in names if names.count(name) > 1}
    if twice:
        msg = f"names used twice: {sorted(twice)}"
        raise ValueError(msg)
    return mutants


def _git(*arguments: str) -> list[str]:
    run = subprocess.run(
        ["git", *arguments], cwd=ROOT, check=True, capture_output=True, text=True
    )
    return run.stdout.splitlines()


def _copy(target: Path) -> None:
    """Copy the checkout as it stands: tracked files and new ones, nothing ignored."""
    for name in _git("ls-files", "--cached", "--others", "--exclude-standard"):
        if (ROOT / name).is_file():
            (target / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, target / name)


def _pytest(
    checkout: Path, tests: tuple[str, ...], seconds: float
) -> subprocess.CompletedProcess[str]:
    # No bytecode: a replacement of equal length within one second would not be seen.
    plain = {"PYTHONDONTWRITEBYTECODE": "1", "LEEBOARD_MUTANT": "1"}
    environment = {**os.environ, **plain}
    environment.pop("PYTHONPATH", None)
    return subprocess.run(
        [sys.executable, "-m", "pytest", "-x", "-q", "-p", "no:cacheprovider", *tests],
        cwd=checkout,
        env=environment,
        check=False,
        capture_output=True,
        text=True,
        timeout=seconds,
    )


def unbroken(mutants: list[Mutant], checkout: Path) -> list[str]:
    """Return what goes wrong where nothing is broken: only then is a mutant seen."""
    tests = tuple(sorted({test for mutant in mutants for test in mutant.test}))
    whole = _pytest(checkout, tests, SECONDS)
    if whole.returncode == 0:
        return []
    said = whole.stdout + whole.stderr
    return [f"the tests do not pass on the unbroken code:\n{said}"]


def run(mutant: Mutant, checkout: Path, deadline: float) -> str:
    """Break a checkout in one way, mend it again, and return what went wrong, if so."""
    if time.monotonic() > deadline:
        return f"{mutant.name}: {OUT_OF_TIME}"
    path = checkout / mutant.file
    source = path.read_text(encoding="utf-8")
    path.write_text(mutant.broken(source), encoding="utf-8")
    try:
        outcome = _pytest(checkout, mutant.test, SECONDS_PER_MUTANT)
    except subprocess.TimeoutExpired:
        return f"{mutant.name}: no end after {SECONDS_PER_MUTANT} s"
    finally:
        path.write_text(source, encoding="utf-8")
    seen = outcome.returncode == TESTS_FAILED
    print(f"{'seen  ' if seen else 'MISSED'}  {mutant.name}", flush=True)
    if seen:
        return ""
    return f"{mutant.name}: pytest ended {outcome.returncode}: {outcome.stdout[-400:]}"


def run_all(mutants: list[Mutant], checkouts: list[Path], deadline: float) -> list[str]:
    """Run the mutants, one at a time in each checkout, and return what went wrong."""
    free: Queue[Path] = Queue()
    for checkout in checkouts:
        free.put(checkout)

    def one(mutant: Mutant) -> str:
        checkout = free.get()
        try:
            return run(mutant, checkout, deadline)
        finally:
            free.put(checkout)

    with ThreadPoolExecutor(len(checkouts)) as pool:
        return [wrong for wrong in pool.map(one, mutants) if wrong]


def main() -> int:
    """Run the mutants asked for; return 1 if one went unseen."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--only", help="those with this text in their name")
    parser.add_argument("--changed-since", metavar="REV", help="those touched since")
    parser.add_argument("--seconds", type=float, default=SECONDS, help="time to spend")
    parser.add_argument(
        "--passed", action="store_true", help="the tests just passed on this very code"
    )
    parser.add_argument(
        "--sample", action="store_true", help="as many as the time allows, by chance"
    )
    asked = parser.parse_args()
    mutants = read(ROOT)
    if asked.only:
        mutants = [mutant for mutant in mutants if asked.only in mutant.name]
    if asked.changed_since:
        changed = set(_git("diff", "--name-only", asked.changed_since, "--", "."))
        mutants = [mutant for mutant in mutants if mutant.touched(changed)]
    if not mutants:
        print("no mutant to run")
        return 0
    if asked.sample:
        # others at each commit, and the same ones where a run is repeated
        random.Random(_git("rev-parse", "HEAD")[0]).shuffle(mutants)  # noqa: S311 - no secret
    deadline = time.monotonic() + asked.seconds
    with tempfile.TemporaryDirectory() as folder:
        checkouts = [Path(folder) / str(i) for i in range(os.cpu_count() or 1)]
        for checkout in checkouts:
            _copy(checkout)
        wrong = [] if asked.passed else unbroken(mutants, checkouts[0])
        wrong = wrong or run_all(mutants, checkouts, deadline)
    if asked.sample:
        late = [line for line in wrong if line.endswith(OUT_OF_TIME)]
        wrong = [line for line in wrong if line not in late]
        print(f"{len(late)} of {len(mutants)} were left for another commit")
    print("\n".join([*wrong, f"{len(mutants)} mutants, {len(wrong)} failures"]))
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
