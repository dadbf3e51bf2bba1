"""``leeboard sample``."""

from __future__ import annotations

from datetime import UTC, datetime

from leeboard.cli._export import write_rows
from leeboard.cli._files import check_places
from leeboard.cli._terminal import clean, say, tell
from leeboard.errors import ConfigError
from leeboard.monitor.monitor import Monitor
from leeboard.monitor.sampling import Drawn
from leeboard.windows import duration

__all__ = ["moment_since", "run"]


def run(
    config: str,
    budget: int,
    since: str | None,
    out: str | None,
    *,
    model: str | None,
    seed: int | None,
) -> None:
    """Draw, and print or write ids with their chances."""
    if out is not None:
        _check(out)
    now = datetime.now(UTC)
    start = None if since is None else moment_since(since, now)
    drawn = Monitor(config).sample(budget, model=model, since=start, seed=seed, now=now)
    if out is None:
        say("".join(f"{line}\n" for line in _lines(drawn)))
    else:
        reader = drawn.table.to_reader()
        rows = write_rows(reader, out, as_csv=out.endswith(".csv"))
        say(clean(f"Wrote {rows:,} rows to {out}") + "\n")
    by = "expected loss" if drawn.draw.by == "expected_loss" else "score or prediction"
    tell(
        f"note: drawn from {drawn.draw.rows:,} predictions without a label, by {by}; "
        f"{len(drawn.draw.chosen):,} are chosen today"
    )


def _check(out: str) -> None:
    check_places([out])
    if not out.endswith((".csv", ".parquet")):
        raise ConfigError(
            code="no_output",
            where="--out",
            found=repr(out),
            expected="a name that ends in .csv or .parquet",
            fix="Write --out sample.csv.",
        )


def moment_since(text: str, now: datetime) -> datetime:
    """Read --since: a moment, or a span back from now."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return now - duration(text)
    if moment.tzinfo is None:
        raise ConfigError(
            code="naive_time",
            where="--since",
            found=text,
            expected="a time with its zone",
            fix=f"Write {text}Z for UTC.",
        )
    return moment


def _lines(drawn: Drawn) -> list[str]:
    rows = [
        f"{clean(row['id'])}\t{row['probability']:.6g}\t{clean(row['stratum'])}"
        for row in drawn.table.to_pylist()
    ]
    return ["id\tprobability\tstratum", *rows]
