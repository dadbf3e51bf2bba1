"""In which form a database keeps what it keeps: only the present one is opened.

Opening makes the tables that are not there, and brings older ones up to date.
"""

from __future__ import annotations

from leeboard.doctor.finding import Finding

__all__ = ["not_to_open", "unmade"]


def not_to_open(check: str, seen: str | None, head: str) -> Finding | None:
    """Say why a database is not opened; None where opening changes nothing.

    Parameters
    ----------
    check : str
        ``log`` or ``state``.
    seen : str or None
        The form that it has; None: no tables.
    head : str
        The form that this Leeboard writes.
    """
    what = {"log": "the log", "state": "results"}[check]
    if seen is None:
        return unmade(check, f"so far unused: the database has no tables of {what} yet")
    if seen < head:
        return Finding.warn(
            check,
            f"{what} of form {seen}, of an older Leeboard, and not looked into",
            f"form {head}",
            "Back it up with the older Leeboard (leeboard backup FILE); the next"
            " command of this one brings it up to date, and then the older one cannot"
            " read it.",
        )
    return None  # a newer form is refused by opening


def unmade(check: str, found: str) -> Finding:
    """Say that nothing is there, as before the first pass."""
    return Finding(check, f"{found}; the first leeboard run or serve makes it")
