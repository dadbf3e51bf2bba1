"""``leeboard demo`` serves the lab, and refuses what is no folder."""

from __future__ import annotations

import re
import signal
import subprocess
import time
import urllib.request
from pathlib import Path

import pytest

from tests.cli._command import outside
from tests.server._process import LEEBOARD


@pytest.mark.long
def test_demo_serves_the_lab_to_who_has_the_link(tmp_path: Path) -> None:
    """The address that it prints signs in, once; the lab's incidents are there."""
    told = tmp_path / "told"
    command = [*LEEBOARD, "demo", "--out", str(tmp_path / "demo"), "--serve", "--port"]
    with told.open("w", encoding="utf-8") as out:
        process = subprocess.Popen([*command, "0"], stdout=out, stderr=out)
    try:
        until = time.monotonic() + 500
        while not (found := re.search(r"(http://\S+)(/setup\S+)", told.read_text())):
            assert process.poll() is None, told.read_text()
            assert time.monotonic() < until
            time.sleep(0.2)
        address, link = found.groups()
        opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor())
        assert b"needs a person" in opener.open(address + link, timeout=60).read()
        page = opener.open(f"{address}/incidents?show=all", timeout=60).read().decode()
        assert "hum is 0 in all 22 rows" in page
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(60)


def test_demo_refuses_a_file_as_folder(tmp_path: Path) -> None:
    """A file where the folder should be is bad usage, said before the walk."""
    (tmp_path / "x").write_text("", encoding="utf-8")
    ended = outside("demo", "--out", str(tmp_path / "x"))
    assert (ended.code, ended.out) == (2, "")
    assert len(ended.err.splitlines()) == 1
