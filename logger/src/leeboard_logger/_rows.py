"""Columns of frames, a piece at a time: pandas, polars, Arrow tables, dicts of lists.

Frames are asked by the names of their methods, so that no frame package is loaded here.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

__all__ = ["Roles", "columns_of", "length_of", "pieces"]

_PIECE = 1000
"""Rows that are turned into Python objects at a time."""

_AS_LIST = ("to_pylist", "to_list", "tolist")


@dataclass(frozen=True, slots=True)
class Roles:
    """Names of the columns of a frame of predictions, by what they are."""

    features: tuple[str, ...]
    prediction: str | None
    scores: tuple[str, ...]
    id: str | None
    at: str | None
    segments: tuple[str, ...]
    metadata: tuple[str, ...]
    latency_s: str | None

    @classmethod
    def of(
        cls,
        columns: Sequence[str],
        given: dict[str, Any],
        features: Sequence[str] | None,
    ) -> Roles:
        """Give each column its role: what is named nothing else is a feature."""
        scores, segments, metadata = (
            _names(given[k]) for k in ("scores", "segments", "metadata")
        )
        single = [given[k] for k in ("prediction", "id", "at", "latency_s")]
        taken = {*single, *scores, *segments, *metadata}
        if features is None:
            features = [name for name in columns if name not in taken]
        prediction, identity, at, latency_s = single
        return cls(
            features=_names(features),
            prediction=prediction,
            scores=scores,
            id=identity,
            at=at,
            segments=segments,
            metadata=metadata,
            latency_s=latency_s,
        )

    def all(self) -> list[str]:
        """Return every column that has a role, each once."""
        single = (self.prediction, self.id, self.at, self.latency_s)
        many = (*self.features, *self.scores, *self.segments, *self.metadata)
        return list(dict.fromkeys([*many, *(one for one in single if one is not None)]))


def _names(given: str | Sequence[str] | None) -> tuple[str, ...]:
    if given is None:
        return ()
    return (given,) if isinstance(given, str) else tuple(given)


def columns_of(frame: Any) -> list[str]:
    """Return the names of a frame's columns."""
    if hasattr(frame, "column_names"):  # Arrow, whose ``columns`` are the values
        return list(frame.column_names)
    return list(frame.columns if hasattr(frame, "columns") else frame.keys())


def length_of(frame: Any) -> int:
    """Return the number of rows; of what has none to tell, 1."""
    try:
        if hasattr(frame, "num_rows"):
            return int(frame.num_rows)
        if isinstance(frame, dict):
            return max((len(column) for column in frame.values()), default=0)
        return len(frame)
    except Exception:  # noqa: BLE001  # asked of anything, also to count what failed
        return 1


def pieces(frame: Any, columns: Sequence[str]) -> Iterator[dict[str, list[Any]]]:
    """Yield the columns of up to 1,000 rows at a time, as lists."""
    for start in range(0, length_of(frame), _PIECE):
        part = _part(frame, start)
        yield {name: _listed(part[name]) for name in columns}


def _part(frame: Any, start: int) -> Any:
    if hasattr(frame, "iloc"):
        return frame.iloc[start : start + _PIECE]
    if hasattr(frame, "slice"):
        return frame.slice(start, _PIECE)
    return {name: column[start : start + _PIECE] for name, column in frame.items()}


def _listed(column: Any) -> list[Any]:
    for method in _AS_LIST:
        if hasattr(column, method):
            found = getattr(column, method)()
            return found if isinstance(found, list) else list(found)
    return list(column)
