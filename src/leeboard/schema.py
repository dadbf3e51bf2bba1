"""What a model's data is: columns, their kinds and roles.

Inferred once from the reference, reviewed by a person, and then the law by which every
frame is read. Knows nothing about files; ``leeboard.schema_file`` reads and writes it.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from leeboard.errors import SchemaError

__all__ = [
    "COMPARED_KINDS",
    "COMPARED_ROLES",
    "Column",
    "Kind",
    "Role",
    "Schema",
    "Task",
]


class Kind(StrEnum):
    """What the values of a column are."""

    NUMERIC = "numeric"
    CATEGORICAL = "categorical"
    BOOLEAN = "boolean"
    DATETIME = "datetime"
    TEXT = "text"
    VECTOR = "vector"
    UNSUPPORTED = "unsupported"


class Role(StrEnum):
    """What a column is for."""

    FEATURE = "feature"
    PREDICTION = "prediction"
    SCORE = "score"
    LABEL = "label"
    SEGMENT = "segment"
    WEIGHT = "weight"
    ID = "id"
    ENTITY = "entity"
    TIME = "time"
    IGNORE = "ignore"


class Task(StrEnum):
    """What the model does."""

    REGRESSION = "regression"
    BINARY = "binary"
    MULTICLASS = "multiclass"
    NONE = "none"


COMPARED_ROLES = frozenset(
    {Role.FEATURE, Role.PREDICTION, Role.SCORE, Role.LABEL, Role.SEGMENT}
)
COMPARED_KINDS = frozenset(
    {Kind.NUMERIC, Kind.CATEGORICAL, Kind.BOOLEAN, Kind.DATETIME}
)


@dataclass(frozen=True, slots=True)
class Column:
    """One column.

    Parameters
    ----------
    name : str
    kind : Kind
    role : Role
    unit : str
        Unit of the values, shown beside figures; empty if none is known.
    negligible, large : float or None
        The two lines on the size of a change (debiased PSI, nats) for this column;
        None: the ones of the check.
    why : str
        Why the column is not compared, if it is not; empty otherwise.
    """

    name: str
    kind: Kind
    role: Role = Role.FEATURE
    unit: str = ""
    negligible: float | None = None
    large: float | None = None
    why: str = ""

    @property
    def compared(self) -> bool:
        """True if the column's distribution is compared."""
        return self.role in COMPARED_ROLES and self.kind in COMPARED_KINDS


@dataclass(frozen=True, slots=True)
class Schema:
    """All columns of a model's data, in order."""

    columns: tuple[Column, ...]
    task: Task = Task.NONE
    model: str = ""

    def __post_init__(self) -> None:
        seen: set[str] = set()
        for column in self.columns:
            if column.name in seen:
                raise SchemaError(
                    code="duplicate_columns",
                    where=f"column {column.name!r}",
                    found="the name twice",
                    expected="each name once",
                    fix="Rename or remove one of them.",
                )
            seen.add(column.name)

    def __getitem__(self, name: str) -> Column:
        for column in self.columns:
            if column.name == name:
                return column
        raise KeyError(name)

    def __contains__(self, name: object) -> bool:
        return any(column.name == name for column in self.columns)

    @property
    def names(self) -> tuple[str, ...]:
        """Names of all columns."""
        return tuple(column.name for column in self.columns)

    @property
    def compared(self) -> tuple[Column, ...]:
        """The columns whose distributions are compared."""
        return tuple(column for column in self.columns if column.compared)

    def first(self, role: Role) -> Column | None:
        """First column with that role, or None."""
        return next((c for c in self.columns if c.role is role), None)
