"""Windows judged, and what follows from it kept: verdicts, incidents, messages.

Place: after counting, under the same lease. All that some windows changed is written
in one transaction with the place up to which windows were judged, so that a pass that
is killed and made again judges each window once.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import partial

from leeboard.alarms.budget import Threshold
from leeboard.alarms.judge import Memories, judge, restarted
from leeboard.alarms.judged import Judged, Severity, Subject
from leeboard.alarms.look import RESIDUAL, Look, Standard
from leeboard.alarms.memory import memories_from_text, memories_to_text
from leeboard.alarms.missing import flagged
from leeboard.alarms.rules import Figure
from leeboard.alarms.segments import all_watches
from leeboard.alarms.still import still_columns
from leeboard.alarms.watch import Watch
from leeboard.config.plan import ModelPlan
from leeboard.incidents.incident import Incident
from leeboard.monitor.accepting import accepted, accepting, standard_of
from leeboard.monitor.adopted import Adopted
from leeboard.monitor.baseline import Baseline
from leeboard.monitor.expecting import announced
from leeboard.monitor.figures import figures_for, needs_labels
from leeboard.monitor.happening import Happening
from leeboard.monitor.holder import renewed
from leeboard.monitor.looking import (
    Places,
    Turn,
    looks,
    turns,
    typical,
)
from leeboard.monitor.ruling import by_rule, rule_key
from leeboard.monitor.scenes import Scenes
from leeboard.monitor.segmented import KEY as SEGMENTS
from leeboard.monitor.segmented import Segments, segments_text, watched_segments
from leeboard.state import Lease, State
from leeboard.windows import Window
from leeboard.words import Blot, blotted

__all__ = [
    "KEY",
    "Judgement",
    "Standing",
    "judge_model",
    "segments_of_model",
    "without_segments",
]

KEY = "alarms"
"""Document of a model that holds the places and memories."""

_BATCH = 64
"""Windows that are judged in one transaction."""


@dataclass(slots=True)
class Judgement:
    """What judging did for one model in one pass.

    Parameters
    ----------
    windows : int
        Windows judged by what needs no label.
    opened, ended : int
        Incidents.
    """

    windows: int = 0
    opened: int = 0
    ended: int = 0


@dataclass(slots=True)
class _Kept:
    """What is remembered of a model between passes, as long as its reference stays."""

    of: str
    accepted: int = 0
    windows: int = 0
    places: Places = field(default_factory=Places)
    memories: Memories = field(default_factory=dict)
    rules: dict[str, tuple[float, ...]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, eq=False)
class Standing:
    """The model as a pass has left it, and the right to write about it."""

    state: State
    lease: Lease
    plan: ModelPlan
    baseline: Baseline
    adopted: Adopted


def judge_model(
    model: Standing, now: datetime, channels: Mapping[str, Severity]
) -> Judgement:
    """Judge every window whose turn it is.

    Parameters
    ----------
    model : Standing
    now : datetime
    channels : mapping of name to the least Severity it is told of
    """
    state, plan, baseline = model.state, model.plan, model.baseline
    kept = _read(state.kept(plan.name, KEY), baseline.reference.fingerprint)
    todo = turns(plan, state.windows(plan.name), kept.places, now)
    tally = Judgement()
    if not todo:
        return tally
    judging = _Judging(model, kept)
    metric = "mae" if RESIDUAL in model.adopted.profiles else "accuracy"
    scenes = Scenes(state, plan, replace(baseline, adopted=model.adopted), metric)
    expected = announced(state, plan.name)
    happening = Happening(state, plan, scenes, expected, channels, now)
    for start in range(0, len(todo), _BATCH):
        batch = todo[start : start + _BATCH]
        judging.prepare(batch)
        for turn in batch:
            judged, seen = judging.judge(turn), judging.looks(turn)
            scenes.still = still_columns(judging.standard, kept.memories)
            over = happening.advance(turn, judged, seen)
            running = happening.running()
            restarted(judging.watches, kept.memories, over, running)
        documents = {KEY: _written(kept), **judging.documents(batch)}
        written = replace(happening.taken(), documents=documents)
        state.alarms.write(renewed(state, model.lease), plan.name, written)
        tally.windows += sum(not turn.labelled for turn in batch)
    tally.opened, tally.ended = happening.opened, happening.ended
    return tally


def _begin_anew(kept: _Kept, every: Sequence[Incident]) -> None:
    """Forget what was gathered against a baseline that is no longer one."""
    fresh = every[kept.accepted :]
    names = {subject.name for one in fresh for subject in one.subjects}
    kept.memories = {s: m for s, m in kept.memories.items() if s.name not in names}
    kept.accepted = len(every)


class _Judging:
    """Judges windows of one model, one after the other."""

    def __init__(self, model: Standing, kept: _Kept) -> None:
        self._state, self._plan = model.state, model.plan
        self._baseline, self._adopted, self._kept = model.baseline, model.adopted, kept
        plan, baseline, adopted = model.plan, model.baseline, model.adopted
        budget = plan.alarms.budget
        incidents = accepted(model.state, plan.name)
        _begin_anew(kept, incidents)
        self.standard = standard_of(
            model.state, plan.name, baseline, adopted, incidents
        )
        self.segments = segments_of_model(model, self.standard, incidents)
        self.watches: list[Watch] = []
        if plan.alarms.watches:
            self.watches = all_watches(
                self.standard, self.segments.standards, budget.delta
            )
        self._thresholds: dict[Subject, Threshold] = budget.thresholds(
            [(watch.subject, watch.group) for watch in self.watches],
            typical(plan.calendar),
        )
        keys = {rule_key(rule) for rule in plan.alarms.rules}
        kept.rules = {key: one for key, one in kept.rules.items() if key in keys}
        self._looks: Mapping[Window, Look] = {}
        self._figures: dict[str, Mapping[Window, Figure]] = {}

    def prepare(self, batch: Sequence[Turn]) -> None:
        """Read what the windows of a batch hold."""
        windows = [turn.done.window for turn in batch]
        self._looks = looks(
            self._state,
            self._plan,
            self._baseline,
            self._adopted,
            windows,
            self.segments.standards,
        )
        span = Window(min(windows).start, max(windows).end)
        self._figures = {
            rule.name: figures_for(self._state, self._plan.name, rule, span)
            for rule in self._plan.alarms.rules
        }

    def judge(self, turn: Turn) -> list[Judged]:
        """Judge one window by what its turn is about."""
        window = turn.done.window
        missing = turn.done.missing(labelled=turn.labelled)
        look = self._looks.get(window)
        self._kept.windows += not turn.labelled
        judged: list[Judged] = []
        if look is not None:
            watches = [w for w in self.watches if w.labelled is turn.labelled]
            judged = judge(
                self._plan.name,
                look,
                watches,
                self._thresholds,
                self._kept.memories,
                self._plan.alarms.budget.growth(self._kept.windows),
            )
        for rule in self._plan.alarms.rules:
            if needs_labels(rule) is turn.labelled:
                figure = self._figures[rule.name].get(window)
                judged += by_rule(
                    rule, turn.done, figure, self._kept.rules, partial=missing.partial
                )
        places = self._kept.places
        name = "labelled" if turn.labelled else "counted"
        self._kept.places = replace(places, **{name: window.start})
        return [flagged(one, missing) for one in judged]

    def documents(self, batch: Sequence[Turn]) -> dict[str, str]:
        """Say which segments are watched, and which of the windows' are not."""
        if self._plan.alarms.segments:
            spans = [turn.done.window for turn in batch]
            last = max(spans)
            rows = self._state.profiles(self._plan.name, last)
            met = {packed.segment for *_, packed in rows if packed.segment}
            self.segments = self.segments.met(met, self._plan, self._baseline.reference)
        text = segments_text(self.segments)
        return {} if text is None else {SEGMENTS: text}

    def looks(self, turn: Turn) -> tuple[Callable[[], Look | None], Look | None]:
        """What was seen of the window before, if it is asked for, and of this one."""
        window = turn.done.window
        return partial(self._before, window), self._looks.get(window)

    def _before(self, window: Window) -> Look | None:
        moment = window.start - timedelta(microseconds=1)
        before = self._plan.calendar.window_of(moment)
        if before in self._looks:
            return self._looks[before]
        found = looks(self._state, self._plan, self._baseline, self._adopted, [before])
        return found.get(before)


