"""Which columns hold labels, predictions and scores.

Place: beside ``outcomes``; it looks at names and roles, never at rows.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from leeboard.errors import InputError
from leeboard.schema import Role, Schema, Task

__all__ = ["OutcomeColumns", "outcome_columns"]


@dataclass(frozen=True, slots=True)
class OutcomeColumns:
    """Which columns hold labels and predictions, and how to read them.

    Parameters
    ----------
    label : str
    prediction : str or None
    score : str or None
        Probability of the positive class.
    scores : mapping of class to column
        Probability of each of several classes.
    task : Task
        NONE: inferred, see ``outcomes_of``.
    positive : str or None
        The positive class; None: the last in order.
    same : mapping of value to label
        What values of the prediction are called among the labels, where they are of
        different types or names.
    """

    label: str
    prediction: str | None = None
    score: str | None = None
    scores: Mapping[str, str] = field(default_factory=dict)
    task: Task = Task.NONE
    positive: str | None = None
    same: Mapping[str, str] = field(default_factory=dict)

    @property
    def names(self) -> tuple[str, ...]:
        """All columns that are read."""
        given = (self.label, self.prediction, self.score, *self.scores.values())
        return tuple(dict.fromkeys(name for name in given if name is not None))


def outcome_columns(
    schema: Schema,
    label: str | None,
    prediction: str | None,
    score: str | Mapping[str, str] | None,
    *,
    declared: bool,
) -> OutcomeColumns | None:
    """Columns as they were named, else by their roles.

    Parameters
    ----------
    schema : Schema
    label, prediction, score : str, mapping or None
        As given to a check.
    declared : bool
        A person gave the schema. Roles that were inferred are guesses, and no figure of
        performance is built on one unless a label is named.

    Returns
    -------
    OutcomeColumns or None
        None: performance was not asked for.

    Raises
    ------
    InputError
        If a prediction or score is named without a label, or a label alone.
    """
    asked = label is not None
    if not asked and (prediction is not None or score is not None):
        raise _incomplete("a prediction or score", "a label as well", "label")
    if label is None and declared:
        label = _of_role(schema, Role.LABEL)
    if label is None:
        return None
    if prediction is None and score is None:
        prediction = _of_role(schema, Role.PREDICTION)
        score = _of_role(schema, Role.SCORE)
        if prediction is None and score is None:
            if not asked:
                return None
            raise _incomplete("a label alone", "what was predicted", "prediction")
    one = score if isinstance(score, str) else None
    several = {} if score is None or isinstance(score, str) else dict(score)
    return OutcomeColumns(label, prediction, one, several, schema.task)


def _of_role(schema: Schema, role: Role) -> str | None:
    column = schema.first(role)
    return None if column is None else column.name


def _incomplete(found: str, expected: str, fix: str) -> InputError:
    return InputError(
        code="incomplete_outcomes",
        where="label, prediction and score",
        found=found,
        expected=expected,
        fix=f"Name its column with {fix}= or --{fix}, or in the schema by its role.",
    )
