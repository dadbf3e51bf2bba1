"""The text of a condition, such as ``ks p < 0.05``, read into what it asks.

    METRIC[(options)] [FIGURE or |FIGURE|] OPERATOR NUMBER[%]
    moved | unsure | failed | held

A condition *fails when it is true*. The text is checked in full before any data is
read: metric, options, figure, and whether the number can occur. Knows no column.
"""

from __future__ import annotations

import operator
import re
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any, NoReturn

from leeboard.errors import ConfigError, MetricError
from leeboard.metrics import metrics
from leeboard.metrics._call import check_options
from leeboard.metrics._metric import Measurement, Metric
from leeboard.verdicts.verdict import State

__all__ = ["FIGURES", "OWN", "Rule", "parse"]

OWN = {
    "size": "size of the change that decides the verdict (debiased PSI, nats)",
    "share_moved": "share of the compared columns that moved",
    "rows": "number of current rows",
}
"""What a rule may name beside metrics; the last two are of the table."""

FIGURES = {
    "value": "what the metric gives; need not be written",
    "p": "p-value of no change at all",
    "reference": "the metric in the reference alone",
    "current": "the metric in the current rows alone",
    "difference": "current minus reference",
    "ratio": "current divided by reference",
    "low": "lower end of the interval",
    "high": "upper end of the interval",
    "noise_floor": "what the value is on average when nothing changed",
}
"""Figures of every measurement; a metric may give more, such as ``z`` of the mean."""

_EXTRA = ("z", "t", "rows", "pairs", "cells", "degrees", "least_p", "probability", "u")

_LONGEST = 300
_TEXT = re.compile(
    r"\s*(?P<metric>[A-Za-z_][\w.-]*)\s*(?:\((?P<options>[^()]*)\))?"
    r"\s*(?P<figure>\|?[A-Za-z_]\w*\|?)?\s*(?P<sign>[<>=!]=?|)\s*(?P<number>[^<>=!\s]*)\s*"
)
_NUMBER = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d+)?(?P<percent>%)?")

_SIGNS: Mapping[str, tuple[Callable[[float, float], bool], str]] = {
    ">": (operator.gt, "above"),
    ">=": (operator.ge, "at least"),
    "<": (operator.lt, "below"),
    "<=": (operator.le, "at most"),
    "==": (operator.eq, "equal to"),
    "!=": (operator.ne, "other than"),
}

_SIGNED = frozenset({"min", "max", "mean", "quantile", "constant", "correlation"})
_WITHIN_ONE = frozenset(
    {"ks", "hellinger", "l_infinity", "missing", "out_of_range", "share_moved"}
    | {"total_variation", "unseen", "duplicates", "mann_whitney", "correlation"}
)


@dataclass(frozen=True, slots=True)
class Rule:
    """What a condition asks of a measurement.

    Parameters
    ----------
    metric : str
        Metric, one of ``OWN``, or a state.
    options : tuple of (str, value)
    figure : str
        Which figure of the measurement is compared.
    absolute : bool
        Compare it without its sign.
    sign : str
        Operator; empty for a state.
    number : float
    """

    metric: str
    options: tuple[tuple[str, Any], ...] = ()
    figure: str = "value"
    sign: str = ""
    number: float = 0.0
    absolute: bool = False

    @property
    def state(self) -> State | None:
        """State that makes the condition fail, where the rule is one."""
        return State(self.metric) if not self.sign else None

    @property
    def relation(self) -> str:
        """Operator in words."""
        return _SIGNS[self.sign][1]

    def holds(self, figure: float) -> bool:
        """Tell whether the rule is true of a figure: then its condition fails."""
        return _SIGNS[self.sign][0](figure, self.number)

    def decided(self, measured: Measurement) -> bool:
        """Tell whether the answer is sure, though counts only bound the figure."""
        if measured.exact:
            return True
        ends: list[float | None] = [None]
        if self.figure == "value" and measured.interval is not None:
            ends = list(measured.interval)
        elif self.figure == "p":
            ends = [dict(measured.facts).get("least_p"), measured.p_value]
        answers = {end is not None and self.holds(end) for end in ends}
        monotone = self.sign not in {"==", "!="} and not self.absolute
        return len(answers) == 1 and monotone and None not in ends

    def figure_of(self, measured: Measurement) -> float | None:
        """Figure that the rule compares; None where the measurement has none."""
        figure = self._signed(measured)
        return figure if figure is None or not self.absolute else abs(figure)

    def _signed(self, measured: Measurement) -> float | None:
        before, now = measured.reference, measured.current
        low, high = measured.interval or (None, None)
        plain = {
            "value": measured.value,
            "p": measured.p_value,
            "reference": before,
            "current": now,
            "low": low,
            "high": high,
            "noise_floor": measured.noise_floor,
        }
        if self.figure in plain:
            return plain[self.figure]
        given = dict(measured.facts).get(self.figure)
        if given is not None or before is None or now is None:
            return given
        if self.figure == "difference":
            return now - before
        if self.figure == "ratio" and before != 0:
            return now / before
        return None


