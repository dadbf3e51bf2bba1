"""``leeboard metrics``: every metric, as it declares itself."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from leeboard.cli._terminal import console, say
from leeboard.metrics import metrics
from leeboard.metrics._metric import Metric

if TYPE_CHECKING:
    from rich.table import Table

__all__ = ["run"]

_WIDE = 140


def run() -> None:
    """Print a table where there is room for one, else a paragraph for each metric."""
    out = console()
    with out.capture() as captured:
        if out.width >= _WIDE:
            out.print(_table())
        else:
            for metric in metrics().values():
                out.print("\n".join(_paragraph(metric)), markup=False)
    say(captured.get())


def _table() -> Table:
    from rich import box
    from rich.table import Table

    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    table.add_column("metric", no_wrap=True)
    for head, share in (("answers", 4), ("needs", 1), ("unit", 1)):
        table.add_column(head, ratio=share)
    table.add_column("direction", ratio=2)
    table.add_column("source", ratio=4)
    for metric in metrics().values():
        m = metric
        table.add_row(m.name, m.answers, m.needs.value, m.unit, m.direction, m.source)
    return table


def _paragraph(metric: Metric) -> Iterator[str]:
    kinds = ", ".join(sorted(kind.value for kind in metric.kinds))
    yield f"{metric.name}: {metric.answers}"
    yield f"  needs {metric.needs.value}; {kinds}"
    yield f"  unit: {metric.unit}; {metric.direction}"
    yield f"  source: {metric.source}"
