"""``leeboard demo`` tells the story and writes the reports.

That it runs whole, as a process, is held by the page on the lab.
"""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from leeboard.lab import Alarms, Live, Walk
from tests.cli._command import inside


def test_it_ends_with_0_and_its_reports_exist(
    walked: Walk,
    lived: Live,
    told: Alarms,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """It makes its folder; each report it names is one whole page, and no other is."""
    monkeypatch.setattr("leeboard.lab.walk", lambda: walked)
    out = tmp_path / "new" / "reports"
    lives = {str(out / "live"): lived}
    monkeypatch.setattr("leeboard.lab.live", lives.__getitem__)
    monkeypatch.setattr("leeboard.lab.alarms", {lived.folder: told}.__getitem__)
    ended = inside(capsys, "demo", "--out", str(out))
    assert (ended.code, ended.err) == (0, "")
    named = re.findall(rf"{out}/\S+\.html", ended.out)
    assert len(named) >= 3
    assert sorted(named) == sorted(map(str, out.glob("*.html")))
    for path in named:
        page = Path(path).read_text(encoding="utf-8")
        assert page.rstrip().endswith("</html>")
    assert len(ended.out.splitlines()) <= 130
