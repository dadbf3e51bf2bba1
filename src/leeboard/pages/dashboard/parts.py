"""Parts that pages are made of: charts, tables, tiles, notes, forms.

A part says what it holds; templates know how it looks. Texts are as they came.
"""

from __future__ import annotations

from dataclasses import dataclass

from leeboard.pages.contexts import EffectMark, FactLine, Histogram
from leeboard.pages.timelines import Timeline

__all__ = [
    "Cell",
    "Chart",
    "Choice",
    "Distribution",
    "Empty",
    "Field",
    "Form",
    "Head",
    "Notice",
    "Option",
    "Pager",
    "Part",
    "Search",
    "Spark",
    "Table",
    "Tile",
    "Tiles",
]


@dataclass(frozen=True, slots=True)
class Spark:
    """A small line of recent figures.

    Parameters
    ----------
    values : tuple of float or None
    level : float or None
        The reference's figure.
    says : str
        The same in words.
    """

    values: tuple[float | None, ...]
    level: float | None
    says: str


@dataclass(frozen=True, slots=True)
class Tile:
    """One figure with its name.

    Parameters
    ----------
    label, value : str
    note : str
        What to compare it with; may be empty.
    tone : str
        ``held``, ``moved``, ``unsure``, ``failed`` or empty.
    href : str
    """

    label: str
    value: str
    note: str = ""
    tone: str = ""
    href: str = ""


@dataclass(frozen=True, slots=True)
class Tiles:
    """Figures side by side."""

    tiles: tuple[Tile, ...]
    part: str = "tiles"


@dataclass(frozen=True, slots=True)
class Chart:
    """Figures over time, with the figures again as a table.

    Parameters
    ----------
    name : str
        For links: letters and hyphens.
    chart : Timeline
    note : str
        What to read from it.
    table : Table or None
        The drawn figures, for those who do not look at charts.
    """

    name: str
    chart: Timeline
    note: str
    table: Table | None = None
    part: str = "chart"


@dataclass(frozen=True, slots=True)
class Head:
    """Name of a table's column.

    Parameters
    ----------
    text : str
    number : bool
        Figures, written to the right.
    href : str
        Sorts by this column; empty: it cannot be sorted by.
    sorted : bool
    """

    text: str
    number: bool = False
    href: str = ""
    sorted: bool = False


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell of a table.

    Parameters
    ----------
    text : str
    href : str
    sub : str
        A second, softer line.
    tone : str
        The cell is a state: ``moved``, ``page``, ``resolved`` …
    meter : float or None
        A bar of so much of the cell, in [0, 1].
    effect : EffectMark or None
    spark : Spark or None
    number : bool
    """

    text: str
    href: str = ""
    sub: str = ""
    tone: str = ""
    meter: float | None = None
    effect: EffectMark | None = None
    spark: Spark | None = None
    number: bool = False


@dataclass(frozen=True, slots=True)
class Pager:
    """Links to the pages of a long table.

    Parameters
    ----------
    says : str
        Which rows these are, of how many.
    before, after : str
        Addresses; empty at the ends.
    """

    says: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Table:
    """A table; the first cell of a row is its name.

    Parameters
    ----------
    name : str
        For links: letters and hyphens.
    title, note : str
    head : tuple of Head
    rows : tuple of tuple of Cell
    empty : str
        Shown instead where there are no rows.
    pager : Pager or None
    search : Search or None
    folded : bool
        Closed until it is asked for.
    """

    name: str
    title: str
    head: tuple[Head, ...]
    rows: tuple[tuple[Cell, ...], ...]
    note: str = ""
    empty: str = "Nothing to show."
    pager: Pager | None = None
    search: Search | None = None
    folded: bool = False
    part: str = "table"


@dataclass(frozen=True, slots=True)
class Option:
    """One of several views, as a link.

    Parameters
    ----------
    text, href : str
    chosen : bool
    """

    text: str
    href: str
    chosen: bool = False


@dataclass(frozen=True, slots=True)
class Choice:
    """A choice of views.

    Parameters
    ----------
    label : str
    options : tuple of Option
    """

    label: str
    options: tuple[Option, ...]


@dataclass(frozen=True, slots=True)
class Search:
    """A form that changes the address only.

    Parameters
    ----------
    label, name, value : str
        Of the field.
    path : str
    kept : tuple of (str, str)
        The rest of the query.
    options : tuple of str
        Proposals; empty: any text.
    """

    label: str
    name: str
    value: str
    path: str
    kept: tuple[tuple[str, str], ...] = ()
    options: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Field:
    """One field of a form.

    Parameters
    ----------
    name, label : str
    kind : str
        ``text``, ``date`` or ``choice``.
    value : str
    options : tuple of (str, str)
        Value and text, of a choice.
    required : bool
    """

    name: str
    label: str
    kind: str = "text"
    value: str = ""
    options: tuple[tuple[str, str], ...] = ()
    required: bool = False


@dataclass(frozen=True, slots=True)
class Form:
    """Something a person can do; it is posted, with the token of the session.

    Parameters
    ----------
    action : str
        ``ack``, ``silence``, ``expect``, ``accept``, ``close`` or ``note``.
    button : str
    says : str
        What it does.
    fields : tuple of Field
    hidden : tuple of (str, str)
    """

    action: str
    button: str
    says: str
    fields: tuple[Field, ...]
    hidden: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Distribution:
    """One column in the reference and in a window.

    Parameters
    ----------
    name, title, note : str
        ``name`` is the column's.
    histogram : Histogram or None
    facts : tuple of FactLine
    """

    name: str
    title: str
    note: str
    histogram: Histogram | None
    facts: tuple[FactLine, ...]
    part: str = "distribution"


@dataclass(frozen=True, slots=True)
class Notice:
    """Something a reader should know.

    Parameters
    ----------
    tone : str
        ``held``, ``moved``, ``unsure`` or ``failed``.
    text, detail : str
    href, link : str
        Where to go on, and what that is called.
    """

    tone: str
    text: str
    detail: str = ""
    href: str = ""
    link: str = ""
    part: str = "notice"


@dataclass(frozen=True, slots=True)
class Empty:
    """What is not there yet, why, and how to get it.

    Parameters
    ----------
    title, text : str
    code : str
        What to type; may be empty.
    """

    title: str
    text: str
    code: str = ""
    part: str = "empty"


Part = Tiles | Chart | Table | Distribution | Notice | Empty
"""All that a page is made of; the drift section adds its map and its field."""
