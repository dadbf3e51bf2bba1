"""What people are told, before any channel has shaped it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from leeboard.alarms.judged import Severity
from leeboard.words import Words

__all__ = ["Message", "Purpose"]


class Purpose(StrEnum):
    """Why a message is sent."""

    TRIGGER = "trigger"
    ESCALATE = "escalate"
    ACKNOWLEDGE = "acknowledge"
    RESOLVE = "resolve"
    DIGEST = "digest"
    TEST = "test"


@dataclass(frozen=True, slots=True)
class Message:
    """One message about one incident.

    Nothing in it is markup: channels escape every text, which may come from data.

    Parameters
    ----------
    key : str
        The same for the same news, however often it is sent: receivers drop repeats.
    incident : str
        The thread: all messages of an incident share it.
    model : str
    purpose : Purpose
    severity : Severity
    at : datetime
    title : str
    lines : tuple of str
        Sentences, the most important first.
    facts : tuple of (str, str)
        Name and value, as ``("first bad window", "2011-03-10")``.
    next_steps : tuple of str
        What to do; commands stand alone in their line.
    link : str
        Of the incident's page; empty: none.
    chart : tuple of float
        The evidence or figure by window, oldest first, for a small picture.
    """

    key: str
    incident: str
    model: str
    purpose: Purpose
    severity: Severity
    at: datetime
    title: Words
    lines: tuple[Words, ...] = ()
    facts: tuple[tuple[str, Words], ...] = ()
    next_steps: tuple[Words, ...] = ()
    link: str = ""
    chart: tuple[float, ...] = ()
