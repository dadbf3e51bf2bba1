"""A person's events, taken out for good, and the proof that they are gone.

Place: beside a pass. Counts stay: they name nobody. What was erased is written down as
a salted hash and numbers, so that the record itself tells nothing.
"""

from __future__ import annotations

import hashlib
import json
import os
import secrets
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from leeboard.config.plan import Plan
from leeboard.errors import ConfigError
from leeboard.logs import SHORTEST, Taken, Wanted, blank_committed, holds, spellings
from leeboard.logs.folder import FolderLog
from leeboard.monitor.sampling import SAMPLES, draws_of, without, write_draws
from leeboard.state import State, file_of

__all__ = ["ERASURES", "Erased", "erase"]

ERASURES = "erasures"
"""Key of the record of erasures in the state, of no model."""

_CHUNK = 1 << 20


@dataclass(frozen=True, slots=True)
class Erased:
    """What was erased, and what a search of all files finds after it.

    Parameters
    ----------
    predictions, labels, quarantined : int
        Events that were taken out, with repetitions.
    files : int
        Files that were searched, byte by byte and decoded.
    left : tuple of (path, str)
        Where it still stands, and what that is; empty when it is gone.
    kept : tuple of (path, str)
        Places outside of log, spool and state that hold it, or could not be searched:
        they were not touched.
    scanned : bool
        Raw bytes were searched too; a text of few bytes stands anywhere by chance.
    """

    predictions: int
    labels: int
    quarantined: int
    files: int
    left: tuple[tuple[str, str], ...]
    kept: tuple[tuple[str, str], ...]
    scanned: bool


def erase(
    plan: Plan,
    log: FolderLog,
    state: State,
    *,
    ids: Sequence[str] = (),
    column: str = "",
    value: str = "",
    model: str | None = None,
) -> Erased:
    """Take predictions and all that belongs to them out, and search for the rest.

    Call it when the spool was committed. What comes in later is another matter.

    Parameters
    ----------
    plan : Plan
    log : FolderLog
    state : State
    ids : sequence of str
        Of predictions.
    column, value : str
        Feature, segment or metadata, and the value of the one to forget.
    model : str or None
        Only of this model.

    Raises
    ------
    ConfigError
        Neither ids nor a column with a value, or both (``no_choice``).
    LeeboardError
        Log or state cannot be written.
    """
    if bool(ids) == bool(column and value):
        raise _no_choice()
    pairs = frozenset((model or "", one) for one in ids)
    wanted = Wanted(ids=pairs, column=column, value=value, model=model)
    gone = log.ids_with(wanted) | pairs
    taken = log.take_out(replace(wanted, ids=gone))
    blank_committed(plan.spool, log.marks())
    unsure = log.rid(replace(wanted, ids=gone))
    names = {name for _, name in gone}
    _forget_samples(plan, state, names)
    texts = [value] if value else list(ids)
    _record(state, taken, texts, column)
    _vacuum(plan)
    found = _searched(plan, taken, texts, replace(wanted, ids=gone), unsure)
    # a bucket has no files here to search: its segments are read once more
    again = log.would_take(replace(wanted, ids=gone))
    events = again.predictions + again.feedback + again.quarantined
    if not events:
        return found
    came = (plan.log, f"{events:,} events that came meanwhile")
    return replace(found, left=(*found.left, came))


def _forget_samples(plan: Plan, state: State, ids: set[str]) -> None:
    for model in plan.models:
        draws = draws_of(state, model.name)
        if any(ids & set(one.chosen) for one in draws):
            state.keep(model.name, SAMPLES, write_draws(without(draws, ids)))


def _record(state: State, taken: Taken, texts: Iterable[str], column: str) -> None:
    """Keep who was erased as salted hashes: they prove one who asks, and name none."""
    salt = secrets.token_bytes(16)
    hashes = [
        hashlib.blake2b(text.encode("utf-8", "surrogatepass"), key=salt).hexdigest()
        for text in texts
    ]
    record = {
        "at": datetime.now(UTC).isoformat(),
        "by": column or "id",
        "salt": salt.hex(),
        "blake2b": hashes,
        "predictions": taken.predictions,
        "labels": taken.feedback,
        "quarantined": taken.quarantined,
    }
    text = state.kept("", ERASURES)
    before = json.loads(text) if text else []
    state.keep("", ERASURES, json.dumps([*before, record]))


def _vacuum(plan: Plan) -> None:
    path = file_of(plan.state)
    if path is not None:
        from leeboard.databases import vacuum_sqlite

        vacuum_sqlite(path)


def _searched(
    plan: Plan,
    taken: Taken,
    texts: Sequence[str],
    wanted: Wanted,
    unsure: Sequence[str],
) -> Erased:
    """Search every file of log, spool and state, and those the plan reads."""
    scanned = all(len(text.encode()) >= SHORTEST for text in texts)
    needles = [one for text in texts for one in spellings(text)] if scanned else []
    left = [(name, "a damaged or unfinished file") for name in unsure]
    files = 0
    for path in sorted(set(_files(plan))):
        files += 1
        if found := _holds(path, needles, wanted):
            left.append((path, found))
    reason = "configuration or reference of a model"
    kept = [(one, reason) for one in _outside(plan) if _holds(one, needles, wanted)]
    return Erased(
        taken.predictions,
        taken.feedback,
        taken.quarantined,
        files,
        tuple(left),
        tuple(kept),
        scanned,
    )


def _files(plan: Plan) -> Iterator[str]:
    """Every file below the places of log, spool and state."""
    state = file_of(plan.state)
    if state is not None:
        for end in ("", "-journal", "-wal", "-shm"):
            if os.path.exists(state + end):
                yield os.path.realpath(state + end)
    for top in (plan.log, plan.spool):
        if top and "://" not in top:
            for folder, _, names in os.walk(top):
                yield from (os.path.realpath(os.path.join(folder, n)) for n in names)


def _outside(plan: Plan) -> list[str]:
    named = [plan.path]
    named += [one.reference for one in plan.models]
    named += [one.baseline for one in plan.models if one.baseline]
    return sorted({path for path in named if os.path.exists(path)})


def _holds(path: str, needles: Sequence[bytes], wanted: Wanted) -> str:
    """Tell what of a file still holds what was erased; empty if nothing does."""
    try:
        if path.endswith(".parquet") and holds(path, wanted):
            return "columns of a segment"
        return "bytes of a file" if _contains(path, needles) else ""
    except FileNotFoundError:  # gone meanwhile
        return ""
    except OSError as error:
        return f"a file that cannot be read ({error.strerror})"


def _contains(path: str, needles: Sequence[bytes]) -> bool:
    if not needles:
        return False
    longest = max(map(len, needles))
    tail = b""
    with open(path, "rb") as file:
        while data := file.read(_CHUNK):
            window = tail + data
            if any(needle in window for needle in needles):
                return True
            tail = window[-longest:]
    return False


def _no_choice() -> ConfigError:
    return ConfigError(
        code="no_choice",
        where="erase",
        found="not one way to name what is to be erased",
        expected="ids, or a column and a value of it",
        fix="Write --entity VALUE --column NAME, or --id ID.",
    )
