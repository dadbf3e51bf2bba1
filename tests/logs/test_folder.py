"""The log in a folder keeps the promises of every log, and those of files."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from leeboard.logs import Log, open_log
from tests.logs.contract import LogContract


class TestFolder(LogContract):
    @pytest.fixture
    def log(self, tmp_path: Path) -> Log:
        return open_log(str(tmp_path / "log"))

    @pytest.fixture
    def fresh(self, tmp_path_factory: pytest.TempPathFactory) -> Callable[[], Log]:
        return lambda: open_log(str(tmp_path_factory.mktemp("log")))
