"""The store of results: does it answer, and in which form does it keep them."""

from __future__ import annotations

import os
from collections.abc import Iterator

from leeboard.doctor.case import Case
from leeboard.doctor.finding import Finding
from leeboard.doctor.forms import not_to_open, unmade
from leeboard.errors import LeeboardError
from leeboard.state import file_of, open_state, state_version

__all__ = ["state"]


def state(case: Case) -> Iterator[Finding]:
    """Open it, if nothing has to be made or changed for that."""
    if case.plan is None:
        return
    path = file_of(case.plan.state)
    if path is not None and not os.path.exists(path):
        yield unmade("state", f"{path} is not there yet")
        return
    try:
        seen, head = state_version(case.plan.state)
        left = not_to_open("state", seen, head)
        if left is not None:
            yield left
            return
        case.state = open_state(case.plan.state)
    except LeeboardError as error:
        yield Finding.of("state", error)
        return
    yield Finding("state", f"answers; form {seen}")
    for note in case.state.notes:
        yield Finding.warn(
            "state", note.text, "a local disk", "Move it, or use Postgres."
        )
