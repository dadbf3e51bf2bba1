"""One documented value for each page of the dashboard; templates use nothing else."""

from __future__ import annotations

from dataclasses import dataclass

from leeboard.pages.contexts import FactLine
from leeboard.pages.dashboard.fields import EvidenceField
from leeboard.pages.dashboard.heatmaps import HeatMap
from leeboard.pages.dashboard.parts import (
    Cell,
    Choice,
    Form,
    Notice,
    Part,
    Spark,
    Table,
    Tiles,
)

__all__ = [
    "Entry",
    "FleetPage",
    "IncidentPage",
    "IncidentsPage",
    "LoginPage",
    "ModelLine",
    "ModelPage",
    "PlainPage",
    "ProblemPage",
    "Shell",
    "StepLine",
    "VerdictPage",
]


@dataclass(frozen=True, slots=True)
class Shell:
    """What every page is set in, from whoever answers the request.

    Parameters
    ----------
    csrf : str
        Token of the session, for the forms; empty: no form is shown.
    who : str
        Who is signed in; empty: nobody is named.
    nonce : str
        Of the content security policy; empty: static files alone are allowed.
    sign_out : str
        Path that ends the session; empty: none is shown.
    read_only : bool
        True for those who may look only: no form is shown.
    admin : bool
        True for those who may see who else may what, and who did what.
    """

    csrf: str = ""
    who: str = ""
    nonce: str = ""
    sign_out: str = ""
    read_only: bool = False
    admin: bool = False


@dataclass(frozen=True, slots=True)
class LoginPage:
    """Where people sign in.

    Parameters
    ----------
    goal : str
        Path to go to afterwards.
    refused : str
        What did not open anything: ``key``, ``person`` or ``link``; ``too_many`` where
        there were too many tries, another code where none can be looked at; or empty.
    title : str
    """

    goal: str = "/"
    refused: str = ""
    title: str = "Sign in"


@dataclass(frozen=True, slots=True)
class ModelLine:
    """One model on the first page.

    Parameters
    ----------
    name : str
    state : str
        ``held``, ``unsure``, ``moved`` or ``failed``.
    says : str
        All right or not, in a word or two.
    since : str
        Since when.
    asks : str
        What needs a person; empty: nothing does.
    asks_href : str
    spark : Spark or None
        Its error or score of late.
    figure, reference : str
        The latest figure, and the reference's.
    metric : str
    traffic : str
    labels : str
        Completeness.
    seen : str
        The latest window.
    """

    name: str
    state: str
    says: str
    since: str
    asks: str
    asks_href: str
    spark: Spark | None
    figure: str
    reference: str
    metric: str
    traffic: str
    labels: str
    seen: str


@dataclass(frozen=True, slots=True)
class FleetPage:
    """All models, those that need a person first.

    Parameters
    ----------
    title, headline, summary : str
    state : str
        The worst of the models'.
    models : tuple of ModelLine
    notices : tuple of Notice
    incidents : Table
        Those that run.
    """

    title: str
    headline: str
    summary: str
    state: str
    models: tuple[ModelLine, ...]
    notices: tuple[Notice, ...]
    incidents: Table


@dataclass(frozen=True, slots=True)
class ModelPage:
    """One section of one model.

    Parameters
    ----------
    title : str
    model, section : str
    state, says, headline, summary : str
        How the model is, above every section.
    choices : tuple of Choice
        Time range, segment, metric …, as links.
    parts : tuple of parts
    kept : tuple of (str, str)
        What the links to other sections keep of the query.
    """

    title: str
    model: str
    section: str
    state: str
    says: str
    headline: str
    summary: str
    choices: tuple[Choice, ...]
    parts: tuple[Part | HeatMap | EvidenceField, ...]
    kept: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class IncidentsPage:
    """Incidents, the newest first.

    Parameters
    ----------
    title, headline : str
    choices : tuple of Choice
    table : Table
    """

    title: str
    headline: str
    choices: tuple[Choice, ...]
    table: Table


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry of an incident's story.

    Parameters
    ----------
    at, who, event, why : str
    """

    at: str
    who: str
    event: str
    why: str


@dataclass(frozen=True, slots=True)
class StepLine:
    """One step of a runbook.

    Parameters
    ----------
    title, time : str
    lines, commands : tuple of str
    """

    title: str
    time: str
    lines: tuple[str, ...]
    commands: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class IncidentPage:
    """One incident.

    Parameters
    ----------
    title, id, model : str
    headline : str
    severity, stage : str
    silent : str
        Until when nobody is told; empty: people are.
    facts : tuple of FactLine
        Label and value (in ``current``).
    cause, pattern, diagnosis : str
    evidence : tuple of str
    parts : tuple of parts
        Charts and distributions of what crossed.
    verdicts : Table
    steps : tuple of StepLine
    story : tuple of Entry
        The newest first.
    forms : tuple of Form
    ended : bool
    """

    title: str
    id: str
    model: str
    headline: str
    severity: str
    stage: str
    silent: str
    facts: tuple[FactLine, ...]
    cause: str
    pattern: str
    diagnosis: str
    evidence: tuple[str, ...]
    parts: tuple[Part, ...]
    verdicts: Table
    steps: tuple[StepLine, ...]
    story: tuple[Entry, ...]
    forms: tuple[Form, ...]
    ended: bool


@dataclass(frozen=True, slots=True)
class VerdictPage:
    """One verdict, number by number.

    Parameters
    ----------
    title, id, model : str
    state, headline : str
    evidence, threshold : str
    filled : float
        Evidence by threshold, cut to [0, 1].
    facts : tuple of (str, str, str)
        Name, figure, and what it is.
    parts : tuple of parts
    links : tuple of Cell
        Where to go on.
    """

    title: str
    id: str
    model: str
    state: str
    headline: str
    evidence: str
    threshold: str
    filled: float
    facts: tuple[tuple[str, str, str], ...]
    parts: tuple[Part, ...]
    links: tuple[Cell, ...]


@dataclass(frozen=True, slots=True)
class PlainPage:
    """A page of parts: settings.

    Parameters
    ----------
    title, headline, summary : str
    parts : tuple of parts
    """

    title: str
    headline: str
    summary: str
    parts: tuple[Part | Tiles, ...]


@dataclass(frozen=True, slots=True)
class ProblemPage:
    """What could not be shown.

    Parameters
    ----------
    title, headline : str
    code, where, found, expected, fix : str
        Of the error; empty where there is none.
    """

    title: str
    headline: str
    code: str = ""
    where: str = ""
    found: str = ""
    expected: str = ""
    fix: str = ""
