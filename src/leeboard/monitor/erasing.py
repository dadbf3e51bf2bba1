"""A person's events, taken out for good, and the proof that they are gone.

Place: beside a pass. Counts stay: they name nobody. What was erased is written down as
a salted hash and numbers, so that the record itself tells nothing.
"""

from __future__ import annotations

import hashlib
import json
import os
import secrets
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from leeboard.config.plan import Plan
from leeboard.databases import search_files
from leeboard.errors import ConfigError
from leeboard.logs import SHORTEST, Log, Taken, Wanted, blank_committed, spellings
from leeboard.monitor.blotting import forget_samples, forget_words, rights_of
from leeboard.monitor.deeds import note_deed
from leeboard.monitor.sampling import SAMPLING
from leeboard.state import State

__all__ = ["ERASURES", "Erased", "erase"]

ERASURES = "erasures"
"""Key of the record of erasures in the state, of no model."""


@dataclass(frozen=True, slots=True)
class Erased:
    """What was erased, and what a search of all places finds after it.

    Parameters
    ----------
    predictions, labels, quarantined : int
        Events that were taken out, with repetitions.
    files : int
        Files and tables that were searched, byte by byte and decoded.
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
    log: Log,
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
    log : Log
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
        Log or state cannot be written. Or a pass, a draw or a delivery goes on for
        longer than two minutes (``busy``): then nothing was touched, unless this
        process was held up, as by sleep, until its rights to the results ran out, and
        another began; then events are gone and on record, and words are left.
    """
    if bool(ids) == bool(column and value):
        raise _no_choice()
    pairs = frozenset((model or "", one) for one in ids)
    wanted = Wanted(ids=pairs, column=column, value=value, model=model)
    texts = [value] if value else list(ids)
    # before anything is touched: what cannot be held is not waited for half erased
    with rights_of(plan, state) as rights:
        gone = log.ids_with(wanted) | pairs
        wanted = replace(wanted, ids=gone)
        # once the events are gone, nobody could tell which ids are meant
        forget_samples(plan, state, gone, rights.take())
        taken = log.take_out(wanted)
        _record(state, taken, texts, column)
        counts = f"{taken.predictions:,} predictions, {taken.feedback:,} labels"
        now = datetime.now(UTC)
        note_deed(state, "erase", now, subject=model or "", detail=counts)
        blank_committed(plan.spool, log.marks())
        left = dict(log.rid(wanted))
        # a process that slept may have lost its rights, and a draw been made: draws
        # first, for a pass may keep the rest waiting for too long
        forget_samples(plan, state, gone, rights.take(SAMPLING))
        forget_words(plan, state, texts, rights.take())
    left.update(state.rid())
    # a short text stands anywhere by chance
    scanned = all(len(text.encode()) >= SHORTEST for text in texts)
    spelt = [one for text in texts if scanned for one in spellings(text)]
    found = _searched(plan, log, state, wanted, spelt)
    left.update((place, what) for place, what in found.items() if what)
    if events := log.would_take(wanted).events:
        left[plan.log] = f"{events:,} events that came meanwhile"
    return Erased(
        taken.predictions,
        taken.feedback,
        taken.quarantined,
        len(found),
        tuple(left.items()),
        tuple(_kept(plan, spelt)),
        scanned,
    )


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


def _searched(
    plan: Plan, log: Log, state: State, wanted: Wanted, spelt: Sequence[bytes]
) -> Mapping[str, str]:
    """Search log and state, and every other file that lies beside them or waits."""
    found = {**log.search(wanted, spelt), **state.search(spelt)}
    return found | search_files(sorted(set(_files(plan)) - set(found)), spelt)


def _kept(plan: Plan, spelt: Sequence[bytes]) -> Iterator[tuple[str, str]]:
    """Files that a person wrote and that the plan reads, where they hold a text."""
    named = {plan.path, *(one.reference for one in plan.models)}
    named.update(one.baseline for one in plan.models if one.baseline)
    for path, found in search_files(sorted(named), spelt).items():
        if found:
            yield path, "configuration or reference of a model"


def _files(plan: Plan) -> Iterator[str]:
    """Every file below the places of log and spool."""
    for top in (plan.log, plan.spool):
        if top and "://" not in top:
            for folder, _, names in os.walk(top):
                yield from (os.path.realpath(os.path.join(folder, n)) for n in names)


def _no_choice() -> ConfigError:
    return ConfigError(
        code="no_choice",
        where="erase",
        found="not one way to name what is to be erased",
        expected="ids, or a column and a value of it",
        fix="Write --entity VALUE --column NAME, or --id ID.",
    )
