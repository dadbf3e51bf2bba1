"""The log in memory keeps the promises of every log."""

from __future__ import annotations

import pytest

from leeboard.logs.memory import MemoryLog
from tests.logs.contract import LogContract


class TestMemory(LogContract):
    @pytest.fixture
    def log(self) -> MemoryLog:
        return MemoryLog()

    @pytest.fixture
    def fresh(self) -> type[MemoryLog]:
        return MemoryLog
