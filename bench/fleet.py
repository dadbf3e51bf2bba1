"""What judging costs a fleet: 1,000 models of 100 columns, a window an hour.

    python bench/fleet.py [--models 2] [--columns 100] [--history 720] [--hours 24]

Windows are counted beforehand and kept in SQLite, as a pass leaves them. What is timed
is the rest of a pass: one new window of one model read, judged, and written with all
memories. Before that a month of hours has been judged in one go, so that every detector
is past its first windows. CPU seconds, since cores may be shared; and beside them, in
the same run, those of counting 10,000 rows of the same columns.
"""

from __future__ import annotations

import argparse
import cProfile
import json
import platform
import pstats
import sys
import tempfile
import time
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

sys.path.insert(0, str(Path(__file__).resolve().parent))
from measure import save
from window import CONFIG, DAY, logged, training

from leeboard import Monitor, profile
from leeboard._version import __version__
from leeboard.alarms.memory import memories_from_text
from leeboard.cli import main as leeboard
from leeboard.config.plan import ModelPlan
from leeboard.engines.profiling import profile_current
from leeboard.logs import Batch, open_log
from leeboard.logs._tables import (
    FEEDBACK_PLAIN,
    PREDICTIONS_PLAIN,
    QUARANTINED,
    arranged,
)
from leeboard.monitor import judging as room
from leeboard.monitor import passes
from leeboard.monitor.adopted import Adopted
from leeboard.monitor.baseline import Baseline
from leeboard.monitor.holder import taken
from leeboard.monitor.judging import KEY, Standing
from leeboard.monitor.packs import join_packed
from leeboard.profiles.packed import pack
from leeboard.profiles.profile import Profile
from leeboard.sources import open_source
from leeboard.state import Done, Packed, State, open_state
from leeboard.windows import Calendar, Every, Window

START = datetime(2026, 3, 2, tzinfo=UTC)
HOUR = timedelta(hours=1)
FLEET, CORES = 1_000, 2
COUNTED = 10_000
DRAWN = 48  # windows that differ; a history repeats them


@dataclass(frozen=True, slots=True)
class Size:
    """How much is simulated."""

    models: int = 2
    columns: int = 100
    history: int = 720
    hours: int = 24
    rows: int = 500
    reference: int = 20_000


def table(draw: np.random.Generator, rows: int, columns: int) -> pa.Table:
    """Return rows of which every tenth column is of categories; one is predicted."""
    made: dict[str, Any] = {}
    for number in range(columns - 1):
        if number % 10 == 9:
            made[f"c{number:03d}"] = draw.choice(list("abcdefgh"), rows)
        else:
            made[f"x{number:03d}"] = draw.normal(size=rows)
    made["prediction"] = made["x000"] + draw.normal(size=rows)
    return pa.table(made)


def counted(draw: np.random.Generator, size: Size, reference: Profile) -> list[bytes]:
    """Count some windows as a pass does, and pack them."""
    parts = []
    for _ in range(min(DRAWN, size.history + size.hours)):
        rows = open_source(table(draw, size.rows, size.columns), name="window")
        part = profile_current(rows, reference).parts[None]
        parts.append(join_packed(pack(part), b""))
    return parts


def plan_of(name: str) -> ModelPlan:
    """Return a plan with a window an hour and the usual budget."""
    calendar = Calendar(Every(1, "h"), UTC)
    return ModelPlan(name, reference="", baseline="", calendar=calendar)


def put(
    state: State, plan: ModelPlan, print_: str, packed: list[bytes], hours: range
) -> None:
    """Keep counted windows."""
    lease = taken(state, f"pass:{plan.name}")
    assert lease is not None
    rows = []
    for number in hours:
        window = Window(START + number * HOUR, START + (number + 1) * HOUR)
        done = Done(
            plan.name, window, 1, 500, 0, 0.0, True, print_, "", window.end, window.end
        )
        rows.append((done, [Packed("", 500, packed[number % len(packed)])], []))
    state.put(lease, rows, model=plan.name, place=hours.stop)
    state.release(lease)


@dataclass(frozen=True, slots=True)
class Cost:
    """CPU seconds of what follows counting in a pass, and of judging alone in it."""

    whole: float
    judging: float


def judged(state: State, plan: ModelPlan, baseline: Baseline, hour: int) -> Cost:
    """Judge what is due after an hour, as a pass does."""
    own, alone = room.judge, []

    def watched(*given: Any) -> Any:
        at = time.process_time()
        found = own(*given)
        alone.append(time.process_time() - at)
        return found

    room.judge = watched
    began = time.process_time()
    lease = taken(state, f"pass:{plan.name}")
    assert lease is not None
    adopted = baseline.adopted | Adopted.from_text(state.kept(plan.name, "adopted"))
    standing = Standing(state, lease, plan, baseline, adopted)
    room.judge_model(standing, START + (hour + 1) * HOUR, {})
    state.release(lease)
    whole = time.process_time() - began
    room.judge = own
    return Cost(whole, sum(alone))


def counting(draw: np.random.Generator, size: Size, reference: Profile) -> float:
    """Return the CPU seconds of counting 10,000 rows: the median of five."""
    rows = table(draw, COUNTED, size.columns)
    taken_ = []
    for _ in range(5):
        began = time.process_time()
        profile_current(open_source(rows, name="rows"), reference)
        taken_.append(time.process_time() - began)
    return float(np.median(taken_))


