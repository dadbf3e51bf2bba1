"""A small line beside a name: which way figures went of late."""

from __future__ import annotations

from typing import TYPE_CHECKING

from leeboard.pages.dashboard.parts import Spark
from leeboard.pages.printable import printable

if TYPE_CHECKING:
    from markupsafe import Markup

__all__ = ["draw_spark"]

_WIDE, _HIGH = 120.0, 26.0


def draw_spark(spark: Spark) -> Markup:
    """Draw the line as SVG, from zero to its highest; the level is dashed."""
    from markupsafe import Markup, escape

    known = [v for v in spark.values if v is not None]
    level = [] if spark.level is None else [spark.level]
    low, high = min([0.0, *known, *level]), max([0.0, *known, *level])
    room = (high - low) or 1.0
    step = _WIDE / max(1, len(spark.values) - 1)

    def y(value: float) -> str:
        return f"{2 + (_HIGH - 4) * (1 - (value - low) / room):.1f}"

    path, pen = [], "M"
    for i, value in enumerate(spark.values):
        if value is None:
            pen = "M"
        else:
            dot = "h0" if pen == "M" else ""
            path.append(f"{pen}{i * step:.1f} {y(value)}{dot}")
            pen = "L"
    dashed = f'<path class="level" d="M0 {y(level[0])}H{_WIDE:g}"/>' if level else ""
    # the only text among these has been escaped
    return Markup(  # noqa: S704
        f'<svg class="spark" viewBox="0 0 {_WIDE:g} {_HIGH:g}" width="{_WIDE:g}"'
        f' height="{_HIGH:g}" role="img" aria-label="{escape(printable(spark.says))}">'
        f'{dashed}<path class="line" d="{"".join(path)}"/></svg>'
    )
