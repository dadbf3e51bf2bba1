"""The version of a model that answered before an incident, where another did in it.

Place: under whatever shows an incident. Looks into the log, for two windows only.
"""

from __future__ import annotations

from collections import Counter

from leeboard.errors import LeeboardError
from leeboard.logs import Log
from leeboard.windows import Window

__all__ = ["last_good_version", "version_before"]


def last_good_version(log: Log, model: str, first: Window) -> str:
    """Name the version that made most predictions before an incident's first window.

    Parameters
    ----------
    log : Log
    model : str
    first : Window
        The incident's first window; a span as long before it is looked at.

    Returns
    -------
    str
        Empty if it made most of the first window's predictions too, if nothing was
        predicted before or the versions have no name, or if the log cannot be read:
        an incident is shown whatever has become of its events.
    """
    try:
        return version_before(log, model, first)
    except (LeeboardError, OSError):
        return ""


def version_before(log: Log, model: str, first: Window) -> str:
    """As ``last_good_version``, where the log can be read.

    Raises
    ------
    LeeboardError or OSError
        It cannot.
    """
    before = Window(first.start - (first.end - first.start), first.start)
    old, new = _most(log, model, before), _most(log, model, first)
    return old if new and old != new else ""


def _most(log: Log, model: str, span: Window) -> str:
    with log.joined(model, span, columns=["version"]) as batches:
        counts = Counter(
            version
            for batch in batches
            for version in batch.column("version").to_pylist()
            if version
        )
    return max(counts, key=lambda name: (counts[name], name), default="")
