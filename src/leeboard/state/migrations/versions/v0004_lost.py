"""What a window lacks, and the verdicts on such windows."""

from typing import Any

import sqlalchemy as sa
from alembic import op

__all__ = ["down_revision", "revision", "upgrade"]

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    """Add the columns; of what is kept already nothing is known to be lost."""
    for name in ("lost", "lost_most", "lost_labels"):
        op.add_column("windows", _column(name, sa.BigInteger(), "0"))
    op.add_column("verdicts", _column("lost", sa.Double(), "0"))
    op.add_column("verdicts", _column("partial", sa.Boolean(), sa.false()))


def _column(
    name: str, kind: sa.types.TypeEngine[Any], usual: str | sa.ColumnElement[bool]
) -> sa.Column[Any]:
    return sa.Column(name, kind, nullable=False, server_default=usual)
