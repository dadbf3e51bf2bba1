"""One window: its events counted, measured, and made ready to be kept.

Place: under a pass, which gives it the joined rows. Reads nothing itself.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from leeboard import performance
from leeboard.errors import LeeboardError, Note
from leeboard.monitor.adopted import Adopted
from leeboard.monitor.corrected import corrected_of
from leeboard.monitor.counting import Counted, count_frame, rows_by_segment
from leeboard.monitor.digest import digest_of
from leeboard.monitor.drift import drift_of
from leeboard.monitor.estimated import estimated_of, seeded
from leeboard.monitor.frame import Frame, frame_of
from leeboard.monitor.known import Known
from leeboard.monitor.outcomes import Labelled, labelled_of
from leeboard.monitor.packs import join_packed
from leeboard.monitor.realised import realised_of
from leeboard.performance import Tally, tally_of
from leeboard.profiles.packed import pack
from leeboard.schema import Task
from leeboard.state import Done, Measured, Packed
from leeboard.windows import Window

__all__ = ["Result", "result_of"]


@dataclass(frozen=True, slots=True, eq=False)
class Result:
    """What is kept of one window."""

    done: Done
    packed: Sequence[Packed]
    measured: Sequence[Measured]


def result_of(
    rows: pa.Table, window: Window, known: Known, adopted: Adopted
) -> tuple[Adopted, Result]:
    """Count and measure one window.

    Parameters
    ----------
    rows : Table
        Joined events of the window.
    window : Window
    known : Known
    adopted : Adopted
        Columns that have cells so far.

    Returns
    -------
    Adopted, Result
        With the columns that this window was the first to have enough of.
    """
    plan, reference = known.plan, known.baseline.reference
    frame = frame_of(rows, reference, plan.metadata)
    labelled = _labelled(frame, reference.schema.task, adopted)
    adopted = adopted.with_columns(frame.extra).with_outcomes(labelled.outcomes)
    by_segment = rows_by_segment(rows, plan.segments)
    counted = count_frame(frame, by_segment, reference, adopted)
    outcomes = {
        segment: one
        for segment, places in by_segment.items()
        if (one := labelled.of_rows(places)) is not None and one.rows
    }
    tallies: dict[str, Tally] = {}
    if adopted.outcomes is not None:
        tallies = {s: tally_of(one, adopted.outcomes) for s, one in outcomes.items()}
    packed = list(_packed(counted, tallies))
    n_labels = 0 if frame.label is None else len(frame.label) - frame.label.null_count
    ripe = known.labels.ripeness(n_labels, rows.num_rows, window)
    generator, wanted = seeded(plan.name, window), plan.metrics_of("")
    found = [
        *drift_of(reference, adopted, counted.parts, plan.metrics_of, counted.problems),
        *realised_of(
            outcomes,
            wanted,
            known.baseline,
            provisional=ripe.provisional,
            counted=tallies,
        ),
        *estimated_of(frame, labelled, known.baseline, wanted, generator),
        *corrected_of(rows, frame, labelled, known, provisional=ripe.provisional),
        *known.labels.measured(rows, ripe),
    ]
    refused = [one for one in found if isinstance(one, Note)]
    notes = (*counted.notes, *labelled.notes, *refused)
    done = Done(
        model=plan.name,
        window=window,
        revision=0,
        rows=rows.num_rows,
        labels=n_labels,
        completeness=ripe.completeness if rows.num_rows else None,
        provisional=ripe.provisional,
        fingerprint=reference.fingerprint,
        digest=digest_of(counted.parts, tallies, n_labels),
        first_at=known.labels.now,
        computed_at=known.labels.now,
        notes=(("labels", ripe.why), *map(_told, notes)),
    )
    measured = [one for one in found if isinstance(one, Measured)]
    return adopted, Result(done, packed, measured)


def _told(note: Note) -> tuple[str, str]:
    return note.code, f"{note.where}: {note.text}"


def _labelled(frame: Frame, task: Task, adopted: Adopted) -> Labelled:
    """Outcomes of a window; where they cannot be read, why, as a note."""
    try:
        return labelled_of(frame, task, adopted.outcomes)
    except LeeboardError as error:
        text = f"found {error.found}; expected {error.expected}"
        note = Note(error.code, error.where, f"performance is not measured: {text}")
        return Labelled(None, np.empty(0, np.intp), None, None, (note,))


def _packed(counted: Counted, tallies: Mapping[str, Tally]) -> Iterator[Packed]:
    for segment, part in counted.parts.items():
        tally = tallies.get(segment)
        outcomes = b"" if tally is None else performance.pack(tally)
        yield Packed(segment, part.rows, join_packed(pack(part), outcomes))
