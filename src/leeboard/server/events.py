"""The events of a body: each ready to be stored, or refused with its reason.

Place: between a request's bytes and the intake. Pure; knows no disk and no keys.
"""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from hashlib import blake2b
from typing import Any

from leeboard.server._json import as_text, read_json
from leeboard.server._terms import Terms, micros_of
from leeboard.server._values import Record
from leeboard.server.refusal import Refusal
from leeboard_logger.ids import new_id

__all__ = [
    "LARGEST_EVENT",
    "LISTS",
    "MOST_EVENTS",
    "Event",
    "Refused",
    "read_events",
]

LISTS = {"p": "predictions", "f": "feedback"}
"""The member that holds the events, by kind of frame."""

MOST_EVENTS = 10_000
LARGEST_EVENT = 256 << 10
_MOST_COLUMNS = 5_000

_PREDICTION = frozenset(
    {
        "id",
        "model",
        "version",
        "made_at",
        "features",
        "prediction",
        "scores",
        "segments",
        "latency_s",
        "metadata",
        "rate",
        "special",
    }
)
_FEEDBACK = frozenset({"id", "model", "label", "observed_at", "special"})

# Names in order: two bodies that say the same are written the same.
_written = json.JSONEncoder(
    ensure_ascii=False,
    allow_nan=False,
    check_circular=False,
    separators=(",", ":"),
    sort_keys=True,
).encode


@dataclass(frozen=True, slots=True)
class Event:
    """An event that can be stored.

    Parameters
    ----------
    id : str
    key : bytes of length 16
        What another event must equal to be the same one.
    digest : bytes of length 16
        Of its contents as they were sent.
    payload : bytes
        Of its frame.
    aside : str
        Why it is set aside; empty: it counts.
    notes : tuple of (str, str)
        Code and text of what was added to it.
    where : str
        Where in the body it stood.
    """

    id: str
    key: bytes
    digest: bytes
    payload: bytes
    aside: str = ""
    notes: tuple[tuple[str, str], ...] = ()
    where: str = "$"


@dataclass(frozen=True, slots=True)
class Refused:
    """An event that is not taken; ``id`` is None where it has no sound one."""

    id: str | None
    refusal: Refusal


def read_events(
    body: bytes, kind: str, terms: Terms, *, lines: bool = False
) -> list[Event | Refused]:
    """Read the events of a body, in their order.

    Parameters
    ----------
    body : bytes
        Decompressed.
    kind : {"p", "f"}
        Predictions or feedback.
    terms : Terms
    lines : bool
        Each line is an event (NDJSON); else one object holds a list of them.

    Raises
    ------
    Refusal
        The body as a whole cannot be taken, or the key is for another model.
    """
    text = as_text(body)
    read = _prediction if kind == "p" else _feedback
    if lines:
        return list(_of_lines(text, read, terms))
    name = LISTS[kind]
    document = read_json(text, around=2)
    events = document.get(name) if isinstance(document, dict) else None
    if not isinstance(events, list) or len(document) != 1:
        raise Refusal(
            422,
            code="bad_body",
            where="$",
            found="another value",
            expected=f'an object with one member, "{name}": a list of events',
            fix=f'Send {{"{name}": [{{…}}, …]}}, or one event a line as'
            " application/x-ndjson.",
        )
    _few(len(events))
    return [
        _one(event, f"$.{name}[{place}]", read, terms)
        for place, event in enumerate(events)
    ]


def _of_lines(text: str, read: _Reader, terms: Terms) -> Iterator[Event | Refused]:
    rows = [
        (number, line)
        for number, line in enumerate(text.split("\n"), 1)
        if line.strip()
    ]
    if not rows:
        read_json("")  # says that there is nothing
    _few(len(rows))
    for number, line in rows:
        start = f"line {number}: $"
        try:
            event = read_json(line, start=start)
        except Refusal as refusal:
            yield Refused(None, refusal)
        else:
            yield _one(event, start, read, terms)


def _few(count: int) -> None:
    if count > MOST_EVENTS:
        raise Refusal(
            413,
            code="too_many_events",
            where="$",
            found=f"{count:,} events",
            expected=f"at most {MOST_EVENTS:,} a request",
            fix="Send them in several requests.",
        )


