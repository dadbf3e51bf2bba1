"""Which page an address names, and who may see it."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from contextlib import closing
from dataclasses import replace
from html import unescape
from pathlib import Path

import numpy as np
import pytest

from leeboard.config import load_plan
from leeboard.dashboard.columns import _line
from leeboard.dashboard.incident import incident_of
from leeboard.dashboard.model import model_of
from leeboard.dashboard.pages import Dashboard
from leeboard.dashboard.reading import Reader
from leeboard.notify import ChannelPlan
from leeboard.pages.dashboard.contexts import Shell
from leeboard.pages.dashboard.parts import Tiles
from leeboard.schema import Task
from leeboard.state import open_state
from leeboard.state.memory import MemoryState
from tests.dashboard._board import board, every_page
from tests.dashboard._made import fill, plan_of
from tests.pages.findings import findings, numbers


@pytest.mark.parametrize(
    "path", ["", "/nothing", "/model", "/model/nothing", "/model/"]
)
def test_what_is_not_there_says_so(path: str) -> None:
    """An address of nothing is answered 404, with a page that leads back."""
    found = board().page(path, {"model": "nobody"})
    assert found.status == 404
    assert "There is no such page." in found.html


@pytest.mark.parametrize(
    ("path", "key"), [("/incident", "id"), ("/explain", "verdict")]
)
def test_unknown_ids_are_not_there(path: str, key: str) -> None:
    """An id that names nothing is answered 404."""
    for value in ("", "nothing", "\ud800"):
        assert board().page(path, {key: value}).status == 404


def test_an_incident_was_told_only_where_somebody_is_to_hear() -> None:
    """Without a channel for it, nobody was told, whenever news of it was made."""
    shown = board()
    reader = shown.reader
    one = next(each for each in reader.incidents("demand") if each.told_at is not None)
    told = f"{one.told_at:%Y-%m-%d %H:%M}"
    for channels, said in (
        ((), "nobody: no channel is to hear of it"),
        ((ChannelPlan(to="webhook", name="w", url="http://w"),), told),
    ):
        plan = replace(reader.plan, channels=channels)
        page = incident_of(Reader(plan, reader.state), shown.links, reader.case(one.id))
        (fact,) = [each for each in page.facts if each.label == "Told"]
        assert fact.current == said


def test_what_may_not_be_seen_is_not_there() -> None:
    """Nothing of a model that one may not see is in any page, and its own are 404."""
    shown = board()
    for name, (path, query) in every_page(shown).items():
        found = shown.page(path, query, may_see=lambda _: False)
        assert "demand" not in found.html.replace("demand.profile", ""), name
        common = {"fleet", "incidents", "settings"}
        assert found.status == (200 if name in common else 404), name


def test_forms_carry_the_token_and_readers_have_none() -> None:
    """Every form has the token; who may only look has no form."""
    shown = board()
    id_ = shown.reader.incidents("demand")[0].id
    html = shown.page("/incident", {"id": id_}, shell=Shell(csrf="t0ken")).html
    posts = html.count('method="post"')
    assert posts == html.count('name="csrf" value="t0ken"') == 6
    for action in ("ack", "silence", "expect", "accept", "close", "note"):
        assert f'action="/incident/{action}"' in html
    for shell in (Shell(), Shell(csrf="t0ken", read_only=True)):
        assert (
            'method="post"'
            not in shown.page("/incident", {"id": id_}, shell=shell).html
        )


def test_a_store_that_cannot_be_read_has_a_page(tmp_path: Path) -> None:
    """What is wrong, and what to do, instead of a trace; settings are shown still."""
    path = tmp_path / "results.db"
    state = open_state(str(path))
    names = [f"column {i}" for i in range(40)]
    fill(state, "m", names, windows=40)
    shown = Dashboard(Reader(_reader(tmp_path, ["m"]).plan, state))
    assert shown.page("/").status == 200
    with closing(sqlite3.connect(path)) as whole:
        whole.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    with path.open("r+b") as file:
        file.seek(4096)
        file.write(b"Z" * (path.stat().st_size - 4096))
    for address in ("/", "/model", "/model/drift", "/incidents"):
        found = shown.page(address, {"model": "m"})
        assert found.status == 503
        assert "cannot be read at the moment" in found.html
        assert "Restore a backup" in found.html
    assert shown.page("/settings").status == 200
    state.close()


def _reader(folder: Path, names: Sequence[str]) -> Reader:
    values = np.random.default_rng(0).normal(size=60)
    reference = findings([numbers("x", values, values)]).reference
    return Reader(plan_of(folder, reference, names), MemoryState())


def test_nothing_monitored_says_how_to_begin(tmp_path: Path) -> None:
    """Without models the first page says what to type."""
    shown = Dashboard(_reader(tmp_path, []))
    for path in ("/", "/incidents", "/settings"):
        assert shown.page(path).status == 200
    assert "leeboard init" in shown.page("/").html


def test_a_model_without_windows_says_so(tmp_path: Path) -> None:
    """Each section of a model that has just begun says what it waits for."""
    shown = Dashboard(_reader(tmp_path, ["new"]))
    assert "no data" in shown.page("/").html
    for section in ("", "/performance", "/quality", "/drift", "/system", "/business"):
        page = shown.page(f"/model{section}", {"model": "new"})
        assert page.status == 200
        assert "No window has been counted yet" in page.html
    assert "Schema: 1 column" in shown.page("/model/reference", {"model": "new"}).html


def test_a_missing_reference_hides_only_itself(tmp_path: Path) -> None:
    """Where the reference's file is gone, figures are shown, and its page says so."""
    reader = _reader(tmp_path, ["m"])
    fill(reader.state, "m", ["x"], windows=3)
    (tmp_path / "made.profile.json").unlink()
    shown = Dashboard(reader)
    for name, (path, query) in every_page(shown).items():
        assert shown.page(path, query).status == 200, name
    for section in ("drift", "reference"):
        html = shown.page(f"/model/{section}", {"model": "m"}).html
        assert "The reference cannot be read." in html


