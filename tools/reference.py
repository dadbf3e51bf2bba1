"""Write docs/reference: tables of metrics, settings and commands, from the code itself.

Run by ``make docs``; ``tests/docs/test_reference.py`` compares what stands there.
"""

from __future__ import annotations

import dataclasses
import inspect
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import typer

import leeboard
from leeboard.cli._guard import TRACEBACK
from leeboard.cli.commands import app
from leeboard.performance import performance_metrics
from leeboard.sources._limits import Limits, setting

__all__ = ["commands", "main", "metrics", "pages", "performance", "settings"]

ROOT = Path(__file__).resolve().parents[1]
NOTE = "<!-- Written by `make docs`. Change the code, not this page. -->\n"


def _table(head: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> str:
    lines = [head, tuple("---" for _ in head), *rows]
    cells = [[cell.replace("|", "\\|") for cell in line] for line in lines]
    return "\n".join("| " + " | ".join(line) + " |" for line in cells) + "\n"


def _options(options: dict[str, Any]) -> str:
    return ", ".join(f"`{name}={value!r}`" for name, value in options.items())


def metrics() -> str:
    """Return the page of metrics, from their declarations."""
    rows = [
        (
            f"`{metric.name}`",
            metric.answers,
            metric.needs.value,
            ", ".join(sorted(kind.value for kind in metric.kinds)),
            metric.unit,
            metric.direction,
            _options(dict(metric.options)),
            metric.source,
        )
        for metric in leeboard.metrics().values()
    ]
    head = ("name", "answers", "needs", "kinds", "unit", "direction")
    return (
        "# Metrics\n\nEach compares a reference with a current sample. What a metric"
        " *needs* says the least it works on: counts and moments are in a saved"
        " profile, rows are not.\n\n"
        + _table((*head, "options", "source"), sorted(rows))
    )


def performance() -> str:
    """Return the page of performance metrics, from their declarations."""
    rows = [
        (
            f"`{metric.name}`",
            metric.answers,
            ", ".join(sorted(task.value for task in metric.tasks)),
            metric.needs,
            metric.unit,
            metric.better,
            "rows" if metric.on_rows is not None else "counts",
            _options(dict(metric.options)),
            metric.source,
        )
        for metric in performance_metrics().values()
    ]
    head = ("name", "answers", "tasks", "needs", "unit", "better", "exact from")
    return (
        "# Performance metrics\n\nEach tells from labels how well a model does. What"
        " it *needs* stands beside the label. Figures *exact from* counts are the same"
        " from counts that were added up over windows; the others are exact from rows,"
        " and from counts have bounds that hold the value of the rows.\n\n"
        + _table((*head, "options", "source"), rows)
    )


def _described(documented: Any) -> dict[str, str]:
    """Return what a docstring in numpydoc form says of each parameter."""
    text = inspect.getdoc(documented) or ""
    section = text.partition("Parameters\n----------\n")[2]
    said: dict[str, str] = {}
    names: list[str] = []
    for line in section.splitlines():
        if line.startswith("    "):
            for name in names:
                said[name] = f"{said[name]} {line.strip()}".strip().replace("``", "`")
        elif " : " in line:
            names = [name.strip() for name in line.partition(" : ")[0].split(",")]
            said.update(dict.fromkeys(names, ""))
        elif line:
            break
    return said


def settings() -> str:
    """Return the page of settings: arguments of a check, and the environment."""
    said = _described(leeboard.check)
    arguments = [
        (f"`{name}`", f"`{given.default!r}`", said[name])
        for name, given in inspect.signature(leeboard.check).parameters.items()
        if given.kind is given.KEYWORD_ONLY
    ]
    said = _described(Limits)
    bounds = [
        (f"`{setting(field.name)}`", f"`{field.default:,}`", said[field.name])
        for field in dataclasses.fields(Limits)
    ]
    others = [
        (f"`{TRACEBACK}`", "", "1: a failure shows where in the code it happened."),
        ("`NO_COLOR`", "", "Set to anything: no colour on a terminal."),
        ("`COLUMNS`", "", "Width of the table; by default that of the terminal."),
    ]
    return (
        "# Settings\n\n## Arguments of a check\n\nOf `leeboard.check`; the options of"
        " `leeboard check` have the same names.\n\n"
        + _table(("name", "default", ""), arguments)
        + "\n## Environment\n\nBounds on what is read, against files made to exhaust a"
        " machine, and what the command line minds.\n\n"
        + _table(("variable", "default", ""), [*bounds, *others])
    )


def _form(parameter: Any) -> str:
    """Return how a parameter is typed: ``REFERENCE``, or ``--html FILE``."""
    if parameter.param_type_name == "argument":
        return f"`{parameter.metavar or parameter.name.upper()}`"
    return f"`{' '.join([', '.join(parameter.opts), parameter.metavar or '']).strip()}`"


def _shown(default: Any) -> str:
    return "" if default in (None, (), [], False) else f"`{default}`"


def _command(command: Any, path: str) -> str:
    """Return one command's part: what it does, its arguments and options."""
    rows = [
        (_form(given), _shown(given.default), " ".join((given.help or "").split()))
        for given in command.params
        if not given.hidden
    ]
    text = f"## {path}\n\n{inspect.cleandoc(command.help or '')}\n"
    return text + (f"\n{_table(('', 'default', ''), rows)}" if rows else "")


def _below(group: Any, path: str) -> Iterator[tuple[str, Any]]:
    """Commands of a group with their words, and those of groups in it."""
    for name, command in sorted(getattr(group, "commands", {}).items()):
        if not command.hidden:
            yield f"{path} {name}", command
            yield from _below(command, f"{path} {name}")


def commands() -> str:
    """Return the page of commands, from what ``--help`` reads."""
    root = typer.main.get_command(app)
    parts = [_command(command, path) for path, command in _below(root, "leeboard")]
    return "# Commands\n\n" + "\n".join([_command(root, "leeboard"), *parts])


def pages() -> dict[Path, str]:
    """Return the text of every page of the reference by its place in the checkout."""
    folder = Path("docs") / "reference"
    texts = {"metrics.md": metrics(), "settings.md": settings()}
    texts |= {"commands.md": commands(), "performance.md": performance()}
    return {folder / name: f"{NOTE}\n{text}" for name, text in texts.items()}


def main() -> None:
    """Write every page."""
    for place, text in pages().items():
        (ROOT / place).parent.mkdir(parents=True, exist_ok=True)
        (ROOT / place).write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
