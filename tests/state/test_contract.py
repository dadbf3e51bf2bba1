"""What every store of results keeps: in memory, SQLite and Postgres alike."""

from __future__ import annotations

import dataclasses
import math
from datetime import timedelta
from typing import Any

import pyarrow as pa
import pytest

from leeboard.errors import StateError
from leeboard.state import State
from leeboard.state._rows import MEASURED
from leeboard.windows import Window
from tests.state._results import NOW, done, hour, leased, measured, packed


def test_an_empty_store_holds_nothing(state: State) -> None:
    """Before the first pass there is no place, window, profile, figure or document."""
    assert state.place("demand") == 0
    assert list(state.windows("demand")) == []
    assert list(state.profiles("demand")) == []
    assert state.kept("demand", "reference") is None
    table = state.measurements({})
    assert (table.num_rows, table.schema) == (0, MEASURED)
    held = state.held("demand")
    assert (held.bytes, held.first, held.last, held.per_year) == (0, None, None, None)


def test_results_come_back_as_they_were(state: State) -> None:
    """Windows, counts and figures are read as they were put, to the last bit."""
    kept = (
        done(hour(0)),
        [packed("city=Graz"), packed()],
        [measured(), measured("mae", "city=Graz", value=None, reason="undefined")],
    )
    state.put(leased(state), [kept], model="demand", place=12)
    assert state.place("demand") == 12
    assert state.place("other") == 0
    assert list(state.windows("demand")) == [kept[0]]
    assert list(state.profiles("demand")) == [
        (hour(0), "f" * 64, packed()),
        (hour(0), "f" * 64, packed("city=Graz")),
    ]
    (first, second) = state.measurements({"model": "demand"}).to_pylist()
    assert first == {
        "model": "demand",
        "window_start": hour(0).start,
        "window_end": hour(0).end,
        "revision": 1,
        **dataclasses.asdict(kept[2][0]),
    }
    assert (second["value"], second["reason"]) == (None, "undefined")


def test_a_window_put_again_replaces_all_of_it(state: State) -> None:
    """A revision takes the place of what the window held: nothing stands twice."""
    lease = leased(state)
    before = [
        (done(hour(i)), [packed(), packed("a=1")], [measured(), measured("mae")])
        for i in range(3)
    ]
    state.put(lease, before, model="demand", place=1)
    after = (done(hour(1), revision=2), [packed()], [measured("mae", value=2.0)])
    for _ in range(2):
        state.put(lease, [after], model="demand", place=2)
    assert [d.revision for d in state.windows("demand")] == [1, 2, 1]
    assert len(state.profiles("demand", hour(1))) == 1
    table = state.measurements({}, hour(1))
    assert table.column("value").to_pylist() == [2.0]
    assert table.column("revision").to_pylist() == [2]
    assert state.measurements({}).num_rows == 5


def test_a_day_replaces_its_hours_in_one_transaction(state: State) -> None:
    """Windows that a wider one replaces are gone with what they held."""
    lease = leased(state)
    hours = [(done(hour(i)), [packed()], [measured()]) for i in range(24)]
    state.put(lease, hours, model="demand", place=1)
    day = (done(hour(0, 24)), [packed()], [measured()])
    state.put(
        lease, [day], model="demand", place=1, replaces=[hour(i) for i in range(24)]
    )
    assert [d.window for d in state.windows("demand")] == [hour(0, 24)]
    assert len(state.profiles("demand")) == state.measurements({}).num_rows == 1


def test_a_day_and_its_first_hour_stand_side_by_side(state: State) -> None:
    """Windows that begin together but end apart are two."""
    both = [(done(w), [packed()], [measured()]) for w in (hour(0), hour(0, 24))]
    state.put(leased(state), both, model="demand", place=1)
    assert [d.window for d in state.windows("demand")] == [hour(0), hour(0, 24)]
    state.drop("demand", [hour(0, 24)])
    assert [d.window for d in state.windows("demand")] == [hour(0)]
    assert state.measurements({}).num_rows == 1


