"""The live model goes through logger, log and passes, and nothing is lost."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from leeboard.lab import Live, live, live_page, live_story, rentals


def test_every_hour_is_logged_joined_and_counted(lived: Live) -> None:
    """Hours since training are predictions in the log and in windows, all labelled."""
    hours = rentals().num_rows - 1337
    assert lived.predictions == lived.joined == hours
    assert sum(week.predictions for week in lived.weeks) == hours
    assert all(week.labels == week.predictions for week in lived.weeks)
    assert not any(week.provisional for week in lived.weeks)


def test_a_week_without_its_last_labels_was_provisional(lived: Live) -> None:
    """Five days of seven had labels on the Monday; later all had, in the same week."""
    paused, settled = lived.paused, lived.settled
    assert paused.start == settled.start == date(2011, 7, 25)
    assert (paused.predictions, paused.labels) == (168, 121)
    assert paused.provisional
    assert settled.labels == 168
    assert paused.realised is not None
    assert settled.realised is not None
    assert paused.realised[1] <= settled.realised[0] <= paused.realised[2]


def test_the_error_is_that_of_the_rows(lived: Live) -> None:
    """A week's realised error is the mean of its absolute errors."""
    from leeboard.lab._model import predicted

    table = predicted()
    days, errors = table["dteday"].to_pylist(), table["error"].to_pylist()
    for week in lived.weeks[5:90:20]:
        own = [
            error
            for day, error in zip(days, errors, strict=True)
            if 0 <= (day - week.start).days < 7
        ]
        assert week.realised is not None
        assert abs(week.realised[0] - sum(own) / len(own)) < 1e-9


def test_estimates_hold_at_first_and_miss_the_growth(lived: Live) -> None:
    """The first week is within the bounds; a year on the estimate is far too low."""
    first = lived.weeks[0]
    assert first.realised is not None
    assert first.estimated is not None
    assert first.estimated[1] <= first.realised[0] <= first.estimated[2]
    assert lived.record.windows == len(lived.weeks)
    assert lived.record.bias is not None
    assert lived.record.bias < -50


def test_the_story_fits_a_terminal(lived: Live) -> None:
    """At most 40 lines of 79 columns, with the sentence on the estimates."""
    lines = live_story(lived).splitlines()
    assert len(lines) <= 40
    assert max(map(len, lines)) <= max(79, len(lived.folder) + 60)
    assert lived.record.sentence() in " ".join(live_story(lived).split())


@pytest.mark.long
def test_a_second_replay_gives_the_same(lived: Live) -> None:
    """What the first left is replaced, and nothing is counted twice."""
    again = live(lived.folder)
    assert len(again.weeks) == len(lived.weeks)
    for mine, theirs in zip(
        (*again.weeks, again.paused), (*lived.weeks, lived.paused), strict=True
    ):
        spans = ("realised", "estimated", "corrected")
        bare: dict[str, Any] = dict.fromkeys(spans)
        assert replace(mine, **bare) == replace(theirs, **bare)
        for name in spans:  # sums may be taken in another order, where memory lies so
            assert getattr(mine, name) == pytest.approx(getattr(theirs, name))


def test_the_page_shows_every_week(lived: Live) -> None:
    """One self-contained page, a line for each week, and the growth in its title."""
    html = live_page(lived)
    assert html.count('<th scope="row">') == len(lived.weeks)
    assert f"The error grew from {lived.reference:.0f} to" in html
    assert "http" not in html.replace("http-equiv", "")
