"""What a cause is, what it sees of a column, and what it says.

Place: on the path; every cause knows this module and no other cause.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from leeboard.incidents.causes._facts import Facts
from leeboard.incidents.causes._view import View

__all__ = ["ColumnCause", "Found", "ShiftCause"]


@dataclass(frozen=True, slots=True)
class Found:
    """What speaks for a cause.

    Parameters
    ----------
    text : str
        What happened, as the end of a sentence that begins with the subject:
        ``is 0 in 24 of 24 rows``.
    facts : tuple of str
        Short, with numbers, the most telling first.
    columns : tuple of str
        Those it concerns, if it is not about one column alone.
    """

    text: str
    facts: tuple[str, ...]
    columns: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ColumnCause:
    """A fault of the data that one column's counts can show.

    Parameters
    ----------
    code : str
        As ``Diagnosis.cause``.
    rank : int
        Where two causes fit one column, the lower rank is said: it supposes less.
    look : callable
        From a column's view to what speaks for the cause; None: nothing does.
    """

    code: str
    rank: int
    look: Callable[[View], Found | None]


@dataclass(frozen=True, slots=True)
class ShiftCause:
    """A change of the world, or of the model, told from what moved and what did not.

    Parameters
    ----------
    code : str
    rank : int
        The lowest that finds anything is said.
    look : callable
    """

    code: str
    rank: int
    look: Callable[[Facts], Found | None]