def test_a_span_takes_windows_that_begin_in_it(state: State) -> None:
    """The span is half-open: its end is not in it; fractions of seconds compare."""
    some = [(done(hour(i)), [packed()], [measured()]) for i in range(4)]
    state.put(leased(state), some, model="demand", place=1)
    span = Window(hour(1).start, hour(3).start)
    assert [d.window for d in state.windows("demand", span)] == [hour(1), hour(2)]
    assert [w for w, _, _ in state.profiles("demand", span)] == [hour(1), hour(2)]
    assert state.measurements({}, span).num_rows == 2
    tick = timedelta(microseconds=1)
    later = Window(hour(1).start + tick, hour(2).start + tick)
    assert [d.window for d in state.windows("demand", later)] == [hour(2)]


def test_models_do_not_mix(state: State) -> None:
    """What is asked, dropped or kept of one model leaves the others alone."""
    lease = leased(state)
    for model in ("demand", "d%mand", "de\"m'and; --", "ü" * 300):
        one = (done(hour(0), model), [packed()], [measured()])
        state.put(lease, [one], model=model, place=3)
        state.keep(model, "schema", f"of {model}")
    state.drop("demand", [hour(0)])
    assert list(state.windows("demand")) == []
    assert len(state.windows("d%mand")) == 1
    assert state.measurements({"model": "de\"m'and; --"}).num_rows == 1
    assert state.kept("ü" * 300, "schema") == "of " + "ü" * 300
    assert state.held("demand").bytes == 0 < state.held("d%mand").bytes


def test_measurements_are_filtered_by_equality(state: State) -> None:
    """Filters hold together; one by no column of text is refused with its neighbour."""
    figures = [measured(m, s) for m in ("rmse", "mae") for s in ("", "city=Graz")]
    state.put(leased(state), [(done(hour(0)), [], figures)], model="demand", place=1)
    table = state.measurements({"metric": "mae", "segment": "city=Graz"})
    assert table.select(["metric", "segment"]).to_pylist() == [
        {"metric": "mae", "segment": "city=Graz"}
    ]
    for name in ("metrik", "value", "data; drop table windows"):
        with pytest.raises(StateError) as caught:
            state.measurements({name: "mae"})
        assert caught.value.code == "unknown_column"


def test_what_was_counted_has_ends_and_a_mark(state: State) -> None:
    """The mark changes with every window that is counted, counted again, or dropped."""
    assert state.ends("demand") is None
    seen = {state.mark("demand")}
    lease = leased(state)
    for number, revision in ((3, 1), (9, 1), (5, 1), (5, 2)):
        batch: list[Any] = [(done(hour(number), revision=revision), [], [])]
        state.put(lease, batch, model="demand", place=1)
        seen.add(state.mark("demand"))
        assert state.mark("demand") in seen
    assert state.ends("demand") == (hour(3), hour(9))
    day: list[Any] = [(done(hour(3, 24), revision=2), [], [])]
    gone = [hour(3), hour(5)]
    state.put(lease, day, model="demand", place=1, replaces=gone)
    seen.add(state.mark("demand"))
    state.drop("demand", [hour(9)])
    assert len(seen | {state.mark("demand")}) == 7
    assert state.ends("demand") == (hour(3, 24), hour(3, 24))
    assert state.ends("rides") is None


def test_figures_of_just_some_windows(state: State) -> None:
    """Windows instead of a span choose themselves, whatever lies between them."""
    batch: list[Any] = [
        (done(hour(n)), [], [measured(subject="temp")]) for n in range(6)
    ]
    state.put(leased(state), batch, model="demand", place=1)
    some = [hour(n) for n in (0, 3, 4, 9)]
    for where in ({}, {"model": "demand", "subject": "temp", "metric": "rmse"}):
        found = state.measurements(where, some)["window_start"].to_pylist()
        assert found == [hour(n).start for n in (0, 3, 4)]
        assert state.measurements(where, []).num_rows == 0


