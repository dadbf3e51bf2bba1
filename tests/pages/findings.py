"""Findings built by hand, hostile ones among them: what the pages are tested with."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from leeboard.engines.cut import cut_numbers
from leeboard.engines.moments import distance
from leeboard.errors import Note
from leeboard.metrics._metric import Measurement, PKind, Reason
from leeboard.performance import Figure, Outcomes, figures
from leeboard.profiles.cells import CategoryCells, Cells, NumericCells
from leeboard.profiles.counts import SCALE, CategoryCounts, Counts, NumericCounts
from leeboard.profiles.part import Part
from leeboard.profiles.profile import Profile
from leeboard.schema import Column, Kind, Role, Schema, Task
from leeboard.verdicts.performance import Performance, compare_figures
from leeboard.verdicts.report import ColumnResult, ConditionResult, Findings, Skipped
from leeboard.verdicts.verdict import Lines, State, Verdict
from tests.pages.payloads import PAYLOADS

Values = np.ndarray[Any, Any]

LINES = Lines()


@dataclass
class Built:
    """One column of both samples, counted."""

    column: Column
    cells: Cells
    reference: Counts
    current: Counts
    state: State = State.HELD
    size: float | None = 0.004
    segment: str | None = None
    notes: tuple[Note, ...] = ()
    reason: str = "the size is surely below large"
    measurements: Mapping[str, Measurement] = field(default_factory=dict)


def number_cells(values: Values) -> NumericCells:
    """Return the cells of these reference values."""
    return cut_numbers(np.sort(values[np.isfinite(values)]))


def number_counts(cells: NumericCells, values: Values, missing: int) -> NumericCounts:
    """Count numbers into cells."""
    out = np.zeros(cells.size, np.int64)
    finite = values[np.isfinite(values)]
    where = np.searchsorted(cells.edges, finite, side="right")
    np.add.at(out, where, 1)
    out[cells.minus_inf] = np.count_nonzero(values == -np.inf)
    out[cells.plus_inf] = np.count_nonzero(values == np.inf)
    out[cells.missing] = missing + np.count_nonzero(np.isnan(values))
    sums = np.bincount(where, weights=finite * SCALE, minlength=cells.inner + 2)
    norm = distance(finite, cells.centre) if len(finite) else 0.0
    ends = (finite.min().item(), finite.max().item()) if len(finite) else (None, None)
    return NumericCounts(out, sums, norm, *ends)


def numbers(
    name: str,
    reference: Values,
    current: Values,
    *,
    missing: tuple[int, int] = (0, 0),
    kind: Kind = Kind.NUMERIC,
    unit: str = "",
    role: Role = Role.FEATURE,
    **how: Any,
) -> Built:
    """Build a numeric column."""
    cells = number_cells(reference)
    pair = [
        number_counts(cells, values, gone)
        for values, gone in zip((reference, current), missing, strict=True)
    ]
    return Built(Column(name, kind, role, unit=unit), cells, pair[0], pair[1], **how)


def levels(
    name: str,
    reference: Mapping[str, int],
    current: Mapping[str, int],
    *,
    missing: tuple[int, int] = (0, 0),
    keep: int = 60,
    **how: Any,
) -> Built:
    """Build a categorical column from rows per level."""
    order = sorted(reference, key=lambda level: -reference[level])
    own = tuple(order[:keep])
    cells = CategoryCells(own, np.zeros(0, np.uint64), 0)
    pair = []
    for sample, gone in zip((reference, current), missing, strict=True):
        out = np.zeros(cells.size, np.int64)
        unseen = 0
        for level, rows in sample.items():
            out[own.index(level) if level in own else cells.rare] += rows
            unseen += 0 if level in reference else rows
        out[cells.missing] = gone
        pair.append(CategoryCounts(out, unseen))
    return Built(Column(name, Kind.CATEGORICAL), cells, pair[0], pair[1], **how)


def verdict(built: Built) -> Verdict:
    """Return a verdict in the state that was asked for."""
    size, failed = built.size, built.state is State.FAILED
    kind = built.column.kind
    interval = (
        None if size is None else (max(0.0, size * 0.7 - 0.002), size * 1.3 + 0.01)
    )
    shift = None
    if size is not None and kind is Kind.NUMERIC:
        shift = round(float(np.sqrt(size)), 2)
    return Verdict(
        subject=built.column.name,
        segment=built.segment,
        role=str(built.column.role),
        kind=str(kind),
        metric="psi",
        rule="" if failed else "size against two lines",
        state=built.state,
        value=None if failed else size,
        interval=None if failed else interval,
        p_value=None if failed else (1e-9 if built.state is State.MOVED else 0.41),
        p_kind=None if failed else PKind.INDEPENDENT,
        p_beyond=None if failed else (1e-6 if built.state is State.MOVED else 0.9),
        noise_floor=None if failed else 0.001,
        n_reference=built.reference.rows,
        n_current=built.current.rows,
        exact=True,
        reason=Reason(str(built.state), built.reason),
        lines=LINES,
        shift=shift,
        rows_needed=4000 if built.state is State.UNSURE else None,
    )


def findings(
    columns: Sequence[Built],
    *,
    conditions: Sequence[ConditionResult] = (),
    skipped: Sequence[Skipped] = (),
    table: Sequence[Measurement] = (),
    notes: Sequence[Note] = (),
    names: tuple[str, str] = ("train.parquet", "week-32.parquet"),
    segment: str | None = None,
) -> Findings:
    """Put columns together as the findings of one check."""
    schema = Schema(tuple(c.column for c in columns if c.segment is None))
    profiles = []
    for which in ("reference", "current"):
        parts = {}
        for part in dict.fromkeys([None, *(c.segment for c in columns)]):
            counts = {
                c.column.name: getattr(c, which) for c in columns if c.segment == part
            }
            rows = max((c.rows for c in counts.values()), default=0)
            parts[part] = Part(rows, counts)
        cells = {c.column.name: c.cells for c in columns if c.segment is None}
        profiles.append(
            Profile(schema, cells, parts, segment=segment, fixed=which == "reference")
        )
    results = tuple(
        ColumnResult(c.column.name, c.segment, verdict(c), c.measurements, c.notes)
        for c in columns
    )
    return Findings(
        reference=profiles[0],
        current=profiles[1],
        columns=results,
        conditions=tuple(conditions),
        skipped=tuple(skipped),
        table=tuple(table),
        notes=tuple(notes),
        lines=LINES,
        reference_name=names[0],
        current_name=names[1],
    )


def condition(
    text: str,
    subject: str,
    *,
    passed: bool | None,
    severity: str = "error",
    value: float | None = 0.31,
    segment: str | None = None,
) -> ConditionResult:
    """One condition of a suite."""
    return ConditionResult(
        condition=text,
        subject=subject,
        segment=segment,
        severity=severity,
        passed=passed,
        measurement=Measurement("psi", value, 10_000, 1_000),
        reason=Reason("compared", f"psi of {subject} is {value}"),
    )


def performance(columns: tuple[str, str, str] = ("y", "yhat", "p")) -> Performance:
    """Return performance of two samples, the second worse; one figure is undefined."""
    rng = np.random.default_rng(5)

    def side(n: int, noise: float) -> list[Figure]:
        scores = rng.beta(2, 3, n)
        labels = (rng.random(n) < scores * (1 - noise) + 0.5 * noise).astype(np.int64)
        right = (scores > 0.5).astype(np.int64)
        rows = Outcomes(Task.BINARY, labels, right, scores, ("no", "yes"))
        return figures(rows)

    text = columns[0]
    gone = Figure("rmse", None, 0, reason=Reason(text, text))
    compared = compare_figures([*side(9000, 0.0), gone], [*side(1400, 0.5), gone])
    return Performance(Task.BINARY, *columns, text, compared)


def typical(seed: int = 7) -> Findings:
    """Return a check like many: some columns moved, one failed, most held."""
    rng = np.random.default_rng(seed)
    n, m = 10_000, 1_500
    moved, unsure, held = State.MOVED, State.UNSURE, State.HELD
    ks = Measurement("ks", 0.21, n, m, interval=(0.21, 0.234), exact=False)
    gone = Measurement(
        "wasserstein", None, n, m, reason=Reason("needs_rows", "needs rows")
    )
    hours = rng.integers(0, 24, n)
    day = 86_400_000_000
    built = [
        numbers(
            "temp",
            rng.normal(14, 6, n),
            rng.normal(18, 6, m),
            unit="°C",
            state=moved,
            size=0.42,
            missing=(0, 21),
            reason="surely more than negligible: the lower end of the interval is 0.29",
            measurements={"ks": ks, "wasserstein": gone},
        ),
        numbers(
            "humidity",
            rng.beta(5, 3, n) * 100,
            np.concatenate([rng.beta(5, 3, m - 200) * 100, np.zeros(200)]),
            unit="%",
            state=moved,
            size=0.16,
            reason="surely more than negligible",
            notes=(
                Note(
                    "out_of_range",
                    "column 'humidity'",
                    "200 rows lie below the reference minimum of 4.1",
                ),
            ),
        ),
        numbers(
            "casual",
            np.where(rng.random(n) < 0.3, 0, rng.lognormal(2, 1.6, n)),
            np.where(rng.random(m) < 0.42, 0, rng.lognormal(2.2, 1.6, m)),
            unit="riders",
            state=moved,
            size=0.09,
            reason="surely more than negligible",
        ),
        levels(
            "season",
            {"spring": 4200, "summer": 2900, "autumn": 1900, "winter": 1000},
            {"summer": 900, "spring": 300, "autumn": 200, "winter": 99, "monsoon": 1},
            missing=(0, 40),
            state=moved,
            size=0.55,
            reason="surely more than negligible",
        ),
        numbers("hour", hours, rng.integers(0, 24, m), state=held),
        numbers(
            "windspeed",
            rng.gamma(2, 6, n),
            rng.gamma(2, 6.3, m),
            unit="km/h",
            state=held,
        ),
        numbers(
            "income",
            np.exp(rng.normal(10, 1.4, n)),
            np.exp(rng.normal(10.1, 1.4, m)),
            unit="€",
            state=unsure,
            size=0.05,
            reason="neither surely more than negligible nor surely less than large",
        ),
        numbers("residual", rng.standard_cauchy(n), rng.standard_cauchy(m), state=held),
        numbers(
            "registered_at",
            rng.integers(15_000 * day, 15_400 * day, n),
            rng.integers(15_350 * day, 15_410 * day, m),
            kind=Kind.DATETIME,
            state=moved,
            size=1.7,
            reason="surely more than negligible",
        ),
        levels(
            "weather",
            {"clear": 6000, "mist": 3000, "rain": 990, "storm": 10},
            {"clear": 880, "mist": 460, "rain": 158, "storm": 2},
            state=held,
        ),
        numbers(
            "price",
            np.round(rng.normal(20, 3, n), 1),
            np.full(0, 0.0),
            state=State.FAILED,
            size=None,
            reason="the column is missing from the current data",
        ),
        numbers(
            "score",
            rng.beta(2, 5, n),
            rng.beta(2, 5, m),
            role=Role.SCORE,
            state=held,
            size=0.0,
        ),
    ]
    found = findings(
        built,
        conditions=[
            condition("psi < 0.2", "temp", passed=False),
            condition("missing < 0.05", "season", passed=True, value=0.026),
            condition(
                "ks p >= 0.05", "windspeed", passed=None, value=None, severity="warning"
            ),
        ],
        skipped=[
            Skipped(
                "trip_id",
                "id",
                "categorical",
                Reason("looks_like_id", "nearly every row has a value of its own"),
            ),
            Skipped(
                "comment",
                "feature",
                "text",
                Reason("not_compared", "free text is not compared"),
            ),
        ],
        table=[Measurement("duplicates", 0.002, n, m, reference=0.001, current=0.002)],
        notes=[
            Note(
                "unexpected_column",
                "column 'promo'",
                "is not in the reference and was left out",
            )
        ],
    )
    return replace(found, performance=performance())


def hostile() -> Findings:
    """Return every payload as every text that data or a caller may bring."""
    rng = np.random.default_rng(1)
    base, now = rng.normal(size=400), rng.normal(0.4, 1, 300)
    built = []
    for i, text in enumerate(PAYLOADS):
        state = list(State)[i % 4]
        if i % 2:
            built.append(
                numbers(
                    text,
                    base,
                    now,
                    unit=text,
                    state=state,
                    size=0.2,
                    reason=text,
                    notes=(Note(text, text, text),),
                )
            )
        else:
            built.append(
                levels(
                    text,
                    {text: 200, "b": 200},
                    {text: 30, f"new {text}": 70},
                    state=state,
                    size=0.3,
                    reason=text,
                )
            )
        built.append(
            numbers(
                text,
                base,
                now,
                segment=text,
                state=state,
                size=0.2,
                reason=text,
                measurements={
                    text: Measurement(text, None, 1, 1, reason=Reason(text, text))
                },
            )
            if i % 2
            else levels(
                text, {text: 200, "b": 200}, {text: 30}, segment=text, state=state
            )
        )
    found = findings(
        built,
        conditions=[
            condition(text, text, passed=(None, True, False)[i % 3], segment=text)
            for i, text in enumerate(PAYLOADS)
        ],
        skipped=[Skipped(text, text, text, Reason(text, text)) for text in PAYLOADS],
        table=[
            Measurement(text, 1.0, 1, 1, reason=Reason(text, text)) for text in PAYLOADS
        ],
        notes=[Note(text, text, text) for text in PAYLOADS],
        names=(PAYLOADS[0], PAYLOADS[1]),
        segment=PAYLOADS[4],
    )
    names = (PAYLOADS[0], PAYLOADS[1], PAYLOADS[2])
    return replace(found, performance=performance(names))


def wide(columns: int, seed: int = 3) -> Findings:
    """Many columns, as full as stored cells allow."""
    rng = np.random.default_rng(seed)
    built: list[Built] = []
    measured = {
        f"metric {j}": Measurement(
            f"metric {j}",
            float(rng.random()),
            6000,
            2000,
            interval=(0.1234, 0.5678),
            p_value=0.0123,
            p_kind=PKind.INDEPENDENT,
            noise_floor=0.00345,
            reference=1.2345,
            current=2.3456,
        )
        for j in range(15)
    }
    for i in range(columns):
        state = (State.MOVED, State.UNSURE, State.HELD, State.HELD)[i % 4]
        size = (0.3, 0.05, 0.003, 0.0)[i % 4]
        if i % 4 == 3:
            rows = {f"level {j}": max(3000 // (j + 1), 1) for j in range(70)}
            now = {f"level {j}": max(300 // (j + 1), 1) for j in range(90)}
            built.append(
                levels(
                    f"category_{i}",
                    rows,
                    now,
                    missing=(5, 9),
                    state=state,
                    measurements=measured,
                    size=size,
                )
            )
        else:
            values = rng.normal(size=6000) * 10.0 ** (i % 5 - 2)
            later = rng.normal(0.5 * (i % 4 == 0), 1, 2000) * 10.0 ** (i % 5 - 2)
            built.append(
                numbers(
                    f"feature_{i}",
                    values,
                    later,
                    missing=(60, 44),
                    state=state,
                    measurements=measured,
                    size=size,
                    reason="the interval lies where the rule says",
                )
            )
    return findings(built)
