"""The findings as plain values and JSON: format 1, the same bytes for the same inputs.

Undefined numbers are null and stand beside a reason; there is no NaN and no infinity.
"""

from __future__ import annotations

import json
import math
from typing import Any

from leeboard._version import __version__
from leeboard.errors import Note
from leeboard.metrics._metric import Measurement, Reason
from leeboard.performance import Figure
from leeboard.verdicts.performance import ComparedFigure, Performance
from leeboard.verdicts.report import ColumnResult, ConditionResult, Findings, Skipped
from leeboard.verdicts.verdict import State, Verdict

__all__ = ["FORMAT", "to_dict", "to_json"]

FORMAT = 1
_NO_REASON = Reason("undefined", "the figure is not defined for these rows")


def to_dict(findings: Findings) -> dict[str, Any]:
    """Return the findings as dicts, lists, texts and numbers only.

    Returns
    -------
    dict
        Keys ``format``, ``leeboard``, ``seed``, ``summary``, ``verdicts``,
        ``conditions``, and beside them ``reference``, ``current``, ``lines``,
        ``level``, ``table``, ``not_compared`` and ``notes``; ``performance`` where a
        label was named. The summary counts
        columns: a column is in the worst state of its segments, and the four states
        add up.
    """
    performance = findings.performance
    told = {} if performance is None else {"performance": _performance(performance)}
    return {
        "format": FORMAT,
        "leeboard": __version__,
        "seed": findings.seed,
        "summary": _summary(findings),
        "verdicts": [_verdict(column) for column in findings.columns],
        "conditions": [_condition(condition) for condition in findings.conditions],
        "reference": {
            "name": findings.reference_name,
            "rows": findings.reference.rows,
        },
        "current": {"name": findings.current_name, "rows": findings.current.rows},
        "lines": {
            "negligible": _finite(findings.lines.negligible),
            "large": _finite(findings.lines.large),
        },
        "level": findings.level,
        "table": [_measurement(figure) for figure in findings.table],
        "not_compared": [_skipped(one) for one in findings.skipped],
        "notes": [_note(note) for note in findings.notes],
        **told,
    }


def to_json(findings: Findings) -> str:
    """Return the findings as JSON text, ASCII only, with a newline at the end."""
    return json.dumps(to_dict(findings), indent=2, allow_nan=False) + "\n"


def _summary(findings: Findings) -> dict[str, int]:
    """Count columns by state."""
    states = list(findings.worst().values())
    counted = {"columns": len(states)}
    for state in (State.MOVED, State.HELD, State.UNSURE, State.FAILED):
        counted[str(state)] = states.count(state)
    return counted


def _verdict(column: ColumnResult) -> dict[str, Any]:
    verdict = column.verdict
    return {
        "subject": verdict.subject,
        "segment": verdict.segment,
        "role": str(verdict.role),
        "kind": str(verdict.kind),
        "metric": verdict.metric,
        "rule": verdict.rule,
        "state": str(verdict.state),
        "value": _finite(verdict.value),
        "interval": _interval(verdict.interval),
        "p_value": _finite(verdict.p_value),
        "p_kind": None if verdict.p_kind is None else str(verdict.p_kind),
        "noise_floor": _finite(verdict.noise_floor),
        "n_reference": verdict.n_reference,
        "n_current": verdict.n_current,
        "exact": verdict.exact,
        "reason": _reason(verdict.reason),
        **_more(verdict),
        "measurements": [_measurement(m) for m in column.measurements.values()],
        "notes": [_note(note) for note in column.notes],
    }


def _more(verdict: Verdict) -> dict[str, Any]:
    return {
        "p_beyond": _finite(verdict.p_beyond),
        "shift": _finite(verdict.shift),
        "rows_needed": verdict.rows_needed,
        "negligible": _finite(verdict.lines.negligible),
        "large": _finite(verdict.lines.large),
    }


def _condition(result: ConditionResult) -> dict[str, Any]:
    return {
        "condition": result.condition,
        "subject": result.subject,
        "segment": result.segment,
        "severity": result.severity,
        "passed": result.passed,
        "metric": result.measurement.metric,
        "value": _finite(result.judged),
        "reason": _reason(result.reason),
        "measurement": _measurement(result.measurement),
    }


def _measurement(figure: Measurement) -> dict[str, Any]:
    value = _finite(figure.value)
    reason = figure.reason
    if value is None and reason is None:
        reason = _NO_REASON
    return {
        "metric": figure.metric,
        "subject": figure.subject,
        "segment": figure.segment,
        "value": value,
        "interval": _interval(figure.interval),
        "p_value": _finite(figure.p_value),
        "p_kind": None if figure.p_kind is None else str(figure.p_kind),
        "noise_floor": _finite(figure.noise_floor),
        "reference": _finite(figure.reference),
        "current": _finite(figure.current),
        "n_reference": figure.n_reference,
        "n_current": figure.n_current,
        "exact": figure.exact,
        "reason": None if reason is None else _reason(reason),
    }


def _performance(performance: Performance) -> dict[str, Any]:
    return {
        "task": str(performance.task),
        "label": performance.label,
        "prediction": performance.prediction,
        "score": performance.score,
        "positive": performance.positive,
        "figures": [_compared(figure) for figure in performance.figures],
    }


def _compared(figure: ComparedFigure) -> dict[str, Any]:
    return {
        "metric": figure.metric,
        "unit": figure.unit,
        "better": figure.better,
        "change": str(figure.change),
        "difference": _finite(figure.difference),
        "interval": _interval(figure.interval),
        "reference": _figure(figure.reference),
        "current": _figure(figure.current),
    }


def _figure(figure: Figure) -> dict[str, Any]:
    return {
        "value": _finite(figure.value),
        "interval": _interval(figure.interval),
        "n": figure.n,
        "exact": figure.exact,
        "reason": None if figure.reason is None else _reason(figure.reason),
        "facts": {name: _finite(value) for name, value in figure.facts},
    }


def _skipped(one: Skipped) -> dict[str, Any]:
    return {
        "name": one.name,
        "role": str(one.role),
        "kind": str(one.kind),
        "reason": _reason(one.reason),
    }


def _reason(reason: Reason) -> dict[str, str]:
    return {"code": reason.code, "text": reason.text}


def _note(note: Note) -> dict[str, str]:
    return {"code": note.code, "where": note.where, "text": note.text}


def _interval(interval: tuple[float, float] | None) -> list[float | None] | None:
    return None if interval is None else [_finite(end) for end in interval]


def _finite(value: float | None) -> float | int | None:
    """Plain number, or None where it is undefined or infinite."""
    if value is None:
        return None
    # numpy numbers would not be written as JSON
    plain = value if type(value) is int else float(value)
    return plain if math.isfinite(plain) else None