def test_long_names_are_told_apart(state: State) -> None:
    """Subjects that begin alike, and one beyond what an index takes, are themselves."""
    names = ["x" * 64, "x" * 64 + "a", "x" * 64 + "b", "é" * 9000]
    figures = [measured(subject=name) for name in names]
    state.put(leased(state), [(done(hour(0)), [], figures)], model="demand", place=1)
    where = {"model": "demand", "metric": "rmse"}
    for name in names:
        (row,) = state.measurements({**where, "subject": name}).to_pylist()
        assert row["subject"] == name
    both = state.measurements({**where, "subject": names[1:3], "segment": ""})
    assert sorted(both["subject"].to_pylist()) == names[1:3]


def test_a_filter_takes_several_values(state: State) -> None:
    """Several values of one column let through what has any of them; none, nothing."""
    figures = [measured(m, s) for m in ("rmse", "mae") for s in ("", "city=Graz")]
    state.put(leased(state), [(done(hour(0)), [], figures)], model="demand", place=1)
    both = state.measurements({"metric": "mae", "segment": ["", "city=Graz"]})
    assert both.num_rows == 2
    assert state.measurements({"segment": ["city=Graz", "city=Lyon"]}).num_rows == 2
    assert state.measurements({"segment": []}).num_rows == 0
    kept = state.alarms.verdict_table({"severity": ["warn", "page"]})
    assert kept.num_rows == 0


def test_segments_are_asked_for_by_name(state: State) -> None:
    """The empty segment is all rows; None asks for every segment."""
    kept = [packed(), packed("a=1"), packed("a=2")]
    state.put(leased(state), [(done(hour(0)), kept, [])], model="demand", place=1)
    assert [p.segment for _, _, p in state.profiles("demand", segment="")] == [""]
    assert [p.segment for _, _, p in state.profiles("demand", segment="a=2")] == ["a=2"]
    _, _, first = state.profiles("demand")[0]
    assert first.segment == ""
    assert len(state.profiles("demand")) == 3


def test_several_segments_are_asked_for_at_once(state: State) -> None:
    """Those that are named, in order of windows, all rows first; none gives none."""
    kept = [packed("a=2"), packed("a=1"), packed("a=3"), packed()]
    for k in (1, 0):
        state.put(leased(state), [(done(hour(k)), kept, [])], model="demand", place=1)
    found = state.profiles("demand", segment={"", "a=2", "a=4"})
    assert [(window, p.segment) for window, _, p in found] == [
        (hour(k), name) for k in (0, 1) for name in ("", "a=2")
    ]
    assert state.profiles("demand", hour(1), ["a=3"])[0][2] == packed("a=3")
    assert list(state.profiles("demand", segment=())) == []


def test_undefined_figures_are_none_and_infinite_ones_stay(state: State) -> None:
    """NaN is no figure in any store; infinity is one."""
    figures = [measured(value=math.nan, low=-math.inf, high=math.inf)]
    state.put(leased(state), [(done(hour(0)), [], figures)], model="demand", place=1)
    (row,) = state.measurements({}).to_pylist()
    assert (row["value"], row["low"], row["high"]) == (None, -math.inf, math.inf)


def test_text_that_no_database_holds_does_not_stop_a_pass(state: State) -> None:
    """NUL, half characters, and names of great length are kept as far as can be."""
    texts = ["a\x00b", "a\ufffdb", "\ud800", "x" * 5000, "y" * 2800]
    one = (
        done(hour(0), notes=(("n", "\x00"),)),
        [packed(t) for t in texts],
        [measured(segment=t, subject=t) for t in texts],
    )
    state.put(leased(state), [one], model="demand\x00", place=1)
    assert state.measurements({"model": "demand\x00"}).num_rows == 4
    assert len(state.profiles("demand\x00")) == 4
    state.keep("demand", "k\x00", "text\x00")
    assert state.kept("demand", "k\x00") == "text\ufffd"