def parse(text: str) -> Rule:
    """Read the text of a rule.

    Raises
    ------
    ConfigError
        With what is wrong, and close names where a name is.
    """
    if len(text) > _LONGEST:
        _refuse(
            text[:40], "not_a_rule", "a long text", f"at most {_LONGEST} characters"
        )
    word = text.strip()
    if word in set(State):
        return Rule(word)
    found = _TEXT.fullmatch(text)
    if found is None or not (found["sign"] or found["number"]):
        _not_a_rule(text, word)
    sign = found["sign"]
    if sign not in _SIGNS:
        signs = ", ".join(_SIGNS)
        fix = "Write == to compare." if sign == "=" else "Write METRIC > NUMBER."
        _refuse(text, "not_a_rule", f"operator {sign!r}", f"one of {signs}", fix)
    name = found["metric"]
    declared = _declared(text, name)
    figure, absolute = _figure(text, found["figure"] or "value")
    number = _number(text, found["number"])
    _refuse_impossible(text, name, figure, number)
    options = _options(text, name, declared, found["options"])
    return Rule(name, options, figure, sign, number, absolute)


def _refuse(
    text: str, code: str, found: str, expected: str, fix: str = "Mend the condition."
) -> NoReturn:
    raise ConfigError(
        code=code,
        where=f"condition {text.strip()!r}",
        found=found,
        expected=expected,
        fix=fix,
    )


def _close(name: str, known: Collection[str]) -> str:
    close = get_close_matches(name, list(known), n=3)
    return f"Did you mean {' or '.join(map(repr, close))}?" if close else ""


def _not_a_rule(text: str, word: str) -> NoReturn:
    fix = 'Write METRIC OPERATOR NUMBER, such as "psi > 0.2", or a state.'
    if re.fullmatch(r"\w+", word):
        fix = _close(word, [state.value for state in State]) or fix
    _refuse(
        text, "not_a_rule", "no rule", "METRIC > NUMBER, or moved, unsure, failed", fix
    )


def _declared(text: str, name: str) -> Metric | None:
    if name in OWN:
        return None
    known = metrics()
    if name in known:
        return known[name]
    names = sorted((*known, *OWN))
    fix = _close(name, names) or "`leeboard metrics` lists them."
    _refuse(text, "unknown_metric", f"unknown metric {name!r}", "a known metric", fix)


def _figure(text: str, name: str) -> tuple[str, bool]:
    absolute = name.startswith("|")
    if absolute != name.endswith("|"):
        fix = f"Write |{name.strip('|')}| to leave out the sign."
        _refuse(text, "not_a_rule", f"one bar in {name!r}", "none or two", fix)
    name = name.strip("|")
    known = (*FIGURES, *_EXTRA)
    if name not in known:
        fix = _close(name, known) or "Leave it out to compare the value."
        expected = "one of " + ", ".join(known)
        _refuse(text, "unknown_figure", f"unknown figure {name!r}", expected, fix)
    return name, absolute


def _number(text: str, number: str) -> float:
    found = _NUMBER.fullmatch(number)
    if found is None:
        expected = "a finite number, such as 0.2 or 5%"
        _refuse(text, "bad_number", f"{number!r} for a number", expected)
    value = float(number.rstrip("%")) / (100.0 if found["percent"] else 1.0)
    if abs(value) == float("inf"):
        _refuse(text, "bad_number", f"{number!r}", "a finite number")
    return value


def _refuse_impossible(text: str, name: str, figure: str, number: float) -> None:
    """Refuse a number that the figure can never reach: it is a slip, not a wish."""
    share = figure == "p" or (figure == "value" and name in _WITHIN_ONE)
    signed = name in _SIGNED or figure not in {"value", "p", "low", "high"}
    if share and not (-1.0 if signed and figure != "p" else 0.0) <= number <= 1.0:
        fix = f"Did you mean {number:g}%?" if 1.0 < number <= 100.0 else "Mend it."
        what = "p-value" if figure == "p" else f"{name}"
        expected = f"{what} from 0 to 1"
        _refuse(text, "out_of_range", f"{number:g}", expected, fix)
    if not signed and number < 0.0:
        _refuse(text, "out_of_range", f"{number:g}", f"{name} of 0 or more")


def _options(
    text: str, name: str, declared: Metric | None, inside: str | None
) -> tuple[tuple[str, Any], ...]:
    if inside is None or not inside.strip():
        return ()
    known = list(declared.options) if declared is not None else []
    given: dict[str, Any] = {}
    for i, part in enumerate(inside.split(",")):
        key, equals, value = (piece.strip() for piece in part.partition("="))
        if not equals:
            value, key = key, known[i] if i < len(known) else ""
        if key not in known:
            has = ", ".join(known) or "no options"
            fix = _close(key, known) or f"{name} has {has}."
            _refuse(text, "unknown_option", f"option {key!r}", f"{has} of {name}", fix)
        if key in given:
            _refuse(text, "unknown_option", f"option {key!r} twice", "each once")
        given[key] = _literal(text, value)
    if declared is not None:
        _check(text, declared, given)
    return tuple(given.items())


def _check(text: str, metric: Metric, options: Mapping[str, Any]) -> None:
    try:
        check_options(metric, options)
    except MetricError as error:
        found = f"{error.where}: {error.found}"
        _refuse(text, error.code, found, error.expected, error.fix)


def _literal(text: str, value: str) -> Any:
    if value.lower() in {"true", "false"}:
        return value.lower() == "true"
    found = _NUMBER.fullmatch(value)
    if found is not None and not found["percent"]:
        return int(value) if re.fullmatch(r"[+-]?\d+", value) else float(value)
    word = value.strip("'\"")
    if not re.fullmatch(r"[\w-]+", word) or word.lower() in {"nan", "inf", "infinity"}:
        _refuse(text, "bad_number", f"{value!r} for an option", "a number or a word")
    return word
