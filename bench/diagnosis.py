"""Which cause is named when a known one is at work: a table of causes and answers.

    python bench/diagnosis.py [--draws 200] [--rows 24 100 500 5000] [--write]

A simulated model of seven features with 5,000 reference rows. Each draw makes a window
in which one thing is wrong, scores it with the model, labels it, and asks for the
diagnosis, without saying what crossed. ``--write`` puts the tables into
``docs/diagnosis.md``.
"""

from __future__ import annotations

import argparse
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from leeboard.engines.profiling import profile_current, profile_reference
from leeboard.incidents.diagnosis import diagnose
from leeboard.incidents.incident import Diagnosis
from leeboard.incidents.scene import ErrorSeen, Scene
from leeboard.performance import OutcomeCells, Outcomes, Tally, error_cells, tally_of
from leeboard.profiles.part import Part
from leeboard.profiles.profile import Profile
from leeboard.schema import Task
from leeboard.sources import open_source
from leeboard.stats.intervals import wilson
from leeboard.stats.shift_share import ShiftShare, shift_share

PAGE = Path(__file__).resolve().parents[1] / "docs" / "diagnosis.md"
LEVELS = np.array(["DE", "ES", "FR", "IT", "NL", "PT"], object)
SHARES = np.array([0.34, 0.24, 0.17, 0.12, 0.08, 0.05])
DAY = np.array(
    [1, 1, 1, 1, 1, 2, 4, 8, 10, 8, 6, 5, 5, 5, 5, 6, 7, 9, 9, 7, 5, 4, 3, 2], float
)
REFERENCE_ROWS = 5000
_GOOD = 20
"""Windows of which one stands before each draw's."""
QUALITY = (
    "unit change, × 1000",
    "unit change, × 100",
    "unit change, ÷ 1000",
    "unit change, °C as °F",
    "sign flip",
    "time-zone shift",
    "default-value flood, 0",
    "default-value flood, mean",
    "encoding swap",
    "category rename",
    "constant",
    "missing jump",
    "staleness",
)
"""Faults of the data, as the rows of the table name them."""

Columns = dict[str, Any]
Fault = Callable[[np.random.Generator, Columns], None]


def features(rng: np.random.Generator, n: int) -> Columns:
    """Rows of which nothing is wrong."""
    return {
        "amount": rng.lognormal(3.0, 0.6, n),
        "temperature": rng.normal(15.0, 6.0, n),
        "margin": rng.normal(3.0, 1.2, n),
        "load": rng.beta(2.0, 5.0, n),
        "hour": rng.choice(24, n, p=DAY / DAY.sum()),
        "country": rng.choice(LEVELS, n, p=SHARES),
        "returning": rng.random(n) < 0.6,
    }


def chance(x: Columns) -> Any:
    """Chance of a label 1; the model knows it in the reference."""
    score = 1.1 * (x["load"] - 0.29) / 0.16 + 0.9 * (np.log(x["amount"]) - 3.0) / 0.6
    score = score + 0.5 * (x["country"] == "DE") - 0.5 * x["returning"]
    return 1.0 / (1.0 + np.exp(0.9 - score))


def predicted(x: Columns) -> Any:
    """The model's score: of what it is given, faults included; outside it is flat."""
    known = dict(x)
    amount = np.nan_to_num(np.asarray(x["amount"], float), nan=20.0)
    known["amount"] = np.clip(amount, 1.0, 200.0)
    return chance(known)


def seen(rng: np.random.Generator, x: Columns, labels: Any = None) -> pa.Table:
    """Features with the model's score and labels."""
    truth = rng.random(len(x["hour"])) < chance(x) if labels is None else labels
    return pa.table({**x, "score": predicted(x), "label": truth})


def reference(seed: int = 0) -> pa.Table:
    """Return the reference rows."""
    rng = np.random.default_rng(seed)
    return seen(rng, features(rng, REFERENCE_ROWS))


def _set(name: str, change: Callable[[Any], Any]) -> Fault:
    def fault(_: np.random.Generator, x: Columns) -> None:
        x[name] = change(x[name])

    return fault


def _some(name: str, share: float, value: Any) -> Fault:
    def fault(rng: np.random.Generator, x: Columns) -> None:
        x[name] = np.where(rng.random(len(x[name])) < share, value, x[name])

    return fault


