"""What the page of system health says of Leeboard's own passes."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from leeboard.dashboard.passes import passes_parts
from leeboard.monitor.history import Made
from leeboard.pages.dashboard.parts import Notice, Table

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


def made(*ago: int, every_s: float | None = 60.0) -> list[Made]:
    """Passes that began so many minutes ago, and took two seconds."""
    return [
        Made(NOW - n * MINUTE, NOW - n * MINUTE + MINUTE / 30, "h/4:17:9:ab", every_s)
        for n in ago
    ]


def test_passes_on_time_are_listed_the_latest_first() -> None:
    """How long each took, how far it was from the one before, and who made it."""
    (table,) = passes_parts(made(3, 2, 1), NOW)
    assert isinstance(table, Table)
    assert table.title == "The last pass took 2.0 s; one is made every 1 minute"
    assert [row[0].text for row in table.rows] == [
        "2026-03-01 11:59",
        "2026-03-01 11:58",
        "2026-03-01 11:57",
    ]
    assert [row[2].text for row in table.rows] == ["1 minute", "1 minute", "–"]
    assert {row[3].text for row in table.rows} == {"process 17 of h"}


def test_a_late_pass_is_told_after_three_intervals_and_a_little() -> None:
    """Of a scheduler; of other callers once it is known what is usual."""
    assert len(list(passes_parts(made(9, 8), NOW))) == 1
    notice, _ = passes_parts(made(10, 9), NOW)
    assert isinstance(notice, Notice)
    assert "No pass has ended for 9 minutes" in notice.text
    assert "every 1 minute" in notice.text
    assert len(list(passes_parts(made(900, every_s=None), NOW))) == 1
    hourly = made(900, 840, 780, 720, every_s=None)
    assert len(list(passes_parts(hourly, NOW))) == 2
    assert list(passes_parts([], NOW)) == []
