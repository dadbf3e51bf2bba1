"""All that a monitor holds as one file, taken while it goes on; and back again.

Place: beside a pass. State first, then the spool, then the log: the log of a copy is
never behind what the state has read of it, and a frame that is committed meanwhile is
in one of both or in both, and is seen once.
"""

from __future__ import annotations

import hashlib
import io
import json
import os
import re
import secrets
import shutil
import tarfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from leeboard._version import __version__
from leeboard.config import load_plan
from leeboard.config.plan import ModelPlan, Plan
from leeboard.errors import FileError, LeeboardError
from leeboard.logs import local_folder, open_log, spool_copies
from leeboard.logs.folder import FolderLog
from leeboard.state import copy_state, file_of, fill_state, state_is_empty

__all__ = ["FORMAT", "Saved", "back_up", "restore"]

FORMAT = 1

_INDEX = "index.json"
_CONFIG = "config/leeboard.toml"
_STATE = "state.sqlite"
_NAME = re.compile(
    r"(config/[a-z0-9.]+|state\.sqlite|spool/[A-Za-z0-9._-]+"
    r"|log/(manifests|models/[0-9a-f]+)/[A-Za-z0-9._-]+)"
)


@dataclass(frozen=True, slots=True)
class Saved:
    """What a backup holds.

    Parameters
    ----------
    path : str
    at : datetime
        When it was begun.
    files, bytes : int
    """

    path: str
    at: datetime
    files: int
    bytes: int


class _Writer:
    """A tar file that is written from beginning to end, with all hashes last."""

    def __init__(self, file: tarfile.TarFile, at: datetime) -> None:
        self._file = file
        self._at = int(at.timestamp())
        self.files: dict[str, dict[str, Any]] = {}

    def add(self, name: str, data: bytes) -> None:
        self._put(name, data)
        sha256 = hashlib.sha256(data).hexdigest()
        self.files[name] = {"size": len(data), "sha256": sha256}

    def finish(self, head: dict[str, Any]) -> None:
        document = {**head, "files": self.files}
        self._put(_INDEX, json.dumps(document, indent=1).encode())

    def _put(self, name: str, data: bytes) -> None:
        member = tarfile.TarInfo(name)
        member.size, member.mode, member.mtime = len(data), 0o600, self._at
        self._file.addfile(member, io.BytesIO(data))


def back_up(plan: Plan, path: str) -> Saved:
    """Write all of a monitor into one file: events, results, configuration.

    Loggers, committers and passes may go on meanwhile.

    Raises
    ------
    LeeboardError
        Log or state cannot be read.
    """
    now = datetime.now(UTC)
    path = os.path.realpath(path)
    temporary = f"{path}.{secrets.token_hex(4)}.tmp"
    try:
        with _told(path):
            writer = _written(plan, temporary, now)
            os.replace(temporary, path)
    except BaseException:
        with suppress(OSError):
            os.unlink(temporary)
        raise
    size = sum(one["size"] for one in writer.files.values())
    return Saved(path, now, len(writer.files), size)


def _written(plan: Plan, temporary: str, now: datetime) -> _Writer:
    """Write everything, in the order that makes it one moment."""
    handle = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with (
        os.fdopen(handle, "wb") as raw,
        tarfile.open(fileobj=raw, mode="w", format=tarfile.PAX_FORMAT) as file,
    ):
        writer = _Writer(file, now)
        references = _save_config(writer, plan)
        _save_state(writer, plan.state, temporary)
        for name, data in spool_copies(plan.spool):
            writer.add(f"spool/{name}", data)
        for name, data in open_log(plan.log).copies():
            writer.add(f"log/{name}", data)
        head = {"format": FORMAT, "leeboard": __version__, "at": now.isoformat()}
        writer.finish({**head, "references": references})
        raw.flush()
        os.fsync(raw.fileno())
    return writer


def _save_config(writer: _Writer, plan: Plan) -> dict[str, dict[str, str]]:
    """Add the configuration, and each model's files; return what stands where."""
    writer.add(_CONFIG, _read(plan.path))
    references: dict[str, dict[str, str]] = {}
    for number, model in enumerate(plan.models):
        references[model.name] = {}
        for key, source in _beside(model).items():
            # a template that is gone is told with each incident; the rest must be there
            if source and (key != "runbook" or os.path.exists(source)):
                name = f"config/{number}.{key}{os.path.splitext(source)[1]}"
                writer.add(name, _read(source))
                references[model.name][key] = name
    return references


