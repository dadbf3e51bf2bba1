"""One walk for all tests of the lab."""

from __future__ import annotations

import pytest

from leeboard.lab import Walk, walk


@pytest.fixture(scope="session")
def walked() -> Walk:
    """Walk once: it takes some seconds."""
    return walk()
