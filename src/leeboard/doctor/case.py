"""What the checks look at: opened once, by whoever examines."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from leeboard.config import Plan
from leeboard.logs import Log, Summary
from leeboard.server.listening import Listening
from leeboard.state import State

__all__ = ["Case"]


@dataclass(slots=True)
class Case:
    """An installation.

    Parameters
    ----------
    config : str
        Path of the configuration.
    now : datetime
    listening : Listening
        Where a server would listen.
    deep : bool
        Hash every segment of the log, not the newest alone.
    plan : Plan or None
        None where the configuration cannot be used.
    state : State or None
        None where it cannot be opened, is not there yet, or is of another version.
    log : Log or None
        None where it cannot be opened, is not there yet, or is of another form.
    marks : mapping of str to int, or None
        Up to where each source of the spool is in the log; None where it cannot be
        read.
    summaries : list of Summary or None
        What the log holds; None where it cannot be read.
    """

    config: str
    now: datetime
    listening: Listening
    deep: bool = False
    plan: Plan | None = None
    state: State | None = None
    log: Log | None = None
    marks: Mapping[str, int] | None = None
    summaries: list[Summary] | None = field(default=None)