def _save_state(writer: _Writer, state: str, temporary: str) -> None:
    own = file_of(state)
    if own is not None and not os.path.exists(own):
        return
    copy = f"{temporary}.sqlite"
    try:
        copy_state(state, copy)
        writer.add(_STATE, _read(copy))
    finally:
        with suppress(OSError):
            os.unlink(copy)


def _read(path: str) -> bytes:
    with open(path, "rb") as file:
        return file.read()


def restore(path: str, config: str, *, force: bool = False) -> Plan:
    """Bring back what a backup holds, to the places that the configuration names.

    All of it is read and checked before anything is touched. A configuration and
    references that are not there are brought back too. Stop loggers first: what they
    hold open is not the restored spool.

    Parameters
    ----------
    path : str
        Of the backup.
    config : str
        Path of the configuration.
    force : bool
        Replace what is there.

    Raises
    ------
    LeeboardError
        The file is damaged (``damaged_backup``) or newer (``newer_backup``), or there
        is a log or a state already (``not_empty``).
    """
    folder = os.path.dirname(os.path.abspath(config))
    staging = os.path.join(folder, f".restoring-{secrets.token_hex(4)}")
    with _told(path):
        return _restored(path, config, staging, force=force)


def _restored(path: str, config: str, staging: str, *, force: bool) -> Plan:
    os.mkdir(staging, 0o700)
    try:
        index = _unpacked(path, staging)
        if not os.path.exists(config):
            shutil.copyfile(os.path.join(staging, _CONFIG), config)
        plan = load_plan(config)
        _leave_committed(staging)
        pairs = list(_moves(staging, plan, index))
        taken = [new for _, new in pairs if _full(new)]
        taken += [] if force else _full_servers(plan)
        if taken and not force:
            raise _not_empty(taken[0])
        _fill_servers(plan, staging)
        _swap(pairs, staging)
    finally:
        shutil.rmtree(staging, ignore_errors=True)
    return plan


def _unpacked(path: str, staging: str) -> dict[str, Any]:
    """Unpack into a folder of its own; return the index once all fits it."""
    hashes: dict[str, dict[str, Any]] = {}
    document = b""
    try:
        with tarfile.open(path, mode="r:") as file:
            for member in file:
                stream = file.extractfile(member) if member.isreg() else None
                if stream is None or document:
                    raise _damaged(path, f"an entry {member.name!r} of another kind")
                if member.name == _INDEX:
                    document = stream.read()
                elif _NAME.fullmatch(member.name) and ".." not in member.name:
                    hashes[member.name] = _unpack(stream, staging, member.name)
                else:
                    raise _damaged(path, f"an entry {member.name!r}")
        index = json.loads(document)
        form, files = index["format"], index["files"]
    except (tarfile.TarError, EOFError, ValueError, KeyError, TypeError) as error:
        if isinstance(error, LeeboardError):
            raise
        raise _damaged(path, "no whole backup") from error
    if form != FORMAT:
        raise _newer(path, form)
    wrong = sorted(name for name in {*files, *hashes} if _differs(name, files, hashes))
    if wrong:
        raise _damaged(path, f"{wrong[0]!r} missing or with other bytes")
    _check_state(path, staging)
    return dict(index)


def _differs(name: str, files: dict[str, Any], hashes: dict[str, Any]) -> bool:
    return bool(files.get(name) != hashes.get(name))


def _unpack(stream: Any, staging: str, name: str) -> dict[str, Any]:
    target = os.path.join(staging, *name.split("/"))
    os.makedirs(os.path.dirname(target), mode=0o700, exist_ok=True)
    digest = hashlib.sha256()
    size = 0
    handle = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "wb") as file:
        while data := stream.read(1 << 20):
            digest.update(data)
            size += len(data)
            file.write(data)
        file.flush()
        os.fsync(file.fileno())
    return {"size": size, "sha256": digest.hexdigest()}


def _check_state(path: str, staging: str) -> None:
    from leeboard.databases import sound_sqlite

    state = os.path.join(staging, _STATE)
    if os.path.exists(state) and not sound_sqlite(state):
        raise _damaged(path, "a state that is no whole database")


