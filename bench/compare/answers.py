"""One way to ask each tool the same thing: what of these columns changed?"""

from __future__ import annotations

import json
import logging
import math
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from importlib.metadata import version
from pathlib import Path
from typing import Any


@dataclass(frozen=True, slots=True)
class Finding:
    """What a tool says of one column.

    Parameters
    ----------
    changed : bool or None
        The tool's verdict; None if it gives none.
    value : float or None
        Its figure; None if there is none or it is not a number.
    text : str
        Its words, if it has any.
    """

    changed: bool | None
    value: float | None
    text: str = ""


@dataclass(frozen=True, slots=True)
class Answer:
    """What a tool says of a pair of frames."""

    columns: dict[str, Finding]
    notices: str = ""
    page: Callable[[Path], Any] | None = None
    extra: dict[str, Any] = field(default_factory=dict)


class _Keeper(logging.Handler):
    """Keeps warnings that a tool logs."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.texts: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        """Keep the text."""
        self.texts.append(record.getMessage())


@contextmanager
def notices() -> Iterator[list[str]]:
    """Collect what a tool warns of, by warning or by log."""
    keeper = _Keeper()
    logging.getLogger().addHandler(keeper)
    try:
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            yield keeper.texts
            keeper.texts.extend(str(warning.message) for warning in caught)
    finally:
        logging.getLogger().removeHandler(keeper)


def number(value: Any) -> float | None:
    """Return a float, or None for NaN and for what is none."""
    try:
        found = float(value)
    except (TypeError, ValueError):
        return None
    return found if math.isfinite(found) else None


def evidently(reference: Any, current: Any, **options: Any) -> Answer:
    """Ask Evidently's drift preset, with its defaults unless named otherwise."""
    from evidently import Report
    from evidently.presets import DataDriftPreset

    with notices() as texts:
        snapshot = Report([DataDriftPreset(**options)]).run(current, reference)
        document = snapshot.dict()
    columns, share = {}, None
    for metric in document["metrics"]:
        config = metric["config"]
        if config["type"].endswith("DriftedColumnsCount"):
            share = number(metric["value"]["share"])
        if not config["type"].endswith("ValueDrift"):
            continue
        value = number(metric["value"])
        small = "p_value" in config["method"]
        changed = None
        if value is not None:
            line = config["threshold"]
            changed = bool(value < line if small else value >= line)
        columns[str(config["column"])] = Finding(changed, value, config["method"])
    return Answer(
        columns,
        " ".join(texts),
        lambda path: snapshot.save_html(str(path)),
        {"dataset_alarm": share is not None and share >= 0.5},
    )


def nannyml(reference: Any, current: Any, **options: Any) -> Answer:
    """Ask NannyML's univariate drift; a column counts if any chunk alerts."""
    import nannyml as nml

    rows = max(1, min(len(current), len(reference) // 10))
    options = {"chunk_size": rows} | options
    names = list(reference.columns)
    with notices() as texts:
        calculator = nml.UnivariateDriftCalculator(column_names=names, **options)
        calculator.fit(reference)
        result = calculator.calculate(current)
        table = result.filter(period="analysis").to_df()
    columns, chunks, alerts = {}, 0, 0
    for name, method in dict.fromkeys(key[:2] for key in table.columns):
        if name == "chunk":
            continue
        flags = [bool(flag) for flag in table[name, method, "alert"]]
        figures = [number(value) for value in table[name, method, "value"]]
        known = [value for value in figures if value is not None]
        chunks, alerts = chunks + len(flags), alerts + sum(flags)
        value = max(known) if known else None
        changed = any(flags) if known else None
        columns[str(name)] = Finding(changed, value, str(method))

    def page(path: Path) -> None:
        result.plot(kind="drift").write_html(str(path))

    extra = {"chunks": chunks, "chunk_alerts": alerts}
    return Answer(columns, " ".join(texts), page, extra)


def leeboard(reference: Any, current: Any, **options: Any) -> Answer:
    """Ask Leeboard's check, with its defaults."""
    import leeboard as lb

    with notices() as texts:
        report = lb.check(reference, current, **options)
    document = report.to_dict()
    columns = {}
    for verdict in document["verdicts"]:
        reason = verdict.get("reason") or {}
        text = f"{verdict['state']} {reason.get('code', '')} {reason.get('text', '')}"
        finding = Finding(
            verdict["state"] == "moved", number(verdict["value"]), text.strip()
        )
        columns.setdefault(str(verdict["subject"]), finding)
    rest = {k: v for k, v in document.items() if k not in {"verdicts", "summary"}}
    unsure = sum(verdict["state"] == "unsure" for verdict in document["verdicts"])
    text = json.dumps(rest) + " ".join(texts)
    return Answer(columns, text, report.to_html, {"unsure": unsure})


TOOLS: dict[str, Callable[..., Answer]] = {
    "leeboard": leeboard,
    "evidently": evidently,
    "nannyml": nannyml,
}


def versions(tool: str) -> dict[str, str]:
    """Return the version of a tool and of the pandas beside it."""
    found = {name: version(name) for name in ("pandas", "numpy")}
    if tool == "leeboard":  # of this checkout, installed or not
        from leeboard._version import __version__

        return {tool: __version__} | found
    return {tool: version(tool)} | found