def _swap(rng: np.random.Generator, x: Columns) -> None:
    order = np.roll(np.arange(len(LEVELS)), int(rng.integers(1, len(LEVELS))))
    names = dict(zip(LEVELS, LEVELS[order], strict=True))
    x["country"] = np.array([names[one] for one in x["country"]], object)


def _later(rng: np.random.Generator, x: Columns) -> None:
    x["hour"] = (x["hour"] + int(rng.choice([-8, -5, 5, 8, 9]))) % 24


def _rename(_: np.random.Generator, x: Columns) -> None:
    x["country"] = np.where(x["country"] == "DE", "Germany", x["country"])


FAULTS: dict[str, Fault] = {
    "unit change, × 1000": _set("amount", lambda v: v * 1000.0),
    "unit change, × 100": _set("load", lambda v: v * 100.0),
    "unit change, ÷ 1000": _set("amount", lambda v: v / 1000.0),
    "unit change, °C as °F": _set("temperature", lambda v: v * 1.8 + 32.0),
    "sign flip": _set("margin", lambda v: -v),
    "time-zone shift": _later,
    "default-value flood, 0": _some("amount", 0.4, 0.0),
    "default-value flood, mean": _some("temperature", 0.5, 15.02),
    "encoding swap": _swap,
    "category rename": _rename,
    "constant": _set("temperature", lambda v: np.full(len(v), 17.5)),
    "missing jump": _some("temperature", 0.3, np.nan),
}


def table_of(cause: str, rng: np.random.Generator, n: int) -> pa.Table:
    """Rows of a window in which that is at work."""
    x = features(rng, n)
    if cause in FAULTS:
        labels = rng.random(n) < chance(x)
        FAULTS[cause](rng, x)
        return seen(rng, x, labels)
    if cause == "prior shift":
        wide = features(rng, 8 * n + 200)
        labels = rng.random(len(wide["hour"])) < chance(wide)
        chosen = rng.random(n) < 0.65
        ones, zeros = np.flatnonzero(labels), np.flatnonzero(~labels)
        rows = np.where(chosen, rng.choice(ones, n), rng.choice(zeros, n))
        return seen(rng, {k: v[rows] for k, v in wide.items()}, labels[rows])
    if cause.startswith("concept"):
        if cause == "concept, and other inputs":
            x["margin"] = x["margin"] + 1.0
            x["amount"] = rng.lognormal(3.2, 0.5, n)
        other = {**x, "load": 0.58 - x["load"]}
        return seen(rng, x, rng.random(n) < chance(other))
    if cause.startswith("covariate"):
        x["load"] = np.clip(x["load"] * 0.4 + 0.23, 0.0, 1.0)
        x["amount"] = rng.lognormal(3.0, 0.25, n)
    if cause == "virtual, other mix of levels":
        p = SHARES * rng.lognormal(0.0, 0.7, len(LEVELS))
        x["country"] = rng.choice(LEVELS, n, p=p / p.sum())
    if cause == "virtual, any mix of levels":
        x["country"] = rng.choice(LEVELS, n, p=rng.dirichlet(np.ones(len(LEVELS))))
    if cause == "virtual":
        x["margin"] = x["margin"] + 1.0
    if cause == "model or pipeline":
        labels = rng.random(n) < chance(x)
        table = seen(rng, x, labels)
        wrong = np.asarray(table["score"]) ** 3
        at = table.schema.get_field_index("score")
        return table.set_column(at, "score", pa.array(wrong))
    return seen(rng, x)


def error_of(table: pa.Table) -> tuple[int, int]:
    """Wrong answers, and rows."""
    score, label = np.asarray(table["score"]), np.asarray(table["label"])
    return int(((score > 0.5) != label).sum()), len(label)


def tallied(table: pa.Table, cells: OutcomeCells | None = None) -> Tally:
    """Counts of labels, answers and scores of a table."""
    score = np.asarray(table["score"], float)
    labels = np.asarray(table["label"]).astype(np.int64)
    said = (score > 0.5).astype(np.int64)
    outcomes = Outcomes(Task.BINARY, labels, said, score, ("no", "yes"))
    return tally_of(outcomes, cells)


def counted(table: pa.Table, profile: Profile) -> Part:
    """Counts of a table in the reference's cells."""
    return profile_current(open_source(table), profile).parts[None]


