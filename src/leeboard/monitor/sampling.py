"""Which predictions to have labelled today, and with what chance each was chosen.

Place: beside a pass. A draw is kept in the state: what its labels say of all rows rests
on how it was made. All draws of one day are one sample that grows.
"""

from __future__ import annotations

import json
import zlib
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from leeboard.config.plan import ModelPlan
from leeboard.errors import ConfigError, LeeboardError, StateError
from leeboard.estimates.sampling import Sample, choose
from leeboard.estimates.strata import Strata
from leeboard.logs import Log
from leeboard.monitor.baseline import Baseline
from leeboard.monitor.estimated import read_estimator, unlabelled_of
from leeboard.monitor.frame import frame_of, text_of
from leeboard.monitor.holder import taken
from leeboard.monitor.labels import values_of
from leeboard.monitor.outcomes import labelled_of
from leeboard.state import State
from leeboard.windows import Window

__all__ = [
    "EXPECTED",
    "SAMPLES",
    "SAMPLING",
    "Asked",
    "Draw",
    "Drawn",
    "draws_of",
    "sample_model",
    "segments_at",
    "without",
    "write_draws",
]

SAMPLES = "samples"
"""Key of the draws in the state."""

SAMPLING = "sample"
"""Begins the name of the lease of a draw."""

EXPECTED = "expected_loss"
"""Said of draws by the loss that an estimator expects."""

_KEPT = timedelta(days=400)
_FORMAT = 1

_Array = np.ndarray[Any, Any]


@dataclass(frozen=True, slots=True)
class Asked:
    """What a draw is asked for.

    Parameters
    ----------
    budget : int, at least 1
        Predictions to add to the day's sample, which has at least 2.
    since : datetime or None
        None: one horizon back.
    seed : int or None
        None: one of the model and the day.
    """

    budget: int
    since: datetime | None = None
    seed: int | None = None


@dataclass(frozen=True, slots=True)
class Draw:
    """The sample of one day.

    Parameters
    ----------
    at, since : datetime
        Predictions made from ``since`` on that had no label ``at`` the first draw.
    seed, budget : int
        Predictions to label, in all draws of the day.
    rows : int
        Predictions it was drawn from.
    by : str
        ``expected_loss``, or ``value`` where no estimator is known.
    segment : str
        Column of the segments within which it was drawn; empty: none.
    strata : str
        See ``Strata.from_text``.
    chosen : mapping of id to (probability, stratum)
    """

    at: datetime
    since: datetime
    seed: int
    budget: int
    rows: int
    by: str
    segment: str
    strata: str
    chosen: Mapping[str, tuple[float, int]]


@dataclass(frozen=True, slots=True, eq=False)
class Drawn:
    """What to have labelled now.

    Parameters
    ----------
    model : str
    table : Table
        ``id``, ``made_at``, ``probability`` and ``stratum``, of ids that no earlier
        draw of the day gave out.
    draw : Draw
        The day's, with this one. Its probabilities hold for all its ids.
    """

    model: str
    table: pa.Table
    draw: Draw


@dataclass(frozen=True, slots=True, eq=False)
class _Rows:
    ids: list[str]
    made_at: pa.ChunkedArray
    loss: _Array
    sigma: _Array
    by: str
    segments: _Array | None


def sample_model(
    log: Log,
    state: State,
    plan: ModelPlan,
    baseline: Baseline,
    now: datetime,
    asked: Asked,
) -> Drawn:
    """Draw predictions without a label, by chance and at known rates.

    Raises
    ------
    LeeboardError
        No prediction waits for its label (``nothing_to_label``), or the day's sample
        was begun with another ``since`` or ``seed`` (``other_sample``). Or it took so
        long that an erasure or another draw began (``lease_lost``): nothing is kept.
    """
    if asked.budget < 1:
        raise _no_budget(asked.budget)
    lease = taken(state, f"{SAMPLING}:{plan.name}")
    if lease is None:
        raise _busy(plan.name)
    try:
        draws = draws_of(state, plan.name)
        day = draws[-1] if draws and draws[-1].at.date() == now.date() else None
        first = now if day is None else day.at
        begun = _begun(plan, day, now, asked)
        rows = _rows(log, plan, baseline, Window(begun[0], first))
        known = {} if day is None else day.chosen
        total = asked.budget + (0 if day is None else day.budget)
        strata = None if day is None else Strata.from_text(day.strata)
        sample = choose(
            rows.ids,
            rows.loss,
            rows.sigma,
            segments=rows.segments,
            budget=total,
            seed=begun[1],
            strata=strata,
        )
        draw = _draw(sample, rows, plan, first, begun, total)
        kept = [one for one in draws if one is not day and now - one.at < _KEPT]
        state.keep(plan.name, SAMPLES, write_draws([*kept, draw]), lease)
        return Drawn(plan.name, _table(sample, rows, known), draw)
    finally:
        state.release(lease)


def draws_of(state: State, model: str) -> tuple[Draw, ...]:
    """Return the draws of a model that are kept, in order of time."""
    text = state.kept(model, SAMPLES)
    if not text:
        return ()
    return tuple(
        Draw(
            **{
                **one,
                "at": datetime.fromisoformat(one["at"]),
                "since": datetime.fromisoformat(one["since"]),
                "chosen": {name: (p, k) for name, (p, k) in one["chosen"].items()},
            }
        )
        for one in json.loads(text)["draws"]
    )


