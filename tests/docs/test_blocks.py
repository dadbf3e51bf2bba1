"""Every block of code that a reader may copy runs, and prints what the page says.

Python blocks of one page share their names, as a reader who types along would have
them. Of a ``console`` block the lines after ``$`` are run and what follows is compared
(``...`` stands for anything); an exit code other than 0 is allowed where the next line
is ``$ echo $?``. ``sh`` blocks are run whole. Lines with ``make`` are not run: that
their targets exist is checked. The folder of a page's run, but for the README's, holds
``reference.parquet`` and ``current.parquet``. ``<!-- skip: next -->`` leaves out
one block.
"""

from __future__ import annotations

import doctest
import os
import re
import subprocess
import sys
from itertools import pairwise
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from sybil import Example, Sybil
from sybil.parsers.markdown import CodeBlockParser, PythonCodeBlockParser, SkipParser

ROOT = Path(__file__).resolve().parents[2]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
CHECKER = doctest.OutputChecker()
LOOSE = doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE
END = "--- end of one command:"


def _without_make(script: str) -> str:
    """Take out ``make`` lines after looking their targets up."""
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    kept = []
    for line in script.splitlines():
        words = line.partition("#")[0].split()
        if words[:1] == ["make"]:
            for word in words[1:]:
                target = rf"^{re.escape(word)}:"
                assert "=" in word or re.search(target, makefile, re.MULTILINE), line
        else:
            kept.append(line)
    return "\n".join(kept)


def _bash(script: str) -> subprocess.CompletedProcess[str]:
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    environment = {**os.environ, "PATH": path, "COLUMNS": "100", "NO_COLOR": "1"}
    return subprocess.run(
        ["bash", "-c", script],
        env=environment,
        check=False,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=300,
    )


def run_sh(example: Example) -> None:
    """Run a block whole; its last exit code must be 0."""
    run = _bash("set -eu\n" + _without_make(str(example.parsed)))
    assert run.returncode == 0, run.stdout


def run_console(example: Example) -> None:
    """Run each command after ``$``; compare what it prints where the page shows it."""
    steps = re.split(r"^\$ ", str(example.parsed), flags=re.MULTILINE)[1:]
    commands, shown = [], []
    for step in steps:
        command, _, output = step.partition("\n")
        while command.endswith("\\"):
            more, _, output = output.partition("\n")
            command = f"{command}\n{more.removeprefix('> ')}"
        commands.append(_without_make(command) or "true")
        shown.append(output)
    mark = f'code=$?; printf "\\n{END} %s\\n" $code; (exit $code)'
    run = _bash("\n".join(f"{command}\n{mark}" for command in commands))
    parts = re.split(rf"\n{END} (\d+)\n", run.stdout)
    outputs, codes = parts[0::2], parts[1::2]
    assert len(codes) == len(commands), run.stdout
    for (command, code), (following, _) in pairwise(
        [*zip(commands, codes, strict=True), ("", "0")]
    ):
        allowed = code == "0" or following.strip() == "echo $?"
        assert allowed, f"{command}: exit {code}\n{run.stdout}"
    for command, want, got in zip(commands, shown, outputs, strict=False):
        if want.strip() and not CHECKER.check_output(want, got + "\n", LOOSE):
            pytest.fail(f"$ {command}\nshown:\n{want}\nprinted:\n{got}")


READER = Sybil(
    parsers=[
        SkipParser(),
        PythonCodeBlockParser(doctest_optionflags=LOOSE),
        CodeBlockParser("sh", run_sh),
        CodeBlockParser("console", run_console),
    ],
    patterns=["*.md"],
)


def _table(shift: float) -> pa.Table:
    """Return 2,000 rows of an imagined bicycle hire, made without randomness."""
    rows: dict[str, Any] = {
        "temp": [((i * 7919) % 997) / 40 + shift for i in range(2000)],
        "city": [["Lyon", "Graz", "Porto"][(i * 31) % 7 % 3] for i in range(2000)],
        "hires": [(i * 613) % 211 for i in range(2000)],
    }
    return pa.table(rows)


@pytest.mark.parametrize("page", PAGES, ids=lambda p: str(p.relative_to(ROOT)))
def test_blocks_of_a_page_run(
    page: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each block runs in its place on the page, with what the blocks before it left."""
    monkeypatch.chdir(tmp_path)
    if page.name != "README.md":  # a newcomer has no files: it makes its own
        pq.write_table(_table(0.0), "reference.parquet")
        pq.write_table(_table(6.0), "current.parquet")
    document = READER.parse(page)
    for example in document.examples():
        example.evaluate()


@pytest.mark.parametrize("page", PAGES, ids=lambda p: str(p.relative_to(ROOT)))
def test_links_of_a_page_lead_somewhere(page: Path) -> None:
    """Each link to a file of the repository names one that is there."""
    text = page.read_text(encoding="utf-8")
    text = re.sub(r"```.*?```|`[^`\n]*`", "", text, flags=re.DOTALL)
    links = re.findall(r"\]\(([^)#\s]+)(?:#[^)]*)?\)", text)
    lost = [
        link
        for link in links
        if "://" not in link
        and not link.startswith("mailto:")
        and not (page.parent / link).exists()
    ]
    assert lost == []


@pytest.mark.parametrize(
    ("block", "message"),
    [
        ("```python\nassert 1 == 2\n```", "assert|^$"),
        ("```python\n>>> 1 + 1\n3\n```", "Expected"),
        ("```console\n$ echo a\nb\n```", "printed"),
        ("```console\n$ false\n```", "exit 1"),
        ("```console\n$ false\n$ echo $?\n0\n```", "printed"),
        ("```sh\necho oh\nfalse\n```", "oh"),
        ("```sh\nmake nonsense\n```", "make nonsense"),
    ],
)
def test_a_block_that_lies_is_caught(tmp_path: Path, block: str, message: str) -> None:
    """A block that fails, or prints something else, does not pass."""
    page = tmp_path / "page.md"
    page.write_text(f"# A page\n\n{block}\n", encoding="utf-8")
    (example,) = READER.parse(page).examples()
    with pytest.raises((AssertionError, pytest.fail.Exception), match=message):
        example.evaluate()


def test_blocks_that_tell_the_truth_pass(tmp_path: Path) -> None:
    """Output, an ellipsis, a named exit code, a continued line and a target pass."""
    page = tmp_path / "page.md"
    page.write_text(
        "```console\n$ echo one two\none ...\n$ (exit 3)\n$ echo $?\n3\n"
        "$ echo a \\\n> b\na b\n```\n\n```sh\nmake test  # runs\ntrue\n```\n",
        encoding="utf-8",
    )
    for example in READER.parse(page).examples():
        example.evaluate()


def test_the_readme_says_where_the_command_is_before_it_is_used() -> None:
    """The first block that calls ``leeboard`` comes after the path is set."""
    blocks = re.findall(
        r"```(.*?)```", (ROOT / "README.md").read_text("utf-8"), re.DOTALL
    )
    using = [
        i
        for i, b in enumerate(blocks)
        if re.search(r"^(\$ )?leeboard ", b, re.MULTILINE)
    ]
    setting = [i for i, b in enumerate(blocks) if "export PATH=" in b]
    assert setting
    assert setting[0] < using[0]
