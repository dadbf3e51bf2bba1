"""What a server says to Prometheus: read after each pass, written when it is asked.

Place: between the store and whoever answers requests. A scrape reads no store: it gets
what was read last, written once for each format.
"""

from __future__ import annotations

import logging
import platform
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime

from leeboard._version import __version__
from leeboard.config.plan import ModelPlan
from leeboard.dashboard.reading import Reader
from leeboard.errors import LeeboardError
from leeboard.exposition.columns import column_samples
from leeboard.exposition.families import Sample
from leeboard.exposition.observed import BOUNDS, observed
from leeboard.exposition.rendering import Rendered, kind_of, rendered
from leeboard.exposition.standing import counted, log_samples, standing_samples
from leeboard.exposition.totals import KEY, Totals
from leeboard.logs import Summary

__all__ = ["Exposition"]

_LOG = logging.getLogger("leeboard.exposition")

_REST = 20.0
"""What was read is read again after so many times as long as reading it took."""


@dataclass(slots=True)
class _Written:
    """Samples by model, those of the process, and their texts by model and format."""

    by_model: Mapping[str, Sequence[Sample]] = field(default_factory=dict)
    own: Sequence[Sample] = ()
    texts: dict[tuple[str, str], Rendered] = field(default_factory=dict)


class Exposition:
    """Keeps what a server exposes.

    Parameters
    ----------
    reader : Reader
    own : callable, optional
        Returns samples of the process itself, as of its passes.
    leads : callable, optional
        Whether this process makes the passes. Of several on one store it alone tells of
        models: two that told the same would be added up, and would both count.
    clock : callable
        Seconds that never run back.

    Notes
    -----
    ``refresh`` may be called by one thread while others ask for texts. Reading takes
    at most a twentieth of the time: what comes too early is read at a later scrape.
    """

    def __init__(
        self,
        reader: Reader,
        own: Callable[[], Iterable[Sample]] = tuple,
        *,
        leads: Callable[[], bool] = lambda: True,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._reader = reader
        self._own = own
        self._leads = leads
        self._clock = clock
        self._lock = threading.Lock()
        self._written: _Written | None = None
        self._summaries: Mapping[str, Summary] = {}
        self._next_summary = self._next_read = -float("inf")
        self._due = False

    def refresh(self, now: datetime | None = None) -> None:
        """Read everything anew.

        A model whose results cannot be read says so and nothing else.
        """
        moment = datetime.now(UTC) if now is None else now
        with self._lock:
            before = self._written
            began = self._clock()
            leads = self._leads()
            self._due = leads and before is not None and began < self._next_read
            if not leads:
                by_model: Mapping[str, Sequence[Sample]] = {}
                self._next_read = self._next_summary = -float("inf")
            elif before is not None and self._due:
                by_model = before.by_model
            else:
                by_model = self._read_all(moment)
                ended = self._clock()
                self._next_read = ended + _REST * (ended - began)
            self._written = _Written(by_model, [*_build(), *self._own()])

    def text(self, accept: str = "", model: str = "") -> Rendered:
        """Return what is exposed, in the format that is accepted.

        Parameters
        ----------
        accept : str
            The header of that name.
        model : str
            Only what is about this model and the process; empty: all models.
        """
        if self._written is None or (self._due and self._clock() >= self._next_read):
            self.refresh()
        written = self._written or _Written()
        kind = kind_of(accept)  # few, whatever headers say
        found = written.texts.get((kind, model))
        if found is None:
            names = [model] if model else list(written.by_model)
            samples = [
                *(s for name in names for s in written.by_model.get(name, ())),
                *written.own,
            ]
            found = rendered(samples, BOUNDS, accept)
            written.texts[kind, model] = found
        return found

    def _read_all(self, now: datetime) -> dict[str, Sequence[Sample]]:
        self._count_log()
        return {plan.name: self._read(plan, now) for plan in self._reader.plan.models}

    def _count_log(self) -> None:
        if self._clock() < self._next_summary:
            return
        began = self._clock()
        with suppress(LeeboardError):  # counters stay what they were
            self._summaries = self._reader.summaries()
        ended = self._clock()
        self._next_summary = ended + _REST * (ended - began)

    def _read(self, plan: ModelPlan, now: datetime) -> list[Sample]:
        state = self._reader.state
        try:
            before = Totals.from_text(state.kept(plan.name, KEY))
            totals = observed(self._reader, plan, before)
            summary = self._summaries.get(plan.name)
            if summary is not None:
                totals = totals.seen(counted(summary, totals))
            if totals != before:
                with suppress(LeeboardError):  # a busy store keeps it the next time
                    state.keep(plan.name, KEY, totals.to_text())
            return [
                Sample("leeboard_model_up", (plan.name,), 1),
                *standing_samples(self._reader, plan, now),
                *log_samples(plan.name, totals, summary),
                *(
                    Sample(family, (plan.name,), one)
                    for family, one in totals.histograms.items()
                ),
                *column_samples(self._reader, plan),
            ]
        except LeeboardError as error:
            _LOG.warning("metrics of %r: %s", plan.name, error)
        except Exception:  # noqa: BLE001 - logged whole; other models are told of
            _LOG.exception("metrics of %r", plan.name)
        return [Sample("leeboard_model_up", (plan.name,), 0)]


def _build() -> Iterator[Sample]:
    labels = (__version__, platform.python_version())
    yield Sample("leeboard_build_info", labels, 1)
