"""Files are written whole or not at all."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from leeboard.cli._files import check_new, check_places, write_whole
from leeboard.cli._guard import _said
from leeboard.errors import ConfigError, FileError


def test_the_old_file_stays_if_the_new_fails(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A write that fails leaves the old file, and nothing beside it."""
    path = tmp_path / "x"
    path.write_text("old", encoding="utf-8")

    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space left"):
        write_whole(str(path), "new")
    assert path.read_text(encoding="utf-8") == "old"
    assert os.listdir(tmp_path) == ["x"]


def test_text_is_written_as_it_is(tmp_path: Path) -> None:
    """UTF-8 and line feeds everywhere, and a link keeps being a link."""
    path, link = tmp_path / "x", tmp_path / "link"
    path.write_text("old", encoding="utf-8")
    link.symlink_to(path)
    write_whole(str(link), "é\n")
    assert path.read_bytes() == b"\xc3\xa9\n"
    assert link.is_symlink()


def test_what_is_no_file_is_written_to(tmp_path: Path) -> None:
    """The null device stays what it is."""
    write_whole(os.devnull, "x")
    assert not os.path.isfile(os.devnull)


def test_places_are_checked(tmp_path: Path) -> None:
    """Missing folders, folders and doubled files are refused, others pass."""
    check_places([str(tmp_path / "a"), str(tmp_path / "b")])
    with pytest.raises(FileError, match="no_folder"):
        check_places([str(tmp_path / "no" / "a")])
    with pytest.raises(FileError, match="is_folder"):
        check_places([str(tmp_path)])
    with pytest.raises(ConfigError, match="same_output"):
        check_places([str(tmp_path / "a"), f"{tmp_path}//a"])


def test_files_are_replaced_only_if_told(tmp_path: Path) -> None:
    """Without force a file, or a link to nowhere, is refused."""
    path = tmp_path / "x"
    check_new(str(path), force=False)
    path.symlink_to(tmp_path / "nowhere")
    with pytest.raises(FileError, match="file_exists"):
        check_new(str(path), force=False)
    check_new(str(path), force=True)


def test_a_folder_without_rights_is_named_before_anything_is_computed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What the user asked for is named, and what to do."""
    path = str(tmp_path / "report.html")
    monkeypatch.setattr(os, "access", lambda *_: False)
    with pytest.raises(FileError, match=r"may not be written.*no_rights") as caught:
        check_places([path])
    assert caught.value.where == path
    check_places([os.devnull])


def test_a_write_without_rights_names_the_real_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The file that was asked for, never the one that is written beside it."""
    path = str(tmp_path / "report.html")

    def denied(name: str, *_: object, **__: object) -> None:
        raise PermissionError(13, "Permission denied", name)

    monkeypatch.setattr("builtins.open", denied)
    with pytest.raises(PermissionError) as caught:
        write_whole(path, "new")
    monkeypatch.undo()
    assert caught.value.filename == path
    assert _said(caught.value) == 2
    told = capsys.readouterr().err
    assert told.startswith(f"error: {path}: found Permission denied; expected ")
    assert ".tmp" not in told
    assert "[no_rights]" in told
