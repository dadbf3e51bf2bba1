"""Numbers and states in words: how figures are written, the same on every page."""

from __future__ import annotations

import math
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from leeboard.verdicts.report import ConditionResult
from leeboard.verdicts.verdict import State, Verdict

__all__ = [
    "DASH",
    "ORDER",
    "brief",
    "bytes_in_words",
    "count",
    "in_words",
    "interval_in_words",
    "judged",
    "moment",
    "number",
    "p_in_words",
    "plural",
    "psi_in_words",
    "share",
    "size_in_words",
]

DASH = "–"
ORDER = (State.MOVED, State.FAILED, State.UNSURE, State.HELD)
"""States in the order they are shown."""

_LARGE = ((1e12, "T"), (1e9, "G"), (1e6, "M"), (1e3, "k"))
_AS_IT_IS = 10_000.0
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_DAY_US = 86_400_000_000


def number(value: float | None, digits: int = 4) -> str:
    """Write a number with that many significant digits; a dash for None."""
    if value is None:
        return DASH
    value = float(value)
    if math.isnan(value):
        return "undefined"
    if math.isinf(value):
        return "∞" if value > 0 else "−∞"
    if value == 0:
        return "0"
    size = abs(value)
    if size >= 1e15 or size < 1e-5:
        text = f"{value:.{max(digits - 2, 1)}e}"
        mantissa, power = text.split("e")
        text = f"{_trim(mantissa)}e{int(power)}"
    else:
        places = max(0, digits - 1 - math.floor(math.log10(size)))
        text = _trim(f"{value:,.{places}f}")
    return text.replace("-", "−")


def brief(values: Sequence[float]) -> tuple[str, ...]:
    """Write the round values of one axis in one unit, each in about six characters.

    From 10,000 on in thousands, as 100k, or in M (millions), G, T; three digits.
    """
    top = max((abs(value) for value in values), default=0.0)
    unit, letter = 1.0, ""
    if _AS_IT_IS <= top < 1e15:
        unit, letter = next(one for one in _LARGE if top >= one[0])
    return tuple(
        f"{_powered(value / unit)}{letter if value else ''}" for value in values
    )


def _powered(value: float) -> str:
    if value and not 1e-3 <= abs(value) < 1e6:
        mantissa, power = f"{value:.1e}".split("e")
        return f"{_trim(mantissa)}e{int(power)}".replace("-", "−")
    return number(value, 3)


def judged(result: ConditionResult) -> str:
    """Write what a condition judged: an answer, or a number."""
    if result.state is not None:
        return str(result.state)
    return number(result.judged)


def _trim(text: str) -> str:
    return text.rstrip("0").rstrip(".") if "." in text else text


def count(n: int) -> str:
    """Write a number of rows or columns."""
    return f"{n:,}"


def plural(n: int, noun: str) -> str:
    """Write a number with its noun."""
    return f"{count(n)} {noun}" if n == 1 else f"{count(n)} {noun}s"


def bytes_in_words(n: int) -> str:
    """Write a number of bytes in the largest unit that it fills, by thousands."""
    for length, unit in ((1e12, "TB"), (1e9, "GB"), (1e6, "MB"), (1e3, "kB")):
        if n >= length:
            return f"{n / length:.1f} {unit}"
    return plural(n, "byte")


def share(part: float) -> str:
    """Write a share in [0, 1] as a percentage, never rounding something to nothing."""
    percent = 100.0 * part
    if percent == 0:
        return "0 %"
    if percent < 0.01:
        return "< 0.01 %"
    if 99.99 < percent < 100:
        return "> 99.99 %"
    digits = 2 if percent < 1 or 99 < percent < 100 else 1
    return f"{_trim(f'{percent:.{digits}f}')} %"


def moment(microseconds: float, *, whole_days: bool = False) -> str:
    """Write a moment given in microseconds since 1970 (UTC)."""
    try:
        at = _EPOCH + timedelta(microseconds=int(microseconds))
    except (OverflowError, ValueError):
        return f"{number(microseconds)} µs"
    if whole_days or int(microseconds) % _DAY_US == 0:
        return at.strftime("%Y-%m-%d")
    return at.strftime("%Y-%m-%d %H:%M")


def p_in_words(p: float | None) -> str:
    """Write a p-value; below 0.0001 only that it is."""
    if p is None:
        return DASH
    return "< 0.0001" if p < 1e-4 else number(p, 2)


def interval_in_words(interval: tuple[float, float] | None) -> str:
    """Write an interval; a dash for None."""
    if interval is None:
        return DASH
    return f"{number(interval[0], 3)} to {number(interval[1], 3)}"


def psi_in_words(verdict: Verdict) -> str:
    """Write the size of a change as it was computed."""
    if verdict.value is None:
        return DASH
    text = f"PSI {number(verdict.value, 2)}"
    if verdict.interval is not None:
        low, high = (number(end, 2) for end in verdict.interval)
        text += f" ({low} to {high})"
    return text


def size_in_words(verdict: Verdict) -> str:
    """Write the size of a change as a reader can feel it."""
    size, lines = verdict.value, verdict.lines
    if size is None:
        return "not measured"
    if verdict.state is State.UNSURE and verdict.interval is not None:
        return _range_in_words(verdict, *verdict.interval)
    if size <= lines.negligible:
        return "negligible"
    if verdict.shift is not None:
        return f"about {_deviations(verdict.shift)}"
    return "between negligible and large" if size < lines.large else "large"


def _range_in_words(verdict: Verdict, low: float, high: float) -> str:
    """Write what an unsure size may be: its middle would say too much."""
    if verdict.shift is not None and math.isfinite(high):
        start = number(math.sqrt(max(low, 0.0)), 1)
        return f"{start} to {_deviations(math.sqrt(max(high, 0.0)))}"
    if low <= verdict.lines.negligible:
        return "negligible to large" if high > verdict.lines.large else "not large"
    return "more than negligible"


def _deviations(shift: float) -> str:
    text = number(shift, 1 if shift < 1 else 2)
    return f"{text} standard deviation{'' if text == '1' else 's'}"


def in_words(names: list[str], most: int = 3) -> str:
    """Write a list of names: 'a, b and c', or 'a, b, c and 4 more'."""
    if len(names) > most + 1:
        names = [*names[:most], f"{len(names) - most} more"]
    if len(names) < 2:
        return "".join(names)
    return f"{', '.join(names[:-1])} and {names[-1]}"