_Reader = Callable[[Record, Terms, str], Event]


def _one(given: Any, start: str, read: _Reader, terms: Terms) -> Event | Refused:
    identity = None
    try:
        record = Record(given, start)
        identity = record.identity() or None
        event = read(record, terms, identity or "")
    except Refusal as refusal:
        if refusal.status == 403:
            raise
        return Refused(identity, refusal)
    if len(event.payload) > LARGEST_EVENT:
        too_large = Refusal(
            413,
            code="event_too_large",
            where=start,
            found=f"an event of {len(event.payload):,} bytes",
            expected=f"at most {LARGEST_EVENT:,} bytes",
            fix="Leave out what is not monitored.",
        )
        return Refused(identity, too_large)
    return event


def _prediction(record: Record, terms: Terms, identity: str) -> Event:
    record.only(_PREDICTION)
    model = record.model(terms, empty=bool(terms.own))
    made_at = record.time("made_at", terms)
    out: dict[str, Any] = {
        "id": identity,
        "model": model,
        "version": record.version(),
        "made_at": made_at,
        "prediction": record.single("prediction"),
        "features": record.group("features") or {},
    }
    more = {
        "scores": record.scores(),
        "segments": record.group("segments"),
        "metadata": record.group("metadata"),
        "latency_s": record.number("latency_s", above=0.0, upto=math.inf),
        "rate": _rate(record),
        "special": record.special("prediction"),
    }
    out.update((name, value) for name, value in more.items() if value is not None)
    _narrow(out, record)
    text = _written(out)
    digest = _hash(text)
    notes: tuple[tuple[str, str], ...] = ()
    if not identity:
        identity, notes = _made()
        out["id"] = identity
    if made_at is None:
        out["made_at"] = made_at = micros_of(terms.now)
        notes += (("time_of_arrival", "made_at was absent: it is when it arrived"),)
    if notes:
        text = _written(out)
    key = _hash(f"p\0{model}\0{identity}")
    aside = terms.aside(made_at, model)
    payload = _payload("p" + text, aside, model)
    return Event(identity, key, digest, payload, aside, notes, record.start)


def _rate(record: Record) -> float | None:
    rate = record.number("rate", above=0.0, upto=1.0)
    if rate == 0.0:
        # above zero, however little
        return record.number("rate", above=5e-324, upto=1.0)
    return rate


def _narrow(out: dict[str, Any], record: Record) -> None:
    columns = sum(
        len(out[name]) if isinstance(out.get(name), dict | list) else 1
        for name in ("features", "segments", "metadata", "scores")
    )
    if columns > _MOST_COLUMNS:
        record.too_wide(columns, _MOST_COLUMNS)


def _feedback(record: Record, terms: Terms, identity: str) -> Event:
    record.only(_FEEDBACK)
    if not identity:
        record.nameless()
    model = record.model(terms, empty=True)
    observed_at = record.time("observed_at", terms)
    out: dict[str, Any] = {
        "id": identity,
        "model": model,
        "label": record.single("label"),
    }
    special = record.special("label")
    if special is not None:
        out["special"] = special
    notes: tuple[tuple[str, str], ...] = ()
    fresh = ""
    if observed_at is None:
        observed_at = micros_of(terms.now)
        fresh = new_id()
        notes = (("time_of_arrival", _ARRIVED),)
    out["observed_at"] = observed_at
    # another label for the same prediction is a version of its own, not a conflict
    text = _written(out)
    same = _hash("f\0" + text + fresh)
    aside = terms.aside(observed_at, model)
    payload = _payload("f" + text, aside, model)
    return Event(identity, same, same, payload, aside, notes, record.start)


_ARRIVED = (
    "observed_at was absent: it is when it arrived, and sending it again is another"
    " observation"
)


def _payload(text: str, aside: str, model: str) -> bytes:
    if aside:
        head = {"reason": aside, "detail": "by the collector's clock", "model": model}
        text = f"q{_written(head)}\n{text}"
    return text.encode()


def _made() -> tuple[str, tuple[tuple[str, str], ...]]:
    text = "id was absent: this one was made, and sending it again is another event"
    return str(new_id()), (("id_made", text),)


def _hash(text: str) -> bytes:
    return blake2b(text.encode(), digest_size=16).digest()
