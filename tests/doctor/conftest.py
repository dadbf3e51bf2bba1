"""A monitor with a day and a pass behind it, to be broken."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tests.monitor._world import World, world


@pytest.fixture(scope="module")
def passed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a monitor with a day of labelled events, and a pass over them."""
    model = world(tmp_path_factory.mktemp("passed"))
    model.labelled_day(0)
    model.monitor.run()
    return model.folder


@pytest.fixture
def model(passed: Path, tmp_path: Path) -> World:
    """Such a monitor, to be broken."""
    shutil.copytree(passed, tmp_path, dirs_exist_ok=True)
    return World(tmp_path)
