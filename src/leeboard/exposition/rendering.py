"""Samples as text that Prometheus reads; the client library writes it.

Place: the only module that gives samples to ``prometheus_client``. Its own registry, so
that nothing of the process, and nothing global, is exposed beside.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate

from prometheus_client import CollectorRegistry
from prometheus_client.core import (
    CounterMetricFamily,
    GaugeMetricFamily,
    HistogramMetricFamily,
)
from prometheus_client.exposition import choose_encoder
from prometheus_client.metrics_core import Metric
from prometheus_client.registry import Collector

from leeboard.exposition.families import FAMILIES, Buckets, Family, Kind, Sample

__all__ = ["Rendered", "kind_of", "rendered"]


@dataclass(frozen=True, slots=True)
class Rendered:
    """A body and its type."""

    kind: str
    body: bytes


def kind_of(accept: str) -> str:
    """Return the type of what a request accepts."""
    return str(choose_encoder(accept)[1])


def rendered(
    samples: Iterable[Sample], bounds: Mapping[str, Sequence[float]], accept: str
) -> Rendered:
    """Write samples in the format that a request accepts.

    Parameters
    ----------
    samples : iterable of Sample
    bounds : mapping of histogram to upper ends of its buckets
    accept : str
        The header of that name: OpenMetrics where it asks for that, else plain text.
    """
    encode, kind = choose_encoder(accept)
    registry = CollectorRegistry(auto_describe=False)
    registry.register(_Given(samples, bounds))
    body: bytes = encode(registry)
    return Rendered(kind, body)


class _Given(Collector):
    def __init__(
        self, samples: Iterable[Sample], bounds: Mapping[str, Sequence[float]]
    ) -> None:
        self._by_family: dict[str, list[Sample]] = defaultdict(list)
        for sample in samples:
            self._by_family[sample.family].append(sample)
        self._bounds = bounds

    def collect(self) -> Iterator[Metric]:
        for name, family in FAMILIES.items():
            samples = self._by_family.get(name)
            if samples:
                yield _metric(family, samples, self._bounds.get(name, ()))


def _metric(
    family: Family, samples: Sequence[Sample], bounds: Sequence[float]
) -> Metric:
    name, text, labels = family.name, family.help, [*family.labels]
    if family.kind is Kind.HISTOGRAM:
        histogram = HistogramMetricFamily(name, text, labels=labels)
        for sample in samples:
            if isinstance(sample.value, Buckets):
                buckets = _cumulated(sample.value, bounds)
                histogram.add_metric(
                    [*sample.labels], buckets, sum_value=sample.value.total
                )
        return histogram
    counts = family.kind is Kind.COUNTER
    kind = CounterMetricFamily if counts else GaugeMetricFamily
    metric = kind(name, text, labels=labels)
    for sample in samples:
        if not isinstance(sample.value, Buckets):
            metric.add_metric([*sample.labels], sample.value)
    return metric


def _cumulated(one: Buckets, bounds: Sequence[float]) -> list[tuple[str, float]]:
    ends = [*(repr(float(bound)) for bound in bounds), "+Inf"]
    return list(zip(ends, map(float, accumulate(one.counts)), strict=True))
