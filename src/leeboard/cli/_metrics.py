"""``leeboard metrics``: every metric, as it declares itself."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from leeboard.cli._terminal import console, say
from leeboard.metrics import metrics
from leeboard.performance import performance_metrics

if TYPE_CHECKING:
    from rich.table import Table

__all__ = ["run"]

_WIDE = 140
_BETTER = {"zero": "nearer to 0 is better", "": "neither way is better"}


@dataclass(frozen=True, slots=True)
class _Told:
    """One metric in words; ``of`` says of what kinds or tasks."""

    name: str
    answers: str
    needs: str
    of: str
    unit: str
    direction: str
    source: str


def run() -> None:
    """Print a table where there is room for one, else a paragraph for each metric."""
    out = console()
    parts = {
        "Of change, on columns and in suites": list(_of_change()),
        "Of performance, where there are labels": list(_of_performance()),
    }
    with out.capture() as captured:
        for title, told in parts.items():
            out.print(f"{title}\n", markup=False, highlight=False)
            if out.width >= _WIDE:
                out.print(_table(told))
            else:
                for one in told:
                    out.print("\n".join(_paragraph(one)), markup=False)
                out.print()
    say(captured.get())


def _of_change() -> Iterator[_Told]:
    for m in metrics().values():
        kinds = ", ".join(sorted(kind.value for kind in m.kinds))
        yield _Told(
            m.name, m.answers, m.needs.value, kinds, m.unit, m.direction, m.source
        )


def _of_performance() -> Iterator[_Told]:
    for m in performance_metrics().values():
        tasks = ", ".join(sorted(task.value for task in m.tasks))
        better = _BETTER.get(m.better, f"{m.better} is better")
        yield _Told(m.name, m.answers, m.needs, tasks, m.unit, better, m.source)


def _table(told: list[_Told]) -> Table:
    from rich import box
    from rich.table import Table

    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    table.add_column("metric", no_wrap=True)
    for head, share in (("answers", 4), ("needs", 1), ("unit", 1)):
        table.add_column(head, ratio=share)
    table.add_column("direction", ratio=2)
    table.add_column("source", ratio=4)
    for m in told:
        table.add_row(m.name, m.answers, m.needs, m.unit, m.direction, m.source)
    return table


def _paragraph(metric: _Told) -> Iterator[str]:
    yield f"{metric.name}: {metric.answers}"
    yield f"  needs {metric.needs}; {metric.of}"
    yield f"  unit: {metric.unit}; {metric.direction}"
    yield f"  source: {metric.source}"
