"""One walk for all tests of the lab."""

from __future__ import annotations

import pytest

from leeboard.lab import Alarms, Live, Walk, alarms, live, walk


@pytest.fixture(scope="session")
def walked() -> Walk:
    """Walk once: it takes some seconds."""
    return walk()


@pytest.fixture(scope="session")
def lived(tmp_path_factory: pytest.TempPathFactory) -> Live:
    """The replay of the live model, made once."""
    return live(str(tmp_path_factory.mktemp("live")))


@pytest.fixture(scope="session")
def told(lived: Live) -> Alarms:
    """The days of the live model judged, once."""
    return alarms(lived.folder)