def segments_of_model(
    model: Standing, whole: Standard, incidents: Sequence[Incident]
) -> Segments:
    """Segments that are watched, with what people accepted of them."""
    found = watched_segments(model.plan, whole, model.baseline)
    cells = (model.baseline, model.adopted)
    state, name = model.state, model.plan.name
    standards = accepting(found.standards, state, name, cells, incidents)
    return replace(found, standards=standards)


def _read(text: str | None, fingerprint: str) -> _Kept:
    if not text:
        return _Kept(fingerprint)
    found = json.loads(text)
    places = {
        name: None if found[name] is None else datetime.fromisoformat(found[name])
        for name in ("counted", "labelled")
    }
    rules = {name: tuple(memory) for name, memory in found["rules"].items()}
    memories = memories_from_text(found["memories"])
    if found["of"] != fingerprint:  # cells have changed: evidence begins anew
        memories = {}
    places_ = Places(**places)
    seen = found.get("windows", 0)
    return _Kept(fingerprint, found["accepted"], seen, places_, memories, rules)


def without_segments(text: str, blot: Blot) -> str:
    """Return the document without what was gathered of segments whose level goes."""
    found = json.loads(text)
    memories = memories_from_text(found["memories"])
    left = {
        subject: memory
        for subject, memory in memories.items()
        if blotted(subject, blot) == subject
    }
    return json.dumps({**found, "memories": memories_to_text(left)})


def _written(kept: _Kept) -> str:
    places = {
        name: None if moment is None else moment.isoformat()
        for name, moment in (
            ("counted", kept.places.counted),
            ("labelled", kept.places.labelled),
        )
    }
    memories = memories_to_text(kept.memories)
    rules = {name: list(memory) for name, memory in kept.rules.items()}
    head = {"of": kept.of, "accepted": kept.accepted, "windows": kept.windows, **places}
    return json.dumps({**head, "memories": memories, "rules": rules})
