"""Files of a log as a query reads them: verified, local; and what is in none yet."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import pyarrow as pa

__all__ = ["Files", "SegmentFile"]


@dataclass(frozen=True, slots=True)
class SegmentFile:
    """One immutable Parquet file of predictions or feedback of one model.

    Parameters
    ----------
    path : str
        Local, and verified to hold what was written.
    sequence : int
        Place in the log at which its latest events came; see ``Log.changes``.
    first, last : datetime
        Of ``made_at`` for predictions, of ``observed_at`` for feedback; ``last`` is
        included.
    rows : int
        Events in it, with repetitions.
    ids : tuple of (str, str) or None
        Least and greatest id in order of code points: reads leave files out by it.
        None: not known.
    sha256 : str
        Of the file; empty where it is not known.
    """

    path: str
    sequence: int
    first: datetime
    last: datetime
    rows: int
    ids: tuple[str, str] | None = None
    sha256: str = ""


@dataclass(frozen=True, slots=True, eq=False)
class Files:
    """What a read covers.

    Parameters
    ----------
    predictions, feedback : tuple of SegmentFile
        An event may stand in several of them. Feedback that names no model belongs to
        every model's.
    new_predictions, new_feedback : Table or None
        Events that are in no file yet, with columns as in ``leeboard.events``; they may
        repeat events of the files.
    """

    predictions: tuple[SegmentFile, ...] = ()
    feedback: tuple[SegmentFile, ...] = ()
    new_predictions: pa.Table | None = None
    new_feedback: pa.Table | None = None
