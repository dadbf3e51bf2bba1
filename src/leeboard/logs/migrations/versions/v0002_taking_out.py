"""What taking events out of a log in Postgres needs: age by index, files to renew."""

import sqlalchemy as sa
from alembic import op

__all__ = ["down_revision", "revision", "upgrade"]

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Make a table of what holds deleted rows, and small indexes by arrival."""
    op.create_table("log_unclean", sa.Column("relation", sa.Text, primary_key=True))
    for name in ("predictions", "feedback"):
        op.create_index(
            f"{name}_by_arrival", name, ["received_at"], postgresql_using="brin"
        )