def test_documents_are_kept_until_taken_away(state: State) -> None:
    """The last document of a key is what is kept; None removes it."""
    state.keep("demand", "reference", "one")
    state.keep("demand", "reference", "two\n" * 10_000)
    state.keep("demand", "schema", "three")
    assert state.kept("demand", "reference") == "two\n" * 10_000
    state.keep("demand", "reference", None)
    state.keep("demand", "reference", None)
    assert state.kept("demand", "reference") is None
    assert state.kept("demand", "schema") == "three"


def test_who_has_a_lease_is_known_until_it_is_given_back(state: State) -> None:
    """The holder is told, and nobody once it was released."""
    assert state.leased("pass") is None
    lease = state.lease("pass", "one", NOW, 60)
    assert lease is not None
    assert state.leased("pass") == lease
    state.release(lease)
    assert state.leased("pass") is None


def test_a_lease_is_one_holders_until_its_time(state: State) -> None:
    """Others get it when it ran out or was given back, with a greater token."""
    one = leased(state, "one")
    assert state.lease("pass", "two", NOW + timedelta(seconds=59), 60) is None
    again = state.lease("pass", "one", NOW + timedelta(seconds=59), 60)
    assert again is not None
    assert again.token == one.token
    assert again.until == NOW + timedelta(seconds=119)
    assert state.lease("pass", "two", NOW + timedelta(seconds=118), 60) is None
    two = state.lease("pass", "two", NOW + timedelta(seconds=119), 60)
    assert two is not None
    assert two.token > one.token
    state.release(two)
    three = state.lease("pass", "three", NOW, 60)
    assert three is not None
    assert three.token > two.token
    assert state.lease("other", "two", NOW, 60) is not None


def test_a_holder_who_lost_the_lease_writes_nothing(state: State) -> None:
    """Whoever was paused past the lease's time is refused, and nothing changes."""
    paused = leased(state, "paused")
    state.put(paused, [(done(hour(0)), [], [])], model="demand", place=1)
    later = NOW + timedelta(seconds=61)
    taken = state.lease("pass", "next", later, 60)
    assert taken is not None
    state.put(taken, [(done(hour(1)), [], [])], model="demand", place=2)
    late = (done(hour(2)), [packed()], [measured()])
    with pytest.raises(StateError) as caught:
        state.put(paused, [late], model="demand", place=9, replaces=[hour(0)])
    assert caught.value.code == "lease_lost"
    state.keep("demand", "pending", "new", taken)
    with pytest.raises(StateError) as caught:
        state.keep("demand", "pending", "old", paused)
    assert caught.value.code == "lease_lost"
    assert state.kept("demand", "pending") == "new"
    assert state.place("demand") == 2
    assert [d.window for d in state.windows("demand")] == [hour(0), hour(1)]
    state.release(paused)  # gives back nothing: it is not its own
    state.put(taken, [], model="demand", place=3)
    state.release(taken)
    with pytest.raises(StateError):
        state.put(taken, [], model="demand", place=4)


def test_a_lease_that_came_back_has_another_token(state: State) -> None:
    """A holder's first lease does not serve again after another had it."""
    first = leased(state, "one")
    state.lease("pass", "two", NOW + timedelta(seconds=61), 60)
    second = state.lease("pass", "one", NOW + timedelta(seconds=200), 60)
    assert second is not None
    with pytest.raises(StateError):
        state.put(first, [], model="demand", place=1)
    state.put(second, [], model="demand", place=2)
    assert state.place("demand") == 2


def test_a_table_of_figures_says_its_zone(state: State) -> None:
    """Times of the table are in UTC, whatever the zone of the server."""
    state.put(
        leased(state), [(done(hour(0)), [], [measured()])], model="demand", place=1
    )
    table = state.measurements({})
    assert table.schema.field("window_start").type == pa.timestamp("us", tz="UTC")
    assert table.column("window_start")[0].as_py() == NOW
