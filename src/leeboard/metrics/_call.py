"""One metric called with options, which are checked first. Private to the metrics."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol

from leeboard.errors import MetricError
from leeboard.metrics._metric import Measurement, Metric, Pair, undefined
from leeboard.schema import Kind

__all__ = ["Optioned", "check_kind", "check_options", "of_counts", "of_types"]


class Optioned(Protocol):
    """A declaration that takes options."""

    @property
    def name(self) -> str:
        """The name by which it is asked for."""
        ...

    @property
    def options(self) -> Mapping[str, Any]:
        """Options and their defaults."""
        ...


def check_options(metric: Optioned, options: Mapping[str, Any]) -> None:
    """Refuse an option that the metric does not have, or a value of another type.

    Raises
    ------
    MetricError
    """
    for name, value in options.items():
        where = f"metric {metric.name!r}, option {name!r}"
        if name not in metric.options:
            known = ", ".join(map(repr, metric.options))
            raise MetricError(
                code="unknown_option",
                where=where,
                found="no such option",
                expected=f"one of {known}" if known else "no options",
                fix="`leeboard metrics` lists each metric's options.",
            )
        default = metric.options[name]
        if default is not None and not _fits(value, default):
            raise MetricError(
                code="bad_option",
                where=where,
                found=f"{value!r:.40}",
                expected=f"a value like {default!r}",
                fix="Leave it out to get the default.",
            )


def _fits(value: object, default: object) -> bool:
    if isinstance(value, bool) or isinstance(default, bool):
        return isinstance(value, bool) and isinstance(default, bool)
    if isinstance(default, float):
        return isinstance(value, int | float)
    return isinstance(value, type(default))


def check_kind(metric: Metric, kind: Kind | None, subject: str) -> None:
    """Refuse a column of a kind that the metric cannot measure.

    Raises
    ------
    MetricError
    """
    if kind in metric.kinds:
        return
    raise MetricError(
        code="wrong_kind",
        where=f"metric {metric.name!r} on {subject}",
        found=f"values of kind {kind.value}" if kind else "values of no known kind",
        expected=" or ".join(sorted(known.value for known in metric.kinds)),
        fix="Choose another metric; `leeboard metrics` says what each one is for.",
    )


def of_counts(metric: Metric, pair: Pair, **options: Any) -> Measurement:
    """Measure two sets of counts; without a value if the metric needs rows."""
    check_options(metric, options)
    if metric.on_counts is None:
        sizes = pair.reference.rows, pair.current.rows
        text = f"{metric.name} needs rows, and a profile holds counts"
        return undefined(metric.name, *sizes, code="needs_rows", text=text)
    return metric.on_counts(pair, **options)


def of_types(
    metric: Metric, reference: Kind | None, current: Kind | None, **options: Any
) -> Measurement | None:
    """Measure two types by their kinds; None if the metric is not of types.

    A side that is all missing has no kind (None), and did not change it.
    """
    check_options(metric, options)
    if metric.on_types is None:
        return None
    kinds = [
        kind or other for kind, other in ((reference, current), (current, reference))
    ]
    return metric.on_types(
        *(kind.value if kind else "none" for kind in kinds), **options
    )
