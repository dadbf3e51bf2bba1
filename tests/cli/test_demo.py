"""``leeboard demo`` tells the story and writes the reports."""

from __future__ import annotations

import re
from pathlib import Path

from tests.cli._command import outside


def test_demo_ends_with_0_and_its_reports_exist(tmp_path: Path) -> None:
    """From any folder the demo ends with 0; each report it names is one whole page."""
    out = tmp_path / "new" / "reports"
    ended = outside("demo", "--out", str(out))
    assert (ended.code, ended.err) == (0, "")
    named = re.findall(rf"{out}/\S+\.html", ended.out)
    assert len(named) >= 3
    assert sorted(named) == sorted(map(str, out.glob("*.html")))
    for path in named:
        page = Path(path).read_text(encoding="utf-8")
        assert page.rstrip().endswith("</html>")
    assert len(ended.out.splitlines()) <= 130


def test_demo_refuses_a_file_as_folder(tmp_path: Path) -> None:
    """A file where the folder should be is bad usage, said before the walk."""
    (tmp_path / "x").write_text("", encoding="utf-8")
    ended = outside("demo", "--out", str(tmp_path / "x"))
    assert (ended.code, ended.out) == (2, "")
    assert len(ended.err.splitlines()) == 1
