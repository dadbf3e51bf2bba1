"""What judged windows add up to while a pass goes on: incidents, and who is told.

Place: under judging. Holds the incidents that run or ended a short while ago, lets
windows act on them one by one, and gives what has changed to be written.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from leeboard.alarms.judged import Judged, Severity, Subject
from leeboard.alarms.look import Look
from leeboard.config.plan import ModelPlan
from leeboard.incidents.advance import advance
from leeboard.incidents.expected import Expectation
from leeboard.incidents.incident import Incident, Transition
from leeboard.incidents.news import News
from leeboard.incidents.policy import Policy
from leeboard.monitor.looking import Turn, typical
from leeboard.monitor.outgoing import outgoing
from leeboard.monitor.scenes import Scenes
from leeboard.state import Outgoing, State, Written
from leeboard.verdicts.verdict import State as Answer

__all__ = ["Happening"]

_FRESH = timedelta(days=2)
"""News of windows that could be judged longer ago is history: kept, and not sent."""


_Looks = tuple[Callable[[], Look | None], Look | None]


@dataclass(slots=True)
class _Changed:
    """What has changed since the last writing."""

    verdicts: list[Judged] = field(default_factory=list)
    incidents: dict[str, Incident] = field(default_factory=dict)
    transitions: list[Transition] = field(default_factory=list)
    messages: list[Outgoing] = field(default_factory=list)


class Happening:
    """The incidents of one model while windows act on them.

    Parameters
    ----------
    state : State
    plan : ModelPlan
    scenes : Scenes
        What a diagnosis looks at.
    expectations : sequence of Expectation
    channels : mapping of name to Severity
        The least that each channel is told of.
    now : datetime
    """

    def __init__(
        self,
        state: State,
        plan: ModelPlan,
        scenes: Scenes,
        expectations: Sequence[Expectation],
        channels: Mapping[str, Severity],
        now: datetime,
    ) -> None:
        self._plan, self._scenes, self._now = plan, scenes, now
        self._expectations, self._channels = expectations, channels
        self._policy = Policy()
        self._known = {one.id: one for one in state.alarms.incidents(plan.name)}
        self._alarms = state.alarms
        self._stories: dict[str, int] = {}
        self._fresh = _FRESH + 3 * typical(plan.calendar)
        self._changed = _Changed()
        self.opened = 0
        self.ended = 0

    def advance(
        self,
        turn: Turn,
        judged: Sequence[Judged],
        looks: _Looks,
    ) -> tuple[Subject, ...]:
        """Let one judged window act.

        Parameters
        ----------
        turn : Turn
        judged : sequence of Judged
        looks : (callable, Look)
            At the window before, read when it is needed, and at this one; None where
            nothing was counted.

        Returns
        -------
        tuple of Subject
            Those of incidents that ended by it.
        """
        moment = min(turn.moment, self._now)
        before = dict(self._known)
        near = self._near(moment)
        for one in near:
            if one.id not in self._stories:
                self._stories[one.id] = len(self._alarms.story(one.id))
        found = advance(
            self._plan.name,
            near,
            judged,
            now=moment,
            stories=self._stories,
            policy=self._policy,
            expectations=self._expectations,
            faulty=self._faulty(looks, judged),
        )
        self._changed.verdicts += [one for one in judged if _kept(one)]
        self._changed.transitions += found.transitions
        for entry in found.transitions:
            self._stories[entry.incident] = entry.number
        over: list[Subject] = []
        for each in found.incidents:
            one, was = each, before.get(each.id)
            self.opened += was is None
            if one.stage.ended and (was is None or not was.stage.ended):
                self.ended += 1
                over += one.subjects
            if was is None or one.severity.rank > was.severity.rank:
                one = self._diagnosed(one, looks, judged)
            self._known[one.id] = one
            self._changed.incidents[one.id] = one
        for news in found.news:
            self._tell(news, turn, judged)
        return tuple(over)

    def _faulty(self, looks: _Looks, judged: Sequence[Judged]) -> Collection[str]:
        before, now = looks
        return () if now is None else self._scenes.faulty(now, before, judged)

    def _diagnosed(
        self,
        one: Incident,
        looks: _Looks,
        judged: Sequence[Judged],
    ) -> Incident:
        """Say what it most likely is, when it begins and when it becomes graver."""
        before, now = looks
        if now is None or not one.subjects:
            return one
        return self._scenes.diagnosed(one, now, before(), judged)

    def _near(self, moment: datetime) -> list[Incident]:
        """Incidents that run, and those that may run again."""
        return [
            one
            for one in self._known.values()
            if one.ended_at is None or one.ended_at + self._policy.cool_down >= moment
        ]

    def _tell(self, news: News, turn: Turn, judged: Sequence[Judged]) -> None:
        if turn.moment + self._fresh < self._now:
            return
        news = replace(news, incident=self._known[news.incident.id])
        window = turn.done.window
        self._changed.messages += outgoing(
            self._plan,
            news,
            judged,
            self._channels,
            self._now,
            chart=self._scenes.sizes(news.incident, window),
        )

    def running(self) -> set[Subject]:
        """Subjects of the incidents that run."""
        every = self._known.values()
        return {s for one in every if not one.stage.ended for s in one.subjects}

    def taken(self) -> Written:
        """What has changed since this was last asked."""
        changed, self._changed = self._changed, _Changed()
        return Written(
            changed.verdicts,
            list(changed.incidents.values()),
            changed.transitions,
            changed.messages,
        )


def _kept(judged: Judged) -> bool:
    """Verdicts worth keeping: all but those that a window simply passed."""
    return judged.severity is not None or judged.state is not Answer.HELD
