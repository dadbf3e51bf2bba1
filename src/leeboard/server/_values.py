"""The parts of an event, each checked alone: ids, times, groups of values.

What passes here is what the log's own reader takes: nothing that was accepted is set
aside later.
"""

from __future__ import annotations

import math
from datetime import datetime
from typing import Any, NoReturn

from leeboard.config import one_way
from leeboard.server._terms import MICROS, Terms, micros_of
from leeboard.server.refusal import Refusal, forbidden, path_of
from leeboard_logger.ids import readable_id

__all__ = ["MOST", "Record"]

MOST = 2_000
"""Values that a group, such as the features, may have."""

_LATEST = 7_258_118_400_000_000  # microseconds; the year 2200
_EXACT = 1 << 53
_LONGEST_MODEL = 128
_LONGEST_VERSION = 128
_SPECIAL = {"nan", "inf", "-inf"}
_GROUPS = ("scores", "features", "segments", "metadata")
_ABSENT = object()


class Record:
    """One event as it was sent, asked for its parts.

    Parameters
    ----------
    given : object
        As the strict parser read it.
    start : str
        Path of the event, for refusals.

    Raises
    ------
    Refusal
        It is no object.
    """

    __slots__ = ("_given", "start")

    def __init__(self, given: object, start: str) -> None:
        self.start = start
        self._given: dict[str, Any] = {}
        if not isinstance(given, dict):
            self._refuse(
                [],
                code="bad_event",
                found=_kind(given),
                expected="an object",
                fix="Send each event as an object with its names.",
            )
        self._given = given

    def only(self, known: frozenset[str]) -> None:
        """Refuse names that an event does not have."""
        if not self._given.keys() <= known:
            name = next(name for name in self._given if name not in known)
            self._refuse(
                [name],
                code="unknown_key",
                found="a name that an event does not have",
                expected="names out of " + ", ".join(sorted(known)),
                fix="Correct it, or put the value under metadata.",
            )

    def identity(self) -> str:
        """Return the id; empty where there is none."""
        given = self._given.get("id")
        if given is None:
            return ""
        text = readable_id(given) if isinstance(given, str) else None
        if text is None:
            self._refuse(
                ["id"],
                code="bad_id",
                found=_kind(given),
                expected="a text of 1 to 128 printable characters",
                fix="Send another id; whole numbers go as text.",
            )
        return text

    def word(self, name: str, longest: int, *, empty: bool) -> str:
        """Return a short printable text."""
        given = self._given.get(name)
        if given is None and empty:
            return ""
        sound = isinstance(given, str) and len(given) <= longest
        if not sound or not str(given).isprintable() or not (given or empty):
            self._refuse(
                [name],
                code=f"bad_{name}",
                found="nothing" if given is None else _kind(given),
                expected=f"a text of at most {longest} printable characters",
                fix=f"Send the {name} as such a text.",
            )
        return str(given)

    def model(self, terms: Terms, *, empty: bool) -> str:
        """Return the name of a model that is monitored.

        Raises
        ------
        Refusal
            403 where the key is for another model, whether that exists or not.
        """
        name = one_way(self.word("model", _LONGEST_MODEL, empty=empty))
        if terms.own and name not in {"", terms.own}:
            raise forbidden()
        if not name:
            return terms.own
        if name not in terms.models:
            self._refuse(
                ["model"],
                code="unknown_model",
                found="a model that is not monitored here",
                expected="the name of a model in leeboard.toml",
                fix="Correct the name, or add the model and start the server again.",
            )
        return name

    def version(self) -> str:
        """Return the model's version, or empty."""
        return self.word("version", _LONGEST_VERSION, empty=True)

    def time(self, name: str, terms: Terms) -> int | None:
        """Return a time in microseconds since 1970; None where none was given."""
        given = self._given.get(name)
        if given is None:
            return None
        if isinstance(given, str):
            micros = self._written(given, name)
        elif type(given) in {int, float} and terms.unit:
            micros = round(given * MICROS[terms.unit])
        else:
            fix = "Write it as text, or name the unit: ?time_unit=s, ms, us or ns."
            self._bad_time(name, _kind(given), fix)
        if not 0 <= micros < _LATEST:
            fix = "Look at the unit of the time."
            self._bad_time(name, "a time before 1970 or after 2199", fix)
        return micros

    def _written(self, text: str, name: str) -> int:
        try:
            moment = datetime.fromisoformat(text) if len(text) <= 40 else None
        except ValueError:
            moment = None
        if moment is None:
            self._bad_time(name, "a text that is no time", "Send it in UTC, with a Z.")
        if moment.tzinfo is None:
            self._refuse(
                [name],
                code="naive_time",
                found="a time without a zone",
                expected="a time with Z or an offset, such as 2026-03-01T08:00:00Z",
                fix="Add the zone in which the time is meant.",
            )
        try:
            return micros_of(moment)
        except OverflowError:  # with its offset it is before the year 1 or after 9999
            return -1

    def _bad_time(self, name: str, found: str, fix: str) -> NoReturn:
        self._refuse(
            [name],
            code="bad_time",
            found=found,
            expected="a time as ISO 8601 text with a zone",
            fix=fix,
        )

    def single(self, name: str) -> Any:
        """Return a prediction or label: number, text, truth value or None."""
        given = self._given.get(name)
        if isinstance(given, dict | list):
            self._refuse(
                [name],
                code="bad_type",
                found=_kind(given),
                expected="a number, a text, true, false or null",
                fix="Send probabilities under scores, everything else as text.",
            )
        return given

    def number(self, name: str, *, above: float, upto: float) -> float | None:
        """Return a number in ``[above, upto]``."""
        given = self._given.get(name)
        if given is None:
            return None
        value = _double(given)
        if value is None or not above <= value <= upto:
            self._refuse(
                [name],
                code="bad_number",
                found=_kind(given),
                expected=f"a number from {above:g} to {upto:g}"
                if math.isfinite(upto)
                else f"a number of at least {above:g}",
                fix=f"Leave {name} out where it is not known.",
            )
        return value

    def group(self, name: str) -> dict[str, Any] | None:
        """Return a group of named values."""
        given = self._given.get(name)
        if given is None:
            return None
        if not isinstance(given, dict):
            self._refuse(
                [name],
                code="bad_type",
                found=_kind(given),
                expected="an object of names and values",
                fix='Send {"NAME": VALUE, …}.',
            )
        self._bounded(name, given)
        if "" in given:
            self._refuse(
                [name],
                code="bad_name",
                found="a value without a name",
                expected="names of at least one character",
                fix="Name the value.",
            )
        return given

    def scores(self) -> Any:
        """Return scores: one number, a list of them, or named ones."""
        given = self._given.get("scores")
        if given is None or _double(given) is not None:
            return given
        if isinstance(given, list):
            self._bounded("scores", given)
            listed = list(enumerate(given))
        else:
            named = self.group("scores") or {}
            listed = list(named.items())  # type: ignore[arg-type]  # steps of both kinds
        for step, one in listed:
            if one is not None and _double(one) is None:
                self._refuse(
                    ["scores", step],
                    code="bad_number",
                    found=_kind(one),
                    expected="a number or null",
                    fix="Send probabilities as numbers.",
                )
        return given

    def special(self, *singles: str) -> dict[str, str] | None:
        """Return which null values stand for NaN or an infinity."""
        given = self._given.get("special")
        if given is None:
            return None
        if not isinstance(given, dict) or not all(
            isinstance(word, str) and word in _SPECIAL for word in given.values()
        ):
            self._refuse(
                ["special"],
                code="bad_special",
                found=_kind(given),
                expected='an object of places and "nan", "inf" or "-inf"',
                fix='Write {"features.NAME": "nan"}.',
            )
        self._bounded("special", given)
        for path in given:
            if self._at(path, singles) is not None:
                self._refuse(
                    ["special"],
                    code="bad_special",
                    found="a place that has a value, or that there is not",
                    expected="places of null values: prediction, label, or a group, a"
                    " dot and a name",
                    fix="Send null in the place, and name the place as it is written.",
                )
        return given

    def _at(self, path: str, singles: tuple[str, ...]) -> object:
        """Value at a place of ``special``; something where there is no such place."""
        if path in singles:
            return self._given.get(path)
        group, dot, name = path.partition(".")
        if not dot or not name or group not in _GROUPS or group not in self._given:
            return _ABSENT
        values = self._given[group]
        if values is None:
            return None
        return values.get(name) if isinstance(values, dict) else _ABSENT

    def too_wide(self, found: int, most: int) -> NoReturn:
        """Refuse an event that has more values than a row of the log has columns."""
        self._refuse(
            [],
            code="too_many_values",
            found=f"{found:,} values",
            expected=f"at most {most:,} in all groups",
            fix="Send those that are monitored.",
        )

    def nameless(self) -> NoReturn:
        """Refuse feedback that says of no prediction what came true."""
        self._refuse(
            ["id"],
            code="missing_id",
            found="no id",
            expected="the id of the prediction that the label is for",
            fix="Send the id that the prediction was sent with.",
        )

    def _bounded(self, name: str, given: dict[str, Any] | list[Any]) -> None:
        if len(given) > MOST:
            self._refuse(
                [name],
                code="too_many_values",
                found=f"{len(given):,} values",
                expected=f"at most {MOST:,}",
                fix="Send those that are monitored.",
            )

    def _refuse(
        self,
        steps: list[str | int],
        *,
        code: str,
        found: str,
        expected: str,
        fix: str,
    ) -> NoReturn:
        raise Refusal(
            422,
            code=code,
            where=path_of(steps, self.start),
            found=found,
            expected=expected,
            fix=fix,
        )


def _double(value: Any) -> float | None:
    """Return a number as a double, exactly; None where it is none."""
    if type(value) is float:
        return value
    return float(value) if type(value) is int and abs(value) <= _EXACT else None


def _kind(value: Any) -> str:
    """Name what was sent without saying it."""
    match value:
        case None:
            return "null"
        case bool():
            return "a truth value"
        case int() | float():
            return "a number of another range or kind"
        case str():
            return "an empty text" if not value else "a text that does not fit"
        case list():
            return "a list"
    return "an object"
