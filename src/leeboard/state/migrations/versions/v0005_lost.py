"""What a window lacks, and the verdicts on such windows."""

import sqlalchemy as sa
from alembic import op

__all__ = ["down_revision", "revision", "upgrade"]

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    """Add the columns; of what is kept already nothing is known to be lost."""
    for name in ("lost", "lost_most", "lost_labels"):
        none = sa.Column(name, sa.BigInteger, nullable=False, server_default="0")
        op.add_column("windows", none)
    share = sa.Column("lost", sa.Double, nullable=False, server_default="0")
    op.add_column("verdicts", share)
    flag = sa.Column("partial", sa.Boolean, nullable=False, server_default=sa.false())
    op.add_column("verdicts", flag)
