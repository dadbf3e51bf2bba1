"""What pages show is what ``Monitor.measurements`` says."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from leeboard.dashboard.model import model_of
from leeboard.pages.dashboard.contexts import ModelPage
from leeboard.pages.dashboard.parts import Chart, Distribution, Table
from leeboard.pages.dashboard.thinning import thinned
from leeboard.pages.timelines import Point
from leeboard.pages.words import number, share
from tests.dashboard._board import DAYS, board, monitor

DAY = timedelta(days=1)


def _section(name: str, **query: str) -> ModelPage:
    shown = board()
    plan = shown.reader.model("demand")
    return model_of(shown.reader, shown.links, plan, name, query)


def _chart(page: ModelPage, name: str) -> Chart:
    return next(p for p in page.parts if isinstance(p, Chart) and p.name == name)


def _table(page: ModelPage, name: str) -> Table:
    return next(p for p in page.parts if isinstance(p, Table) and p.name == name)


def _measured(metric: str) -> list[dict[str, Any]]:
    table = monitor().measurements("demand", metric, segment="")
    rows: list[dict[str, Any]] = table.to_dict("records")
    return rows


def test_the_chart_of_performance_is_what_was_measured() -> None:
    """Each line has the figures of its basis, with their intervals, and no other."""
    chart = _chart(_section("performance"), "performance").chart
    drawn = {
        (one.name, p.start): (p.value, p.low, p.high)
        for one in chart.series
        for p in one.points
        if p.value is not None
    }
    names = {
        "realised": "from labels",
        "provisional": "from labels so far",
        "estimated": "estimated without labels",
        "corrected": "corrected by labels so far",
    }
    expected = {
        (names[row["basis"]], row["window_start"].to_pydatetime()): (
            row["value"],
            row["low"],
            row["high"],
        )
        for row in _measured("mae")
        if row["value"] == row["value"]  # not NaN: pandas' word for none
    }
    assert drawn == expected
    assert {name for name, _ in drawn} >= {"from labels", "estimated without labels"}


def test_the_title_says_which_way_performance_went() -> None:
    """The errors of the last days are six times as large, and the title says so."""
    title = _chart(_section("performance"), "performance").chart.title
    last = [r for r in _measured("mae") if r["basis"] in {"realised", "provisional"}][
        -1
    ]
    assert title.startswith("MAE is worse than the reference")
    assert number(last["value"], 3) in title
    assert number(last["reference"], 3) in title


def test_sizes_of_columns_are_what_was_measured() -> None:
    """The table of drift has each column's PSI of the chosen window."""
    start = _measured("psi")[0]["window_start"]
    rows = [row for row in _measured("psi") if row["window_start"] == start]
    page = _section("drift", window=start.isoformat())
    shown = {row[0].text: row[3].text for row in _table(page, "columns").rows}
    assert len(rows) == 5
    assert shown == {row["subject"]: number(row["value"], 3) for row in rows}


def test_shares_of_missing_rows_are_what_was_measured() -> None:
    """The table of quality has each column's share, and the reference's."""
    table = _table(_section("quality"), "odd")
    last = _measured("missing")[-1]["window_start"]
    expected = {
        row["subject"]: (share(row["reference"]), share(row["value"]))
        for row in _measured("missing")
        if row["window_start"] == last
    }
    shown = {
        r[0].text: (r[3].text, r[4].text) for r in table.rows if r[1].text == "missing"
    }
    assert shown == expected


def test_traffic_and_labels_add_up() -> None:
    """Predictions of all windows are those that were logged; labels likewise."""
    system = _chart(_section("system"), "traffic").chart.series[0]
    assert sum(point.value for point in system.points) == DAYS * 240
    labels = _chart(_section("performance"), "labels").chart.series[0]
    assert [p.value for p in labels.points[:2]] == [100.0, 100.0]
    assert labels.points[-1].value == 100.0 * 80 / 240


def test_a_distribution_holds_every_row() -> None:
    """The drawn column of a window has as many rows as the window."""
    parts = _section("drift", column="temp").parts
    (found,) = [part for part in parts if isinstance(part, Distribution)]
    rows = next(fact for fact in found.facts if fact.label == "rows")
    assert (rows.reference, rows.current) == ("2,000", "240")


def test_latency_is_drawn_from_counts() -> None:
    """The median of a gamma of shape 2 and scale 2 ms is 3.36 ms, up to its cell."""
    chart = _chart(_section("system"), "latency").chart
    high, middle = (one.points[-1].value for one in chart.series)
    assert 2.8 < middle < 4.0
    assert 7.0 < high < 13.0


def test_a_time_range_shows_its_windows_alone() -> None:
    """``from`` and ``to`` in the address choose windows, and links keep them."""
    first = datetime(2026, 3, 3, tzinfo=UTC)
    asked = {"from": first.isoformat(), "to": (first + 4 * DAY).isoformat()}
    page = _section("performance", **asked)
    points = _chart(page, "performance").chart.series[0].points
    assert [p.start for p in points] == [first + i * DAY for i in range(4)]
    assert dict(page.kept) == {
        "from": "2026-03-03T00:00:00Z",
        "to": "2026-03-07T00:00:00Z",
    }
    html = board().page("/model/performance", {"model": "demand", **asked}).html
    assert re.search(r"/model/drift\?model=demand&amp;from=2026-03-03", html)


@given(
    st.lists(st.one_of(st.none(), st.floats(-1e6, 1e6)), min_size=1, max_size=400),
    st.integers(2, 60),
)
def test_thinning_keeps_extremes_and_order(
    values: list[float | None], most: int
) -> None:
    """Few enough points, in order, with the highest and the lowest of all."""
    start = datetime(2026, 1, 1, tzinfo=UTC)
    points = [
        Point(start + i * DAY, start + (i + 1) * DAY, v) for i, v in enumerate(values)
    ]
    kept = thinned(points, most)
    assert len(kept) <= max(most, 1)
    assert [p.start for p in kept] == sorted(p.start for p in kept)
    assert set(kept) <= set(points)
    known = [v for v in values if v is not None]
    if known:
        drawn = [p.value for p in kept if p.value is not None]
        assert (max(drawn), min(drawn)) == (max(known), min(known))
