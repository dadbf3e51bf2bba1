"""Windows, verdicts and a walk over them, made for tests."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from leeboard.alarms.judged import Group, Judged, Severity, Subject
from leeboard.incidents.advance import advance
from leeboard.incidents.incident import Incident, Transition
from leeboard.incidents.news import Advance, News
from leeboard.verdicts.verdict import State
from leeboard.windows import Window

START = datetime(2012, 3, 1, tzinfo=UTC)
DAY = timedelta(days=1)


def window(day: int) -> Window:
    """Return the window of a day."""
    return Window(START + day * DAY, START + (day + 1) * DAY)


def judged(
    day: int,
    name: str = "performance",
    state: State = State.MOVED,
    severity: Severity | None = Severity.PAGE,
    group: Group = Group.PERFORMANCE,
) -> Judged:
    """Return one verdict."""
    if state is not State.MOVED:
        severity = None
    aspect = "error" if group is Group.PERFORMANCE else "distribution"
    return Judged(
        "demand", window(day), Subject("", name, aspect), group, "d1", True, state,
        severity, 9.0, 7.0, 1.0, 71.0, 60.0, 82.0, 48.0, 240, f"{name} {state}",
    )  # fmt: skip


@dataclass
class Walk:
    """Incidents of one model, kept as a store keeps them."""

    kept: dict[str, Incident] = field(default_factory=dict)
    story: list[Transition] = field(default_factory=list)
    news: list[News] = field(default_factory=list)

    def take(self, found: Advance) -> Advance:
        """Keep what a step changed."""
        self.kept.update({one.id: one for one in found.incidents})
        self.story += found.transitions
        self.news += found.news
        return found

    def stories(self) -> dict[str, int]:
        """Return the length of each story."""
        return {
            id_: sum(1 for one in self.story if one.incident == id_)
            for id_ in self.kept
        }

    def step(self, day: int, *seen: Judged, **more: object) -> Advance:
        """Take in one window on the morning after it."""
        now = START + (day + 1) * DAY
        kept: Sequence[Incident] = list(self.kept.values())
        return self.take(
            advance("demand", kept, seen, now=now, stories=self.stories(), **more)  # type: ignore[arg-type]  # passed on as given
        )

    @property
    def one(self) -> Incident:
        """The only incident."""
        (only,) = self.kept.values()
        return only
