"""What a window lacks, and the verdicts on such windows."""

import sqlalchemy as sa
from alembic import op

__all__ = ["down_revision", "revision", "upgrade"]

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    """Add the columns; of what is kept already nothing is known to be lost."""
    for name in ("lost", "lost_most", "lost_labels"):
        _add("windows", name, sa.BigInteger, "0")
    _add("verdicts", "lost", sa.Double, "0")
    _add("verdicts", "partial", sa.Boolean, sa.false())


def _add(table: str, name: str, kind: type, usual: object) -> None:
    column = sa.Column(name, kind, nullable=False, server_default=usual)
    op.add_column(table, column)
