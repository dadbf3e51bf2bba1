"""Which page an address names, and who may see it."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from leeboard.dashboard.pages import Dashboard
from leeboard.dashboard.reading import Reader
from leeboard.errors import StateError
from leeboard.incidents.incident import Incident
from leeboard.pages.dashboard.contexts import Shell
from tests.dashboard._board import board, every_page


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


def test_a_store_that_cannot_be_read_has_a_page() -> None:
    """What is wrong, and what to do, instead of a trace."""
    shown = _broken()
    found = shown.page("/")
    assert found.status == 503
    assert "cannot be read" in found.html
    assert "Restore it" in found.html


class _Broken(Reader):
    """A reader of a store that has been damaged."""

    def incidents(
        self, model: str | None = None, *, running: bool = False
    ) -> Sequence[Incident]:
        """Fail, as a damaged file would."""
        del model, running
        raise StateError(
            code="damaged_state",
            where="results.db",
            found="a file that is no database",
            expected="results",
            fix="Restore it from a backup.",
        )


def _broken() -> Dashboard:
    reader = board().reader
    return Dashboard(_Broken(reader.plan, reader.state))
