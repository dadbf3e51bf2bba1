"""The locks say what is installed, and are fresh."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tests.architecture._source import ROOT
from tools.lock import LOCKS, digest

PYPROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
PYTHONS = {"requirements.lock": ["3.11", "3.12", "3.13"]}
PYTHONS["requirements-oldest.lock"] = ["3.11"]


def _group(name: str) -> Iterator[Requirement]:
    for item in PYPROJECT["dependency-groups"][name]:
        if isinstance(item, str):
            yield Requirement(item)
        else:
            yield from _group(item["include-group"])


def _direct(lock: str) -> list[Requirement]:
    group = LOCKS[lock][LOCKS[lock].index("--group") + 1]
    return [*_project(), *_group(group)]


def _project() -> list[Requirement]:
    """Return what the package needs, but for the logger of this very repository."""
    needed = map(Requirement, PYPROJECT["project"]["dependencies"])
    return [one for one in needed if one.name != "leeboard-logger"]


def _pins(lock: str, python: str) -> dict[str, str]:
    """Return the version of each package that the lock gives this Python."""
    pins: dict[str, str] = {}
    machine = {
        "python_version": python,
        "python_full_version": f"{python}.1",
        "sys_platform": "linux",
    }
    for line in (ROOT / lock).read_text(encoding="utf-8").splitlines():
        if re.match(r"[a-z0-9]", line):
            pin = Requirement(line.rstrip(" \\"))
            if pin.marker is None or pin.marker.evaluate(machine):
                (specifier,) = pin.specifier
                pins[canonicalize_name(pin.name)] = specifier.version
    return pins


@pytest.mark.parametrize("lock", LOCKS)
def test_lock_was_made_from_these_dependencies(lock: str) -> None:
    """After a change of the dependency tables `make lock` must run."""
    head = (ROOT / lock).read_text(encoding="utf-8").splitlines()[0]
    assert head.endswith(digest(PYPROJECT))


@pytest.mark.parametrize("lock", LOCKS)
def test_lock_holds_every_direct_dependency(lock: str) -> None:
    """Each direct dependency has one pin, for each Python, that it allows."""
    for python in PYTHONS[lock]:
        pins = _pins(lock, python)
        for requirement in _direct(lock):
            pin = pins[canonicalize_name(requirement.name)]
            assert requirement.specifier.contains(pin), (python, str(requirement))


def test_oldest_lock_is_at_the_lower_bounds() -> None:
    """What we say we support is what the second environment runs."""
    pins = _pins("requirements-oldest.lock", "3.11")
    for requirement in _project():
        (bound,) = requirement.specifier
        assert bound.operator == ">="
        assert pins[canonicalize_name(requirement.name)].startswith(bound.version)


@pytest.mark.parametrize("lock", LOCKS)
def test_lock_is_hashed_and_names_no_host(lock: str) -> None:
    """Every pin carries hashes, and where they come from is each machine's affair."""
    text = (ROOT / lock).read_text(encoding="utf-8")
    pins = [line for line in text.splitlines() if re.match(r"[a-z0-9]", line)]
    blocks = re.split(r"\n(?=[a-z0-9])", text)[1:]
    assert len(pins) == len(blocks) > 0
    assert all("--hash=sha256:" in block for block in blocks)
    assert not re.search(r"https?://|file:|--index|--find-links", text)


def test_core_install_stays_small() -> None:
    """A core install asks for at most sixteen packages."""
    assert len(PYPROJECT["project"]["dependencies"]) <= 16
