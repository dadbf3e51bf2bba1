"""A server gives memory back: who allocates is settled before Arrow is loaded."""

from __future__ import annotations

import subprocess
import sys

_SERVE = """
import sys
from leeboard.cli import _memory, main

def stop():
    sys.exit(7 if "pyarrow" not in sys.modules else 8)

_memory.keep_little = stop
sys.exit(main(["serve", "--config", "none.toml"]))
"""

_POOL = """
from leeboard.cli._memory import keep_little

keep_little()
import pyarrow

print(pyarrow.default_memory_pool().backend_name)
"""


def _ended(program: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=False
    )


def test_the_library_of_the_system_allocates() -> None:
    """Not a pool that keeps the most it ever held."""
    assert _ended(_POOL).stdout.strip() == "system"


def test_a_server_settles_it_before_arrow_is_loaded() -> None:
    """Later it would change nothing."""
    assert _ended(_SERVE).returncode == 7
