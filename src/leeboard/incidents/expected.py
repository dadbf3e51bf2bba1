"""Changes that people have announced: recorded where they show, never a page.

Place: on the path. Asked before a crossing is given to an incident.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass, fields
from datetime import UTC, datetime, timedelta
from typing import Any

from leeboard.alarms.judged import Judged
from leeboard.errors import AlarmError
from leeboard.words import Segment, Words

__all__ = ["Expectation", "expecting"]


@dataclass(frozen=True, slots=True)
class Expectation:
    """One announced change.

    Parameters
    ----------
    id : str
    model : str
    text : str
        What is planned, in the words of whoever announced it.
    columns : tuple of str
        Names of subjects that may move: columns, or ``performance``. Empty: all.
    segments : tuple of str
        Segments that may move, as ``country=es``; the empty text stands for all rows
        together. An empty tuple: all of them.
    start, end : datetime
        Half-open, in UTC: from when and until when it may show.
    who : str
    made_at : datetime

    Raises
    ------
    AlarmError
        If a time is not in UTC, or nothing lies between the ends (``bad_expectation``).
    """

    id: str
    model: str
    text: Words
    columns: tuple[str, ...]
    segments: tuple[Segment, ...]
    start: datetime
    end: datetime
    who: str
    made_at: datetime

    def __post_init__(self) -> None:
        for moment in (self.start, self.end, self.made_at):
            if moment.utcoffset() != timedelta(0):
                raise _bad(self.id, moment.isoformat(), "times in UTC")
        if self.start >= self.end:
            found = f"{self.start.isoformat()} to {self.end.isoformat()}"
            raise _bad(
                self.id, found, "a start before the end", "Give the earlier first."
            )

    def covers(self, judged: Judged) -> bool:
        """Tell whether what was judged may have moved because of this."""
        return (
            judged.model == self.model
            and judged.window.start < self.end
            and self.start < judged.window.end
            and (not self.columns or judged.subject.name in self.columns)
            and (not self.segments or judged.subject.segment in self.segments)
        )

    def to_json(self) -> str:
        """Write it as text, to be kept as a document."""
        return json.dumps(asdict(self), default=_iso, sort_keys=True)

    @classmethod
    def from_json(cls, text: str) -> Expectation:
        """Read what ``to_json`` wrote; keys of newer versions are passed over.

        Raises
        ------
        AlarmError
            If it is not that (``bad_expectation``).
        """
        try:
            return cls(**_values(json.loads(text)))
        except (ValueError, TypeError, KeyError, AttributeError) as error:
            if isinstance(error, AlarmError):
                raise
            raise _bad("document", repr(text[:80]), "an announced change") from error


def expecting(
    judged: Judged, expectations: Iterable[Expectation]
) -> Expectation | None:
    """Return the first announced change that covers what was judged."""
    return next((one for one in expectations if one.covers(judged)), None)


def _iso(moment: datetime) -> str:
    return moment.isoformat()


def _values(raw: dict[str, Any]) -> dict[str, Any]:
    values = {field.name: raw[field.name] for field in fields(Expectation)}
    for name in ("columns", "segments"):
        values[name] = tuple(str(one) for one in values[name])
    for name in ("start", "end", "made_at"):
        values[name] = datetime.fromisoformat(values[name]).astimezone(UTC)
    return values


def _bad(
    where: str,
    found: str,
    expected: str,
    fix: str = "Announce it again with leeboard expect.",
) -> AlarmError:
    return AlarmError(
        code="bad_expectation",
        where=f"expected change {where}".rstrip(),
        found=found,
        expected=expected,
        fix=fix,
    )
