"""What a model's windows are compared with, as ``leeboard init`` left it.

Place: read once a pass. The profile is the reference's counts; beside it may stand a
file with the reference's own performance, its residuals, and an estimator of
performance without labels.
"""

from __future__ import annotations

import json
from base64 import b64decode, b64encode
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from leeboard.config.plan import ModelPlan
from leeboard.errors import ProfileError
from leeboard.monitor.adopted import Adopted
from leeboard.performance import OutcomeCells, Tally, pack, unpack
from leeboard.profiles.profile import Profile

__all__ = [
    "FORMAT",
    "Baseline",
    "SegmentBaseline",
    "load_baseline",
    "load_figures",
    "packed_text",
]

FORMAT = 1


@dataclass(frozen=True, slots=True)
class SegmentBaseline:
    """Performance of the model on the reference's rows of one segment.

    Parameters
    ----------
    rows : int
        With label and prediction.
    accuracy : float or None
    residual : tuple of int or None
        Rows by cell of the residual.
    """

    rows: int
    accuracy: float | None = None
    residual: tuple[int, ...] | None = None

    @classmethod
    def of(cls, kept: Mapping[str, Any]) -> SegmentBaseline:
        """Read what was kept."""
        residual = kept.get("residual")
        cells = None if residual is None else tuple(residual)
        return cls(kept["rows"], kept.get("accuracy"), cells)


@dataclass(frozen=True, slots=True, eq=False)
class Baseline:
    """The reference of one model.

    Parameters
    ----------
    reference : Profile
    adopted : Adopted
        Cells that the reference's rows gave to what is computed from them.
    figures : mapping of metric to value
        Performance of the model on the reference.
    rows : int
        Labelled rows of the reference.
    estimator : text or None
        See ``estimates``.
    tally : Tally or None
        Counts of the reference's labelled rows, in the adopted cells. None: too few
        rows, or a file of a time before they were kept.
    segments : mapping of segment to SegmentBaseline
        By ``column=level``; of a reference that is counted by segment.
    """

    reference: Profile
    adopted: Adopted = field(default_factory=Adopted)
    figures: Mapping[str, float] = field(default_factory=dict)
    rows: int = 0
    estimator: str | None = None
    tally: Tally | None = None
    segments: Mapping[str, SegmentBaseline] = field(default_factory=dict)


def load_baseline(plan: ModelPlan) -> Baseline:
    """Read the files of a model's reference.

    Raises
    ------
    ProfileError
        If one is missing, damaged, or newer than this Leeboard.
    """
    reference = Profile.load(plan.reference)
    if not plan.baseline:
        return Baseline(reference)
    document = _read(plan.baseline)
    adopted = Adopted.from_text(document.get("adopted"), plan.baseline)
    return Baseline(
        reference,
        adopted,
        document.get("figures", {}),
        document.get("rows", 0),
        document.get("estimator"),
        _tally(document.get("outcomes"), adopted.outcomes),
        {
            name: SegmentBaseline.of(one)
            for name, one in document.get("segments", {}).items()
        },
    )


def load_figures(plan: ModelPlan) -> Mapping[str, float]:
    """Read the performance of a model on its reference alone; none without a file.

    Raises
    ------
    ProfileError
        As ``load_baseline``.
    """
    if not plan.baseline:
        return {}
    found: Mapping[str, float] = _read(plan.baseline).get("figures", {})
    return found


def packed_text(tally: Tally | None) -> str | None:
    """Return counts as a text that JSON holds; what ``load_baseline`` reads."""
    return None if tally is None else b64encode(pack(tally)).decode("ascii")


def _tally(text: str | None, cells: OutcomeCells | None) -> Tally | None:
    if text is None or cells is None:
        return None
    return unpack(b64decode(text), cells)


def _read(path: str) -> dict[str, Any]:
    try:
        with open(path, encoding="utf-8") as file:
            document = json.load(file)
    except (OSError, ValueError) as error:
        raise _bad(path, f"a file that cannot be read ({error})") from error
    if not isinstance(document, dict) or document.get("leeboard_baseline") != FORMAT:
        raise _bad(path, "no baseline of a known format")
    return document


def _bad(path: str, found: str) -> ProfileError:
    return ProfileError(
        code="damaged_profile",
        where=path,
        found=found,
        expected=f"a baseline of format {FORMAT}",
        fix="Write it again with `leeboard init TRAINING --model NAME --force`.",
    )