def counting_in_a_pass(columns: int) -> float:
    """CPU seconds of a pass that counts 10,000 rows of a log, without judging them."""
    draw, spent = np.random.default_rng(2), [0.0]
    own = passes.judge_model

    def apart(*given: Any) -> Any:
        at = time.process_time()
        found = own(*given)
        spent.append(time.process_time() - at)
        return found

    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        train, config = folder / "train.parquet", folder / "leeboard.toml"
        pq.write_table(training(draw, 20_000, columns - 1), train)
        if leeboard(["init", str(train), "--model", "m", "--config", str(config)]):
            raise SystemExit("the reference was not made")
        config.write_text(CONFIG)
        predictions, feedback = logged(draw, COUNTED, columns - 1, 0.0)
        batch = (
            arranged(predictions, PREDICTIONS_PLAIN),
            arranged(feedback, FEEDBACK_PLAIN),
            QUARANTINED.empty_table(),
        )
        open_log(str(folder / "monitor")).write(Batch(*batch))
        monitor = Monitor(str(config))
        passes.judge_model = apart
        began = time.process_time()
        done = monitor.run(now=DAY + timedelta(days=1, hours=1))
        whole = time.process_time() - began
        passes.judge_model = own
    if done.passes[0].counted != 1:
        raise SystemExit("the window was not counted")
    return whole - sum(spent)


def measure(size: Size, *, profiled: bool = False) -> dict[str, Any]:
    """Simulate, and return the figures."""
    draw = np.random.default_rng(1)
    reference = profile(table(draw, size.reference, size.columns))
    baseline = Baseline(reference)
    packed = counted(draw, size, reference)
    plans = [plan_of(f"model{number:04d}") for number in range(size.models)]
    each: list[Cost] = []
    bulk: list[Cost] = []
    watch = cProfile.Profile() if profiled else None
    with ExitStack() as open_:
        folder = open_.enter_context(tempfile.TemporaryDirectory())
        state = open_state(str(Path(folder) / "results.db"))
        open_.callback(state.close)
        for plan in plans:
            put(state, plan, reference.fingerprint, packed, range(size.history))
            bulk.append(judged(state, plan, baseline, size.history - 1))
        for hour in range(size.history, size.history + size.hours):
            for plan in plans:
                now = range(hour, hour + 1)
                put(state, plan, reference.fingerprint, packed, now)
                if watch:
                    watch.enable()
                each.append(judged(state, plan, baseline, hour))
                if watch:
                    watch.disable()
        texts = [state.kept(plan.name, KEY) or "" for plan in plans]
    if watch:
        pstats.Stats(watch, stream=sys.stderr).sort_stats("cumulative").print_stats(70)
    figures = _seconds(size, each, bulk, counting(draw, size, reference))
    return figures | _room(texts)


def _seconds(
    size: Size, each: list[Cost], bulk: list[Cost], count: float
) -> dict[str, Any]:
    whole = float(np.median([one.whole for one in each]))
    alone = float(np.median([one.judging for one in each]))
    steady = float(np.median([one.whole for one in bulk])) / size.history
    return {
        "columns": size.columns,
        "cpu_s_per_model_hour": round(whole, 4),
        "of_it_judging_s": round(alone, 4),
        "cpu_s_per_window_of_history": round(steady, 4),
        "fleet_models": FLEET,
        "fleet_cores": CORES,
        "fleet_minutes_of_an_hour": round(whole * FLEET / CORES / 60, 2),
        "cpu_s_counting_10000_rows": round(count, 4),
        "judging_by_counting": round(alone / count, 2),
    }


def _room(texts: list[str]) -> dict[str, Any]:
    memories = memories_from_text(json.loads(texts[0])["memories"])
    floats = sum(map(len, memories.values()))
    return {
        "monitors_per_model": len(memories),
        "bytes_per_monitor": round(len(texts[0]) / len(memories), 1),
        "floats_per_monitor": round(floats / len(memories), 1),
    }


def main() -> None:
    """Read the command line, print the figures and keep them."""
    parser = argparse.ArgumentParser(description=__doc__)
    for name in ("models", "columns", "history", "hours"):
        parser.add_argument(f"--{name}", type=int, default=getattr(Size(), name))
    parser.add_argument("--profile", action="store_true", help="where time goes")
    given = vars(parser.parse_args())
    profiled = given.pop("profile")
    size = Size(**given)
    found = measure(size, profiled=profiled)
    passed = counting_in_a_pass(size.columns)
    found["cpu_s_pass_counting_10000_rows"] = round(passed, 4)
    by = found["cpu_s_per_model_hour"] / passed
    found["pass_judging_by_pass_counting"] = round(by, 2)
    command = f"python bench/fleet.py --models {size.models} --columns {size.columns}"
    command += f" --history {size.history} --hours {size.hours}"
    document = {
        "command": command,
        "versions": {"leeboard": __version__, "python": platform.python_version()},
        "rows_a_window": size.rows,
        **found,
    }
    print(json.dumps(document, indent=1))
    if not profiled:
        save("fleet", document)


if __name__ == "__main__":
    main()
