"""What is erased from a bucket is gone from every object, and from local copies."""

from __future__ import annotations

import io
import os
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import boto3
import pyarrow.parquet as pq
import pytest

from leeboard.logs import spellings
from leeboard.monitor.backups import restore
from tests.logs._records import feedback, held, prediction, spooled
from tests.monitor._world import CONFIG, DAY, START, World, hours, world

NAME = "Zoë-Marker-7731"
NOW = START + 3 * DAY


@pytest.fixture
def model(tmp_path: Path, s3: str) -> World:
    """A log of several segments in a bucket, some merged, and quarantined events."""
    made = world(tmp_path / "one")
    made.configure(_config(s3))
    for part in range(9):
        payloads = []
        for i in range(part * 20, part * 20 + 20):
            who = NAME if i % 10 == 0 else f"user-{i}"
            at = START + i * DAY / 400
            payloads.append(prediction(f"p{i}", at, segments={"user": who}))
            payloads.append(feedback(f"p{i}", float(i), START + DAY))
        spooled(made.folder / "spool", f"f{part}", payloads)
        made.monitor.ship()
    spooled(made.folder / "spool", "q", [b"p{" + NAME.encode(), b"px"])
    made.monitor.run(now=NOW)
    return made


def _config(s3: str, more: str = "") -> str:
    places = f'log = "{s3}"\nstate = "state.db"\nspool = "spool"\n'
    return places + CONFIG.replace('log = "monitor"\n', "") + more


def _client() -> Any:
    return boto3.client("s3", endpoint_url=os.environ["AWS_ENDPOINT_URL"])


def _decoded(name: str, data: bytes) -> bytes:
    if name.endswith(".parquet"):
        data += repr(pq.read_table(io.BytesIO(data)).to_pydict()).encode()
    return data


def _standing(s3: str, cache: Path) -> list[str]:
    """Objects, and copies of this machine, that hold the person."""
    spelt = [*spellings(NAME), repr(NAME.encode())[2:-1].encode()]
    client, place = _client(), urlsplit(s3)
    listed = client.list_objects_v2(Bucket=place.netloc, Prefix=place.path.strip("/"))
    found = {}
    for one in listed["Contents"]:
        body = client.get_object(Bucket=place.netloc, Key=one["Key"])["Body"]
        found[one["Key"]] = body.read()
    found |= {str(path): path.read_bytes() for path in cache.rglob("*.parquet")}
    return [n for n, d in found.items() if any(s in _decoded(n, d) for s in spelt)]


def test_no_object_holds_an_entity(model: World, s3: str, tmp_path: Path) -> None:
    """Segments and manifests, copies that reads made, one of what others removed."""
    before = held(model.monitor._log())
    copy = next((tmp_path / "cache").rglob("predictions-*"))
    copy.with_name("predictions-0.parquet").write_bytes(copy.read_bytes())
    os.utime(copy.with_name("predictions-0.parquet"), (1, 1))
    there = _standing(s3, tmp_path / "cache")
    assert any("/cache/" in name for name in there)
    assert any("/cache/" not in name for name in there)
    done = model.monitor.erase(NAME, column="user")
    assert (done.predictions, done.labels, done.quarantined) == (18, 18, 1)
    assert (done.left, done.kept, done.scanned) == ((), (), True)
    assert _standing(s3, tmp_path / "cache") == []
    left = {name: 1 for name in before if int(name[1:]) % 10}
    assert held(model.monitor._log()) == left


def test_an_object_that_no_manifest_names_is_told_of(model: World, s3: str) -> None:
    """A commit may be about to name it: it is searched and not removed."""
    client, place = _client(), urlsplit(s3)
    prefix = place.path.strip("/")
    listed = client.list_objects_v2(Bucket=place.netloc, Prefix=prefix)["Contents"]
    objects = [one for one in listed if "/predictions-" in one["Key"]]
    source = max(objects, key=lambda one: one["Size"])["Key"]
    key = f"{os.path.dirname(source)}/predictions-{'0' * 16}-{'0' * 32}.parquet"
    copied = {"Bucket": place.netloc, "Key": source}
    client.copy_object(Bucket=place.netloc, Key=key, CopySource=copied)
    done = model.monitor.erase(NAME, column="user")
    assert {os.path.basename(one) for one, _ in done.left} == {os.path.basename(key)}


def test_a_bucket_with_versions_keeps_what_was_removed(
    model: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As the page on operations says: nothing that reads objects sees it."""
    client = _client()
    client.create_bucket(Bucket="versions")
    enabled = {"Status": "Enabled"}
    client.put_bucket_versioning(Bucket="versions", VersioningConfiguration=enabled)
    model.configure(_config("s3://versions/log"))
    events = [prediction("p1", START, segments={"user": NAME}), prediction("p2", START)]
    spooled(model.folder / "spool", "v", events)
    model.monitor.ship()
    done = model.monitor.erase(NAME, column="user")
    assert (done.predictions, done.left) == (1, ())
    assert held(model.monitor._log()) == {"p2": 1}
    kept = client.list_object_versions(Bucket="versions", Prefix="log/models")
    old = [one for one in kept["Versions"] if not one["IsLatest"]]
    assert len(old) == 1
    monkeypatch.undo()


def test_retention_and_backups_work_in_a_bucket(
    model: World, s3: str, tmp_path: Path
) -> None:
    """Old objects go; a backup fills another bucket, and an empty one alone."""
    model.monitor.backup(tmp_path / "b.tar")
    names = held(model.monitor._log())
    other = world(tmp_path / "two")
    other.configure(_config(f"{s3}-two"))
    restore(str(tmp_path / "b.tar"), str(other.folder / "leeboard.toml"))
    assert held(other.monitor._log()) == names
    other.configure(_config(f"{s3}-two", 'retention = "12d"\n'))
    other.predict(hours(400, 5), first=900)
    (ran,) = other.monitor.run(now=START + 5000 * DAY).passes
    assert ran.expired >= len(names)
