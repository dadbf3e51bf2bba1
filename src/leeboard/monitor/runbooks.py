"""The runbook of a model: the people's own template, or ours.

Place: under whatever shows or tells an incident, which must happen whatever has become
of a file: what is wrong with it is then the first thing that the runbook says.
"""

from __future__ import annotations

from dataclasses import replace

from leeboard.config import read_text
from leeboard.config.plan import ModelPlan
from leeboard.errors import AlarmError
from leeboard.incidents.template import Draft, read_template

__all__ = ["checked_steps", "steps_of"]


def checked_steps(plan: ModelPlan) -> tuple[Draft, ...]:
    """Read the steps.

    Raises
    ------
    AlarmError
        The file cannot be read (``unreadable``), or is no template (``bad_runbook``).
    """
    path = plan.alarms.runbook
    if not path:
        return read_template()
    text = read_text(path, AlarmError)
    try:
        return read_template(text)
    except AlarmError as error:
        raise AlarmError(
            code=error.code,
            where=f"{path}, {error.where}",
            found=error.found,
            expected=error.expected,
            fix=error.fix,
        ) from error


def steps_of(plan: ModelPlan) -> tuple[Draft, ...]:
    """Return the steps; ours, with a word about theirs, where theirs cannot be used."""
    try:
        return checked_steps(plan)
    except AlarmError as error:
        first, *others = read_template()
        said = f"{error.where}: {error.found}. These are the steps Leeboard ships."
        said = said.replace("$", "$$")  # no placeholder
        return (replace(first, lines=(said, *first.lines)), *others)
