"""Which segments of a model are watched, against what, and why the others are not.

Place: under judging. A segment needs rows of its own in the reference: what is usual in
a segment that the reference does not know, nobody knows.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field, replace

import numpy as np

from leeboard.alarms.look import RESIDUAL, Standard
from leeboard.config.plan import ModelPlan
from leeboard.monitor.baseline import Baseline, SegmentBaseline
from leeboard.monitor.split import OTHER
from leeboard.profiles.cells import CategoryCells
from leeboard.profiles.part import Part
from leeboard.profiles.profile import Profile
from leeboard.state import State
from leeboard.words import Blot, Segment, Words, blotted

__all__ = [
    "FEWEST",
    "KEY",
    "MOST",
    "Segments",
    "segments_of_plan",
    "segments_text",
    "segments_without",
    "watched_segments",
]

KEY = "segments"
"""Document of a model that says which segments are watched."""

FEWEST = 200
"""Rows of the reference from which on a segment is watched."""

MOST = 20
"""Segments that are watched, the largest: each takes a part of the same budget."""

_NEW = 20
"""Segments without a reference that are named."""

_UNKNOWN = "new: the reference has no row of it"
_RARE = "levels with too few rows to be counted apart"


@dataclass(frozen=True, slots=True)
class Segments:
    """What is watched of the segments of a model.

    Parameters
    ----------
    standards : mapping of segment to Standard
        Those that are watched.
    left : mapping of segment, or column, to str
        Those that are not, and why.
    """

    standards: Mapping[str, Standard] = field(default_factory=dict)
    left: Mapping[Segment, Words] = field(default_factory=dict)

    def met(
        self, names: Collection[str], plan: ModelPlan, reference: Profile
    ) -> Segments:
        """Return it with segments of a window that the reference does not know.

        Where the reference is not counted by their column, they are no news.
        """
        known = self.left.keys() | self.standards.keys()
        met = [
            name
            for name in sorted(names)
            if _asked(plan, name) and not known & {name, name.partition("=")[0]}
        ]
        new = [name for name in met if _is_new(name, reference)]
        room = max(0, _NEW - sum(why == _UNKNOWN for why in self.left.values()))
        found = dict.fromkeys(new[:room], _UNKNOWN)
        if len(new) < len(met):
            found[f"{reference.segment}={OTHER}"] = _RARE
        left = {**self.left, **found}
        return self if left == self.left else replace(self, left=left)


def _is_new(segment: str, reference: Profile) -> bool:
    """Tell whether the reference has no row of a segment, of a column that it has."""
    column, _, level = segment.partition("=")
    cells = reference.cells.get(column)
    if level == OTHER:
        return False
    return not isinstance(cells, CategoryCells) or bool(cells.unknown([level])[0])


def _asked(plan: ModelPlan, segment: str) -> bool:
    names = plan.alarms.segments
    return segment in names or segment.partition("=")[0] in names


def watched_segments(plan: ModelPlan, whole: Standard, baseline: Baseline) -> Segments:
    """Choose the segments that are watched.

    Parameters
    ----------
    plan : ModelPlan
    whole : Standard
        Of all rows.
    baseline : Baseline
    """
    if not plan.alarms.segments:
        return Segments()
    profile = baseline.reference
    column = profile.segment
    left = {}
    for name in plan.alarms.segments:
        if name.partition("=")[0] != column:
            left[name] = "the reference is not counted by it: leeboard init --segment"
    sizes = {
        f"{column}={level}": part.rows
        for level, part in profile.parts.items()
        if level is not None and _asked(plan, f"{column}={level}")
    }
    standards: dict[str, Standard] = {}
    for name in sorted(sizes, key=lambda one: (-sizes[one], one)):
        if sizes[name] < FEWEST:
            left[name] = f"{sizes[name]:,} rows in the reference, below {FEWEST}"
        elif len(standards) == MOST:
            left[name] = f"{MOST} larger ones are"
        else:
            part = profile.parts[name.partition("=")[2]]
            known = baseline.segments.get(name)
            standards[name] = _standard(whole, profile, part, known)
    return Segments(standards, left)


def _standard(
    whole: Standard, profile: Profile, part: Part, known: SegmentBaseline | None
) -> Standard:
    """What a segment's windows are judged against."""
    column = profile.segment
    counts = {name: one for name, one in part.counts.items() if name != column}
    own = replace(profile, parts={None: replace(part, counts=counts)}, segment=None)
    if known is None:
        return Standard(own)
    figures = {} if known.accuracy is None else {"accuracy": known.accuracy}
    extra = dict(_residual(whole, known))
    return Standard(own, extra, figures, known.rows)


def _residual(whole: Standard, known: SegmentBaseline) -> Iterator[tuple[str, Profile]]:
    every = whole.extra.get(RESIDUAL)
    if every is None or known.residual is None:
        return
    usual = every.parts[None].counts[RESIDUAL]
    cells = np.asarray(known.residual, dtype=usual.cells.dtype)
    if cells.shape == usual.cells.shape:
        one = replace(usual, cells=cells)
        yield RESIDUAL, replace(every, parts={None: Part(known.rows, {RESIDUAL: one})})


def segments_of_plan(
    state: State, model: str
) -> tuple[tuple[str, ...], dict[str, str]]:
    """Segments that are watched, and those that are not with why, as last judged."""
    text = state.kept(model, KEY)
    if not text:
        return (), {}
    found = _read(text)
    return found.watched, dict(found.left)


def segments_text(segments: Segments) -> str | None:
    """Write it as a document; None where nothing was asked for."""
    if not segments.standards and not segments.left:
        return None
    return _text(_Kept(tuple(segments.standards), segments.left))


def segments_without(text: str, blot: Blot) -> str:
    """Return the document with the levels of segments without texts."""
    return _text(blotted(_read(text), blot))


@dataclass(frozen=True, slots=True)
class _Kept:
    """The document as a value."""

    watched: tuple[Segment, ...]
    left: Mapping[Segment, Words]


def _read(text: str) -> _Kept:
    found = json.loads(text)
    return _Kept(tuple(found["watched"]), found["left"])


def _text(kept: _Kept) -> str:
    return json.dumps({"watched": kept.watched, "left": kept.left})
