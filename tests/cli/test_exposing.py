"""``leeboard prometheus`` and ``leeboard grafana``."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.cli._command import inside
from tests.monitor._world import World, world


@pytest.fixture
def model(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> World:
    """A monitor that was just begun."""
    return world(tmp_path)


@pytest.mark.parametrize(
    "options",
    [
        ["--url", "leeboard.example"],
        ["--url", "http://x:99999"],
        ["--scrape-config", "--url", "ftp://x"],
    ],
)
def test_an_address_that_is_none_is_told_in_one_line(
    model: World, capsys: pytest.CaptureFixture[str], options: list[str]
) -> None:
    """With its code, and exit code 2."""
    config = str(model.folder / "leeboard.toml")
    ended = inside(capsys, "prometheus", *options, "--config", config)
    assert (ended.code, ended.out) == (2, "")
    assert "[bad_url]" in ended.err
    assert len(ended.err.splitlines()) == 1


def test_files_for_prometheus_and_grafana_go_to_standard_output(
    model: World, capsys: pytest.CaptureFixture[str]
) -> None:
    """Alone, so that they may be written to files; what to do with the key beside."""
    config = ["--config", str(model.folder / "leeboard.toml")]
    rules = inside(capsys, "prometheus", *config)
    assert (rules.code, rules.err) == (0, "")
    assert "leeboard_incidents" in rules.out
    assert "link:" not in rules.out
    linked = inside(capsys, "prometheus", *config, "--url", "https://x.example")
    assert "link: 'https://x.example/incidents?model=demand'" in linked.out
    job = inside(capsys, "prometheus", "--scrape-config", "--key-file", "a b.key")
    assert "credentials_file: 'a b.key'" in job.out
    assert "--scope read" in job.err
    drawn = inside(capsys, "grafana", *config)
    assert (drawn.code, drawn.err) == (0, "")
    assert json.loads(drawn.out)["title"] == "Leeboard"
