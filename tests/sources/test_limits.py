from __future__ import annotations

from dataclasses import fields
from pathlib import Path

from leeboard.sources import Limits
from leeboard.sources._limits import setting

PAGE = Path(__file__).resolve().parents[2] / "docs" / "decisions" / "0010-reading.md"
UNITS = {"TiB": 1 << 40, "GiB": 1 << 30, "MiB": 1 << 20}


def test_every_limit_is_written_down_with_its_default() -> None:
    """The page on reading lists each variable with the default that holds."""
    listed = {}
    for line in PAGE.read_text("utf-8").splitlines():
        if line.startswith("| `LEEBOARD_"):
            _, name, default, *_ = (cell.strip() for cell in line.split("|"))
            number, _, unit = default.replace(",", "").partition(" ")
            listed[name.strip("`")] = int(number) * UNITS.get(unit, 1)
    held = Limits()
    assert listed == {setting(f.name): getattr(held, f.name) for f in fields(Limits)}