def test_what_pages_say_to_type_is_understood(tmp_path: Path) -> None:
    """The configuration that the business section proposes can be used as it is."""
    html = board().page("/model/business", {"model": "demand"}).html
    code = html.partition("<pre")[2].partition("<code>")[2].partition("</code>")[0]
    proposed = unescape(code)
    folder = Path(board().reader.plan.path).parent
    config = (folder / "leeboard.toml").read_text("utf-8")
    text = proposed.replace("[model.NAME]\n", "").replace("NAME", "demand")
    mended = folder / "proposed.toml"
    mended.write_text(config + text, "utf-8")
    (model,) = load_plan(mended).models
    assert model.metadata == ("revenue",)
    assert [rule.below for rule in model.alarms.rules] == [9]


def test_the_task_that_is_used_is_shown() -> None:
    """A schema that declares none leaves it to the labels, and the page says so."""
    shown = board()
    plan = shown.reader.model("demand")
    assert shown.reader.baseline(plan).reference.schema.task is Task.NONE
    page = model_of(shown.reader, shown.links, plan, "reference", {})
    (tiles,) = [part for part in page.parts if isinstance(part, Tiles)]
    (task,) = [one for one in tiles.tiles if one.label == "Task"]
    assert (task.value, task.note) == (
        "regression",
        "by the labels; the schema declares none",
    )


def test_a_column_that_crossed_before_and_goes_on_has_moved() -> None:
    """Its verdict of this window may be unsure; a large size alone never held."""
    size = {"subject": "hum", "value": 0.05, "reason": ""}
    verdict = {
        "state": "unsure", "id": "v", "value": 0.05, "evidence": 6.0, "threshold": 5.0
    }  # fmt: skip
    line = _line(size, verdict, None)
    assert (line.state, line.told) == ("moved", True)
    line = _line(size, {**verdict, "evidence": 4.0}, None)
    assert (line.state, line.told) == ("unsure", False)
    assert _line({**size, "value": 0.5}, None, None).state == "unsure"
    assert _line(size, None, None).state == "held"


def test_windows_too_small_for_latency_are_told_of(tmp_path: Path) -> None:
    """Nobody is asked to log what may be logged: the windows have too few rows."""
    values = np.random.default_rng(0).normal(size=60)
    reference = findings([numbers("temp", values, values)]).reference
    state = MemoryState()
    fill(state, "m", ["temp"], windows=3)  # of 100 rows
    shown = Dashboard(Reader(plan_of(tmp_path, reference, ["m"]), state))
    html = shown.page("/model/system", {"model": "m"}).html
    assert "with 200 latencies on; the largest so far has 100 predictions" in html
    assert "log.log_prediction" not in html
