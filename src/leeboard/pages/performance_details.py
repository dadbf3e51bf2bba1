"""What stands behind figures of performance: tables of cells, bins and deciles."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from leeboard.pages.performance_lines import DetailRow, DetailTable
from leeboard.pages.words import DASH, number
from leeboard.verdicts.performance import ComparedFigure, Performance

__all__ = ["details"]

_MOST = 60
_NUMBERED = re.compile(r"(.+)_([0-9]+)")
_PAIR = " → "
_TITLES = {
    "calibration_error": "Calibration, by tenth of the score",
    "error_by_decile": "Errors, by decile of the reference's predictions",
    "residuals": "Quantiles of prediction minus label",
}

_Facts = Mapping[str, float]


def details(performance: Performance) -> tuple[DetailTable, ...]:
    """Tables of the figures that have facts; none of more than sixty rows."""
    tables = [table for figure in performance.figures for table in _tables(figure)]
    return tuple(table for table in tables if 0 < len(table.rows) <= _MOST)


def _tables(figure: ComparedFigure) -> Iterator[DetailTable]:
    reference, current = dict(figure.reference.facts), dict(figure.current.facts)
    names = list(dict.fromkeys((*reference, *current)))
    title = _TITLES.get(figure.metric, f"{figure.metric}, by class")
    if not names:
        return
    if all(_PAIR in name for name in names):
        for side, facts in (("reference", reference), ("current", current)):
            if facts:
                yield _matrix(side, facts)
    elif all(_NUMBERED.fullmatch(name) for name in names):
        yield _numbered(title, names, reference, current)
    else:
        rows = tuple(
            DetailRow(name, tuple(_cell(facts, name) for facts in (reference, current)))
            for name in names
        )
        yield DetailTable(title, ("reference", "current"), rows)


def _matrix(side: str, facts: _Facts) -> DetailTable:
    """Rows by label, columns by prediction: the facts come in that order."""
    size = round(len(facts) ** 0.5)
    names, cells = list(facts), [number(rows) for rows in facts.values()]
    predictions = [name.rpartition(_PAIR)[2] for name in names[:size]]
    return DetailTable(
        f"Confusion matrix, {side}: labels down, predictions across",
        tuple(predictions),
        tuple(
            DetailRow(predictions[i], tuple(cells[i * size : (i + 1) * size]))
            for i in range(size)
        ),
    )


def _numbered(
    title: str, names: list[str], reference: _Facts, current: _Facts
) -> DetailTable:
    """Facts with a number each, such as ``rows_3``: a row for each number."""
    parts = [name.rpartition("_") for name in names]
    kinds = list(dict.fromkeys(kind for kind, _, _ in parts))
    places = sorted({int(place) for _, _, place in parts})
    rows = tuple(
        DetailRow(
            str(place),
            tuple(
                _cell(facts, f"{kind}_{place}")
                for facts in (reference, current)
                for kind in kinds
            ),
        )
        for place in places
    )
    head = [f"{side} {kind}" for side in ("reference", "current") for kind in kinds]
    return DetailTable(title, tuple(head), rows)


def _cell(facts: _Facts, name: str) -> str:
    return number(facts[name]) if name in facts else DASH
