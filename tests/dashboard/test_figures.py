"""What pages show is what ``Monitor.measurements`` says."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leeboard.dashboard.by_segment import segment_reference
from leeboard.dashboard.model import model_of
from leeboard.engines.subjects import pair_of
from leeboard.monitor.baseline import SegmentBaseline
from leeboard.pages.dashboard.contexts import ModelPage
from leeboard.pages.dashboard.fields import EvidenceField
from leeboard.pages.dashboard.heatmaps import HeatMap
from leeboard.pages.dashboard.parts import Chart, Distribution, Table
from leeboard.pages.dashboard.thinning import thinned
from leeboard.pages.timelines import Point
from leeboard.pages.words import number, share
from leeboard.verdicts.judge import Case, judge
from leeboard.verdicts.verdict import Lines
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
    assert f"in the window of {last['window_start']:%Y-%m-%d}" in title


def test_figures_say_of_which_window_and_of_how_many_labels() -> None:
    """An estimate rests on predictions, and claims no label."""
    table = _table(_section("performance"), "figures")
    assert table.title == "All figures of the window of 2026-03-09"
    told = {row[1].text: row[5].text for row in table.rows}
    assert told["estimated"] == "240 predictions"
    assert told["provisional"] == "80 labels"


def test_a_segment_stands_beside_its_own_reference() -> None:
    """The MAE from the residual's cells is that of the rows, up to the cells' width."""
    shown = board()
    plan = shown.reader.model("demand")
    known = shown.reader.baseline(plan)
    whole = known.adopted.profiles["residual"].parts[None].counts["residual"]
    own = SegmentBaseline(whole.rows, 0.9, tuple(whole.cells.tolist()))
    known = replace(known, segments={"city=Graz": own})
    found = segment_reference(known, "city=Graz", "mae")
    assert found == pytest.approx(known.figures["mae"], rel=0.05)
    assert segment_reference(known, "city=Graz", "accuracy") == 0.9
    assert segment_reference(known, "city=Graz", "rmse") is None
    assert segment_reference(known, "city=Lyon", "mae") is None


def test_the_table_of_segments_names_its_window() -> None:
    """It may be older than the latest one, and then it says so."""
    title = _table(_section("performance"), "segments").title
    assert title == "MAE by segment, window of 2026-03-09"


def test_sizes_of_columns_are_what_was_measured() -> None:
    """The table of drift has each column's PSI of the chosen window, without noise."""
    start = _measured("psi")[0]["window_start"]
    rows = [row for row in _measured("psi") if row["window_start"] == start]
    page = _section("drift", window=start.isoformat())
    shown = {row[0].text: row[3].text for row in _table(page, "columns").rows}
    assert len(rows) == 5
    assert shown == {
        row["subject"]: number(max(0.0, row["value"] - row["reference"]), 3)
        for row in rows
    }
    assert any(row["value"] > 0.02 for row in rows)  # raw, nothing looks unchanged


def test_the_page_of_drift_has_the_sizes_that_a_check_has() -> None:
    """Table, map and field of a window show the size of ``check`` on the same rows."""
    shown = board()
    plan = shown.reader.model("demand")
    reference = shown.reader.baseline(plan).reference
    done = shown.reader.windows("demand")[0]
    now = shown.reader.profile(plan, done.window)
    cases = [
        Case(column, None, pair_of(reference, now, column.name, None), Lines())
        for column in reference.schema.columns
        if column.name in reference.cells
    ]
    sizes = {one.subject: one.value for one in judge(cases)}
    page = _section("drift", window=done.window.start.isoformat())
    table = {row[0].text: row[3].text for row in _table(page, "columns").rows}
    (map_,) = [part for part in page.parts if isinstance(part, HeatMap)]
    squares = {row.name: row.cells[0].text.partition(";")[0] for row in map_.rows}
    (field,) = [part for part in page.parts if isinstance(part, EvidenceField)]
    marks = {mark.name: mark.size for mark in field.marks}
    common = sizes.keys() & table.keys()
    assert len(common) >= 3
    for name in common:
        assert table[name] == number(sizes[name], 3)
        assert squares[name] == f"PSI {number(sizes[name], 2)}"
        assert marks[name] == pytest.approx(sizes[name])


def test_the_heading_of_drift_counts_what_the_table_says() -> None:
    """In every window as many columns have moved as the heading has."""
    seen = set()
    for done in board().reader.windows("demand"):
        page = _section("drift", window=done.window.start.isoformat())
        (field,) = [part for part in page.parts if isinstance(part, EvidenceField)]
        states = [row[1].text for row in _table(page, "columns").rows]
        said = field.title.partition(" of ")[0]
        assert said == (str(states.count("moved")) if "moved" in states else "None")
        seen.add(said)
    assert len(seen) > 1


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