def write_draws(draws: list[Draw]) -> str:
    """Draws as a document to keep."""
    plain = [
        {**asdict(one), "at": one.at.isoformat(), "since": one.since.isoformat()}
        for one in draws
    ]
    return json.dumps({"format": _FORMAT, "draws": plain})


def _begun(
    plan: ModelPlan, day: Draw | None, now: datetime, asked: Asked
) -> tuple[datetime, int]:
    """From when and with which seed the day's sample is drawn."""
    since, seed = asked.since, asked.seed
    if day is None:
        start = now - plan.horizon if since is None else since.astimezone(UTC)
        own = zlib.crc32(f"{plan.name} {now.date().isoformat()}".encode())
        return start, own if seed is None else seed
    moved = since is not None and since != day.since
    if moved or seed not in (None, day.seed):
        raise ConfigError(
            code="other_sample",
            where=f"the sample of {plan.name!r}",
            found="another " + ("since" if moved else "seed") + " than before today",
            expected=f"since {day.since.isoformat()} and seed {day.seed}",
            fix="Leave them out to go on with it; a new sample begins tomorrow (UTC).",
        )
    return day.since, day.seed


def _rows(log: Log, plan: ModelPlan, baseline: Baseline, span: Window) -> _Rows:
    """Predictions of a span that had no label when it ended, and what each may cost."""
    # as they stood at the day's first draw, so that a second one can go on with it
    table = log.joined(plan.name, span, received_before=span.end).read_all()
    table = table.filter(pc.is_null(table["observed_at"]))
    if table.num_rows < 2:
        raise ConfigError(
            code="nothing_to_label",
            where=f"model {plan.name!r}",
            found=f"{table.num_rows} predictions without a label",
            expected=f"at least 2 made since {span.start.isoformat()}",
            fix="Choose an earlier time with --since, or wait for predictions.",
        )
    expected = _expected(table, plan, baseline)
    if expected is None:
        values = values_of(table)
        whole = np.where(np.isfinite(values), values, np.nan)
        expected = (np.zeros(len(whole)) if np.isnan(whole).all() else whole), None
    loss, sigma = expected
    return _Rows(
        table["id"].to_pylist(),
        table["made_at"],
        loss,
        np.ones(len(loss)) if sigma is None else sigma,
        "value" if sigma is None else EXPECTED,
        segments_at(table, plan.segments[0] if plan.segments else ""),
    )


def _expected(
    table: pa.Table, plan: ModelPlan, baseline: Baseline
) -> tuple[_Array, _Array | None] | None:
    """Loss that the estimator expects of each row; None where there is none."""
    if baseline.estimator is None:
        return None
    schema = baseline.reference.schema
    frame = frame_of(table, baseline.reference, plan.metadata)
    try:
        labelled = labelled_of(frame, schema.task, baseline.adopted.outcomes)
        estimator = read_estimator(baseline.estimator)
        found = estimator.expected_loss(unlabelled_of(frame, labelled, schema))
    except LeeboardError:  # what the windows' notes say too
        return None
    if np.isnan(found.mean).all():
        return None
    return found.mean, found.sigma


def segments_at(table: pa.Table, name: str) -> _Array | None:
    """Segment of each row by a column; None where no row has it."""
    texts = text_of(table, "segments", name) if name else None
    if texts is None and name:
        texts = text_of(table, "features", name)
    return None if texts is None else np.array(texts.fill_null("").to_pylist(), np.str_)


def _draw(
    sample: Sample,
    rows: _Rows,
    plan: ModelPlan,
    at: datetime,
    begun: tuple[datetime, int],
    budget: int,
) -> Draw:
    chances = zip(sample.probability.tolist(), sample.stratum.tolist(), strict=True)
    return Draw(
        at=at,
        since=begun[0],
        seed=begun[1],
        budget=budget,
        rows=len(rows.ids),
        by=rows.by,
        segment="" if rows.segments is None else plan.segments[0],
        strata=sample.strata.to_text(),
        chosen=dict(zip(sample.ids, chances, strict=True)),
    )


def _table(sample: Sample, rows: _Rows, known: Mapping[str, object]) -> pa.Table:
    new = [i for i, name in enumerate(sample.ids) if name not in known]
    names = [sample.strata.name(int(code)) for code in sample.stratum[new]]
    return pa.table(
        {
            "id": pa.array([sample.ids[i] for i in new], pa.string()),
            "made_at": rows.made_at.take(pa.array(sample.place[new])),
            "probability": sample.probability[new],
            "stratum": pa.array(names, pa.string()),
        }
    )


def without(draws: tuple[Draw, ...], ids: set[str]) -> list[Draw]:
    """Return draws that do not name some ids; the others keep their chances."""
    return [
        replace(one, chosen={i: c for i, c in one.chosen.items() if i not in ids})
        for one in draws
    ]


def _busy(model: str) -> StateError:
    return StateError(
        code="busy",
        where=f"model {model!r}",
        found="a sample that is being drawn by another process",
        expected="one draw at a time",
        fix="Try again when it is done.",
    )


def _no_budget(budget: int) -> ConfigError:
    return ConfigError(
        code="bad_budget",
        where="budget",
        found=str(budget),
        expected="at least 1, and 2 in all of a day",
        fix="Ask for more labels.",
    )
