"""Plays all streams to all rules, and writes what came of it.

    python bench/alarms/run.py --quick            # minutes: a promise of 100 windows
    python bench/alarms/run.py                    # up to two hours: 500 windows
    python bench/alarms/run.py --quick --only "S1 mean" --only "S3 error"
    python bench/alarms/run.py --page             # only writes the tables again

Figures go to ``bench/results/alarms.json`` (``alarms_quick.json``), tables between the
marks of ``docs/alarms-bench.md``.
"""

from __future__ import annotations

import argparse
import multiprocessing
import platform
import sys
import time
from dataclasses import asdict, replace
from functools import partial
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from bench.alarms.catalogue import STREAMS
from bench.alarms.page import put
from bench.alarms.play import FULL, QUICK, Plan, play
from bench.alarms.real import real
from bench.alarms.streams import Stream
from measure import load, save


def _one(code: str, plan: Plan) -> dict[str, Any]:
    """Play one stream; named, since streams hold functions and do not travel."""
    (stream,) = (one for one in [*STREAMS, *real()] if one.code == code)
    began = time.process_time()
    found = play(stream, fitting(plan, stream))
    found["cpu_seconds"] = round(time.process_time() - began, 1)
    told = f"{code}: {found['cpu_seconds']:.0f} s of CPU time"
    print(told, file=sys.stderr, flush=True)
    return found


def fitting(plan: Plan, stream: Stream) -> Plan:
    """Thirty columns cost thirty times as much: fewer references for a table."""
    if stream.kind != "table":
        return plan
    fewer = max(4, plan.references // 6)
    return replace(plan, references=fewer, changed=fewer)


def versions() -> dict[str, str]:
    """Return what the figures depend on."""
    from importlib.metadata import version

    from leeboard._version import __version__

    names = ("numpy", "scipy")
    found = {name: version(name) for name in names}
    return {"leeboard": __version__, "python": platform.python_version()} | found


def main() -> None:
    """Read the command line."""
    parser = argparse.ArgumentParser(description="The bench of alarms.")
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--page", action="store_true")
    parser.add_argument("--only", action="append", default=[], metavar="STREAM")
    parser.add_argument("--jobs", type=int, default=2)
    given = parser.parse_args()
    name = "alarms_quick" if given.quick else "alarms"
    if given.page:
        document = load(name)
        if document is None:
            raise SystemExit(f"bench/results/{name}.json is not there: run the bench")
        put(document)
        return
    plan = QUICK if given.quick else FULL
    known = [stream.code for stream in [*STREAMS, *real()]]
    wanted = given.only or known
    unknown = sorted(set(wanted) - set(known))
    if unknown:
        raise SystemExit(f"no stream is called {unknown[0]!r}; there are: {known}")
    began = time.perf_counter()
    with multiprocessing.get_context("spawn").Pool(given.jobs) as pool:
        found = list(pool.imap(partial(_one, plan=plan), wanted))
    words = ["python bench/alarms/run.py", *(["--quick"] if given.quick else [])]
    document = {
        "command": " ".join(words),
        "versions": versions(),
        "seconds": round(time.perf_counter() - began),
        "cpu_seconds": round(sum(one["cpu_seconds"] for one in found)),
        "plan": asdict(plan),
        "streams": found,
    }
    if given.only:
        name += "_part"
    else:
        put(document)
    print(save(name, document))


if __name__ == "__main__":
    main()
