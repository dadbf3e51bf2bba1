"""On what kind of disk a file lies."""

from __future__ import annotations

import os

__all__ = ["network_disk"]

_REMOTE = {
    "9p",
    "afs",
    "beegfs",
    "ceph",
    "cifs",
    "fuse.glusterfs",
    "fuse.s3fs",
    "fuse.sshfs",
    "glusterfs",
    "gpfs",
    "lustre",
    "ncpfs",
    "nfs",
    "nfs4",
    "smb2",
    "smb3",
    "smbfs",
}


def network_disk(path: str, mounts: str | None = None) -> str | None:
    """Kind of the network file system a file lies on, such as ``nfs4``.

    Parameters
    ----------
    path : str
        Of the file, which need not be there.
    mounts : str, optional
        Contents of Linux's ``/proc/self/mounts``; None reads it.

    Returns
    -------
    str or None
        None on a local disk, and where the system does not tell.
    """
    if mounts is None:
        try:
            with open("/proc/self/mounts", encoding="utf-8", errors="replace") as file:
                mounts = file.read()
        except OSError:
            return None
    place = os.path.realpath(path)
    best, kind = "", None
    for line in mounts.splitlines():
        fields = line.split(" ")
        if len(fields) < 3:
            continue
        # spaces and backslashes of a mount point are written in octal
        point = fields[1].replace("\\040", " ").replace("\\134", "\\")
        inside = place == point or place.startswith(point.rstrip("/") + "/")
        if inside and len(point) >= len(best):
            best, kind = point, fields[2]
    return kind if kind in _REMOTE else None