class World:
    """The reference, its error, and windows of it."""

    def __init__(self) -> None:
        rows = reference()
        self.profile = profile_reference(open_source(rows))
        self.tally = tallied(rows)
        rng = np.random.default_rng(1)
        wrong, rows = error_of(seen(rng, features(rng, 200_000)))
        self.error = wrong / rows
        self._before: dict[int, list[Part]] = {}

    def _good(self, n: int) -> list[Part]:
        rng = np.random.default_rng(n)
        if n not in self._before:
            tables = [table_of("no change", rng, n) for _ in range(_GOOD)]
            self._before[n] = [counted(table, self.profile) for table in tables]
        return self._before[n]

    def scene(self, cause: str, rng: np.random.Generator, n: int) -> Scene:
        """A window in which that is at work."""
        table = table_of(cause, rng, n)
        current = counted(table, self.profile)
        if cause == "staleness":
            previous = current
        else:
            previous = self._good(n)[int(rng.integers(_GOOD))]
        wrong, rows = error_of(table)
        low, high = wilson(wrong, rows)
        labelled = not cause.endswith("without labels")
        error = None
        if labelled:
            split = self._split(table)
            error = ErrorSeen(wrong / rows, low, high, self.error, split)
        return Scene(
            self.profile,
            current,
            previous=previous,
            error=error,
            has_labels=labelled,
        )

    def _split(self, table: pa.Table) -> ShiftShare | None:
        before = error_cells(self.tally)
        after = error_cells(tallied(table, self.tally.cells))
        if before is None or after is None:
            return None
        return shift_share(before, after)

    def diagnose(self, cause: str, seed: int, n: int) -> Diagnosis:
        """What is said of one draw."""
        rng = np.random.default_rng([seed, n, sum(map(ord, cause))])
        return diagnose(self.scene(cause, rng, n))


CAUSES = (
    *QUALITY,
    "prior shift",
    "concept",
    "concept, and other inputs",
    "covariate",
    "covariate, without labels",
    "virtual",
    "virtual, other mix of levels",
    "virtual, any mix of levels",
    "model or pipeline",
    "no change",
    "no change, without labels",
)
NOTHING = {"no change", "no change, without labels"}


def right(cause: str) -> str:
    """The answer that is right."""
    return "undetermined" if cause in NOTHING else cause.partition(",")[0]


def answers(world: World, rows: int, draws: int) -> dict[str, Counter[str]]:
    """How often each answer was given, by cause."""
    return {
        cause: Counter(world.diagnose(cause, k, rows).cause for k in range(draws))
        for cause in CAUSES
    }


def markdown(rows: int, found: dict[str, Counter[str]]) -> str:
    """One table: per cent right, undetermined, and everything else by name."""
    lines = [
        f"### {rows:,} rows\n",
        "| At work | right | undetermined | other answers |",
        "|---|---|---|---|",
    ]
    for cause, counter in found.items():
        draws = counter.total()
        own = right(cause)
        named = [
            f"{answer} {100 * k / draws:.3g} %"
            for answer, k in counter.most_common()
            if answer not in {own, "undetermined"}
        ]
        held = "–" if own == "undetermined" else f"{share(counter, 'undetermined')}"
        others = ", ".join(named) or "–"
        lines.append(f"| {cause} | {share(counter, own)} | {held} | {others} |")
    return "\n".join(lines) + "\n"


def share(counter: Counter[str], answer: str) -> str:
    """Per cent of an answer."""
    return f"{100 * counter[answer] / counter.total():.3g} %"


def main() -> None:
    """Print the tables; write them into the page if asked."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--draws", type=int, default=200)
    parser.add_argument("--rows", type=int, nargs="+", default=[24, 100, 500, 5000])
    parser.add_argument("--write", action="store_true")
    given = parser.parse_args()
    world = World()
    tables = []
    for rows in given.rows:
        tables.append(markdown(rows, answers(world, rows, given.draws)))
        print(tables[-1], flush=True)
    if given.write:
        text = PAGE.read_text("utf-8")
        begin, end = "<!-- tables -->\n", "<!-- end of tables -->"
        head, _, rest = text.partition(begin)
        tail = rest.partition(end)[2]
        PAGE.write_text(head + begin + "\n".join(tables) + end + tail, "utf-8")


if __name__ == "__main__":
    main()