def _moves(
    staging: str, plan: Plan, index: dict[str, Any]
) -> Iterator[tuple[str, str]]:
    """Yield what is to be moved, and where to."""
    places = {"log": local_folder(plan.log), _STATE: file_of(plan.state)}
    for name, target in {**places, "spool": plan.spool or None}.items():
        if target is not None:
            yield os.path.join(staging, name), target
    for model, held in index.get("references", {}).items():
        own = [_beside(one) for one in plan.models if one.name == model]
        for key, name in held.items():
            target = own[0].get(key) if own else None
            source = os.path.join(staging, *name.split("/"))
            if target and not (
                os.path.exists(target) and _read(target) == _read(source)
            ):
                yield source, target


def _beside(model: ModelPlan) -> dict[str, str]:
    """Files that the configuration names for a model."""
    return {
        "reference": model.reference,
        "baseline": model.baseline,
        "runbook": model.alarms.runbook,
    }


def _full_servers(plan: Plan) -> list[str]:
    """Places that are no files of this machine and hold something."""
    found = []
    if local_folder(plan.log) is None:
        log = open_log(plan.log)
        if log.marks() or log.summary():
            found.append("log")
    if file_of(plan.state) is None and not state_is_empty(plan.state):
        found.append("state")
    return found


def _fill_servers(plan: Plan, staging: str) -> None:
    """Fill what lies elsewhere; the log first, so that the state is never ahead."""
    if local_folder(plan.log) is None:
        open_log(plan.log).fill(os.path.join(staging, "log"))
    state = os.path.join(staging, _STATE)
    if file_of(plan.state) is None:
        # without any results saved, an empty file of them
        fill_state(plan.state, state)


def _leave_committed(staging: str) -> None:
    """Leave spool files out of which the log has everything."""
    spool, name = os.path.join(staging, "spool"), ""
    with suppress(FileNotFoundError):
        name = _read(os.path.join(spool, ".spool")).decode("ascii")
    marks = FolderLog.at(os.path.join(staging, "log")).marks()
    for file in os.listdir(spool) if os.path.isdir(spool) else ():
        own = os.path.join(spool, file)
        if os.path.getsize(own) <= marks.get(f"{name}/{file}", -1):
            os.unlink(own)


def _full(target: str) -> bool:
    if os.path.isdir(target):
        return any(not name.startswith(".") for name in os.listdir(target))
    return os.path.exists(target)


def _swap(pairs: list[tuple[str, str]], staging: str) -> None:
    """Put all in place; what was there is removed last, and put back if one fails."""
    done: list[tuple[str, str]] = []
    try:
        for number, (source, target) in enumerate(pairs):
            os.makedirs(os.path.dirname(os.path.abspath(target)), exist_ok=True)
            old = os.path.join(staging, f"old-{number}")
            if os.path.lexists(target):
                shutil.move(target, old)
            done.append((old, target))
            if os.path.exists(source):
                shutil.move(source, target)
    except OSError:
        for old, target in reversed(done):
            if os.path.isdir(target):
                shutil.rmtree(target)
            elif os.path.exists(target):
                os.unlink(target)
            if os.path.exists(old):
                shutil.move(old, target)
        raise


@contextmanager
def _told(path: str) -> Iterator[None]:
    """Turn what a disk refuses into an error that says what to do."""
    try:
        yield
    except OSError as error:
        raise FileError(
            code="backup_failed",
            where=error.filename if isinstance(error.filename, str) else path,
            found=error.strerror or str(error),
            expected="files that can be read, and room to write",
            fix="Check that it is there, its rights, and the room on the disk.",
        ) from error


def _damaged(path: str, found: str) -> FileError:
    return FileError(
        code="damaged_backup",
        where=path,
        found=found,
        expected="a backup as `leeboard backup` wrote it",
        fix="Take another copy of it; nothing was changed.",
    )


def _newer(path: str, form: object) -> FileError:
    return FileError(
        code="newer_backup",
        where=path,
        found=f"format {form!r}",
        expected=f"format {FORMAT}",
        fix="Update Leeboard; nothing was changed.",
    )


def _not_empty(place: str) -> FileError:
    return FileError(
        code="not_empty",
        where=place,
        found="events or results that are there already",
        expected="an empty place",
        fix="Restore elsewhere, or replace them with --force.",
    )
