"""Which time a page shows, from its address; and the rest of a page's question."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from leeboard.monitor.spans import moment_read
from leeboard.pages.dashboard.parts import Choice, Option
from leeboard.state import Done
from leeboard.windows import Window

__all__ = ["Range", "asked_page", "moment_of", "range_of", "shown_windows", "stamp_of"]

_LENGTHS = (
    ("7d", "7 days", timedelta(days=7)),
    ("30d", "30 days", timedelta(days=30)),
    ("90d", "90 days", timedelta(days=90)),
    ("365d", "1 year", timedelta(days=365)),
)
_ENOUGH = 30
"""Windows that the range which nobody asked for should show."""

_MOST_PAGES = 100_000


@dataclass(frozen=True, slots=True)
class Range:
    """A time to show.

    Parameters
    ----------
    name : str
        As it stands in the address.
    span : Window or None
        None where nothing was counted.
    windows : tuple of Done
        That begin in it.
    """

    name: str
    span: Window | None
    windows: tuple[Done, ...]

    def choice(self, href: Mapping[str, str]) -> Choice:
        """Return the choice of ranges; ``href`` has an address for each name."""
        names = [(name, text) for name, text, _ in _LENGTHS] + [("all", "All")]
        options = [
            Option(text, href[name], chosen=name == self.name) for name, text in names
        ]
        return Choice("Time", tuple(options))

    @property
    def kept(self) -> dict[str, str]:
        """What links to other views keep."""
        if self.name == "custom" and self.span is not None:
            return {
                "from": stamp_of(self.span.start),
                "to": stamp_of(self.span.end),
            }
        return {"range": self.name}


def range_of(query: Mapping[str, str], windows: Sequence[Done]) -> Range:
    """Read the range from the query: ``range``, or ``from`` and ``to``.

    Ranges end with the latest window, not now: a model that has stopped can still be
    looked at. What cannot be read counts as not asked for.
    """
    if not windows:
        return Range("all", None, ())
    first, last = windows[0].window.start, windows[-1].window.end
    since, until = moment_of(query.get("from", "")), moment_of(query.get("to", ""))
    if since is not None or until is not None:
        start, end = since or first, until or last
        if start < end:
            return _within("custom", start, end, windows)
    asked = query.get("range", "")
    lengths = {name: length for name, _, length in _LENGTHS}
    if asked in lengths:
        return _within(asked, last - lengths[asked], last, windows)
    if asked != "all":
        for name, _, length in _LENGTHS[1:]:
            found = _within(name, last - length, last, windows)
            if len(found.windows) >= _ENOUGH:
                return found
    return _within("all", first, last, windows)


def _within(
    name: str, start: datetime, end: datetime, windows: Sequence[Done]
) -> Range:
    chosen = tuple(one for one in windows if start <= one.window.start < end)
    return Range(name, Window(start, end), chosen)


def moment_of(text: str) -> datetime | None:
    """Read a moment of an address; without a zone it is UTC."""
    try:
        return moment_read(text.strip().replace(" ", "+"))
    except ValueError:
        return None


def stamp_of(moment: datetime) -> str:
    """Write a moment as ``moment_of`` reads it, without a sign that a query changes."""
    return f"{moment.astimezone(UTC):%Y-%m-%dT%H:%M:%S}Z"


def shown_windows(windows: Sequence[Done], most: int) -> list[Done]:
    """Choose at most so many windows, evenly, the latest among them."""
    n = len(windows)
    if n <= most:
        return list(windows)
    return [windows[(i + 1) * n // most - 1] for i in range(most)]


def asked_page(query: Mapping[str, str]) -> int:
    """Read the number of the page of a table, from 1."""
    text = query.get("page", "")
    if text.isascii() and text.isdigit() and len(text) < 8:
        return min(max(int(text), 1), _MOST_PAGES)
    return 1
