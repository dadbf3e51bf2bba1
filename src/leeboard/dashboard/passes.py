"""Leeboard's own passes: whether they come on time, and how long they take."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta

from leeboard.dashboard.standing import when
from leeboard.monitor.history import Made, expected_every, late_after
from leeboard.monitor.holder import process_of
from leeboard.pages.dashboard.parts import Cell, Head, Notice, Part, Table
from leeboard.pages.words import DASH
from leeboard.windows import duration_in_words

__all__ = ["passes_parts"]


def passes_parts(made: Sequence[Made], now: datetime) -> Iterator[Part]:
    """Say whether a pass is late, and when the latest ones were made.

    Parameters
    ----------
    made : sequence of Made
        In order of time.
    now : datetime
    """
    if not made:
        return
    every = expected_every(made)
    age = now - made[-1].ended_at
    if every is not None and age > late_after(every):
        yield Notice(
            "moved",
            f"No pass has ended for {_whole(age)}; one is made every {_whole(every)}.",
            "Nothing is judged meanwhile, and nobody would be told: leeboard doctor"
            " says what is wrong.",
        )
    took = _seconds(made[-1].ended_at - made[-1].began_at)
    usual = f"; one is made every {_whole(every)}" if every is not None else ""
    yield Table(
        name="made",
        title=f"The last pass took {took}{usual}",
        head=(
            Head("Began"),
            Head("Took", number=True),
            Head("After the one before", number=True),
            Head("By"),
        ),
        rows=tuple(_row(made, place) for place in reversed(range(len(made)))),
        note="Passes over all models, the latest first.",
        folded=True,
    )


def _row(made: Sequence[Made], place: int) -> tuple[Cell, ...]:
    one = made[place]
    gap = _whole(one.began_at - made[place - 1].began_at) if place else DASH
    return (
        Cell(when(one.began_at)),
        Cell(_seconds(one.ended_at - one.began_at), number=True),
        Cell(gap, number=True),
        Cell(process_of(one.by)),
    )


def _seconds(span: timedelta) -> str:
    return f"{span.total_seconds():.1f} s"


def _whole(span: timedelta) -> str:
    return duration_in_words(timedelta(seconds=round(span.total_seconds())))
