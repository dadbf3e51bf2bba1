"""The store of results: does it answer, and in which form does it keep them."""

from __future__ import annotations

import os
from collections.abc import Iterator

from leeboard.doctor.case import Case
from leeboard.doctor.finding import Finding
from leeboard.errors import LeeboardError
from leeboard.state import file_of, open_state, state_version

__all__ = ["state"]


def state(case: Case) -> Iterator[Finding]:
    """Open it, if nothing has to be made or changed for that."""
    if case.plan is None:
        return
    path = file_of(case.plan.state)
    if path is not None and not os.path.exists(path):
        yield _unmade(f"{path} is not there yet")
        return
    try:
        seen, head = state_version(case.plan.state)
        if seen is None:
            yield _unmade("the database has no tables of results yet")
        elif seen < head:
            yield Finding.warn(
                "state",
                f"results of form {seen}, as an older Leeboard wrote them",
                f"form {head}",
                "Save them first (leeboard backup FILE); the next leeboard run brings"
                " them up to date, and then the older Leeboard cannot read them.",
            )
        else:  # a newer form is refused by opening
            case.state = open_state(case.plan.state)
            yield Finding("state", f"answers; form {seen}")
            for note in case.state.notes:
                yield Finding.warn(
                    "state", note.text, "a local disk", "Move it, or use Postgres."
                )
    except LeeboardError as error:
        yield Finding.of("state", error)


def _unmade(found: str) -> Finding:
    return Finding("state", f"{found}: the first leeboard run or serve makes it")
