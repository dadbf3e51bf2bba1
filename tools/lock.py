"""Write the two locks: the newest releases, and the oldest that are allowed.

Pins already there stay unless ``--upgrade`` is given. The head of each lock carries a
digest of the dependency tables, so that a test can tell a stale lock without a network.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

__all__ = ["LOCKS", "digest", "main"]

ROOT = Path(__file__).resolve().parents[1]
LOCKS = {
    "requirements.lock": ("--group", "dev", "--universal"),
    "requirements-oldest.lock": ("--group", "test", "--resolution", "lowest-direct"),
}


def digest(pyproject: dict[str, Any]) -> str:
    """Return the SHA-256 of everything that decides what a lock may hold."""
    inputs = {
        "requires-python": pyproject["project"]["requires-python"],
        "dependencies": pyproject["project"]["dependencies"],
        "groups": pyproject["dependency-groups"],
    }
    return hashlib.sha256(json.dumps(inputs, sort_keys=True).encode()).hexdigest()


def compile_lock(path: Path, options: tuple[str, ...], *, upgrade: bool) -> str:
    """Return the pins and hashes that uv chooses, starting from those in ``path``."""
    command = [
        *(sys.executable, "-m", "uv", "pip", "compile", "pyproject.toml"),
        *("--quiet", "--python-version", "3.11", "--generate-hashes", "--no-header"),
        *("--no-annotate", "--no-emit-index-url", "--no-emit-find-links"),
        *("--no-emit-package", "leeboard-logger"),  # of this very repository
        *("--output-file", str(path), *options),
    ]
    if upgrade:
        command.append("--upgrade")
    subprocess.run(command, cwd=ROOT, check=True)
    return path.read_text(encoding="utf-8")


def main() -> None:
    """Rewrite both locks."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--upgrade", action="store_true", help="take newer releases")
    upgrade = parser.parse_args().upgrade
    pyproject = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    for name, options in LOCKS.items():
        path = ROOT / name
        pins = compile_lock(path, options, upgrade=upgrade)
        head = f"# Written by `make lock`. Made from: sha256 {digest(pyproject)}\n"
        path.write_text(head + pins, encoding="utf-8")


if __name__ == "__main__":
    main()
